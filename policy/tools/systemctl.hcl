# Checked: systemd 252, by --help; soft-reboot, sleep, list-paths, --when and --drop-in are newer. edit starts an editor, and what
# set-environment gives to units may make them run something else.

tool "systemctl" {
  abbreviate     = true
  flags_anywhere = true
  closed         = true
  flags = [
    "--system", "--user", "--failed", "-a", "--all", "-l", "--full", "-r", "--recursive", "--reverse", "--with-dependencies",
    "-T", "--show-transaction", "--show-types", "--value", "-i", "--now", "--dry-run", "-q", "--quiet", "--wait",
    "--no-block", "--no-wall", "--no-reload", "--no-pager", "--no-ask-password", "--global", "--runtime", "-f", "--force",
    "--firmware-setup", "--plain", "--read-only", "--mkdir", "--marked", "--no-warn", "--stdin", "--after", "--before",
  ]
  value_flags = [
    "-H", "--host", "-M", "--machine", "-t", "--type", "--state", "-p", "--property", "-P", "--job-mode",
    "--check-inhibitors", "--kill-whom", "-s", "--signal", "--what", "--legend", "--preset-mode", "-n", "--lines", "-o",
    "--output", "--boot-loader-menu", "--boot-loader-entry", "--timestamp", "--drop-in", "--when", "--image-policy",
    "--kill-value", "--kill-subgroup", "-C", "--capsule",
  ]
  path_flags = ["--root", "--image"]
  info_flags = ["-h", "--help", "--version"]
  same = [
    ["-H", "--host"], ["-M", "--machine"], ["-t", "--type"], ["-p", "--property"], ["-a", "--all"], ["-l", "--full"],
    ["-r", "--recursive"], ["-T", "--show-transaction"], ["-s", "--signal"], ["-q", "--quiet"], ["-f", "--force"],
    ["-n", "--lines"], ["-o", "--output"], ["-C", "--capsule"],
  ]

  subcommand "add-requires" { operands = ["any"] }
  subcommand "add-wants" { operands = ["any"] }
  subcommand "bind" { operands = ["any"] }
  subcommand "cancel" { operands = ["text"] }
  subcommand "cat" { operands = ["text"] }
  subcommand "clean" { operands = ["text"] }
  subcommand "daemon-reexec" { operands = ["text"] }
  subcommand "daemon-reload" { operands = ["text"] }
  subcommand "default" { operands = ["text"] }
  subcommand "disable" { operands = ["any"] }
  subcommand "edit" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "emergency" { operands = ["text"] }
  subcommand "enable" { operands = ["any"] }
  subcommand "exit" { operands = ["text"] }
  subcommand "freeze" { operands = ["text"] }
  subcommand "get-default" { operands = ["text"] }
  subcommand "halt" { operands = ["text"] }
  subcommand "help" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "hibernate" { operands = ["text"] }
  subcommand "hybrid-sleep" { operands = ["text"] }
  subcommand "import-environment" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "is-active" { operands = ["text"] }
  subcommand "is-enabled" { operands = ["any"] }
  subcommand "is-failed" { operands = ["text"] }
  subcommand "is-system-running" { operands = ["text"] }
  subcommand "isolate" { operands = ["text"] }
  subcommand "kexec" { operands = ["text"] }
  subcommand "kill" { operands = ["text"] }
  subcommand "link" { operands = ["any"] }
  subcommand "list-automounts" { operands = ["text"] }
  subcommand "list-dependencies" { operands = ["text"] }
  subcommand "list-jobs" { operands = ["text"] }
  subcommand "list-machines" { operands = ["text"] }
  subcommand "list-paths" { operands = ["text"] }
  subcommand "list-sockets" { operands = ["text"] }
  subcommand "list-timers" { operands = ["text"] }
  subcommand "list-unit-files" { operands = ["text"] }
  subcommand "list-units" { operands = ["text"] }
  subcommand "log-level" { operands = ["text"] }
  subcommand "log-target" { operands = ["text"] }
  subcommand "mask" { operands = ["any"] }
  subcommand "mount-image" { operands = ["any"] }
  subcommand "poweroff" { operands = ["text"] }
  subcommand "preset" { operands = ["any"] }
  subcommand "preset-all" { operands = ["text"] }
  subcommand "reboot" { operands = ["text"] }
  subcommand "reenable" { operands = ["any"] }
  subcommand "reload" { operands = ["text"] }
  subcommand "reload-or-restart" { operands = ["text"] }
  subcommand "rescue" { operands = ["text"] }
  subcommand "reset-failed" { operands = ["text"] }
  subcommand "restart" { operands = ["text"] }
  subcommand "revert" { operands = ["any"] }
  subcommand "service-log-level" { operands = ["text"] }
  subcommand "service-log-target" { operands = ["text"] }
  subcommand "service-watchdogs" { operands = ["text"] }
  subcommand "set-default" { operands = ["text"] }
  subcommand "set-environment" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "set-property" { operands = ["text"] }
  subcommand "show" { operands = ["text"] }
  subcommand "show-environment" { operands = ["text"] }
  subcommand "sleep" { operands = ["text"] }
  subcommand "soft-reboot" { operands = ["text"] }
  subcommand "start" { operands = ["any"] }
  subcommand "status" { operands = ["text"] }
  subcommand "stop" { operands = ["text"] }
  subcommand "suspend" { operands = ["text"] }
  subcommand "suspend-then-hibernate" { operands = ["text"] }
  subcommand "switch-root" { operands = ["any"] }
  subcommand "thaw" { operands = ["text"] }
  subcommand "try-reload-or-restart" { operands = ["text"] }
  subcommand "try-restart" { operands = ["text"] }
  subcommand "unmask" { operands = ["any"] }
  subcommand "unset-environment" { operands = ["text"] }
  subcommand "whoami" { operands = ["text"] }
}
