# Small wrappers: each runs one command as the same user, in the same place.

tool "timeout" {
  abbreviate      = true
  flags           = ["--preserve-status", "--foreground", "-v", "--verbose", "-f", "-p"]
  value_flags     = ["-k", "--kill-after", "-s", "--signal"]
  same            = [["-k", "--kill-after"], ["-s", "--signal"]]
  info_flags      = ["--help", "--version"]
  stop_at_operand = true
  carrier         = true
  operands        = ["text", "command"]
}

tool "nice" {
  abbreviate      = true
  value_flags     = ["-n", "--adjustment"]
  flags           = ["-1", "-2", "-3", "-4", "-5", "-6", "-7", "-8", "-9", "-0"]
  same            = [["-n", "--adjustment"]]
  info_flags      = ["--help", "--version"]
  stop_at_operand = true
  carrier         = true
  operands        = ["command"]
}

tool "nohup" {
  info_flags      = ["--help", "--version"]
  stop_at_operand = true
  carrier         = true
  operands        = ["command"]
}

tool "time" {
  flags           = ["-a", "--append", "-p", "--portability", "-v", "--verbose", "-q", "--quiet"]
  value_flags     = ["-f", "--format"]
  path_flags      = ["-o", "--output"]
  info_flags      = ["--help", "-V", "--version"]
  stop_at_operand = true
  carrier         = true
  operands        = ["command"]
}

tool "stdbuf" {
  value_flags     = ["-i", "--input", "-o", "--output", "-e", "--error"]
  info_flags      = ["--help", "--version"]
  stop_at_operand = true
  carrier         = true
  operands        = ["command"]
}

tool "setsid" {
  flags           = ["-c", "--ctty", "-f", "--fork", "-w", "--wait"]
  info_flags      = ["-h", "--help", "-V", "--version"]
  stop_at_operand = true
  carrier         = true
  operands        = ["command"]
}

tool "ionice" {
  value_flags     = ["-c", "--class", "-n", "--classdata", "-p", "--pid", "-P", "--pgid", "-u", "--uid"]
  flags           = ["-t", "--ignore"]
  info_flags      = ["-h", "--help", "-V", "--version"]
  stop_at_operand = true
  carrier         = true
  operands        = ["command"]
}

tool "busybox" {
  also            = ["toybox"]
  info_flags      = ["--help", "--list", "--list-full"]
  escape_flags    = ["--install"]
  stop_at_operand = true
  carrier         = true
  in_process      = true
  operands        = ["command"]
}

# The dynamic loader runs the program that it is given.
tool "ld.so" {
  also            = ["ld-*.so", "ld-*.so.*"]
  flags           = ["--inhibit-cache", "--verify", "--list-diagnostics", "--list-tunables"]
  value_flags     = ["--library-path", "--inhibit-rpath", "--audit", "--preload", "--argv0", "--glibc-hwcaps-prepend", "--glibc-hwcaps-mask"]
  escape_flags    = ["--library-path", "--audit", "--preload"]
  info_flags      = ["--help", "--version", "--list"]
  single_dash     = true
  stop_at_operand = true
  carrier         = true
  in_process      = true
  operands        = ["command"]
}

tool "watch" {
  flags           = ["-b", "--beep", "-c", "--color", "-C", "-e", "--errexit", "-g", "--chgexit", "-p", "--precise", "-r", "-t", "--no-title", "-w", "--no-wrap", "-x", "--exec", "-f", "--follow"]
  value_flags     = ["-n", "--interval", "-q", "--equexit", "-s"]
  optional_flags  = ["-d", "--differences"]
  info_flags      = ["-h", "--help", "-v", "--version"]
  stop_at_operand = true
  carrier         = true
  operands        = ["shell"]
}

tool "flock" {
  flags       = ["-s", "--shared", "-x", "-e", "--exclusive", "-u", "--unlock", "-n", "--nonblock", "-o", "--close", "-F", "--no-fork", "--verbose"]
  value_flags = ["-w", "--timeout", "-E", "--conflict-exit-code"]
  shell_flags = ["-c", "--command"]
  info_flags  = ["-h", "--help", "-V", "--version"]
  operands    = ["path", "command"]
}
