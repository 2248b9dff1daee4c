tool "docker" {
  also         = ["podman"]
  flags        = ["-D", "--debug", "--tls", "--tlsverify"]
  value_flags  = ["-c", "--context", "-H", "--host", "-l", "--log-level"]
  path_flags   = ["--config", "--tlscacert", "--tlscert", "--tlskey"]
  info_flags   = ["-v", "--version", "--help"]
  escape_flags = ["--config"]
  same         = [["-H", "--host"], ["-c", "--context"]]
  closed       = true

  subcommand "exec" {
    flags           = ["-d", "--detach", "-i", "--interactive", "--privileged", "-t", "--tty"]
    value_flags     = ["--detach-keys", "-e", "--env", "--env-file", "-u", "--user", "-w", "--workdir"]
    same            = [["-i", "--interactive"], ["-t", "--tty"], ["-u", "--user"], ["-w", "--workdir"], ["-e", "--env"]]
    stop_at_operand = true
    operands        = ["text", "command"]
  }
  subcommand "run" {
    also  = ["create"]
    flags = ["-d", "--detach", "-i", "--interactive", "--init", "--no-healthcheck", "--oom-kill-disable", "--privileged", "-P", "--publish-all", "-q", "--quiet", "--read-only", "--rm", "--sig-proxy", "-t", "--tty", "--disable-content-trust"]
    value_flags = [
      "--add-host", "--annotation", "-a", "--attach", "--blkio-weight", "--cap-add", "--cap-drop", "--cgroup-parent", "--cgroupns", "-c", "--cpu-shares",
      "--cpus", "--cpuset-cpus", "--cpuset-mems", "--device", "--dns", "--domainname", "--entrypoint", "-e", "--env", "--expose", "--gpus", "--group-add",
      "--health-cmd", "-h", "--hostname", "--ip", "--ipc", "-l", "--label", "--link", "--log-driver", "--log-opt", "--mac-address", "-m", "--memory",
      "--memory-swap", "--mount", "--name", "--network", "--net", "--network-alias", "--oom-score-adj", "--pid", "--pids-limit", "--platform", "-p", "--publish",
      "--pull", "--restart", "--runtime", "--security-opt", "--shm-size", "--stop-signal", "--stop-timeout", "--storage-opt", "--sysctl", "--tmpfs",
      "--ulimit", "-u", "--user", "--userns", "--uts", "-v", "--volume", "--volume-driver", "--volumes-from", "-w", "--workdir",
    ]
    path_flags      = ["--cidfile", "--env-file", "--label-file"]
    same            = [["-v", "--volume"], ["-d", "--detach"], ["-i", "--interactive"], ["-t", "--tty"], ["-u", "--user"], ["-p", "--publish"], ["--network", "--net"], ["-e", "--env"], ["-w", "--workdir"]]
    escape_flags    = ["--entrypoint"]
    stop_at_operand = true
    operands        = ["text", "command"]
  }
  subcommand "build" {
    flags       = ["--no-cache", "--pull", "-q", "--quiet", "--rm", "--force-rm", "--squash", "--push", "--load"]
    value_flags = ["-t", "--tag", "--build-arg", "--target", "--platform", "--network", "--label", "--secret", "--ssh", "--progress", "--cache-from", "--cache-to"]
    path_flags  = ["-f", "--file", "--iidfile"]
    same        = [["-t", "--tag"], ["-f", "--file"]]
    operands    = ["path"]
  }
  subcommand "compose" {
    value_flags = ["-p", "--project-name", "--profile", "--ansi", "--parallel"]
    path_flags  = ["-f", "--file", "--env-file", "--project-directory"]
    subcommand "exec" {
      flags           = ["-d", "--detach", "-T", "--no-TTY", "--privileged"]
      value_flags     = ["-e", "--env", "--index", "-u", "--user", "-w", "--workdir"]
      stop_at_operand = true
      operands        = ["text", "command"]
    }
    subcommand "run" {
      flags           = ["-d", "--detach", "--rm", "--no-deps", "-T", "--no-TTY", "--build", "-i", "-P", "--service-ports"]
      value_flags     = ["-e", "--env", "--entrypoint", "-l", "--label", "--name", "-p", "--publish", "-u", "--user", "-v", "--volume", "-w", "--workdir"]
      stop_at_operand = true
      operands        = ["text", "command"]
    }
    subcommand "up" {
      flags    = ["-d", "--detach", "--build", "--force-recreate", "--no-build", "--no-deps", "--remove-orphans", "--wait"]
      operands = ["text"]
    }
    subcommand "down" {
      flags    = ["-v", "--volumes", "--remove-orphans"]
      same     = [["-v", "--volumes"]]
      operands = ["text"]
    }
    subcommand "ps" { operands = ["text"] }
    subcommand "logs" { operands = ["text"] }
    subcommand "build" { operands = ["text"] }
    subcommand "pull" { operands = ["text"] }
    subcommand "restart" { operands = ["text"] }
    subcommand "stop" { operands = ["text"] }
    subcommand "start" { operands = ["text"] }
    subcommand "config" {}
  }
  subcommand "container" {
    subcommand "exec" {
      flags           = ["-d", "-i", "-t", "--privileged"]
      value_flags     = ["-e", "--env", "-u", "--user", "-w", "--workdir"]
      stop_at_operand = true
      operands        = ["text", "command"]
    }
    subcommand "run" { opaque = true }
    subcommand "create" { opaque = true }
    subcommand "prune" {}
    subcommand "rm" { operands = ["text"] }
    subcommand "ls" {}
    subcommand "inspect" { operands = ["text"] }
  }
  subcommand "cp" { operands = ["remote"] }
  subcommand "images" { operands = ["text"] }
  subcommand "image" { operands = ["text"] }
  subcommand "info" {}
  subcommand "inspect" { operands = ["text"] }
  subcommand "kill" { operands = ["text"] }
  subcommand "load" { path_flags = ["-i", "--input"] }
  subcommand "login" { operands = ["text"] }
  subcommand "logout" { operands = ["text"] }
  subcommand "logs" {
    flags       = ["-f", "--follow", "-t"]
    value_flags = ["-n", "--tail", "--since", "--until"]
    operands    = ["text"]
  }
  subcommand "network" { operands = ["text"] }
  subcommand "ps" {
    value_flags = ["-f", "--filter", "--format", "-n"]
    operands    = ["text"]
  }
  subcommand "pull" { operands = ["text"] }
  subcommand "push" { operands = ["text"] }
  subcommand "restart" { operands = ["text"] }
  subcommand "rm" {
    flags    = ["-f", "--force", "-v", "--volumes"]
    same     = [["-f", "--force"], ["-v", "--volumes"]]
    operands = ["text"]
  }
  subcommand "rmi" {
    flags    = ["-f", "--force"]
    same     = [["-f", "--force"]]
    operands = ["text"]
  }
  subcommand "save" {
    path_flags = ["-o", "--output"]
    operands   = ["text"]
  }
  subcommand "start" { operands = ["text"] }
  subcommand "stats" { operands = ["text"] }
  subcommand "stop" { operands = ["text"] }
  subcommand "system" {
    subcommand "prune" {
      flags = ["-a", "--all", "-f", "--force", "--volumes"]
      same  = [["-a", "--all"], ["-f", "--force"]]
    }
    subcommand "df" {}
    subcommand "info" {}
    subcommand "events" {}
  }
  subcommand "tag" { operands = ["text"] }
  subcommand "top" { operands = ["text"] }
  subcommand "version" {}
  subcommand "volume" { operands = ["text"] }
  subcommand "wait" { operands = ["text"] }
}
