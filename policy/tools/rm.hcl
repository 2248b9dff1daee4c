tool "rm" {
  abbreviate     = true
  flags          = ["-d", "--dir", "-f", "--force", "-i", "-I", "-r", "-R", "--recursive", "-v", "--verbose", "--one-file-system", "--no-preserve-root"]
  optional_flags = ["--interactive", "--preserve-root"]
  same           = [["-r", "-R", "--recursive"], ["-f", "--force"], ["-d", "--dir"], ["-v", "--verbose"]]
  info_flags     = ["--help", "--version"]
  operands       = ["path"]
}
