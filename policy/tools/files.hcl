# Checked: GNU coreutils 9.1, by --help. The mode of chmod and the owner of chown are read as operands that may be paths, since
# with --reference, or with a mode such as -x, the first operand is a file.

tool "cp" {
  abbreviate = true
  flags = [
    "-a", "--archive", "--attributes-only", "-b", "--copy-contents", "-d", "-f", "--force", "-i", "--interactive", "-H", "-l",
    "--link", "-L", "--dereference", "-n", "--no-clobber", "-P", "--no-dereference", "-p", "--parents", "-R", "-r",
    "--recursive", "--remove-destination", "--strip-trailing-slashes", "-s", "--symbolic-link", "-T", "--no-target-directory",
    "-u", "--update", "-v", "--verbose", "-x", "--one-file-system", "-Z",
  ]
  value_flags    = ["--no-preserve", "--sparse", "-S", "--suffix"]
  optional_flags = ["--backup", "--preserve", "--reflink", "--context"]
  path_flags     = ["-t", "--target-directory"]
  info_flags     = ["--help", "--version"]
  same = [
    ["-a", "--archive"], ["-f", "--force"], ["-i", "--interactive"], ["-l", "--link"], ["-L", "--dereference"],
    ["-n", "--no-clobber"], ["-P", "--no-dereference"], ["-R", "-r", "--recursive"], ["-s", "--symbolic-link"],
    ["-S", "--suffix"], ["-t", "--target-directory"], ["-T", "--no-target-directory"], ["-u", "--update"],
    ["-v", "--verbose"], ["-x", "--one-file-system"],
  ]
  operands = ["path"]
}

tool "mv" {
  abbreviate = true
  flags = [
    "-b", "-f", "--force", "-i", "--interactive", "-n", "--no-clobber", "--strip-trailing-slashes", "-T",
    "--no-target-directory", "-u", "--update", "-v", "--verbose", "-Z", "--context",
  ]
  value_flags    = ["-S", "--suffix"]
  optional_flags = ["--backup"]
  path_flags     = ["-t", "--target-directory"]
  info_flags     = ["--help", "--version"]
  same = [
    ["-f", "--force"], ["-i", "--interactive"], ["-n", "--no-clobber"], ["-S", "--suffix"], ["-t", "--target-directory"],
    ["-T", "--no-target-directory"], ["-u", "--update"], ["-v", "--verbose"], ["-Z", "--context"],
  ]
  operands = ["path"]
}

tool "ln" {
  abbreviate = true
  flags = [
    "-b", "-d", "-F", "--directory", "-f", "--force", "-i", "--interactive", "-L", "--logical", "-n", "--no-dereference",
    "-P", "--physical", "-r", "--relative", "-s", "--symbolic", "-T", "--no-target-directory", "-v", "--verbose",
  ]
  value_flags    = ["-S", "--suffix"]
  optional_flags = ["--backup"]
  path_flags     = ["-t", "--target-directory"]
  info_flags     = ["--help", "--version"]
  same = [
    ["-d", "-F", "--directory"], ["-f", "--force"], ["-i", "--interactive"], ["-L", "--logical"], ["-n", "--no-dereference"],
    ["-P", "--physical"], ["-r", "--relative"], ["-s", "--symbolic"], ["-S", "--suffix"], ["-t", "--target-directory"],
    ["-T", "--no-target-directory"], ["-v", "--verbose"],
  ]
  operands = ["path"]
}

tool "chmod" {
  abbreviate = true
  flags = [
    "-c", "--changes", "-f", "--silent", "--quiet", "-v", "--verbose", "--no-preserve-root", "--preserve-root", "-R",
    "--recursive", "-r", "-w", "-x", "-X", "-s", "-t", "-u", "-g", "-o", "-h",
  ]
  path_flags = ["--reference"]
  info_flags = ["--help", "--version"]
  same       = [["-c", "--changes"], ["-f", "--silent", "--quiet"], ["-v", "--verbose"], ["-R", "--recursive"]]
  operands   = ["path"]
}

tool "chown" {
  also       = ["chgrp"]
  abbreviate = true
  flags = [
    "-c", "--changes", "-f", "--silent", "--quiet", "-v", "--verbose", "--dereference", "-h", "--no-dereference",
    "--no-preserve-root", "--preserve-root", "-R", "--recursive", "-H", "-L", "-P",
  ]
  value_flags = ["--from"]
  path_flags  = ["--reference"]
  info_flags  = ["--help", "--version"]
  same        = [["-c", "--changes"], ["-f", "--silent", "--quiet"], ["-v", "--verbose"], ["-h", "--no-dereference"], ["-R", "--recursive"]]
  operands    = ["path"]
}
