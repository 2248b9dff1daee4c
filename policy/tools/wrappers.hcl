# Wrappers that change the root, the user or the place, and so are no carriers, and some that carry.
# Checked: util-linux 2.38 (unshare, nsenter, taskset, script, su), coreutils 9.1 (chroot), by --help; strace 6.1, pkexec 122, xvfb-run, parallel
# and corepack by their manuals. su without a command, and script without -c, start a shell.

tool "chroot" {
  abbreviate      = true
  flags           = ["--skip-chdir"]
  value_flags     = ["--groups", "--userspec"]
  info_flags      = ["--help", "--version"]
  stop_at_operand = true
  operands        = ["path", "command"]
}

tool "unshare" {
  abbreviate = true
  flags      = ["-f", "--fork", "-r", "--map-root-user", "-c", "--map-current-user", "--map-auto", "--keep-caps"]
  value_flags = [
    "--map-user", "--map-group", "--map-users", "--map-groups", "--propagation", "--setgroups", "-S", "--setuid", "-G",
    "--setgid", "--monotonic", "--boottime", "--load-interp", "-l", "--owner",
  ]
  optional_flags = [
    "--mount-proc", "-m", "--mount", "-u", "--uts", "-i", "--ipc", "-n", "--net", "-p", "--pid", "-U", "--user", "-C",
    "--cgroup", "-T", "--time", "--kill-child",
  ]
  path_flags   = ["-R", "--root", "--mount-proc"]
  chdir_flags  = ["-w", "--wd"]
  escape_flags = ["-R", "--root"]
  info_flags   = ["-h", "--help", "-V", "--version"]
  same = [
    ["-m", "--mount"], ["-u", "--uts"], ["-i", "--ipc"], ["-n", "--net"], ["-p", "--pid"], ["-U", "--user"],
    ["-C", "--cgroup"], ["-T", "--time"], ["-f", "--fork"], ["-r", "--map-root-user"], ["-c", "--map-current-user"],
    ["-R", "--root"], ["-w", "--wd"], ["-S", "--setuid"], ["-G", "--setgid"],
  ]
  stop_at_operand = true
  operands        = ["command"]
}

tool "nsenter" {
  abbreviate = true
  flags = [
    "-a", "--all", "-F", "--no-fork", "-Z", "--follow-context", "--keep-caps", "--user-parent", "-e", "--env", "-c",
    "--join-cgroup",
  ]
  value_flags = ["-t", "--target", "-S", "--setuid", "-G", "--setgid", "--preserve-credentials", "-W.", "-W", "--net-socket", "-N", "--wdns"]
  optional_flags = [
    "-m", "--mount", "-u", "--uts", "-i", "--ipc", "-n", "--net", "-p", "--pid", "-C", "--cgroup", "-U", "--user", "-T",
    "--time", "-r", "--root", "-w", "--wd",
  ]
  chdir_flags  = ["--wdns"]
  escape_flags = ["-r", "--root", "-w", "--wd", "-W", "--wdns"]
  info_flags   = ["-h", "--help", "-V", "--version"]
  same = [
    ["-a", "--all"], ["-t", "--target"], ["-m", "--mount"], ["-u", "--uts"], ["-i", "--ipc"], ["-n", "--net"],
    ["-p", "--pid"], ["-C", "--cgroup"], ["-U", "--user"], ["-T", "--time"], ["-S", "--setuid"], ["-G", "--setgid"],
    ["-r", "--root"], ["-w", "--wd"], ["-W.", "--wdns"], ["-F", "--no-fork"], ["-Z", "--follow-context"],
  ]
  stop_at_operand = true
  operands        = ["command"]
}

tool "strace" {
  abbreviate = true
  flags = [
    "-D", "-f", "-F", "-i", "-k", "-n", "-q", "-r", "-t", "-T", "-v", "-x", "-y", "-Y", "-c", "-C", "-w", "-z", "-Z", "-d",
    "-A", "--follow-forks", "--output-separately", "--instruction-pointer", "--stack-traces", "--stack-trace",
    "--syscall-number", "--output-append-mode", "--successful-only", "--failed-only", "--no-abbrev", "--summary-only",
    "--summary", "--summary-wall-clock", "--debug", "--seccomp-bpf",
  ]
  value_flags = [
    "-e", "-E", "--env", "-p", "--attach", "-u", "--user", "-b", "--detach-on", "-I", "--interruptible", "--trace", "-P",
    "--trace-path", "-a", "--columns", "--signal", "--status", "--abbrev", "--verbose", "--raw", "--read", "--write", "--kvm",
    "--inject", "--fault", "-s", "--string-limit", "-X", "--const-print-style", "-O", "--summary-syscall-overhead", "-S",
    "--summary-sort-by", "-U", "--summary-columns", "--argv0",
  ]
  optional_flags = [
    "--daemonize", "--quiet", "--silent", "--silence", "--relative-timestamps", "--absolute-timestamps", "--timestamps",
    "--syscall-times", "--strings-in-hex", "--decode-fds", "--decode-pids", "--tips",
  ]
  path_flags   = ["-o", "--output"]
  escape_flags = ["-o", "--output", "-E", "--env", "-u", "--user"]
  safe_values = {
    "-o"       = ["[a-zA-Z0-9/._-]*"]
    "--output" = ["[a-zA-Z0-9/._-]*"]
  }
  info_flags      = ["-h", "--help", "-V", "--version"]
  same            = [["-o", "--output"], ["-E", "--env"], ["-u", "--user"], ["-p", "--attach"]]
  stop_at_operand = true
  carrier         = true
  operands        = ["command"]
}

tool "taskset" {
  flags           = ["-a", "--all-tasks", "-p", "--pid", "-c", "--cpu-list"]
  info_flags      = ["-h", "--help", "-V", "--version"]
  same            = [["-a", "--all-tasks"], ["-p", "--pid"], ["-c", "--cpu-list"]]
  stop_at_operand = true
  carrier         = true
  operands        = ["text", "command"]
}

tool "script" {
  abbreviate  = true
  flags       = ["-a", "--append", "-e", "--return", "-f", "--flush", "--force", "-q", "--quiet"]
  value_flags = ["-t", "--timing", "-m", "--logging-format", "-E", "--echo", "-o", "--output-limit"]
  path_flags  = ["-I", "--log-in", "-O", "--log-out", "-B", "--log-io", "-T", "--log-timing"]
  shell_flags = ["-c", "--command"]
  info_flags  = ["-h", "--help", "-V", "--version"]
  same = [
    ["-I", "--log-in"], ["-O", "--log-out"], ["-B", "--log-io"], ["-T", "--log-timing", "-t", "--timing"],
    ["-m", "--logging-format"], ["-a", "--append"], ["-c", "--command"], ["-e", "--return"], ["-f", "--flush"],
    ["-E", "--echo"], ["-o", "--output-limit"], ["-q", "--quiet"],
  ]
  opaque   = true
  operands = ["path"]
}

tool "su" {
  abbreviate   = true
  flags        = ["-", "-m", "-p", "--preserve-environment", "-l", "--login", "-f", "--fast", "-P", "--pty"]
  value_flags  = ["-w", "--whitelist-environment", "-g", "--group", "-G", "--supp-group", "-s", "--shell"]
  shell_flags  = ["-c", "--command", "--session-command"]
  escape_flags = ["-s", "--shell"]
  info_flags   = ["-h", "--help", "-V", "--version"]
  same         = [["-", "-l", "--login"], ["-c", "--command"], ["-s", "--shell"]]
  opaque       = true
  operands     = ["text"]
}

tool "runuser" {
  abbreviate      = true
  flags           = ["-", "-m", "-p", "--preserve-environment", "-l", "--login", "-f", "--fast", "-P", "--pty"]
  value_flags     = ["-u", "--user", "-w", "--whitelist-environment", "-g", "--group", "-G", "--supp-group", "-s", "--shell"]
  shell_flags     = ["-c", "--command", "--session-command"]
  escape_flags    = ["-s", "--shell"]
  info_flags      = ["-h", "--help", "-V", "--version"]
  stop_at_operand = true
  opaque          = true
  operands        = ["command"]
}

tool "pkexec" {
  flags           = ["--disable-internal-agent", "--keep-cwd"]
  value_flags     = ["--user", "-u"]
  info_flags      = ["--help", "--version"]
  same            = [["-u", "--user"]]
  stop_at_operand = true
  operands        = ["command"]
}

tool "xvfb-run" {
  flags        = ["-a", "--auto-servernum", "-l", "--listen-tcp"]
  value_flags  = ["-n", "--server-num", "-p", "--xauth-protocol", "-s", "--server-args", "-w", "--wait"]
  path_flags   = ["-e", "--error-file", "-f", "--auth-file"]
  escape_flags = ["-s", "--server-args"]
  safe_values = {
    "-s"            = ["-screen *"]
    "--server-args" = ["-screen *"]
  }
  info_flags      = ["-h", "--help"]
  same            = [["-s", "--server-args"]]
  stop_at_operand = true
  carrier         = true
  operands        = ["command"]
}

tool "parallel" {
  flags = [
    "-0", "--null", "-k", "--keep-order", "-X", "-m", "--xargs", "--bar", "--eta", "--progress", "-t", "--verbose", "-v",
    "--dry-run", "--dryrun", "-q", "--quote", "--pipe", "--line-buffer", "--lb", "-u", "--ungroup", "--tag",
    "--no-run-if-empty", "-r", "--resume", "--resume-failed", "--will-cite", "--onall", "--nonall", "--bg", "--fg", "--shuf",
    "--plus", "--no-notice", "--group", "--linebuffer",
  ]
  value_flags = [
    "-j", "--jobs", "-P", "-a", "--arg-file", "-I", "-N", "-n", "--max-args", "-L", "-d", "--delimiter", "-C", "--colsep",
    "--joblog", "--results", "--timeout", "--retries", "--delay", "--halt", "--load", "--memfree", "--nice", "-S",
    "--sshlogin", "--slf", "--sshloginfile", "--trc", "--env", "--tmpdir", "--workdir", "--wd", "--block", "--recstart",
    "--recend", "--header", "--tagstring", "--semaphorename", "--id", "-s", "--basefile", "--bf", "--return", "--profile",
    "-J", "--rpl", "--limit", "--transferfile", "--tf",
  ]
  info_flags      = ["-h", "--help", "-V", "--version", "--bibtex", "--citation"]
  stop_at_operand = true
  opaque          = true
  operands        = ["shell"]
}

tool "corepack" {
  closed     = true
  info_flags = ["-v", "--version", "-h", "--help"]

  subcommand "cache" {
    flags          = ["--all", "--activate", "--json", "-g", "--global", "--cache-only"]
    optional_flags = ["-o", "--output"]
    path_flags     = ["--install-directory"]
    operands       = ["text"]
  }
  subcommand "disable" {
    flags          = ["--all", "--activate", "--json", "-g", "--global", "--cache-only"]
    optional_flags = ["-o", "--output"]
    path_flags     = ["--install-directory"]
    operands       = ["text"]
  }
  subcommand "enable" {
    flags          = ["--all", "--activate", "--json", "-g", "--global", "--cache-only"]
    optional_flags = ["-o", "--output"]
    path_flags     = ["--install-directory"]
    operands       = ["text"]
  }
  subcommand "hydrate" {
    flags          = ["--all", "--activate", "--json", "-g", "--global", "--cache-only"]
    optional_flags = ["-o", "--output"]
    path_flags     = ["--install-directory"]
    operands       = ["text"]
  }
  subcommand "install" {
    flags          = ["--all", "--activate", "--json", "-g", "--global", "--cache-only"]
    optional_flags = ["-o", "--output"]
    path_flags     = ["--install-directory"]
    operands       = ["text"]
  }
  subcommand "npm" { opaque = true }
  subcommand "npx" { opaque = true }
  subcommand "pack" {
    flags          = ["--all", "--activate", "--json", "-g", "--global", "--cache-only"]
    optional_flags = ["-o", "--output"]
    path_flags     = ["--install-directory"]
    operands       = ["text"]
  }
  subcommand "pnpm" { opaque = true }
  subcommand "pnpx" { opaque = true }
  subcommand "prepare" {
    flags          = ["--all", "--activate", "--json", "-g", "--global", "--cache-only"]
    optional_flags = ["-o", "--output"]
    path_flags     = ["--install-directory"]
    operands       = ["text"]
  }
  subcommand "up" {
    flags          = ["--all", "--activate", "--json", "-g", "--global", "--cache-only"]
    optional_flags = ["-o", "--output"]
    path_flags     = ["--install-directory"]
    operands       = ["text"]
  }
  subcommand "use" {
    flags          = ["--all", "--activate", "--json", "-g", "--global", "--cache-only"]
    optional_flags = ["-o", "--output"]
    path_flags     = ["--install-directory"]
    operands       = ["text"]
  }
  subcommand "yarn" { opaque = true }
  subcommand "yarnpkg" { opaque = true }
}
