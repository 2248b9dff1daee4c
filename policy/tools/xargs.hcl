tool "xargs" {
  abbreviate      = true
  flags           = ["-0", "--null", "-r", "--no-run-if-empty", "-t", "--verbose", "-x", "--exit", "-p", "--interactive", "-o", "--open-tty", "--show-limits"]
  value_flags     = ["-d", "--delimiter", "-E", "-I", "-L", "-n", "--max-args", "-P", "--max-procs", "-s", "--max-chars", "--process-slot-var"]
  optional_flags  = ["-e", "--eof", "-i", "--replace", "-l", "--max-lines"]
  path_flags      = ["-a", "--arg-file"]
  same            = [["-i", "--replace"], ["-n", "--max-args"], ["-0", "--null"], ["-P", "--max-procs"]]
  info_flags      = ["--help", "--version"]
  stop_at_operand = true
  carrier         = true
  appends         = true
  operands        = ["command"]
}
