tool "sudo" {
  abbreviate      = true
  flags           = ["-A", "--askpass", "-b", "--background", "-B", "--bell", "-E", "-H", "--set-home", "-i", "--login", "-k", "--reset-timestamp", "-K", "--remove-timestamp", "-n", "--non-interactive", "-N", "-P", "--preserve-groups", "-S", "--stdin", "-s", "--shell", "-e", "--edit"]
  value_flags     = ["-C", "--close-from", "-g", "--group", "-h", "--host", "-p", "--prompt", "-R", "--chroot", "-r", "--role", "-T", "--command-timeout", "-t", "--type", "-U", "--other-user", "-u", "--user"]
  optional_flags  = ["--preserve-env"]
  chdir_flags     = ["-D", "--chdir"]
  escape_flags    = ["-i", "--login", "-s", "--shell", "-e", "--edit", "-R", "--chroot"]
  info_flags      = ["-V", "--version", "--help", "-l", "--list", "-v", "--validate"]
  same            = [["-u", "--user"], ["-g", "--group"], ["-i", "--login"], ["-s", "--shell"], ["-n", "--non-interactive"], ["-D", "--chdir"]]
  stop_at_operand = true
  operands        = ["assign", "command"]
}

tool "doas" {
  flags           = ["-L", "-n", "-s"]
  value_flags     = ["-u", "-a"]
  path_flags      = ["-C"]
  escape_flags    = ["-s"]
  stop_at_operand = true
  operands        = ["command"]
}
