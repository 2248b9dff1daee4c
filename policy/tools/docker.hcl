# Checked: docker 28.2 (the client), by its own --help. Its plugins compose (2.3x) and buildx (0.2x) by their documentation.
# A container may see the whole host: what runs in it is judged too, and docker run and exec are no carriers.
# An alias or a plugin may be called like a subcommand that isn't named here, so that unknown ones are opaque.

tool "docker" {
  closed       = true
  flags        = ["-D", "--debug", "--tls", "--tlsverify"]
  value_flags  = ["-c", "--context", "-H", "--host", "-l", "--log-level"]
  path_flags   = ["--config", "--tlscacert", "--tlscert", "--tlskey"]
  escape_flags = ["--config"]
  info_flags   = ["-v", "--version", "--help"]
  same         = [["-H", "--host"], ["-c", "--context"], ["-D", "--debug"], ["-v", "--version"], ["-l", "--log-level"]]

  subcommand "attach" {
    flags       = ["--no-stdin", "--sig-proxy"]
    value_flags = ["--detach-keys"]
    operands    = ["text"]
  }
  subcommand "build" {
    flags = [
      "--no-cache", "--pull", "-q", "--quiet", "--rm", "--force-rm", "--squash", "--push", "--load", "--compress",
      "--disable-content-trust", "--check", "-D", "--debug",
    ]
    value_flags = [
      "-t", "--tag", "--build-arg", "--target", "--platform", "--network", "--label", "--ssh", "--progress", "--add-host",
      "--cgroup-parent", "--cpu-period", "--cpu-quota", "-c", "--cpu-shares", "--cpuset-cpus", "--cpuset-mems", "--isolation",
      "-m", "--memory", "--memory-swap", "--security-opt", "--shm-size", "--ulimit", "--builder", "--attest", "--provenance",
      "--sbom", "--annotation", "--allow", "--no-cache-filter", "--call",
    ]
    path_flags  = ["-f", "--file", "--iidfile", "--metadata-file"]
    guess_flags = ["--secret", "-o", "--output", "--build-context", "--cache-from", "--cache-to"]
    same        = [["-t", "--tag"], ["-f", "--file"], ["-q", "--quiet"], ["-c", "--cpu-shares"], ["-m", "--memory"], ["-o", "--output"]]
    operands    = ["path"]
  }
  subcommand "builder" {
    closed = true
    subcommand "build" {
      stands_for = "build"
      operands   = ["text"]
    }
    subcommand "prune" {
      flags       = ["-a", "--all", "-f", "--force"]
      value_flags = ["--filter", "--keep-storage"]
      same        = [["-a", "--all"], ["-f", "--force"]]
      operands    = ["text"]
    }
  }
  subcommand "buildx" {
    closed      = true
    flags       = ["-D", "--debug"]
    value_flags = ["--builder"]
    same        = [["-D", "--debug"]]
    subcommand "bake" {
      flags       = ["--load", "--no-cache", "--print", "--pull", "--push"]
      value_flags = ["--set", "--progress", "--provenance", "--sbom", "--allow"]
      path_flags  = ["-f", "--file", "--metadata-file"]
      opaque      = true
      operands    = ["text"]
    }
    subcommand "build" {
      also       = ["b"]
      stands_for = "build"
      operands   = ["text"]
    }
    subcommand "create" {
      flags       = ["--bootstrap", "--leave", "--use", "--append"]
      value_flags = ["--buildkitd-flags", "--driver", "--driver-opt", "--name", "--node", "--platform"]
      path_flags  = ["--config", "--buildkitd-config"]
      operands    = ["text"]
    }
    subcommand "du" { operands = ["text"] }
    subcommand "imagetools" { operands = ["text"] }
    subcommand "inspect" { operands = ["text"] }
    subcommand "install" { operands = ["text"] }
    subcommand "ls" { operands = ["text"] }
    subcommand "prune" { operands = ["text"] }
    subcommand "rm" { operands = ["text"] }
    subcommand "stop" { operands = ["text"] }
    subcommand "uninstall" { operands = ["text"] }
    subcommand "use" { operands = ["text"] }
    subcommand "version" { operands = ["text"] }
  }
  subcommand "checkpoint" {
    closed = true
    subcommand "create" {
      flags       = ["--leave-running"]
      value_flags = ["--checkpoint-dir"]
      opaque      = true
    }
    subcommand "ls" {
      also        = ["list"]
      value_flags = ["--checkpoint-dir"]
      operands    = ["text"]
    }
    subcommand "rm" {
      also        = ["remove"]
      value_flags = ["--checkpoint-dir"]
      operands    = ["text"]
    }
  }
  subcommand "commit" {
    flags       = ["-p", "--pause"]
    value_flags = ["-a", "--author", "-c", "--change", "-m", "--message"]
    same        = [["-p", "--pause"], ["-a", "--author"], ["-c", "--change"], ["-m", "--message"]]
    operands    = ["text"]
  }
  subcommand "compose" {
    closed      = true
    flags       = ["--all-resources", "--compatibility", "--dry-run", "--verbose"]
    value_flags = ["-p", "--project-name", "--profile", "--ansi", "--parallel", "--progress"]
    path_flags  = ["-f", "--file", "--env-file", "--project-directory"]
    info_flags  = ["-v", "--version", "-h", "--help"]
    same        = [["-p", "--project-name"], ["-f", "--file"]]
    subcommand "attach" {
      flags       = ["--no-stdin", "--sig-proxy"]
      value_flags = ["--detach-keys", "--index"]
      operands    = ["text"]
    }
    subcommand "build" {
      flags = [
        "--check", "--no-cache", "--print", "--pull", "--push", "-q", "--quiet", "--with-dependencies", "--force-rm",
        "--no-rm", "--compress",
      ]
      value_flags = ["--build-arg", "--builder", "-m", "--memory", "--ssh", "--provenance", "--sbom", "--progress"]
      same        = [["-q", "--quiet"]]
      operands    = ["text"]
    }
    subcommand "commit" {
      flags       = ["-p", "--pause"]
      value_flags = ["-a", "--author", "-c", "--change", "--index", "-m", "--message"]
      operands    = ["text"]
    }
    subcommand "config" {
      also = ["convert"]
      flags = [
        "--environment", "--images", "--networks", "--no-consistency", "--no-env-resolution", "--no-interpolate",
        "--no-normalize", "--no-path-resolution", "--profiles", "-q", "--quiet", "--resolve-image-digests", "--services",
        "--variables", "--volumes", "--lock-image-digests",
      ]
      value_flags = ["--format", "--hash"]
      path_flags  = ["-o", "--output"]
      same        = [["-q", "--quiet"], ["-o", "--output"]]
      operands    = ["text"]
    }
    subcommand "cp" {
      flags       = ["-a", "--archive", "-L", "--follow-link", "--all"]
      value_flags = ["--index"]
      same        = [["-a", "--all"]]
      operands    = ["remote"]
    }
    subcommand "create" {
      flags = [
        "-d", "--detach", "--build", "--force-recreate", "--no-build", "--no-deps", "--no-recreate", "--quiet-build",
        "--quiet-pull", "--remove-orphans", "--wait", "--abort-on-container-exit", "--abort-on-container-failure",
        "--always-recreate-deps", "--attach-dependencies", "--menu", "--no-color", "--no-log-prefix", "--no-start", "-V",
        "--renew-anon-volumes", "--timestamps", "-w", "--watch", "-y", "--yes",
      ]
      value_flags = ["--attach", "--exit-code-from", "--no-attach", "--pull", "--scale", "-t", "--timeout", "--wait-timeout"]
      same        = [["-t", "--timeout"], ["-d", "--detach"], ["-V", "--renew-anon-volumes"]]
      operands    = ["text"]
    }
    subcommand "down" {
      flags       = ["-v", "--volumes", "--remove-orphans"]
      value_flags = ["--rmi", "-t", "--timeout"]
      same        = [["-v", "--volumes"], ["-t", "--timeout"]]
      operands    = ["text"]
    }
    subcommand "events" {
      flags       = ["--json"]
      value_flags = ["--since", "--until"]
      operands    = ["text"]
    }
    subcommand "exec" {
      flags           = ["-d", "--detach", "-T", "--no-TTY", "--privileged", "-t", "--tty", "-i", "--interactive"]
      value_flags     = ["-e", "--env", "--index", "-u", "--user", "-w", "--workdir"]
      same            = [["-d", "--detach"], ["-e", "--env"], ["-u", "--user"], ["-w", "--workdir"], ["-T", "--no-TTY"]]
      stop_at_operand = true
      operands        = ["text", "command"]
    }
    subcommand "export" {
      value_flags = ["--index"]
      path_flags  = ["-o", "--output"]
      same        = [["-o", "--output"]]
      operands    = ["text"]
    }
    subcommand "images" {
      flags       = ["-q", "--quiet"]
      value_flags = ["--format"]
      same        = [["-q", "--quiet"]]
      operands    = ["text"]
    }
    subcommand "kill" {
      flags       = ["--remove-orphans"]
      value_flags = ["-s", "--signal"]
      same        = [["-s", "--signal"]]
      operands    = ["text"]
    }
    subcommand "logs" {
      flags       = ["-f", "--follow", "--no-color", "--no-log-prefix", "-t", "--timestamps"]
      value_flags = ["--index", "--since", "-n", "--tail", "--until"]
      same        = [["-f", "--follow"], ["-n", "--tail"]]
      operands    = ["text"]
    }
    subcommand "ls" {
      flags       = ["-a", "--all", "-q", "--quiet"]
      value_flags = ["--filter", "--format"]
      same        = [["-q", "--quiet"], ["-a", "--all"]]
      operands    = ["text"]
    }
    subcommand "pause" { operands = ["text"] }
    subcommand "port" {
      value_flags = ["--index", "--protocol"]
      operands    = ["text"]
    }
    subcommand "ps" {
      flags       = ["-a", "--all", "--no-trunc", "--orphans", "-q", "--quiet", "--services"]
      value_flags = ["--filter", "--format", "--status"]
      same        = [["-q", "--quiet"], ["-a", "--all"]]
      operands    = ["text"]
    }
    subcommand "publish" {
      opaque   = true
      operands = ["text"]
    }
    subcommand "pull" {
      flags       = ["--ignore-buildable", "--ignore-pull-failures", "--include-deps", "-q", "--quiet"]
      value_flags = ["--policy"]
      same        = [["-q", "--quiet"]]
      operands    = ["text"]
    }
    subcommand "push" {
      flags    = ["--ignore-push-failures", "--include-deps", "-q", "--quiet"]
      same     = [["-q", "--quiet"]]
      operands = ["text"]
    }
    subcommand "restart" {
      flags       = ["--no-deps"]
      value_flags = ["-t", "--timeout"]
      same        = [["-t", "--timeout"]]
      operands    = ["text"]
    }
    subcommand "rm" {
      flags    = ["-f", "--force", "-s", "--stop", "-v", "--volumes"]
      same     = [["-f", "--force"], ["-s", "--stop"], ["-v", "--volumes"]]
      operands = ["text"]
    }
    subcommand "run" {
      flags = [
        "-d", "--detach", "--rm", "--no-deps", "-T", "--no-TTY", "--build", "-i", "-P", "--service-ports", "--interactive",
        "--quiet", "--quiet-build", "--quiet-pull", "--remove-orphans", "--use-aliases",
      ]
      value_flags = [
        "-e", "--env", "--entrypoint", "-l", "--label", "--name", "-p", "--publish", "-u", "--user", "-w", "--workdir",
        "--cap-add", "--cap-drop", "--env-from-file", "--pull",
      ]
      guess_flags  = ["-v", "--volume"]
      escape_flags = ["--entrypoint"]
      same = [
        ["-d", "--detach"], ["-e", "--env"], ["-u", "--user"], ["-w", "--workdir"], ["-T", "--no-TTY"], ["-v", "--volume"],
        ["-p", "--publish"],
      ]
      stop_at_operand = true
      operands        = ["text", "command"]
    }
    subcommand "scale" {
      flags    = ["--no-deps"]
      operands = ["text"]
    }
    subcommand "start" {
      flags       = ["--wait"]
      value_flags = ["--wait-timeout"]
      operands    = ["text"]
    }
    subcommand "stats" {
      flags       = ["-a", "--all", "--no-stream", "--no-trunc"]
      value_flags = ["--format"]
      same        = [["-a", "--all"]]
      operands    = ["text"]
    }
    subcommand "stop" {
      value_flags = ["-t", "--timeout"]
      same        = [["-t", "--timeout"]]
      operands    = ["text"]
    }
    subcommand "top" { operands = ["text"] }
    subcommand "unpause" { operands = ["text"] }
    subcommand "up" {
      flags = [
        "-d", "--detach", "--build", "--force-recreate", "--no-build", "--no-deps", "--remove-orphans", "--wait",
        "--no-recreate", "--quiet-build", "--quiet-pull", "--abort-on-container-exit", "--abort-on-container-failure",
        "--always-recreate-deps", "--attach-dependencies", "--menu", "--no-color", "--no-log-prefix", "--no-start", "-V",
        "--renew-anon-volumes", "--timestamps", "-w", "--watch", "-y", "--yes",
      ]
      value_flags = ["--attach", "--exit-code-from", "--no-attach", "--pull", "--scale", "-t", "--timeout", "--wait-timeout"]
      same        = [["-t", "--timeout"], ["-d", "--detach"], ["-V", "--renew-anon-volumes"]]
      operands    = ["text"]
    }
    subcommand "version" {
      flags       = ["--short"]
      value_flags = ["-f", "--format"]
      operands    = ["text"]
    }
    subcommand "volumes" {
      flags       = ["-q", "--quiet"]
      value_flags = ["--format"]
      same        = [["-q", "--quiet"]]
      operands    = ["text"]
    }
    subcommand "wait" {
      flags    = ["--down-project"]
      operands = ["text"]
    }
    subcommand "watch" {
      flags    = ["--no-up", "--prune", "--quiet"]
      operands = ["text"]
    }
  }
  subcommand "config" {
    closed = true
    subcommand "create" {
      value_flags = ["-l", "--label", "--template-driver"]
      same        = [["-l", "--label"]]
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
      flags       = ["-q", "--quiet"]
      value_flags = ["-f", "--filter", "--format"]
      same        = [["-q", "--quiet"], ["-f", "--filter"]]
      operands    = ["text"]
    }
    subcommand "rm" {
      also     = ["remove"]
      operands = ["text"]
    }
  }
  subcommand "container" {
    closed = true
    subcommand "attach" {
      stands_for = "attach"
      operands   = ["text"]
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
    subcommand "export" {
      stands_for = "export"
      operands   = ["text"]
    }
    subcommand "inspect" {
      flags       = ["-s", "--size"]
      value_flags = ["-f", "--format"]
      same        = [["-s", "--size"], ["-f", "--format"]]
      operands    = ["text"]
    }
    subcommand "kill" {
      stands_for = "kill"
      operands   = ["text"]
    }
    subcommand "logs" {
      stands_for = "logs"
      operands   = ["text"]
    }
    subcommand "ls" {
      also       = ["list", "ps"]
      stands_for = "ps"
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
    subcommand "rename" {
      stands_for = "rename"
      operands   = ["text"]
    }
    subcommand "restart" {
      stands_for = "restart"
      operands   = ["text"]
    }
    subcommand "rm" {
      also       = ["remove"]
      stands_for = "rm"
      operands   = ["text"]
    }
    subcommand "run" {
      stands_for = "run"
      operands   = ["text"]
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
  subcommand "context" {
    closed = true
    subcommand "create" {
      value_flags = ["--description", "--docker", "--from"]
      operands    = ["text"]
    }
    subcommand "export" { operands = ["text"] }
    subcommand "import" { operands = ["text"] }
    subcommand "inspect" {
      value_flags = ["-f", "--format"]
      same        = [["-f", "--format"]]
      operands    = ["text"]
    }
    subcommand "ls" {
      also        = ["list"]
      flags       = ["-q", "--quiet"]
      value_flags = ["--format"]
      same        = [["-q", "--quiet"]]
      operands    = ["text"]
    }
    subcommand "rm" {
      also     = ["remove"]
      flags    = ["-f", "--force"]
      same     = [["-f", "--force"]]
      operands = ["text"]
    }
    subcommand "show" { operands = ["text"] }
    subcommand "update" {
      value_flags = ["--description", "--docker"]
      operands    = ["text"]
    }
    subcommand "use" { operands = ["text"] }
  }
  subcommand "cp" {
    flags    = ["-a", "--archive", "-L", "--follow-link", "-q", "--quiet"]
    same     = [["-a", "--archive"], ["-L", "--follow-link"], ["-q", "--quiet"]]
    operands = ["remote"]
  }
  subcommand "create" {
    flags = [
      "--disable-content-trust", "--help", "--init", "-i", "--interactive", "--no-healthcheck", "--oom-kill-disable",
      "--privileged", "-P", "--publish-all", "-q", "--quiet", "--read-only", "--rm", "-t", "--tty", "--use-api-socket",
    ]
    value_flags = [
      "--add-host", "--annotation", "-a", "--attach", "--blkio-weight", "--blkio-weight-device", "--cap-add", "--cap-drop",
      "--cgroup-parent", "--cgroupns", "--cpu-count", "--cpu-percent", "--cpu-period", "--cpu-quota", "--cpu-rt-period",
      "--cpu-rt-runtime", "-c", "--cpu-shares", "--cpus", "--cpuset-cpus", "--cpuset-mems", "--device-cgroup-rule",
      "--device-read-bps", "--device-read-iops", "--device-write-bps", "--device-write-iops", "--dns", "--dns-option",
      "--dns-search", "--domainname", "--entrypoint", "-e", "--env", "--expose", "--gpus", "--group-add", "--health-cmd",
      "--health-interval", "--health-retries", "--health-start-interval", "--health-start-period", "--health-timeout", "-h",
      "--hostname", "--io-maxbandwidth", "--io-maxiops", "--ip", "--ip6", "--ipc", "--isolation", "--kernel-memory", "-l",
      "--label", "--link", "--link-local-ip", "--log-driver", "--log-opt", "--mac-address", "-m", "--memory",
      "--memory-reservation", "--memory-swap", "--memory-swappiness", "--name", "--network", "--network-alias",
      "--oom-score-adj", "--pid", "--pids-limit", "--platform", "-p", "--publish", "--pull", "--restart", "--runtime",
      "--security-opt", "--shm-size", "--stop-signal", "--stop-timeout", "--storage-opt", "--sysctl", "--tmpfs", "--ulimit",
      "-u", "--user", "--userns", "--uts", "--volume-driver", "--volumes-from", "-w", "--workdir",
    ]
    path_flags   = ["--cidfile", "--env-file", "--label-file"]
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
  subcommand "diff" { operands = ["text"] }
  subcommand "events" {
    value_flags = ["-f", "--filter", "--format", "--since", "--until"]
    same        = [["-f", "--filter"]]
    operands    = ["text"]
  }
  subcommand "exec" {
    flags           = ["-d", "--detach", "-i", "--interactive", "--privileged", "-t", "--tty"]
    value_flags     = ["--detach-keys", "-e", "--env", "-u", "--user", "-w", "--workdir"]
    path_flags      = ["--env-file"]
    same            = [["-i", "--interactive"], ["-t", "--tty"], ["-u", "--user"], ["-w", "--workdir"], ["-e", "--env"], ["-d", "--detach"]]
    stop_at_operand = true
    operands        = ["text", "command"]
  }
  subcommand "export" {
    path_flags = ["-o", "--output"]
    same       = [["-o", "--output"]]
    operands   = ["text"]
  }
  subcommand "history" {
    flags       = ["-H", "--human", "--no-trunc", "-q", "--quiet"]
    value_flags = ["--format", "--platform"]
    same        = [["-H", "--human"], ["-q", "--quiet"]]
    operands    = ["text"]
  }
  subcommand "image" {
    closed = true
    subcommand "build" {
      stands_for = "build"
      operands   = ["text"]
    }
    subcommand "history" {
      stands_for = "history"
      operands   = ["text"]
    }
    subcommand "import" {
      stands_for = "import"
      operands   = ["text"]
    }
    subcommand "inspect" {
      value_flags = ["-f", "--format", "--platform"]
      same        = [["-f", "--format"]]
      operands    = ["text"]
    }
    subcommand "load" {
      stands_for = "load"
      operands   = ["text"]
    }
    subcommand "ls" {
      also       = ["list"]
      stands_for = "images"
      operands   = ["text"]
    }
    subcommand "prune" {
      flags       = ["-a", "--all", "-f", "--force"]
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
      also       = ["remove"]
      stands_for = "rmi"
      operands   = ["text"]
    }
    subcommand "save" {
      stands_for = "save"
      operands   = ["text"]
    }
    subcommand "tag" {
      stands_for = "tag"
      operands   = ["text"]
    }
  }
  subcommand "images" {
    flags       = ["-a", "--all", "--digests", "--no-trunc", "-q", "--quiet", "--tree"]
    value_flags = ["-f", "--filter", "--format"]
    same        = [["-a", "--all"], ["-q", "--quiet"], ["-f", "--filter"]]
    operands    = ["text"]
  }
  subcommand "import" {
    value_flags = ["-c", "--change", "-m", "--message", "--platform"]
    same        = [["-c", "--change"], ["-m", "--message"]]
    operands    = ["path", "text"]
  }
  subcommand "info" {
    value_flags = ["-f", "--format"]
    same        = [["-f", "--format"]]
    operands    = ["text"]
  }
  subcommand "inspect" {
    flags       = ["-s", "--size"]
    value_flags = ["-f", "--format", "--type"]
    same        = [["-s", "--size"], ["-f", "--format"]]
    operands    = ["text"]
  }
  subcommand "kill" {
    value_flags = ["-s", "--signal"]
    same        = [["-s", "--signal"]]
    operands    = ["text"]
  }
  subcommand "load" {
    flags       = ["-q", "--quiet"]
    value_flags = ["--platform"]
    path_flags  = ["-i", "--input"]
    same        = [["-q", "--quiet"], ["-i", "--input"]]
    operands    = ["text"]
  }
  subcommand "login" {
    flags       = ["--password-stdin"]
    value_flags = ["-p", "--password", "-u", "--username"]
    same        = [["-p", "--password"], ["-u", "--username"]]
    operands    = ["text"]
  }
  subcommand "logout" { operands = ["text"] }
  subcommand "logs" {
    flags       = ["-f", "--follow", "-t", "--details", "--timestamps"]
    value_flags = ["-n", "--tail", "--since", "--until"]
    same        = [["-f", "--follow"], ["-t", "--timestamps"], ["-n", "--tail"]]
    operands    = ["text"]
  }
  subcommand "manifest" {
    closed = true
    subcommand "annotate" {
      value_flags = ["--arch", "--os", "--os-features", "--os-version", "--variant"]
      operands    = ["text"]
    }
    subcommand "create" {
      flags    = ["-a", "--amend", "--insecure"]
      same     = [["-a", "--amend"]]
      operands = ["text"]
    }
    subcommand "inspect" {
      flags    = ["--insecure", "-v", "--verbose"]
      same     = [["-v", "--verbose"]]
      operands = ["text"]
    }
    subcommand "push" {
      flags    = ["--insecure", "-p", "--purge"]
      same     = [["-p", "--purge"]]
      operands = ["text"]
    }
    subcommand "rm" { operands = ["text"] }
  }
  subcommand "network" {
    closed = true
    subcommand "connect" {
      value_flags = ["--alias", "--driver-opt", "--gw-priority", "--ip", "--ip6", "--link", "--link-local-ip"]
      operands    = ["text"]
    }
    subcommand "create" {
      flags = ["--attachable", "--config-only", "--ingress", "--internal", "--ipv4", "--ipv6"]
      value_flags = [
        "--aux-address", "--config-from", "-d", "--driver", "--gateway", "--ip-range", "--ipam-driver", "--ipam-opt",
        "--label", "-o", "--opt", "--scope", "--subnet",
      ]
      same     = [["-d", "--driver"], ["-o", "--opt"]]
      operands = ["text"]
    }
    subcommand "disconnect" {
      flags    = ["-f", "--force"]
      same     = [["-f", "--force"]]
      operands = ["text"]
    }
    subcommand "inspect" {
      flags       = ["-v", "--verbose"]
      value_flags = ["-f", "--format"]
      same        = [["-v", "--verbose"], ["-f", "--format"]]
      operands    = ["text"]
    }
    subcommand "ls" {
      also        = ["list"]
      flags       = ["--no-trunc", "-q", "--quiet"]
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
    subcommand "rm" {
      also     = ["remove"]
      flags    = ["-f", "--force"]
      same     = [["-f", "--force"]]
      operands = ["text"]
    }
  }
  subcommand "node" {
    closed = true
    subcommand "demote" { operands = ["text"] }
    subcommand "inspect" {
      flags       = ["--pretty"]
      value_flags = ["-f", "--format"]
      same        = [["-f", "--format"]]
      operands    = ["text"]
    }
    subcommand "ls" {
      also        = ["list"]
      flags       = ["-q", "--quiet"]
      value_flags = ["-f", "--filter", "--format"]
      same        = [["-q", "--quiet"], ["-f", "--filter"]]
      operands    = ["text"]
    }
    subcommand "promote" { operands = ["text"] }
    subcommand "ps" {
      flags       = ["--no-resolve", "--no-trunc", "-q", "--quiet"]
      value_flags = ["-f", "--filter", "--format"]
      same        = [["-q", "--quiet"], ["-f", "--filter"]]
      operands    = ["text"]
    }
    subcommand "rm" {
      also     = ["remove"]
      flags    = ["-f", "--force"]
      same     = [["-f", "--force"]]
      operands = ["text"]
    }
    subcommand "update" {
      value_flags = ["--availability", "--label-add", "--label-rm", "--role"]
      operands    = ["text"]
    }
  }
  subcommand "pause" { operands = ["text"] }
  subcommand "plugin" {
    closed = true
    subcommand "create" {
      flags  = ["--compress"]
      opaque = true
    }
    subcommand "disable" {
      flags    = ["-f", "--force"]
      same     = [["-f", "--force"]]
      operands = ["text"]
    }
    subcommand "enable" {
      value_flags = ["--timeout"]
      opaque      = true
    }
    subcommand "inspect" {
      value_flags = ["-f", "--format"]
      same        = [["-f", "--format"]]
      operands    = ["text"]
    }
    subcommand "install" {
      flags       = ["--disable", "--disable-content-trust", "--grant-all-permissions"]
      value_flags = ["--alias"]
      opaque      = true
    }
    subcommand "ls" {
      also        = ["list"]
      flags       = ["--no-trunc", "-q", "--quiet"]
      value_flags = ["-f", "--filter", "--format"]
      same        = [["-q", "--quiet"], ["-f", "--filter"]]
      operands    = ["text"]
    }
    subcommand "push" {
      flags    = ["--disable-content-trust"]
      operands = ["text"]
    }
    subcommand "rm" {
      also     = ["remove"]
      flags    = ["-f", "--force"]
      same     = [["-f", "--force"]]
      operands = ["text"]
    }
    subcommand "set" { operands = ["text"] }
    subcommand "upgrade" {
      flags  = ["--disable-content-trust", "--grant-all-permissions", "--skip-remote-check"]
      opaque = true
    }
  }
  subcommand "port" { operands = ["text"] }
  subcommand "ps" {
    flags       = ["-a", "--all", "-l", "--latest", "--no-trunc", "-q", "--quiet", "-s", "--size"]
    value_flags = ["-f", "--filter", "--format", "-n", "--last"]
    same        = [["-a", "--all"], ["-l", "--latest"], ["-q", "--quiet"], ["-s", "--size"], ["-f", "--filter"], ["-n", "--last"]]
    operands    = ["text"]
  }
  subcommand "pull" {
    flags       = ["-a", "--all-tags", "--disable-content-trust", "-q", "--quiet"]
    value_flags = ["--platform"]
    same        = [["-a", "--all-tags"], ["-q", "--quiet"]]
    operands    = ["text"]
  }
  subcommand "push" {
    flags       = ["-a", "--all-tags", "--disable-content-trust", "-q", "--quiet"]
    value_flags = ["--platform"]
    same        = [["-a", "--all-tags"], ["-q", "--quiet"]]
    operands    = ["text"]
  }
  subcommand "rename" { operands = ["text"] }
  subcommand "restart" {
    value_flags = ["-s", "--signal", "-t", "--timeout"]
    same        = [["-s", "--signal"], ["-t", "--timeout"]]
    operands    = ["text"]
  }
  subcommand "rm" {
    flags    = ["-f", "--force", "-v", "--volumes", "-l", "--link"]
    same     = [["-f", "--force"], ["-v", "--volumes"], ["-l", "--link"]]
    operands = ["text"]
  }
  subcommand "rmi" {
    flags       = ["-f", "--force", "--no-prune"]
    value_flags = ["--platform"]
    same        = [["-f", "--force"]]
    operands    = ["text"]
  }
  subcommand "run" {
    flags = [
      "-d", "--detach", "-i", "--interactive", "--init", "--no-healthcheck", "--oom-kill-disable", "--privileged", "-P",
      "--publish-all", "-q", "--quiet", "--read-only", "--rm", "--sig-proxy", "-t", "--tty", "--disable-content-trust",
      "--help", "--use-api-socket",
    ]
    value_flags = [
      "--add-host", "--annotation", "-a", "--attach", "--blkio-weight", "--cap-add", "--cap-drop", "--cgroup-parent",
      "--cgroupns", "-c", "--cpu-shares", "--cpus", "--cpuset-cpus", "--cpuset-mems", "--dns", "--domainname", "--entrypoint",
      "-e", "--env", "--expose", "--gpus", "--group-add", "--health-cmd", "-h", "--hostname", "--ip", "--ipc", "-l",
      "--label", "--link", "--log-driver", "--log-opt", "--mac-address", "-m", "--memory", "--memory-swap", "--name",
      "--network", "--net", "--network-alias", "--oom-score-adj", "--pid", "--pids-limit", "--platform", "-p", "--publish",
      "--pull", "--restart", "--runtime", "--security-opt", "--shm-size", "--stop-signal", "--stop-timeout", "--storage-opt",
      "--sysctl", "--tmpfs", "--ulimit", "-u", "--user", "--userns", "--uts", "--volume-driver", "--volumes-from", "-w",
      "--workdir", "--blkio-weight-device", "--cpu-count", "--cpu-percent", "--cpu-period", "--cpu-quota", "--cpu-rt-period",
      "--cpu-rt-runtime", "--detach-keys", "--device-cgroup-rule", "--device-read-bps", "--device-read-iops",
      "--device-write-bps", "--device-write-iops", "--dns-option", "--dns-search", "--health-interval", "--health-retries",
      "--health-start-interval", "--health-start-period", "--health-timeout", "--io-maxbandwidth", "--io-maxiops", "--ip6",
      "--isolation", "--kernel-memory", "--link-local-ip", "--memory-reservation", "--memory-swappiness",
    ]
    path_flags   = ["--cidfile", "--env-file", "--label-file"]
    guess_flags  = ["-v", "--volume", "--mount", "--device"]
    escape_flags = ["--entrypoint", "--health-cmd"]
    safe_values  = { "--entrypoint" = [""] }
    same = [
      ["-v", "--volume"], ["-d", "--detach"], ["-i", "--interactive"], ["-t", "--tty"], ["-u", "--user"], ["-p", "--publish"],
      ["-e", "--env"], ["-w", "--workdir"], ["-P", "--publish-all"], ["-q", "--quiet"], ["-a", "--attach"],
      ["-c", "--cpu-shares"], ["-h", "--hostname"], ["-l", "--label"], ["-m", "--memory"], ["--network", "--net"],
    ]
    stop_at_operand = true
    operands        = ["text", "command"]
  }
  subcommand "save" {
    value_flags = ["--platform"]
    path_flags  = ["-o", "--output"]
    same        = [["-o", "--output"]]
    operands    = ["text"]
  }
  subcommand "search" {
    flags       = ["--no-trunc"]
    value_flags = ["-f", "--filter", "--format", "--limit"]
    same        = [["-f", "--filter"]]
    operands    = ["text"]
  }
  subcommand "secret" {
    closed = true
    subcommand "create" {
      value_flags = ["-d", "--driver", "-l", "--label", "--template-driver"]
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
      flags       = ["-q", "--quiet"]
      value_flags = ["-f", "--filter", "--format"]
      same        = [["-q", "--quiet"], ["-f", "--filter"]]
      operands    = ["text"]
    }
    subcommand "rm" {
      also     = ["remove"]
      operands = ["text"]
    }
  }
  subcommand "service" {
    closed = true
    subcommand "create" {
      flags = [
        "-d", "--detach", "--init", "--no-healthcheck", "--no-resolve-image", "-q", "--quiet", "--read-only", "-t", "--tty",
        "--with-registry-auth",
      ]
      value_flags = [
        "--cap-add", "--cap-drop", "--constraint", "--container-label", "--credential-spec", "--dns", "--dns-option",
        "--dns-search", "--endpoint-mode", "--entrypoint", "-e", "--env", "--generic-resource", "--group", "--health-cmd",
        "--health-interval", "--health-retries", "--health-start-interval", "--health-start-period", "--health-timeout",
        "--host", "--hostname", "--isolation", "-l", "--label", "--limit-cpu", "--limit-memory", "--limit-pids",
        "--log-driver", "--log-opt", "--max-concurrent", "--mode", "--mount", "--name", "--network", "--oom-score-adj",
        "--placement-pref", "-p", "--publish", "--replicas", "--replicas-max-per-node", "--reserve-cpu", "--reserve-memory",
        "--restart-condition", "--restart-delay", "--restart-max-attempts", "--restart-window", "--rollback-delay",
        "--rollback-failure-action", "--rollback-max-failure-ratio", "--rollback-monitor", "--rollback-order",
        "--rollback-parallelism", "--secret", "--stop-grace-period", "--stop-signal", "--sysctl", "--ulimit",
        "--update-delay", "--update-failure-action", "--update-max-failure-ratio", "--update-monitor", "--update-order",
        "--update-parallelism", "-u", "--user", "-w", "--workdir",
      ]
      path_flags = ["--config", "--env-file"]
      same = [
        ["-d", "--detach"], ["-q", "--quiet"], ["-t", "--tty"], ["-e", "--env"], ["-l", "--label"], ["-p", "--publish"],
        ["-u", "--user"], ["-w", "--workdir"],
      ]
      opaque = true
    }
    subcommand "inspect" {
      flags       = ["--pretty"]
      value_flags = ["-f", "--format"]
      same        = [["-f", "--format"]]
      operands    = ["text"]
    }
    subcommand "logs" {
      flags       = ["--details", "-f", "--follow", "--no-resolve", "--no-task-ids", "--no-trunc", "--raw", "-t", "--timestamps"]
      value_flags = ["--since", "-n", "--tail"]
      same        = [["-f", "--follow"], ["-t", "--timestamps"], ["-n", "--tail"]]
      operands    = ["text"]
    }
    subcommand "ls" {
      also        = ["list"]
      flags       = ["-q", "--quiet"]
      value_flags = ["-f", "--filter", "--format"]
      same        = [["-q", "--quiet"], ["-f", "--filter"]]
      operands    = ["text"]
    }
    subcommand "ps" {
      flags       = ["--no-resolve", "--no-trunc", "-q", "--quiet"]
      value_flags = ["-f", "--filter", "--format"]
      same        = [["-q", "--quiet"], ["-f", "--filter"]]
      operands    = ["text"]
    }
    subcommand "rm" {
      also     = ["remove"]
      operands = ["text"]
    }
    subcommand "rollback" {
      flags    = ["-d", "--detach", "-q", "--quiet"]
      same     = [["-d", "--detach"], ["-q", "--quiet"]]
      operands = ["text"]
    }
    subcommand "scale" {
      flags    = ["-d", "--detach"]
      same     = [["-d", "--detach"]]
      operands = ["text"]
    }
    subcommand "update" {
      flags = [
        "-d", "--detach", "--force", "--init", "--no-healthcheck", "--no-resolve-image", "-q", "--quiet", "--read-only",
        "--rollback", "-t", "--tty", "--with-registry-auth",
      ]
      value_flags = [
        "--args", "--cap-add", "--cap-drop", "--config-add", "--config-rm", "--constraint-add", "--constraint-rm",
        "--container-label-add", "--container-label-rm", "--credential-spec", "--dns-add", "--dns-option-add",
        "--dns-option-rm", "--dns-rm", "--dns-search-add", "--dns-search-rm", "--endpoint-mode", "--entrypoint", "--env-add",
        "--env-rm", "--generic-resource-add", "--generic-resource-rm", "--group-add", "--group-rm", "--health-cmd",
        "--health-interval", "--health-retries", "--health-start-interval", "--health-start-period", "--health-timeout",
        "--host-add", "--host-rm", "--hostname", "--image", "--isolation", "--label-add", "--label-rm", "--limit-cpu",
        "--limit-memory", "--limit-pids", "--log-driver", "--log-opt", "--max-concurrent", "--mount-add", "--mount-rm",
        "--network-add", "--network-rm", "--oom-score-adj", "--placement-pref-add", "--placement-pref-rm", "--publish-add",
        "--publish-rm", "--replicas", "--replicas-max-per-node", "--reserve-cpu", "--reserve-memory", "--restart-condition",
        "--restart-delay", "--restart-max-attempts", "--restart-window", "--rollback-delay", "--rollback-failure-action",
        "--rollback-max-failure-ratio", "--rollback-monitor", "--rollback-order", "--rollback-parallelism", "--secret-add",
        "--secret-rm", "--stop-grace-period", "--stop-signal", "--sysctl-add", "--sysctl-rm", "--ulimit-add", "--ulimit-rm",
        "--update-delay", "--update-failure-action", "--update-max-failure-ratio", "--update-monitor", "--update-order",
        "--update-parallelism", "-u", "--user", "-w", "--workdir",
      ]
      same   = [["-d", "--detach"], ["-q", "--quiet"], ["-t", "--tty"], ["-u", "--user"], ["-w", "--workdir"]]
      opaque = true
    }
  }
  subcommand "stack" {
    closed = true
    subcommand "config" {
      flags       = ["--skip-interpolation"]
      value_flags = ["-c", "--compose-file"]
      same        = [["-c", "--compose-file"]]
      operands    = ["text"]
    }
    subcommand "deploy" {
      also        = ["up"]
      flags       = ["-d", "--detach", "--prune", "-q", "--quiet", "--with-registry-auth"]
      value_flags = ["--resolve-image"]
      path_flags  = ["-c", "--compose-file"]
      same        = [["-d", "--detach"], ["-q", "--quiet"], ["-c", "--compose-file"]]
      opaque      = true
    }
    subcommand "ls" {
      also        = ["list"]
      value_flags = ["--format"]
      operands    = ["text"]
    }
    subcommand "ps" {
      flags       = ["--no-resolve", "--no-trunc", "-q", "--quiet"]
      value_flags = ["-f", "--filter", "--format"]
      same        = [["-q", "--quiet"], ["-f", "--filter"]]
      operands    = ["text"]
    }
    subcommand "rm" {
      also     = ["remove", "down"]
      flags    = ["-d", "--detach"]
      same     = [["-d", "--detach"]]
      operands = ["text"]
    }
    subcommand "services" {
      flags       = ["-q", "--quiet"]
      value_flags = ["-f", "--filter", "--format"]
      same        = [["-q", "--quiet"], ["-f", "--filter"]]
      operands    = ["text"]
    }
  }
  subcommand "start" {
    flags       = ["-a", "--attach", "-i", "--interactive"]
    value_flags = ["--checkpoint", "--checkpoint-dir", "--detach-keys"]
    same        = [["-a", "--attach"], ["-i", "--interactive"]]
    operands    = ["text"]
  }
  subcommand "stats" {
    flags       = ["-a", "--all", "--no-stream", "--no-trunc"]
    value_flags = ["--format"]
    same        = [["-a", "--all"]]
    operands    = ["text"]
  }
  subcommand "stop" {
    value_flags = ["-s", "--signal", "-t", "--timeout"]
    same        = [["-s", "--signal"], ["-t", "--timeout"]]
    operands    = ["text"]
  }
  subcommand "swarm" {
    closed = true
    subcommand "ca" {
      flags       = ["-d", "--detach", "-q", "--quiet", "--rotate"]
      value_flags = ["--ca-cert", "--ca-key", "--cert-expiry", "--external-ca"]
      same        = [["-d", "--detach"], ["-q", "--quiet"]]
      operands    = ["text"]
    }
    subcommand "init" {
      flags = ["--autolock", "--force-new-cluster"]
      value_flags = [
        "--advertise-addr", "--availability", "--cert-expiry", "--data-path-addr", "--data-path-port", "--default-addr-pool",
        "--default-addr-pool-mask-length", "--dispatcher-heartbeat", "--external-ca", "--listen-addr", "--max-snapshots",
        "--snapshot-interval", "--task-history-limit",
      ]
      operands = ["text"]
    }
    subcommand "join" {
      value_flags = ["--advertise-addr", "--availability", "--data-path-addr", "--listen-addr", "--token"]
      operands    = ["text"]
    }
    subcommand "join-token" {
      flags    = ["-q", "--quiet", "--rotate"]
      same     = [["-q", "--quiet"]]
      operands = ["text"]
    }
    subcommand "leave" {
      flags    = ["-f", "--force"]
      same     = [["-f", "--force"]]
      operands = ["text"]
    }
    subcommand "unlock" { operands = ["text"] }
    subcommand "unlock-key" {
      flags    = ["-q", "--quiet", "--rotate"]
      same     = [["-q", "--quiet"]]
      operands = ["text"]
    }
    subcommand "update" {
      flags = ["--autolock"]
      value_flags = [
        "--cert-expiry", "--dispatcher-heartbeat", "--external-ca", "--max-snapshots", "--snapshot-interval",
        "--task-history-limit",
      ]
      operands = ["text"]
    }
  }
  subcommand "system" {
    closed = true
    subcommand "df" {
      flags       = ["-v", "--verbose"]
      value_flags = ["--format"]
      same        = [["-v", "--verbose"]]
      operands    = ["text"]
    }
    subcommand "events" {
      value_flags = ["-f", "--filter", "--format", "--since", "--until"]
      same        = [["-f", "--filter"]]
      operands    = ["text"]
    }
    subcommand "info" {
      value_flags = ["-f", "--format"]
      same        = [["-f", "--format"]]
      operands    = ["text"]
    }
    subcommand "prune" {
      flags       = ["-a", "--all", "-f", "--force", "--volumes"]
      value_flags = ["--filter"]
      same        = [["-a", "--all"], ["-f", "--force"]]
      operands    = ["text"]
    }
  }
  subcommand "tag" { operands = ["text"] }
  subcommand "top" { operands = ["text"] }
  subcommand "trust" {
    closed = true
    subcommand "inspect" {
      flags    = ["--pretty"]
      operands = ["text"]
    }
    subcommand "key" {
      subcommand "generate" {
        value_flags = ["--dir"]
        operands    = ["text"]
      }
      subcommand "load" {
        value_flags = ["--name"]
        operands    = ["text"]
      }
    }
    subcommand "revoke" {
      flags    = ["-y", "--yes"]
      same     = [["-y", "--yes"]]
      operands = ["text"]
    }
    subcommand "sign" {
      flags    = ["--local"]
      operands = ["text"]
    }
    subcommand "signer" {
      subcommand "add" {
        value_flags = ["--key"]
        operands    = ["text"]
      }
      subcommand "remove" {
        flags    = ["-f", "--force"]
        same     = [["-f", "--force"]]
        operands = ["text"]
      }
    }
  }
  subcommand "unpause" { operands = ["text"] }
  subcommand "update" {
    value_flags = [
      "--blkio-weight", "--cpu-period", "--cpu-quota", "--cpu-rt-period", "--cpu-rt-runtime", "-c", "--cpu-shares", "--cpus",
      "--cpuset-cpus", "--cpuset-mems", "-m", "--memory", "--memory-reservation", "--memory-swap", "--pids-limit",
      "--restart",
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
      value_flags = [
        "--availability", "-d", "--driver", "--group", "--label", "--limit-bytes", "-o", "--opt", "--required-bytes",
        "--scope", "--secret", "--sharing", "--topology-preferred", "--topology-required", "--type",
      ]
      same     = [["-d", "--driver"], ["-o", "--opt"]]
      operands = ["text"]
    }
    subcommand "inspect" {
      value_flags = ["-f", "--format"]
      same        = [["-f", "--format"]]
      operands    = ["text"]
    }
    subcommand "ls" {
      also        = ["list"]
      flags       = ["--cluster", "-q", "--quiet"]
      value_flags = ["-f", "--filter", "--format"]
      same        = [["-q", "--quiet"], ["-f", "--filter"]]
      operands    = ["text"]
    }
    subcommand "prune" {
      flags       = ["-a", "--all", "-f", "--force"]
      value_flags = ["--filter"]
      same        = [["-a", "--all"], ["-f", "--force"]]
      operands    = ["text"]
    }
    subcommand "rm" {
      also     = ["remove"]
      flags    = ["-f", "--force"]
      same     = [["-f", "--force"]]
      operands = ["text"]
    }
    subcommand "update" {
      value_flags = ["--availability"]
      operands    = ["text"]
    }
  }
  subcommand "wait" { operands = ["text"] }
}
