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

tool "touch" {
  abbreviate  = true
  flags       = ["-a", "-c", "--no-create", "-h", "--no-dereference", "-m", "-f"]
  value_flags = ["-d", "--date", "-t", "--time"]
  path_flags  = ["-r", "--reference"]
  operands    = ["path"]
}

tool "rmdir" {
  flags    = ["-p", "--parents", "-v", "--verbose", "--ignore-fail-on-non-empty"]
  operands = ["path"]
}

tool "tee" {
  flags          = ["-a", "--append", "-i", "--ignore-interrupts", "-p"]
  optional_flags = ["--output-error"]
  same           = [["-a", "--append"]]
  operands       = ["path"]
}

tool "dd" { operands = ["any"] }

tool "sort" {
  abbreviate     = true
  flags          = ["-b", "-d", "-f", "-g", "-i", "-M", "-h", "-n", "-R", "-r", "-V", "-c", "-C", "-m", "-s", "-u", "-z", "--reverse", "--unique", "--stable", "--numeric-sort", "--debug"]
  value_flags    = ["-k", "--key", "-t", "--field-separator", "-S", "--buffer-size", "--batch-size", "--parallel", "--sort", "--compress-program"]
  optional_flags = ["--check"]
  path_flags     = ["-o", "--output", "-T", "--temporary-directory", "--files0-from", "--random-source"]
  escape_flags   = ["--compress-program"]
  operands       = ["path"]
}

tool "tree" {
  value_flags = ["-L", "-P", "-I", "--filelimit", "--timefmt", "--charset", "--sort"]
  path_flags  = ["-o"]
  operands    = ["path"]
}

tool "rg" {
  flags         = ["-i", "-v", "-w", "-x", "-c", "-l", "-n", "-N", "-H", "-I", "-q", "-o", "-s", "-S", "-F", "-P", "-U", "-u", "-uu", "-uuu", "-a", "-p", "-0", "--files", "--hidden", "--json", "--no-ignore", "--vimgrep", "--stats", "--type-list", "--follow", "-L", "-z", "--search-zip", "--files-with-matches", "--line-number", "--ignore-case", "--fixed-strings", "--multiline", "--count"]
  value_flags   = ["-A", "-B", "-C", "-E", "-g", "-j", "-M", "-m", "-r", "-t", "-T", "--after-context", "--before-context", "--context", "--color", "--colors", "--encoding", "--glob", "--iglob", "--max-columns", "--max-count", "--max-depth", "-d", "--max-filesize", "--replace", "--sort", "--sortr", "--threads", "--type", "--type-not", "--type-add", "--type-clear", "--engine", "--pre", "--pre-glob", "--hostname-bin"]
  operand_flags = ["-e", "--regexp", "-f", "--file"]
  path_flags    = ["--ignore-file", "-f", "--file"]
  escape_flags  = ["--pre", "--hostname-bin"]
  same          = [["-e", "--regexp"], ["-f", "--file"]]
  operands      = ["text", "path"]
}
