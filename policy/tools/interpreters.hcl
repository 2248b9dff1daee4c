# Interpreters: code in an argument or on standard input is opaque. A program file is named, but what it does isn't known.

tool "python" {
  also            = ["python2", "python3", "python2.*", "python3.*", "pypy", "pypy3"]
  flags           = ["-b", "-B", "-d", "-E", "-i", "-I", "-O", "-OO", "-P", "-q", "-s", "-S", "-u", "-v", "-x"]
  operand_flags   = ["-m"]
  value_flags     = ["-c", "-m", "-W", "-X", "--check-hash-based-pycs"]
  escape_flags    = ["-c", "-i"]
  info_flags      = ["-V", "--version", "-h", "--help", "-VV"]
  stop_at_operand = true
  stdin           = true
  operands        = ["program", "any"]
}

tool "node" {
  also            = ["nodejs"]
  flags           = ["-i", "--interactive", "--watch", "--test", "--enable-source-maps", "--no-warnings", "--inspect", "--inspect-brk", "--experimental-strip-types"]
  value_flags     = ["-e", "--eval", "-p", "--print", "-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions"]
  path_flags      = ["--env-file"]
  escape_flags    = ["-e", "--eval", "-p", "--print", "-r", "--require", "--import", "--loader", "--experimental-loader", "-i", "--interactive", "--env-file", "--inspect", "--inspect-brk"]
  same            = [["-e", "--eval"], ["-p", "--print"], ["-r", "--require"]]
  info_flags      = ["-v", "--version", "-h", "--help"]
  stop_at_operand = true
  stdin           = true
  operands        = ["program", "any"]
}

tool "perl" {
  also            = ["perl5", "perl5.*"]
  flags           = ["-a", "-c", "-f", "-l", "-n", "-p", "-s", "-S", "-t", "-T", "-u", "-U", "-w", "-W", "-X"]
  value_flags     = ["-e", "-E", "-I"]
  optional_flags  = ["-i", "-0", "-F", "-m", "-M", "-d", "-D", "-C", "-x"]
  escape_flags    = ["-e", "-E", "-m", "-M", "-d", "-x", "-I"]
  info_flags      = ["-v", "-V", "--version", "--help"]
  stop_at_operand = true
  stdin           = true
  operands        = ["program", "any"]
}

tool "awk" {
  also            = ["gawk", "mawk", "nawk", "original-awk"]
  value_flags     = ["-F", "--field-separator", "-v", "--assign", "-e", "--source", "-i", "--include", "-l", "--load", "-E", "--exec"]
  path_flags      = ["-f", "--file"]
  operand_flags   = ["-f", "--file", "-e", "--source", "-E", "--exec"]
  escape_flags    = ["-f", "--file", "-e", "--source", "-i", "--include", "-l", "--load", "-E", "--exec", "-D", "--debug", "-W"]
  info_flags      = ["--version", "-V", "--help", "-h"]
  same            = [["-F", "--field-separator"], ["-f", "--file"], ["-v", "--assign"], ["-e", "--source"]]
  stop_at_operand = true
  operands        = ["awk", "path"]
}
