# Tools that only look at or print what they are given. Their grammar keeps words from being taken for something else.

tool "echo" {
  single_dash = true
  operands    = ["text"]
}
tool "printf" { operands = ["text"] }
tool "true" { operands = ["text"] }
tool "false" { operands = ["text"] }
tool "which" { operands = ["text"] }
tool "man" { operands = ["text"] }
tool "pwd" {}
tool "ls" { operands = ["path"] }
tool "cat" { operands = ["path"] }
tool "mkdir" {
  value_flags = ["-m", "--mode"]
  flags       = ["-p", "--parents", "-v"]
  operands    = ["path"]
}
tool "head" {
  also        = ["tail"]
  value_flags = ["-n", "--lines", "-c", "--bytes"]
  operands    = ["path"]
}
tool "wc" { operands = ["path"] }
tool "grep" {
  also           = ["egrep", "fgrep"]
  flags          = ["-i", "-v", "-w", "-x", "-c", "-l", "-L", "-n", "-h", "-H", "-q", "-s", "-o", "-r", "-R", "-E", "-F", "-G", "-P", "-a", "-z", "-Z", "-b", "-T", "-U", "-I", "--line-number", "--recursive", "--ignore-case"]
  value_flags    = ["-A", "-B", "-C", "-m", "--max-count", "-d", "-D", "--include", "--exclude", "--exclude-dir", "--label"]
  operand_flags  = ["-e", "--regexp", "-f", "--file"]
  path_flags     = ["-f", "--file", "--exclude-from"]
  optional_flags = ["--color", "--colour"]
  operands       = ["text", "path"]
}

tool "sed" {
  abbreviate     = true
  flags          = ["-n", "--quiet", "--silent", "-E", "-r", "--regexp-extended", "-s", "--separate", "-u", "--unbuffered", "-z", "--null-data", "--debug", "--posix", "--sandbox", "--follow-symlinks"]
  value_flags    = ["-l", "--line-length"]
  optional_flags = ["-i", "--in-place"]
  path_flags     = ["-f", "--file"]
  escape_flags   = ["-f", "--file"]
  operand_flags  = ["-e", "--expression", "-f", "--file"]
  same           = [["-i", "--in-place"], ["-e", "--expression"], ["-f", "--file"], ["-n", "--quiet", "--silent"]]
  info_flags     = ["--help", "--version"]
  operands       = ["sed", "path"]
}
