tool "env" {
  abbreviate      = true
  flags           = ["-i", "--ignore-environment", "-", "-0", "--null", "-v", "--debug", "--list-signal-handling"]
  value_flags     = ["-u", "--unset", "-S", "--split-string", "-a", "--argv0"]
  chdir_flags     = ["-C", "--chdir"]
  optional_flags  = ["--block-signal", "--default-signal", "--ignore-signal"]
  escape_flags    = ["-S", "--split-string"]
  same            = [["-i", "--ignore-environment", "-"], ["-u", "--unset"], ["-S", "--split-string"], ["-C", "--chdir"]]
  info_flags      = ["--help", "--version"]
  stop_at_operand = true
  carrier         = true
  operands        = ["assign", "command"]
}
