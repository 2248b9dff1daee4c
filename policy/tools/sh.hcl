tool "sh" {
  also            = ["ash", "bash", "dash", "ksh", "mksh", "rbash", "zsh"]
  flags           = ["-a", "-b", "-e", "-f", "-h", "-i", "-k", "-l", "-m", "-n", "-p", "-r", "-s", "-t", "-u", "-v", "-x", "-B", "-C", "-D", "-E", "-H", "-P", "-T", "--login", "--noprofile", "--norc", "--noediting", "--posix", "--restricted", "--verbose", "--debugger", "--dump-strings", "--dump-po-strings", "--pretty-print", "+a", "+b", "+e", "+f", "+h", "+k", "+m", "+n", "+p", "+t", "+u", "+v", "+x", "+B", "+C", "+E", "+H", "+P", "+T"]
  value_flags     = ["-o", "-O", "+o", "+O"]
  path_flags      = ["--rcfile", "--init-file"]
  escape_flags    = ["--rcfile", "--init-file", "--debugger", "-i", "-O"]
  info_flags      = ["--help", "--version"]
  script_flag     = "-c"
  same            = [["-l", "--login"]]
  stop_at_operand = true
  carrier         = true
  stdin           = true
  operands        = ["script", "text"]
}
