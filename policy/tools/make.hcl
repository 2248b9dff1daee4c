# Checked: GNU Make 4.3, by --help. What a Makefile runs can't be seen in the arguments: a rule that allows make trusts the
# Makefile. A makefile of another name, and a variable that names a program or holds shell text, are escapes.

tool "make" {
  also       = ["gmake"]
  abbreviate = true
  flags = [
    "-b", "-m", "-B", "--always-make", "-d", "-e", "--environment-overrides", "-i", "--ignore-errors", "-k", "--keep-going",
    "-L", "--check-symlink-times", "-n", "--just-print", "--dry-run", "--recon", "-p", "--print-data-base", "-q",
    "--question", "-r", "--no-builtin-rules", "-R", "--no-builtin-variables", "-s", "--silent", "--quiet", "--no-silent",
    "-S", "--no-keep-going", "--stop", "-t", "--touch", "--trace", "-w", "--print-directory", "--no-print-directory",
    "--warn-undefined-variables",
  ]
  value_flags    = ["-E", "--eval", "--temp-file-name"]
  optional_flags = ["-j", "--jobs", "-l", "--load-average", "--max-load", "-O", "--output-sync", "--debug"]
  path_flags = [
    "-f", "--file", "--makefile", "-I", "--include-dir", "-o", "--old-file", "--assume-old", "-W", "--what-if", "--new-file",
    "--assume-new",
  ]
  chdir_flags  = ["-C", "--directory"]
  escape_flags = ["-f", "--file", "--makefile", "-I", "--include-dir", "-E", "--eval", "--assign"]
  safe_values = {
    "-f"         = ["Makefile", "makefile", "GNUmakefile"]
    "--file"     = ["Makefile", "makefile", "GNUmakefile"]
    "--makefile" = ["Makefile", "makefile", "GNUmakefile"]
  }
  info_flags = ["-h", "--help", "-v", "--version"]
  same = [
    ["-b", "-m"], ["-B", "--always-make"], ["-C", "--directory"], ["-e", "--environment-overrides"], ["-E", "--eval"],
    ["-f", "--file", "--makefile"], ["-i", "--ignore-errors"], ["-I", "--include-dir"], ["-j", "--jobs"],
    ["-k", "--keep-going"], ["-l", "--load-average", "--max-load"], ["-L", "--check-symlink-times"],
    ["-n", "--just-print", "--dry-run", "--recon"], ["-o", "--old-file", "--assume-old"], ["-O", "--output-sync"],
    ["-p", "--print-data-base"], ["-q", "--question"], ["-r", "--no-builtin-rules"], ["-R", "--no-builtin-variables"],
    ["-s", "--silent", "--quiet"], ["-S", "--no-keep-going", "--stop"], ["-t", "--touch"], ["-w", "--print-directory"],
    ["-W", "--what-if", "--new-file", "--assume-new"],
  ]
  implies = {
    "--assign" = [
      "SHELL*=*", ".SHELLFLAGS*=*", "MAKE*=*", "MFLAGS*=*", "GNUMAKEFLAGS*=*", "CC*=*", "CXX*=*", "CPP*=*", "LD*=*", "AR*=*",
      "AS*=*", "GO=*", "GOFLAGS*=*", "PYTHON=*", "NODE=*", "PATH*=*", "LDFLAGS*=*", "RM=*", "*=*$*", "*=*`*", "*=*;*",
      "*=*|*", "*=*&*", "*=*>*", "*=*<*", "*!=*",
    ]
  }
  operands = ["text"]
}
