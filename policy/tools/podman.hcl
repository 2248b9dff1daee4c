# Checked: podman 4.3, by its own --help. As with docker, what runs in a container is judged too.

tool "podman" {
  closed = true
  flags  = ["--noout", "-r", "--remote", "--syslog"]
  value_flags = [
    "--cgroup-manager", "-c", "--connection", "--events-backend", "--log-level", "--namespace", "--runtime-flag", "--ssh",
    "--storage-driver", "--storage-opt", "--url",
  ]
  path_flags = [
    "--conmon", "--runtime", "--hooks-dir", "--network-config-dir", "--network-cmd-path", "--identity", "--root", "--runroot",
    "--tmpdir", "--volumepath",
  ]
  escape_flags = ["--conmon", "--runtime", "--hooks-dir", "--network-cmd-path", "--runtime-flag", "--volumepath"]
  info_flags   = ["-h", "--help", "-v", "--version"]
  same         = [["-r", "--remote"], ["-v", "--version"], ["-c", "--connection"]]

  subcommand "attach" {
    flags       = ["-l", "--latest", "--no-stdin", "--sig-proxy"]
    value_flags = ["--detach-keys"]
    same        = [["-l", "--latest"]]
    operands    = ["text"]
  }
  subcommand "auto-update" {
    flags       = ["--dry-run", "--rollback"]
    value_flags = ["--format"]
    path_flags  = ["--authfile"]
    opaque      = true
  }
  subcommand "build" {
    flags = [
      "--all-platforms", "--compress", "-D", "--disable-compression", "--disable-content-trust", "--force-rm", "--http-proxy",
      "--identity-label", "--layers", "--logsplit", "--no-cache", "--no-hosts", "--omit-history", "-q", "--quiet", "--rm",
      "--skip-unused-stages", "--squash", "--squash-all", "--stdin", "--tls-verify",
    ]
    value_flags = [
      "--add-host", "--annotation", "--arch", "--build-arg", "--build-context", "--cache-from", "--cache-to", "--cache-ttl",
      "--cap-add", "--cap-drop", "--cgroup-parent", "--cgroupns", "--cpp-flag", "--cpu-period", "--cpu-quota", "-c",
      "--cpu-shares", "--cpuset-cpus", "--cpuset-mems", "--creds", "--decryption-key", "--device", "--dns", "--dns-option",
      "--dns-search", "--env", "--format", "--from", "--hooks-dir", "--ipc", "--isolation", "--jobs", "--label", "--logfile",
      "--manifest", "-m", "--memory", "--memory-swap", "--network", "--os", "--os-feature", "--os-version", "-o", "--output",
      "--pid", "--platform", "--retry", "--retry-delay", "--runtime-flag", "--secret", "--security-opt", "--shm-size",
      "--sign-by", "--ssh", "-t", "--tag", "--target", "--timestamp", "--ulimit", "--unsetenv", "--userns",
      "--userns-gid-map", "--userns-gid-map-group", "--userns-uid-map", "--userns-uid-map-user", "--uts", "--variant", "-v",
      "--volume",
    ]
    optional_flags = ["--pull"]
    path_flags     = ["--authfile", "--cert-dir", "-f", "--file", "--ignorefile", "--iidfile"]
    same = [
      ["-D", "--disable-compression"], ["-q", "--quiet"], ["-c", "--cpu-shares"], ["-f", "--file"], ["-m", "--memory"],
      ["-o", "--output"], ["-t", "--tag"], ["-v", "--volume"],
    ]
    operands = ["path"]
  }
  subcommand "commit" {
    flags       = ["--include-volumes", "-p", "--pause", "-q", "--quiet", "-s", "--squash"]
    value_flags = ["-a", "--author", "-c", "--change", "-f", "--format", "-m", "--message"]
    path_flags  = ["--iidfile"]
    same = [
      ["-p", "--pause"], ["-q", "--quiet"], ["-s", "--squash"], ["-a", "--author"], ["-c", "--change"], ["-f", "--format"],
      ["-m", "--message"],
    ]
    operands = ["text"]
  }
  subcommand "compose" { opaque = true }
  subcommand "container" {
    closed = true
    subcommand "attach" {
      stands_for = "attach"
      operands   = ["text"]
    }
    subcommand "checkpoint" {
      flags = [
        "-a", "--all", "--file-locks", "--ignore-rootfs", "--ignore-volumes", "-k", "--keep", "-l", "--latest", "-R",
        "--leave-running", "-P", "--pre-checkpoint", "--print-stats", "--tcp-established", "--with-previous",
      ]
      value_flags = ["-c", "--compress", "--create-image", "-e", "--export"]
      same = [
        ["-a", "--all"], ["-k", "--keep"], ["-l", "--latest"], ["-R", "--leave-running"], ["-P", "--pre-checkpoint"],
        ["-c", "--compress"], ["-e", "--export"],
      ]
      operands = ["text"]
    }
    subcommand "cleanup" {
      flags       = ["-a", "--all", "-l", "--latest", "--rm", "--rmi"]
      value_flags = ["--exec"]
      same        = [["-a", "--all"], ["-l", "--latest"]]
      operands    = ["text"]
    }
    subcommand "clone" {
      flags = ["--destroy", "-f", "--force", "--run"]
      value_flags = [
        "--blkio-weight", "--blkio-weight-device", "--cpu-period", "--cpu-quota", "--cpu-rt-period", "--cpu-rt-runtime", "-c",
        "--cpu-shares", "--cpus", "--cpuset-cpus", "--cpuset-mems", "--device-read-bps", "--device-write-bps", "-m",
        "--memory", "--memory-reservation", "--memory-swap", "--memory-swappiness", "--name", "--pod",
      ]
      same     = [["-f", "--force"], ["-c", "--cpu-shares"], ["-m", "--memory"]]
      operands = ["text"]
    }
    subcommand "commit" {
      stands_for = "commit"
      operands   = ["text"]
    }
    subcommand "cp" {
      stands_for = "cp"
      operands   = ["text"]
    }
    subcommand "create" {
      stands_for = "create"
      operands   = ["text"]
    }
    subcommand "diff" {
      stands_for = "diff"
      operands   = ["text"]
    }
    subcommand "exec" {
      stands_for = "exec"
      operands   = ["text"]
    }
    subcommand "exists" {
      flags    = ["--external"]
      operands = ["text"]
    }
    subcommand "export" {
      stands_for = "export"
      operands   = ["text"]
    }
    subcommand "init" {
      stands_for = "init"
      operands   = ["text"]
    }
    subcommand "inspect" {
      flags       = ["-l", "--latest", "-s", "--size"]
      value_flags = ["-f", "--format"]
      same        = [["-l", "--latest"], ["-s", "--size"], ["-f", "--format"]]
      operands    = ["text"]
    }
    subcommand "kill" {
      stands_for = "kill"
      operands   = ["text"]
    }
    subcommand "list" {
      also       = ["ls"]
      stands_for = "ps"
      operands   = ["text"]
    }
    subcommand "logs" {
      stands_for = "logs"
      operands   = ["text"]
    }
    subcommand "mount" {
      stands_for = "mount"
      operands   = ["text"]
    }
    subcommand "pause" {
      stands_for = "pause"
      operands   = ["text"]
    }
    subcommand "port" {
      stands_for = "port"
      operands   = ["text"]
    }
    subcommand "prune" {
      flags       = ["-f", "--force"]
      value_flags = ["--filter"]
      same        = [["-f", "--force"]]
      operands    = ["text"]
    }
    subcommand "ps" {
      stands_for = "ps"
      operands   = ["text"]
    }
    subcommand "rename" {
      stands_for = "rename"
      operands   = ["text"]
    }
    subcommand "restart" {
      stands_for = "restart"
      operands   = ["text"]
    }
    subcommand "restore" {
      flags = [
        "-a", "--all", "--file-locks", "--ignore-rootfs", "--ignore-static-ip", "--ignore-static-mac", "--ignore-volumes",
        "-k", "--keep", "-l", "--latest", "--print-stats", "--tcp-established",
      ]
      value_flags = ["-i", "--import", "--import-previous", "-n", "--name", "--pod", "-p", "--publish"]
      same        = [["-a", "--all"], ["-k", "--keep"], ["-l", "--latest"], ["-i", "--import"], ["-n", "--name"], ["-p", "--publish"]]
      operands    = ["text"]
    }
    subcommand "rm" {
      stands_for = "rm"
      operands   = ["text"]
    }
    subcommand "run" {
      stands_for = "run"
      operands   = ["text"]
    }
    subcommand "runlabel" {
      flags       = ["--display", "-q", "--quiet", "--replace", "--tls-verify"]
      value_flags = ["--creds", "-n", "--name"]
      path_flags  = ["--authfile", "--cert-dir"]
      same        = [["-q", "--quiet"], ["-n", "--name"]]
      opaque      = true
    }
    subcommand "start" {
      stands_for = "start"
      operands   = ["text"]
    }
    subcommand "stats" {
      stands_for = "stats"
      operands   = ["text"]
    }
    subcommand "stop" {
      stands_for = "stop"
      operands   = ["text"]
    }
    subcommand "top" {
      stands_for = "top"
      operands   = ["text"]
    }
    subcommand "unmount" {
      also       = ["umount"]
      stands_for = "unmount"
      operands   = ["text"]
    }
    subcommand "unpause" {
      stands_for = "unpause"
      operands   = ["text"]
    }
    subcommand "update" {
      stands_for = "update"
      operands   = ["text"]
    }
    subcommand "wait" {
      stands_for = "wait"
      operands   = ["text"]
    }
  }
  subcommand "cp" {
    flags    = ["-a", "--archive", "--overwrite"]
    same     = [["-a", "--archive"]]
    operands = ["remote"]
  }
  subcommand "create" {
    flags = [
      "--disable-content-trust", "--env-host", "--help", "--http-proxy", "--init", "-i", "--interactive", "--no-healthcheck",
      "--no-hosts", "--oom-kill-disable", "--privileged", "-P", "--publish-all", "-q", "--quiet", "--read-only",
      "--read-only-tmpfs", "--replace", "--rm", "--rootfs", "--tls-verify", "-t", "--tty", "--unsetenv-all",
    ]
    value_flags = [
      "--add-host", "--annotation", "--arch", "-a", "--attach", "--blkio-weight", "--blkio-weight-device", "--cap-add",
      "--cap-drop", "--cgroup-conf", "--cgroup-parent", "--cgroupns", "--cgroups", "--chrootdirs", "--cpu-period",
      "--cpu-quota", "--cpu-rt-period", "--cpu-rt-runtime", "-c", "--cpu-shares", "--cpus", "--cpuset-cpus", "--cpuset-mems",
      "--device-cgroup-rule", "--device-read-bps", "--device-read-iops", "--device-write-bps", "--device-write-iops", "--dns",
      "--dns-option", "--dns-search", "--entrypoint", "-e", "--env", "--env-merge", "--expose", "--gidmap", "--group-add",
      "--health-cmd", "--health-interval", "--health-on-failure", "--health-retries", "--health-start-period",
      "--health-timeout", "-h", "--hostname", "--hostuser", "--image-volume", "--init-ctr", "--init-path", "--ip", "--ip6",
      "--ipc", "-l", "--label", "--log-driver", "--log-opt", "--mac-address", "-m", "--memory", "--memory-reservation",
      "--memory-swap", "--memory-swappiness", "--name", "--network", "--network-alias", "--oom-score-adj", "--os",
      "--passwd-entry", "--personality", "--pid", "--pids-limit", "--platform", "--pod", "-p", "--publish", "--pull",
      "--requires", "--restart", "--sdnotify", "--seccomp-policy", "--secret", "--security-opt", "--shm-size",
      "--stop-signal", "--stop-timeout", "--subgidname", "--subuidname", "--sysctl", "--systemd", "--timeout", "--tmpfs",
      "--tz", "--uidmap", "--ulimit", "--umask", "--unsetenv", "-u", "--user", "--userns", "--uts", "--variant",
      "--volumes-from", "-w", "--workdir",
    ]
    path_flags   = ["--authfile", "--cidfile", "--conmon-pidfile", "--env-file", "--label-file", "--pidfile", "--pod-id-file"]
    guess_flags  = ["-v", "--volume", "--mount", "--device"]
    escape_flags = ["--entrypoint", "--health-cmd"]
    safe_values  = { "--entrypoint" = [""] }
    same = [
      ["-i", "--interactive"], ["-P", "--publish-all"], ["-q", "--quiet"], ["-t", "--tty"], ["-a", "--attach"],
      ["-c", "--cpu-shares"], ["-e", "--env"], ["-h", "--hostname"], ["-l", "--label"], ["-m", "--memory"],
      ["-p", "--publish"], ["-u", "--user"], ["-v", "--volume"], ["-w", "--workdir"], ["--network", "--net"],
    ]
    stop_at_operand = true
    operands        = ["text", "command"]
  }
  subcommand "diff" {
    flags       = ["-l", "--latest"]
    value_flags = ["--format"]
    same        = [["-l", "--latest"]]
    operands    = ["text"]
  }
  subcommand "events" {
    flags       = ["--no-trunc"]
    value_flags = ["-f", "--filter", "--format", "--since", "--until"]
    same        = [["-f", "--filter"]]
    operands    = ["text"]
  }
  subcommand "exec" {
    flags       = ["-d", "--detach", "-i", "--interactive", "-l", "--latest", "--privileged", "-t", "--tty"]
    value_flags = ["--detach-keys", "-e", "--env", "--preserve-fds", "-u", "--user", "-w", "--workdir"]
    path_flags  = ["--env-file"]
    same = [
      ["-d", "--detach"], ["-i", "--interactive"], ["-l", "--latest"], ["-t", "--tty"], ["-e", "--env"], ["-u", "--user"],
      ["-w", "--workdir"],
    ]
    stop_at_operand = true
    operands        = ["text", "command"]
  }
  subcommand "export" {
    path_flags = ["-o", "--output"]
    same       = [["-o", "--output"]]
    operands   = ["text"]
  }
  subcommand "farm" { opaque = true }
  subcommand "generate" {
    closed = true
    subcommand "kube" {
      flags       = ["-s", "--service"]
      value_flags = ["-f", "--filename"]
      same        = [["-s", "--service"], ["-f", "--filename"]]
      operands    = ["text"]
    }
    subcommand "spec" {
      flags       = ["-c", "--compact", "-n", "--name"]
      value_flags = ["-f", "--filename"]
      same        = [["-c", "--compact"], ["-n", "--name"], ["-f", "--filename"]]
      operands    = ["text"]
    }
    subcommand "systemd" {
      flags = ["-f", "--files", "-n", "--name", "--new", "--no-header", "--template"]
      value_flags = [
        "--after", "--container-prefix", "-e", "--env", "--format", "--pod-prefix", "--requires", "--restart-policy",
        "--restart-sec", "--separator", "--start-timeout", "--stop-timeout", "--wants",
      ]
      same     = [["-f", "--files"], ["-n", "--name"], ["-e", "--env"]]
      operands = ["text"]
    }
  }
  subcommand "healthcheck" {
    subcommand "run" { opaque = true }
  }
  subcommand "history" {
    flags       = ["-H", "--human", "--no-trunc", "-q", "--quiet"]
    value_flags = ["--format"]
    same        = [["-H", "--human"], ["-q", "--quiet"]]
    operands    = ["text"]
  }
  subcommand "image" {
    closed = true
    subcommand "build" {
      stands_for = "build"
      operands   = ["text"]
    }
    subcommand "diff" {
      value_flags = ["--format"]
      operands    = ["text"]
    }
    subcommand "exists" { operands = ["text"] }
    subcommand "history" {
      stands_for = "history"
      operands   = ["text"]
    }
    subcommand "import" {
      stands_for = "import"
      operands   = ["text"]
    }
    subcommand "inspect" {
      value_flags = ["-f", "--format"]
      same        = [["-f", "--format"]]
      operands    = ["text"]
    }
    subcommand "list" {
      also       = ["ls"]
      stands_for = "images"
      operands   = ["text"]
    }
    subcommand "load" {
      stands_for = "load"
      operands   = ["text"]
    }
    subcommand "mount" {
      flags       = ["-a", "--all"]
      value_flags = ["--format"]
      same        = [["-a", "--all"]]
      operands    = ["text"]
    }
    subcommand "prune" {
      flags       = ["-a", "--all", "--external", "-f", "--force"]
      value_flags = ["--filter"]
      same        = [["-a", "--all"], ["-f", "--force"]]
      operands    = ["text"]
    }
    subcommand "pull" {
      stands_for = "pull"
      operands   = ["text"]
    }
    subcommand "push" {
      stands_for = "push"
      operands   = ["text"]
    }
    subcommand "rm" {
      stands_for = "rmi"
      operands   = ["text"]
    }
    subcommand "save" {
      stands_for = "save"
      operands   = ["text"]
    }
    subcommand "scp" {
      flags    = ["-q", "--quiet"]
      same     = [["-q", "--quiet"]]
      operands = ["text"]
    }
    subcommand "search" {
      stands_for = "search"
      operands   = ["text"]
    }
    subcommand "sign" {
      flags       = ["-a", "--all"]
      value_flags = ["-d", "--directory", "--sign-by"]
      path_flags  = ["--authfile", "--cert-dir"]
      same        = [["-a", "--all"], ["-d", "--directory"]]
      operands    = ["text"]
    }
    subcommand "tag" {
      stands_for = "tag"
      operands   = ["text"]
    }
    subcommand "tree" {
      flags    = ["--whatrequires"]
      operands = ["text"]
    }
    subcommand "trust" {
      subcommand "set" {
        value_flags = ["-f", "--pubkeysfile", "-t", "--type"]
        same        = [["-f", "--pubkeysfile"], ["-t", "--type"]]
        operands    = ["text"]
      }
      subcommand "show" {
        flags    = ["-j", "--json", "-n", "--noheading", "--raw"]
        same     = [["-j", "--json"], ["-n", "--noheading"]]
        operands = ["text"]
      }
    }
    subcommand "unmount" {
      also     = ["umount"]
      flags    = ["-a", "--all", "-f", "--force"]
      same     = [["-a", "--all"], ["-f", "--force"]]
      operands = ["text"]
    }
    subcommand "untag" {
      stands_for = "untag"
      operands   = ["text"]
    }
  }
  subcommand "images" {
    flags       = ["-a", "--all", "--digests", "--history", "--no-trunc", "-n", "--noheading", "-q", "--quiet"]
    value_flags = ["-f", "--filter", "--format", "--sort"]
    same        = [["-a", "--all"], ["-n", "--noheading"], ["-q", "--quiet"], ["-f", "--filter"]]
    operands    = ["text"]
  }
  subcommand "import" {
    flags       = ["-q", "--quiet"]
    value_flags = ["--arch", "-c", "--change", "-m", "--message", "--os", "--variant"]
    same        = [["-q", "--quiet"], ["-c", "--change"], ["-m", "--message"]]
    operands    = ["path", "text"]
  }
  subcommand "info" {
    value_flags = ["-f", "--format"]
    same        = [["-f", "--format"]]
    operands    = ["text"]
  }
  subcommand "init" {
    flags    = ["-a", "--all", "-l", "--latest"]
    same     = [["-a", "--all"], ["-l", "--latest"]]
    operands = ["text"]
  }
  subcommand "inspect" {
    flags       = ["-l", "--latest", "-s", "--size"]
    value_flags = ["-f", "--format", "-t", "--type"]
    same        = [["-l", "--latest"], ["-s", "--size"], ["-f", "--format"], ["-t", "--type"]]
    operands    = ["text"]
  }
  subcommand "kill" {
    flags       = ["-a", "--all", "-l", "--latest"]
    value_flags = ["-s", "--signal"]
    path_flags  = ["--cidfile"]
    same        = [["-a", "--all"], ["-l", "--latest"], ["-s", "--signal"]]
    operands    = ["text"]
  }
  subcommand "kube" {
    closed = true
    subcommand "down" { operands = ["path"] }
    subcommand "generate" {
      flags       = ["-s", "--service"]
      value_flags = ["-f", "--filename"]
      same        = [["-s", "--service"], ["-f", "--filename"]]
      operands    = ["text"]
    }
    subcommand "play" {
      flags = ["--build", "--no-hosts", "-q", "--quiet", "--replace", "--start", "--tls-verify"]
      value_flags = [
        "--annotation", "--configmap", "--context-dir", "--creds", "--ip", "--log-driver", "--log-opt", "--mac-address",
        "--network", "--userns",
      ]
      path_flags = ["--authfile", "--cert-dir", "--seccomp-profile-root"]
      same       = [["-q", "--quiet"]]
      opaque     = true
      operands   = ["path"]
    }
  }
  subcommand "load" {
    flags      = ["-q", "--quiet"]
    path_flags = ["-i", "--input"]
    same       = [["-q", "--quiet"], ["-i", "--input"]]
    operands   = ["text"]
  }
  subcommand "login" {
    flags       = ["--get-login", "--password-stdin", "--tls-verify", "-v", "--verbose"]
    value_flags = ["-p", "--password", "-u", "--username"]
    path_flags  = ["--authfile", "--cert-dir"]
    same        = [["-v", "--verbose"], ["-p", "--password"], ["-u", "--username"]]
    operands    = ["text"]
  }
  subcommand "logout" {
    flags      = ["-a", "--all"]
    path_flags = ["--authfile"]
    same       = [["-a", "--all"]]
    operands   = ["text"]
  }
  subcommand "logs" {
    flags       = ["--color", "-f", "--follow", "-l", "--latest", "-n", "--names", "-t", "--timestamps"]
    value_flags = ["--since", "--tail", "--until"]
    same        = [["-f", "--follow"], ["-l", "--latest"], ["-n", "--names"], ["-t", "--timestamps"]]
    operands    = ["text"]
  }
  subcommand "machine" {
    closed = true
    subcommand "info" {
      value_flags = ["-f", "--format"]
      same        = [["-f", "--format"]]
      operands    = ["text"]
    }
    subcommand "init" {
      flags = ["--now", "--rootful"]
      value_flags = [
        "--cpus", "--disk-size", "--ignition-path", "--image-path", "-m", "--memory", "--timezone", "--username", "-v",
        "--volume", "--volume-driver",
      ]
      same     = [["-m", "--memory"], ["-v", "--volume"]]
      operands = ["text"]
    }
    subcommand "inspect" {
      value_flags = ["--format"]
      operands    = ["text"]
    }
    subcommand "list" {
      also        = ["ls"]
      flags       = ["--noheading", "-q", "--quiet"]
      value_flags = ["--format"]
      same        = [["-q", "--quiet"]]
      operands    = ["text"]
    }
    subcommand "rm" {
      flags    = ["-f", "--force", "--save-ignition", "--save-image", "--save-keys"]
      same     = [["-f", "--force"]]
      operands = ["text"]
    }
    subcommand "set" {
      flags       = ["--rootful"]
      value_flags = ["--cpus", "--disk-size", "-m", "--memory"]
      same        = [["-m", "--memory"]]
      operands    = ["text"]
    }
    subcommand "ssh" {
      value_flags     = ["--username"]
      stop_at_operand = true
      operands        = ["text", "shell"]
    }
    subcommand "start" { operands = ["text"] }
    subcommand "stop" { operands = ["text"] }
  }
  subcommand "manifest" {
    closed = true
    subcommand "add" {
      flags       = ["--all", "--tls-verify"]
      value_flags = ["--annotation", "--arch", "--creds", "--features", "--os", "--os-version", "--variant"]
      path_flags  = ["--authfile", "--cert-dir"]
      operands    = ["text"]
    }
    subcommand "annotate" {
      value_flags = ["--annotation", "--arch", "--features", "--os", "--os-features", "--os-version", "--variant"]
      operands    = ["text"]
    }
    subcommand "create" {
      flags    = ["--all", "-a", "--amend", "--tls-verify"]
      same     = [["-a", "--amend"]]
      operands = ["text"]
    }
    subcommand "exists" { operands = ["text"] }
    subcommand "inspect" { operands = ["text"] }
    subcommand "push" {
      flags = ["--all", "-q", "--quiet", "--remove-signatures", "--rm", "--tls-verify"]
      value_flags = [
        "--compression-format", "--creds", "-f", "--format", "--sign-by", "--sign-by-sigstore-private-key",
        "--sign-passphrase-file",
      ]
      path_flags = ["--authfile", "--cert-dir", "--digestfile"]
      same       = [["-q", "--quiet"], ["-f", "--format"]]
      operands   = ["text"]
    }
    subcommand "remove" { operands = ["text"] }
    subcommand "rm" { operands = ["text"] }
  }
  subcommand "mount" {
    flags       = ["-a", "--all", "-l", "--latest", "--no-trunc"]
    value_flags = ["--format"]
    same        = [["-a", "--all"], ["-l", "--latest"]]
    operands    = ["text"]
  }
  subcommand "network" {
    closed = true
    subcommand "connect" {
      value_flags = ["--alias", "--ip", "--ip6", "--mac-address"]
      operands    = ["text"]
    }
    subcommand "create" {
      flags       = ["--disable-dns", "--internal", "--ipv6"]
      value_flags = ["-d", "--driver", "--gateway", "--ip-range", "--ipam-driver", "--label", "-o", "--opt", "--subnet"]
      same        = [["-d", "--driver"], ["-o", "--opt"]]
      operands    = ["text"]
    }
    subcommand "disconnect" {
      flags    = ["-f", "--force"]
      same     = [["-f", "--force"]]
      operands = ["text"]
    }
    subcommand "exists" { operands = ["text"] }
    subcommand "inspect" {
      value_flags = ["-f", "--format"]
      same        = [["-f", "--format"]]
      operands    = ["text"]
    }
    subcommand "ls" {
      flags       = ["--no-trunc", "--noheading", "-q", "--quiet"]
      value_flags = ["-f", "--filter", "--format"]
      same        = [["-q", "--quiet"], ["-f", "--filter"]]
      operands    = ["text"]
    }
    subcommand "prune" {
      flags       = ["-f", "--force"]
      value_flags = ["--filter"]
      same        = [["-f", "--force"]]
      operands    = ["text"]
    }
    subcommand "reload" {
      flags    = ["-a", "--all", "-l", "--latest"]
      same     = [["-a", "--all"], ["-l", "--latest"]]
      operands = ["text"]
    }
    subcommand "rm" {
      also        = ["remove"]
      flags       = ["-f", "--force"]
      value_flags = ["-t", "--time"]
      same        = [["-f", "--force"], ["-t", "--time"]]
      operands    = ["text"]
    }
  }
  subcommand "pause" {
    flags       = ["-a", "--all", "-l", "--latest"]
    value_flags = ["-f", "--filter"]
    path_flags  = ["--cidfile"]
    same        = [["-a", "--all"], ["-l", "--latest"], ["-f", "--filter"]]
    operands    = ["text"]
  }
  subcommand "play" {
    subcommand "kube" { opaque = true }
  }
  subcommand "pod" {
    closed = true
    subcommand "clone" {
      flags = ["--destroy", "--help", "--start"]
      value_flags = [
        "--blkio-weight", "--blkio-weight-device", "--cgroup-parent", "-c", "--cpu-shares", "--cpus", "--cpuset-cpus",
        "--cpuset-mems", "--device", "--device-read-bps", "--device-write-bps", "--gidmap", "-h", "--hostname",
        "--infra-command", "--infra-conmon-pidfile", "--infra-name", "-l", "--label", "-m", "--memory", "--memory-swap", "-n",
        "--name", "--pid", "--security-opt", "--shm-size", "--subgidname", "--subuidname", "--sysctl", "--uidmap", "--userns",
        "--uts", "-v", "--volume", "--volumes-from",
      ]
      path_flags = ["--label-file"]
      same = [
        ["-c", "--cpu-shares"], ["-h", "--hostname"], ["-l", "--label"], ["-m", "--memory"], ["-n", "--name"],
        ["-v", "--volume"],
      ]
      operands = ["text"]
    }
    subcommand "create" {
      flags = ["--help", "--infra", "--no-hosts", "--replace", "--share-parent"]
      value_flags = [
        "--add-host", "--blkio-weight", "--blkio-weight-device", "--cgroup-parent", "-c", "--cpu-shares", "--cpus",
        "--cpuset-cpus", "--cpuset-mems", "--device", "--device-read-bps", "--device-write-bps", "--dns", "--dns-option",
        "--dns-search", "--exit-policy", "--gidmap", "-h", "--hostname", "--infra-command", "--infra-conmon-pidfile",
        "--infra-image", "--infra-name", "--ip", "--ip6", "-l", "--label", "--mac-address", "-m", "--memory", "--memory-swap",
        "-n", "--name", "--network", "--network-alias", "--pid", "-p", "--publish", "--security-opt", "--share", "--shm-size",
        "--subgidname", "--subuidname", "--sysctl", "--uidmap", "--userns", "--uts", "-v", "--volume", "--volumes-from",
      ]
      path_flags = ["--label-file", "--pod-id-file"]
      same = [
        ["-c", "--cpu-shares"], ["-h", "--hostname"], ["-l", "--label"], ["-m", "--memory"], ["-n", "--name"],
        ["-p", "--publish"], ["-v", "--volume"],
      ]
      operands = ["text"]
    }
    subcommand "exists" { operands = ["text"] }
    subcommand "inspect" {
      flags       = ["-l", "--latest"]
      value_flags = ["-f", "--format"]
      same        = [["-l", "--latest"], ["-f", "--format"]]
      operands    = ["text"]
    }
    subcommand "kill" {
      flags       = ["-a", "--all", "-l", "--latest"]
      value_flags = ["-s", "--signal"]
      same        = [["-a", "--all"], ["-l", "--latest"], ["-s", "--signal"]]
      operands    = ["text"]
    }
    subcommand "logs" {
      flags       = ["--color", "-f", "--follow", "-l", "--latest", "-n", "--names", "-t", "--timestamps"]
      value_flags = ["-c", "--container", "--since", "--tail", "--until"]
      same        = [["-f", "--follow"], ["-l", "--latest"], ["-n", "--names"], ["-t", "--timestamps"], ["-c", "--container"]]
      operands    = ["text"]
    }
    subcommand "pause" {
      flags    = ["-a", "--all", "-l", "--latest"]
      same     = [["-a", "--all"], ["-l", "--latest"]]
      operands = ["text"]
    }
    subcommand "prune" {
      flags    = ["-f", "--force"]
      same     = [["-f", "--force"]]
      operands = ["text"]
    }
    subcommand "ps" {
      also        = ["ls", "list"]
      flags       = ["--ctr-ids", "--ctr-names", "--ctr-status", "-l", "--latest", "--no-trunc", "--noheading", "--ns", "-q", "--quiet"]
      value_flags = ["-f", "--filter", "--format", "--sort"]
      same        = [["-l", "--latest"], ["-q", "--quiet"], ["-f", "--filter"]]
      operands    = ["text"]
    }
    subcommand "restart" {
      flags    = ["-a", "--all", "-l", "--latest"]
      same     = [["-a", "--all"], ["-l", "--latest"]]
      operands = ["text"]
    }
    subcommand "rm" {
      flags       = ["-a", "--all", "-f", "--force", "-i", "--ignore", "-l", "--latest"]
      value_flags = ["-t", "--time"]
      path_flags  = ["--pod-id-file"]
      same        = [["-a", "--all"], ["-f", "--force"], ["-i", "--ignore"], ["-l", "--latest"], ["-t", "--time"]]
      operands    = ["text"]
    }
    subcommand "start" {
      flags      = ["-a", "--all", "-l", "--latest"]
      path_flags = ["--pod-id-file"]
      same       = [["-a", "--all"], ["-l", "--latest"]]
      operands   = ["text"]
    }
    subcommand "stats" {
      flags       = ["-a", "--all", "-l", "--latest", "--no-reset", "--no-stream"]
      value_flags = ["--format"]
      same        = [["-a", "--all"], ["-l", "--latest"]]
      operands    = ["text"]
    }
    subcommand "stop" {
      flags       = ["-a", "--all", "-i", "--ignore", "-l", "--latest"]
      value_flags = ["-t", "--time"]
      path_flags  = ["--pod-id-file"]
      same        = [["-a", "--all"], ["-i", "--ignore"], ["-l", "--latest"], ["-t", "--time"]]
      operands    = ["text"]
    }
    subcommand "top" {
      flags    = ["-l", "--latest"]
      same     = [["-l", "--latest"]]
      operands = ["text"]
    }
    subcommand "unpause" {
      flags    = ["-a", "--all", "-l", "--latest"]
      same     = [["-a", "--all"], ["-l", "--latest"]]
      operands = ["text"]
    }
  }
  subcommand "port" {
    flags    = ["-a", "--all", "-l", "--latest"]
    same     = [["-a", "--all"], ["-l", "--latest"]]
    operands = ["text"]
  }
  subcommand "ps" {
    flags = [
      "-a", "--all", "--external", "-l", "--latest", "--no-trunc", "--noheading", "--ns", "-p", "--pod", "-q", "--quiet",
      "-s", "--size", "--sync",
    ]
    value_flags = ["-f", "--filter", "--format", "-n", "--last", "--sort", "-w", "--watch"]
    same = [
      ["-a", "--all"], ["-l", "--latest"], ["-p", "--pod"], ["-q", "--quiet"], ["-s", "--size"], ["-f", "--filter"],
      ["-n", "--last"], ["-w", "--watch"],
    ]
    operands = ["text"]
  }
  subcommand "pull" {
    flags       = ["-a", "--all-tags", "--disable-content-trust", "-q", "--quiet", "--tls-verify"]
    value_flags = ["--arch", "--creds", "--os", "--platform", "--variant"]
    path_flags  = ["--authfile", "--cert-dir"]
    same        = [["-a", "--all-tags"], ["-q", "--quiet"]]
    operands    = ["text"]
  }
  subcommand "push" {
    flags = ["--compress", "--disable-content-trust", "-q", "--quiet", "--remove-signatures", "--tls-verify"]
    value_flags = [
      "--compression-format", "--creds", "-f", "--format", "--sign-by", "--sign-by-sigstore-private-key",
      "--sign-passphrase-file",
    ]
    path_flags = ["--authfile", "--cert-dir", "--digestfile"]
    same       = [["-q", "--quiet"], ["-f", "--format"]]
    operands   = ["text"]
  }
  subcommand "quadlet" { opaque = true }
  subcommand "rename" { operands = ["text"] }
  subcommand "restart" {
    flags       = ["-a", "--all", "-l", "--latest", "--running"]
    value_flags = ["-f", "--filter", "-t", "--time"]
    path_flags  = ["--cidfile"]
    same        = [["-a", "--all"], ["-l", "--latest"], ["-f", "--filter"], ["-t", "--time"]]
    operands    = ["text"]
  }
  subcommand "rm" {
    flags       = ["-a", "--all", "--depend", "-f", "--force", "-i", "--ignore", "-l", "--latest", "-v", "--volumes"]
    value_flags = ["--filter", "-t", "--time"]
    path_flags  = ["--cidfile"]
    same        = [["-a", "--all"], ["-f", "--force"], ["-i", "--ignore"], ["-l", "--latest"], ["-v", "--volumes"], ["-t", "--time"]]
    operands    = ["text"]
  }
  subcommand "rmi" {
    flags    = ["-a", "--all", "-f", "--force", "-i", "--ignore", "--no-prune"]
    same     = [["-a", "--all"], ["-f", "--force"], ["-i", "--ignore"]]
    operands = ["text"]
  }
  subcommand "run" {
    flags = [
      "-d", "--detach", "--disable-content-trust", "--env-host", "--help", "--http-proxy", "--init", "-i", "--interactive",
      "--no-healthcheck", "--no-hosts", "--oom-kill-disable", "--passwd", "--privileged", "-P", "--publish-all", "-q",
      "--quiet", "--read-only", "--read-only-tmpfs", "--replace", "--rm", "--rmi", "--rootfs", "--sig-proxy", "--tls-verify",
      "-t", "--tty", "--unsetenv-all",
    ]
    value_flags = [
      "--add-host", "--annotation", "--arch", "-a", "--attach", "--blkio-weight", "--blkio-weight-device", "--cap-add",
      "--cap-drop", "--cgroup-conf", "--cgroup-parent", "--cgroupns", "--cgroups", "--chrootdirs", "--cpu-period",
      "--cpu-quota", "--cpu-rt-period", "--cpu-rt-runtime", "-c", "--cpu-shares", "--cpus", "--cpuset-cpus", "--cpuset-mems",
      "--detach-keys", "--device-cgroup-rule", "--device-read-bps", "--device-read-iops", "--device-write-bps",
      "--device-write-iops", "--dns", "--dns-option", "--dns-search", "--entrypoint", "-e", "--env", "--env-merge",
      "--expose", "--gidmap", "--group-add", "--health-cmd", "--health-interval", "--health-on-failure", "--health-retries",
      "--health-start-period", "--health-timeout", "-h", "--hostname", "--hostuser", "--image-volume", "--init-path", "--ip",
      "--ip6", "--ipc", "-l", "--label", "--log-driver", "--log-opt", "--mac-address", "-m", "--memory",
      "--memory-reservation", "--memory-swap", "--memory-swappiness", "--name", "--network", "--network-alias",
      "--oom-score-adj", "--os", "--passwd-entry", "--personality", "--pid", "--pids-limit", "--platform", "--pod",
      "--preserve-fds", "-p", "--publish", "--pull", "--requires", "--restart", "--sdnotify", "--seccomp-policy", "--secret",
      "--security-opt", "--shm-size", "--stop-signal", "--stop-timeout", "--subgidname", "--subuidname", "--sysctl",
      "--systemd", "--timeout", "--tmpfs", "--tz", "--uidmap", "--ulimit", "--umask", "--unsetenv", "-u", "--user",
      "--userns", "--uts", "--variant", "--volumes-from", "-w", "--workdir",
    ]
    path_flags   = ["--authfile", "--cidfile", "--conmon-pidfile", "--env-file", "--label-file", "--pidfile", "--pod-id-file"]
    guess_flags  = ["-v", "--volume", "--mount", "--device"]
    escape_flags = ["--entrypoint", "--health-cmd"]
    safe_values  = { "--entrypoint" = [""] }
    same = [
      ["-d", "--detach"], ["-i", "--interactive"], ["-P", "--publish-all"], ["-q", "--quiet"], ["-t", "--tty"],
      ["-a", "--attach"], ["-c", "--cpu-shares"], ["-e", "--env"], ["-h", "--hostname"], ["-l", "--label"],
      ["-m", "--memory"], ["-p", "--publish"], ["-u", "--user"], ["-v", "--volume"], ["-w", "--workdir"],
      ["--network", "--net"],
    ]
    stop_at_operand = true
    operands        = ["text", "command"]
  }
  subcommand "save" {
    flags       = ["--compress", "-m", "--multi-image-archive", "-q", "--quiet", "--uncompressed"]
    value_flags = ["--format"]
    path_flags  = ["-o", "--output"]
    same        = [["-m", "--multi-image-archive"], ["-q", "--quiet"], ["-o", "--output"]]
    operands    = ["text"]
  }
  subcommand "search" {
    flags       = ["--compatible", "--list-tags", "--no-trunc", "--tls-verify"]
    value_flags = ["-f", "--filter", "--format", "--limit"]
    path_flags  = ["--authfile"]
    same        = [["-f", "--filter"]]
    operands    = ["text"]
  }
  subcommand "secret" {
    closed = true
    subcommand "create" {
      flags       = ["--env"]
      value_flags = ["-d", "--driver", "--driver-opts", "-l", "--label"]
      same        = [["-d", "--driver"], ["-l", "--label"]]
      operands    = ["text"]
    }
    subcommand "inspect" {
      flags       = ["--pretty"]
      value_flags = ["-f", "--format"]
      same        = [["-f", "--format"]]
      operands    = ["text"]
    }
    subcommand "ls" {
      also        = ["list"]
      flags       = ["--noheading", "-q", "--quiet"]
      value_flags = ["-f", "--filter", "--format"]
      same        = [["-q", "--quiet"], ["-f", "--filter"]]
      operands    = ["text"]
    }
    subcommand "rm" {
      flags    = ["-a", "--all"]
      same     = [["-a", "--all"]]
      operands = ["text"]
    }
  }
  subcommand "start" {
    flags       = ["--all", "-a", "--attach", "-i", "--interactive", "-l", "--latest", "--sig-proxy"]
    value_flags = ["--detach-keys", "-f", "--filter"]
    same        = [["-a", "--attach"], ["-i", "--interactive"], ["-l", "--latest"], ["-f", "--filter"]]
    operands    = ["text"]
  }
  subcommand "stats" {
    flags       = ["-a", "--all", "-l", "--latest", "--no-reset", "--no-stream", "--no-trunc"]
    value_flags = ["--format", "-i", "--interval"]
    same        = [["-a", "--all"], ["-l", "--latest"], ["-i", "--interval"]]
    operands    = ["text"]
  }
  subcommand "stop" {
    flags       = ["-a", "--all", "-i", "--ignore", "-l", "--latest"]
    value_flags = ["-f", "--filter", "-t", "--time"]
    path_flags  = ["--cidfile"]
    same        = [["-a", "--all"], ["-i", "--ignore"], ["-l", "--latest"], ["-f", "--filter"], ["-t", "--time"]]
    operands    = ["text"]
  }
  subcommand "system" {
    closed = true
    subcommand "connection" {
      subcommand "add" {
        flags       = ["-d", "--default"]
        value_flags = ["-p", "--port", "--socket-path"]
        path_flags  = ["--identity"]
        same        = [["-d", "--default"], ["-p", "--port"]]
        operands    = ["text"]
      }
      subcommand "default" { operands = ["text"] }
      subcommand "list" {
        also        = ["ls"]
        flags       = ["-q", "--quiet"]
        value_flags = ["-f", "--format"]
        same        = [["-q", "--quiet"], ["-f", "--format"]]
        operands    = ["text"]
      }
      subcommand "remove" {
        also     = ["rm"]
        flags    = ["-a", "--all"]
        same     = [["-a", "--all"]]
        operands = ["text"]
      }
      subcommand "rename" {
        also     = ["mv"]
        operands = ["text"]
      }
    }
    subcommand "df" {
      flags       = ["-v", "--verbose"]
      value_flags = ["--format"]
      same        = [["-v", "--verbose"]]
      operands    = ["text"]
    }
    subcommand "info" {
      value_flags = ["-f", "--format"]
      same        = [["-f", "--format"]]
      operands    = ["text"]
    }
    subcommand "migrate" {
      value_flags = ["--new-runtime"]
      operands    = ["text"]
    }
    subcommand "prune" {
      flags       = ["-a", "--all", "-f", "--force", "--volumes"]
      value_flags = ["--filter"]
      same        = [["-a", "--all"], ["-f", "--force"]]
      operands    = ["text"]
    }
    subcommand "renumber" { operands = ["text"] }
    subcommand "reset" {
      flags    = ["-f", "--force"]
      same     = [["-f", "--force"]]
      operands = ["text"]
    }
    subcommand "service" {
      value_flags = ["--cors", "-t", "--time"]
      same        = [["-t", "--time"]]
      opaque      = true
    }
  }
  subcommand "tag" { operands = ["text"] }
  subcommand "top" {
    flags    = ["-l", "--latest"]
    same     = [["-l", "--latest"]]
    operands = ["text"]
  }
  subcommand "unmount" {
    also     = ["umount"]
    flags    = ["-a", "--all", "-f", "--force", "-l", "--latest"]
    same     = [["-a", "--all"], ["-f", "--force"], ["-l", "--latest"]]
    operands = ["text"]
  }
  subcommand "unpause" {
    flags       = ["-a", "--all", "-l", "--latest"]
    value_flags = ["-f", "--filter"]
    path_flags  = ["--cidfile"]
    same        = [["-a", "--all"], ["-l", "--latest"], ["-f", "--filter"]]
    operands    = ["text"]
  }
  subcommand "unshare" {
    flags           = ["--rootless-netns"]
    stop_at_operand = true
    operands        = ["command"]
  }
  subcommand "untag" { operands = ["text"] }
  subcommand "update" {
    value_flags = [
      "--blkio-weight", "--blkio-weight-device", "--cpu-period", "--cpu-quota", "--cpu-rt-period", "--cpu-rt-runtime", "-c",
      "--cpu-shares", "--cpus", "--cpuset-cpus", "--cpuset-mems", "--device-read-bps", "--device-read-iops",
      "--device-write-bps", "--device-write-iops", "-m", "--memory", "--memory-reservation", "--memory-swap",
      "--memory-swappiness",
    ]
    same     = [["-c", "--cpu-shares"], ["-m", "--memory"]]
    operands = ["text"]
  }
  subcommand "version" {
    value_flags = ["-f", "--format"]
    same        = [["-f", "--format"]]
    operands    = ["text"]
  }
  subcommand "volume" {
    closed = true
    subcommand "create" {
      value_flags = ["--driver", "-l", "--label", "-o", "--opt"]
      same        = [["-l", "--label"], ["-o", "--opt"]]
      operands    = ["text"]
    }
    subcommand "exists" { operands = ["text"] }
    subcommand "export" {
      path_flags = ["-o", "--output"]
      same       = [["-o", "--output"]]
      operands   = ["text"]
    }
    subcommand "import" { operands = ["text"] }
    subcommand "inspect" {
      flags       = ["-a", "--all"]
      value_flags = ["-f", "--format"]
      same        = [["-a", "--all"], ["-f", "--format"]]
      operands    = ["text"]
    }
    subcommand "ls" {
      also        = ["list"]
      flags       = ["--noheading", "-q", "--quiet"]
      value_flags = ["-f", "--filter", "--format"]
      same        = [["-q", "--quiet"], ["-f", "--filter"]]
      operands    = ["text"]
    }
    subcommand "mount" { operands = ["text"] }
    subcommand "prune" {
      flags       = ["-f", "--force"]
      value_flags = ["--filter"]
      same        = [["-f", "--force"]]
      operands    = ["text"]
    }
    subcommand "reload" { operands = ["text"] }
    subcommand "rm" {
      also        = ["remove"]
      flags       = ["-a", "--all", "-f", "--force"]
      value_flags = ["-t", "--time"]
      same        = [["-a", "--all"], ["-f", "--force"], ["-t", "--time"]]
      operands    = ["text"]
    }
    subcommand "unmount" { operands = ["text"] }
  }
  subcommand "wait" {
    flags       = ["-l", "--latest"]
    value_flags = ["--condition", "-i", "--interval"]
    same        = [["-l", "--latest"], ["-i", "--interval"]]
    operands    = ["text"]
  }
}
