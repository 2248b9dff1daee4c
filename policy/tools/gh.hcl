# Checked: gh 2.23, by its own --help; the groups that newer ones have (cache, org, project, ruleset, variable, attestation) by
# their documentation. Aliases and extensions are called like subcommands, so that unknown ones are opaque. What follows -- in
# gh repo clone goes to git.

tool "gh" {
  closed     = true
  info_flags = ["--help", "-h", "--version"]

  subcommand "agent-task" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "alias" {
    closed = true
    flags  = ["--help"]
    subcommand "delete" {
      also     = ["remove"]
      flags    = ["--help"]
      operands = ["text"]
    }
    subcommand "import" {
      opaque   = true
      operands = ["text"]
    }
    subcommand "list" {
      also     = ["ls"]
      flags    = ["--help"]
      operands = ["text"]
    }
    subcommand "set" {
      flags    = ["-s", "--shell", "--help"]
      same     = [["-s", "--shell"]]
      opaque   = true
      operands = ["text"]
    }
  }
  subcommand "api" {
    flags = ["-i", "--include", "--paginate", "--silent", "--help"]
    value_flags = [
      "--cache", "-F", "--field", "-H", "--header", "--hostname", "-q", "--jq", "-X", "--method", "-p", "--preview", "-f",
      "--raw-field", "-t", "--template",
    ]
    path_flags = ["--input"]
    same = [
      ["-i", "--include"], ["-F", "--field"], ["-H", "--header"], ["-q", "--jq"], ["-X", "--method"], ["-p", "--preview"],
      ["-f", "--raw-field"], ["-t", "--template"],
    ]
    operands = ["text"]
  }
  subcommand "attestation" {
    flags_anywhere = true
    levels         = 1
    value_flags    = ["-R", "--repo"]
    same           = [["-R", "--repo"]]
    operands       = ["text"]
  }
  subcommand "auth" {
    closed = true
    flags  = ["--help"]
    subcommand "login" {
      flags       = ["-w", "--web", "--with-token", "--help"]
      value_flags = ["-p", "--git-protocol", "-h", "--hostname", "-s", "--scopes"]
      same        = [["-w", "--web"], ["-p", "--git-protocol"], ["-h", "--hostname"], ["-s", "--scopes"]]
      operands    = ["text"]
    }
    subcommand "logout" {
      flags       = ["--help"]
      value_flags = ["-h", "--hostname"]
      same        = [["-h", "--hostname"]]
      operands    = ["text"]
    }
    subcommand "refresh" {
      flags       = ["--help"]
      value_flags = ["-h", "--hostname", "-s", "--scopes"]
      same        = [["-h", "--hostname"], ["-s", "--scopes"]]
      operands    = ["text"]
    }
    subcommand "setup-git" {
      flags       = ["--help"]
      value_flags = ["-h", "--hostname"]
      same        = [["-h", "--hostname"]]
      operands    = ["text"]
    }
    subcommand "status" {
      flags       = ["-t", "--show-token", "--help"]
      value_flags = ["-h", "--hostname"]
      same        = [["-t", "--show-token"], ["-h", "--hostname"]]
      operands    = ["text"]
    }
    subcommand "token" {
      flags       = ["--help"]
      value_flags = ["-h", "--hostname"]
      same        = [["-h", "--hostname"]]
      operands    = ["text"]
    }
  }
  subcommand "browse" {
    flags       = ["-c", "--commit", "-n", "--no-browser", "-p", "--projects", "-s", "--settings", "-w", "--wiki", "--help"]
    value_flags = ["-b", "--branch", "-R", "--repo"]
    same = [
      ["-c", "--commit"], ["-n", "--no-browser"], ["-p", "--projects"], ["-s", "--settings"], ["-w", "--wiki"],
      ["-b", "--branch"], ["-R", "--repo"],
    ]
    operands = ["text"]
  }
  subcommand "cache" {
    flags_anywhere = true
    levels         = 1
    value_flags    = ["-R", "--repo"]
    same           = [["-R", "--repo"]]
    operands       = ["text"]
  }
  subcommand "codespace" {
    also   = ["cs"]
    closed = true
    flags  = ["--help"]
    subcommand "code" {
      flags       = ["--insiders", "-w", "--web", "--help"]
      value_flags = ["-c", "--codespace"]
      same        = [["-w", "--web"], ["-c", "--codespace"]]
      operands    = ["text"]
    }
    subcommand "cp" {
      flags       = ["-e", "--expand", "-r", "--recursive", "--help"]
      value_flags = ["-c", "--codespace", "-p", "--profile"]
      same        = [["-e", "--expand"], ["-r", "--recursive"], ["-c", "--codespace"], ["-p", "--profile"]]
      opaque      = true
      operands    = ["text"]
    }
    subcommand "create" {
      flags = ["--default-permissions", "-s", "--status", "--help"]
      value_flags = [
        "-b", "--branch", "--devcontainer-path", "-d", "--display-name", "--idle-timeout", "-l", "--location", "-m",
        "--machine", "-R", "--repo", "--retention-period",
      ]
      same = [
        ["-s", "--status"], ["-b", "--branch"], ["-d", "--display-name"], ["-l", "--location"], ["-m", "--machine"],
        ["-R", "--repo"],
      ]
      operands = ["text"]
    }
    subcommand "delete" {
      also        = ["remove"]
      flags       = ["--all", "-f", "--force", "--help"]
      value_flags = ["-c", "--codespace", "--days", "-o", "--org", "-R", "--repo", "-u", "--user"]
      same        = [["-f", "--force"], ["-c", "--codespace"], ["-o", "--org"], ["-R", "--repo"], ["-u", "--user"]]
      operands    = ["text"]
    }
    subcommand "edit" {
      flags       = ["--help"]
      value_flags = ["-c", "--codespace", "-d", "--display-name", "-m", "--machine"]
      same        = [["-c", "--codespace"], ["-d", "--display-name"], ["-m", "--machine"]]
      operands    = ["text"]
    }
    subcommand "jupyter" {
      flags       = ["--help"]
      value_flags = ["-c", "--codespace"]
      same        = [["-c", "--codespace"]]
      opaque      = true
      operands    = ["text"]
    }
    subcommand "list" {
      also        = ["ls"]
      flags       = ["--help"]
      value_flags = ["-q", "--jq", "--json", "-L", "--limit", "-o", "--org", "-R", "--repo", "-t", "--template", "-u", "--user"]
      same        = [["-q", "--jq"], ["-L", "--limit"], ["-o", "--org"], ["-R", "--repo"], ["-t", "--template"], ["-u", "--user"]]
      operands    = ["text"]
    }
    subcommand "logs" {
      flags       = ["-f", "--follow", "--help"]
      value_flags = ["-c", "--codespace"]
      same        = [["-f", "--follow"], ["-c", "--codespace"]]
      operands    = ["text"]
    }
    subcommand "ports" {
      closed      = true
      flags       = ["--help"]
      value_flags = ["-c", "--codespace", "-q", "--jq", "--json", "-t", "--template"]
      same        = [["-c", "--codespace"], ["-q", "--jq"], ["-t", "--template"]]
      subcommand "forward" {
        flags       = ["--help"]
        value_flags = ["-c", "--codespace"]
        same        = [["-c", "--codespace"]]
        operands    = ["text"]
      }
      subcommand "visibility" {
        flags       = ["--help"]
        value_flags = ["-c", "--codespace"]
        same        = [["-c", "--codespace"]]
        operands    = ["text"]
      }
    }
    subcommand "rebuild" {
      flags       = ["--full", "--help"]
      value_flags = ["-c", "--codespace"]
      same        = [["-c", "--codespace"]]
      operands    = ["text"]
    }
    subcommand "ssh" {
      flags       = ["--config", "-d", "--debug", "--help"]
      value_flags = ["-c", "--codespace", "--debug-file", "--profile", "--server-port"]
      same        = [["-d", "--debug"], ["-c", "--codespace"]]
      opaque      = true
      operands    = ["text"]
    }
    subcommand "stop" {
      flags       = ["--help"]
      value_flags = ["-c", "--codespace", "-o", "--org", "-u", "--user"]
      same        = [["-c", "--codespace"], ["-o", "--org"], ["-u", "--user"]]
      operands    = ["text"]
    }
  }
  subcommand "completion" {
    flags       = ["--help"]
    value_flags = ["-s", "--shell"]
    same        = [["-s", "--shell"]]
    operands    = ["text"]
  }
  subcommand "config" {
    closed = true
    flags  = ["--help"]
    subcommand "get" {
      flags       = ["--help"]
      value_flags = ["-h", "--host"]
      same        = [["-h", "--host"]]
      operands    = ["text"]
    }
    subcommand "list" {
      also        = ["ls"]
      flags       = ["--help"]
      value_flags = ["-h", "--host"]
      same        = [["-h", "--host"]]
      operands    = ["text"]
    }
    subcommand "set" {
      flags       = ["--help"]
      value_flags = ["-h", "--host"]
      same        = [["-h", "--host"]]
      opaque      = true
      operands    = ["text"]
    }
  }
  subcommand "copilot" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "extension" {
    also   = ["ext", "extensions"]
    closed = true
    flags  = ["--help"]
    subcommand "browse" {
      flags    = ["--debug", "-s", "--single-column", "--help"]
      same     = [["-s", "--single-column"]]
      operands = ["text"]
    }
    subcommand "create" {
      flags       = ["--help"]
      value_flags = ["--precompiled"]
      opaque      = true
      operands    = ["text"]
    }
    subcommand "exec" {
      opaque   = true
      operands = ["text"]
    }
    subcommand "install" {
      flags       = ["--help"]
      value_flags = ["--pin"]
      opaque      = true
      operands    = ["text"]
    }
    subcommand "list" {
      also     = ["ls"]
      flags    = ["--help"]
      operands = ["text"]
    }
    subcommand "remove" {
      flags    = ["--help"]
      operands = ["text"]
    }
    subcommand "search" {
      flags       = ["-w", "--web", "--help"]
      value_flags = ["-q", "--jq", "--json", "--license", "-L", "--limit", "--order", "--owner", "--sort", "-t", "--template"]
      same        = [["-w", "--web"], ["-q", "--jq"], ["-L", "--limit"], ["-t", "--template"]]
      operands    = ["text"]
    }
    subcommand "upgrade" {
      flags    = ["--all", "--dry-run", "--force", "--help"]
      opaque   = true
      operands = ["text"]
    }
  }
  subcommand "gist" {
    closed = true
    flags  = ["--help"]
    subcommand "clone" {
      flags        = ["--help"]
      escape_flags = ["--git-flags"]
      implies      = { "--git-flags" = ["-*"] }
      operands     = ["text", "path"]
    }
    subcommand "create" {
      also        = ["new"]
      flags       = ["-p", "--public", "-w", "--web", "--help"]
      value_flags = ["-d", "--desc", "-f", "--filename"]
      same        = [["-p", "--public"], ["-w", "--web"], ["-d", "--desc"], ["-f", "--filename"]]
      operands    = ["path"]
    }
    subcommand "delete" {
      also     = ["remove"]
      flags    = ["--help"]
      operands = ["text"]
    }
    subcommand "edit" {
      flags       = ["--help"]
      value_flags = ["-a", "--add", "-d", "--desc", "-f", "--filename"]
      same        = [["-a", "--add"], ["-d", "--desc"], ["-f", "--filename"]]
      opaque      = true
      operands    = ["text"]
    }
    subcommand "list" {
      also        = ["ls"]
      flags       = ["--public", "--secret", "--help"]
      value_flags = ["-L", "--limit"]
      same        = [["-L", "--limit"]]
      operands    = ["text"]
    }
    subcommand "view" {
      flags       = ["--files", "-r", "--raw", "-w", "--web", "--help"]
      value_flags = ["-f", "--filename"]
      same        = [["-r", "--raw"], ["-w", "--web"], ["-f", "--filename"]]
      operands    = ["text"]
    }
  }
  subcommand "gpg-key" {
    closed = true
    flags  = ["--help"]
    subcommand "add" {
      flags    = ["--help"]
      operands = ["path"]
    }
    subcommand "delete" {
      also     = ["remove"]
      flags    = ["-y", "--yes", "--help"]
      same     = [["-y", "--yes"]]
      operands = ["text"]
    }
    subcommand "list" {
      also     = ["ls"]
      flags    = ["--help"]
      operands = ["text"]
    }
  }
  subcommand "issue" {
    closed      = true
    flags       = ["--help"]
    value_flags = ["-R", "--repo"]
    same        = [["-R", "--repo"]]
    subcommand "close" {
      flags       = ["--help"]
      value_flags = ["-c", "--comment", "-r", "--reason", "-R", "--repo"]
      same        = [["-c", "--comment"], ["-r", "--reason"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "comment" {
      flags       = ["--edit-last", "-e", "--editor", "-w", "--web", "--help"]
      value_flags = ["-b", "--body", "-R", "--repo"]
      path_flags  = ["-F", "--body-file"]
      same        = [["-e", "--editor"], ["-w", "--web"], ["-b", "--body"], ["-F", "--body-file"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "create" {
      also  = ["new"]
      flags = ["-w", "--web", "--help"]
      value_flags = [
        "-a", "--assignee", "-b", "--body", "-l", "--label", "-m", "--milestone", "-p", "--project", "-t", "--title", "-R",
        "--repo",
      ]
      path_flags = ["-F", "--body-file", "--recover"]
      same = [
        ["-w", "--web"], ["-a", "--assignee"], ["-b", "--body"], ["-F", "--body-file"], ["-l", "--label"],
        ["-m", "--milestone"], ["-p", "--project"], ["-t", "--title"], ["-R", "--repo"],
      ]
      operands = ["text"]
    }
    subcommand "delete" {
      also        = ["remove"]
      flags       = ["--yes", "--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "develop" {
      flags       = ["-c", "--checkout", "-l", "--list", "--help"]
      value_flags = ["-b", "--base", "-i", "--issue-repo", "-n", "--name", "-R", "--repo"]
      same        = [["-c", "--checkout"], ["-l", "--list"], ["-b", "--base"], ["-i", "--issue-repo"], ["-n", "--name"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "edit" {
      flags = ["--help"]
      value_flags = [
        "--add-assignee", "--add-label", "--add-project", "-b", "--body", "-m", "--milestone", "--remove-assignee",
        "--remove-label", "--remove-project", "-t", "--title", "-R", "--repo",
      ]
      path_flags = ["-F", "--body-file"]
      same       = [["-b", "--body"], ["-F", "--body-file"], ["-m", "--milestone"], ["-t", "--title"], ["-R", "--repo"]]
      operands   = ["text"]
    }
    subcommand "list" {
      also  = ["ls"]
      flags = ["-w", "--web", "--help"]
      value_flags = [
        "--app", "-a", "--assignee", "-A", "--author", "-q", "--jq", "--json", "-l", "--label", "-L", "--limit", "--mention",
        "-m", "--milestone", "-S", "--search", "-s", "--state", "-t", "--template", "-R", "--repo",
      ]
      same = [
        ["-w", "--web"], ["-a", "--assignee"], ["-A", "--author"], ["-q", "--jq"], ["-l", "--label"], ["-L", "--limit"],
        ["-m", "--milestone"], ["-S", "--search"], ["-s", "--state"], ["-t", "--template"], ["-R", "--repo"],
      ]
      operands = ["text"]
    }
    subcommand "lock" {
      flags       = ["--help"]
      value_flags = ["-r", "--reason", "-R", "--repo"]
      same        = [["-r", "--reason"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "pin" {
      flags       = ["--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "reopen" {
      flags       = ["--help"]
      value_flags = ["-c", "--comment", "-R", "--repo"]
      same        = [["-c", "--comment"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "status" {
      flags       = ["--help"]
      value_flags = ["-q", "--jq", "--json", "-t", "--template", "-R", "--repo"]
      same        = [["-q", "--jq"], ["-t", "--template"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "transfer" {
      flags       = ["--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "unlock" {
      flags       = ["--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "unpin" {
      flags       = ["--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "view" {
      flags       = ["-c", "--comments", "-w", "--web", "--help"]
      value_flags = ["-q", "--jq", "--json", "-t", "--template", "-R", "--repo"]
      same        = [["-c", "--comments"], ["-w", "--web"], ["-q", "--jq"], ["-t", "--template"], ["-R", "--repo"]]
      operands    = ["text"]
    }
  }
  subcommand "label" {
    closed      = true
    flags       = ["--help"]
    value_flags = ["-R", "--repo"]
    same        = [["-R", "--repo"]]
    subcommand "clone" {
      flags       = ["-f", "--force", "--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-f", "--force"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "create" {
      flags       = ["-f", "--force", "--help"]
      value_flags = ["-c", "--color", "-d", "--description", "-R", "--repo"]
      same        = [["-f", "--force"], ["-c", "--color"], ["-d", "--description"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "delete" {
      also        = ["remove"]
      flags       = ["--yes", "--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "edit" {
      flags       = ["--help"]
      value_flags = ["-c", "--color", "-d", "--description", "-n", "--name", "-R", "--repo"]
      same        = [["-c", "--color"], ["-d", "--description"], ["-n", "--name"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "list" {
      also        = ["ls"]
      flags       = ["-w", "--web", "--help"]
      value_flags = ["-q", "--jq", "--json", "-L", "--limit", "--order", "-S", "--search", "--sort", "-t", "--template", "-R", "--repo"]
      same        = [["-w", "--web"], ["-q", "--jq"], ["-L", "--limit"], ["-S", "--search"], ["-t", "--template"], ["-R", "--repo"]]
      operands    = ["text"]
    }
  }
  subcommand "org" {
    flags_anywhere = true
    levels         = 1
    value_flags    = ["-R", "--repo"]
    same           = [["-R", "--repo"]]
    operands       = ["text"]
  }
  subcommand "pr" {
    closed      = true
    flags       = ["--help"]
    value_flags = ["-R", "--repo"]
    same        = [["-R", "--repo"]]
    subcommand "checkout" {
      flags       = ["--detach", "-f", "--force", "--recurse-submodules", "--help"]
      value_flags = ["-b", "--branch", "-R", "--repo"]
      same        = [["-f", "--force"], ["-b", "--branch"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "checks" {
      flags       = ["-i", "--interval", "--watch", "--required", "-w", "--web", "--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-i", "--interval", "--watch"], ["-w", "--web"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "close" {
      flags       = ["-d", "--delete-branch", "--help"]
      value_flags = ["-c", "--comment", "-R", "--repo"]
      same        = [["-d", "--delete-branch"], ["-c", "--comment"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "comment" {
      flags       = ["--edit-last", "-e", "--editor", "-w", "--web", "--help"]
      value_flags = ["-b", "--body", "-R", "--repo"]
      path_flags  = ["-F", "--body-file"]
      same        = [["-e", "--editor"], ["-w", "--web"], ["-b", "--body"], ["-F", "--body-file"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "create" {
      also  = ["new"]
      flags = ["-d", "--draft", "-f", "--fill", "--no-maintainer-edit", "-w", "--web", "--help"]
      value_flags = [
        "-a", "--assignee", "-B", "--base", "-b", "--body", "-H", "--head", "-l", "--label", "-m", "--milestone", "-p",
        "--project", "-r", "--reviewer", "-t", "--title", "-R", "--repo",
      ]
      path_flags = ["-F", "--body-file", "--recover"]
      same = [
        ["-d", "--draft"], ["-f", "--fill"], ["-w", "--web"], ["-a", "--assignee"], ["-B", "--base"], ["-b", "--body"],
        ["-F", "--body-file"], ["-H", "--head"], ["-l", "--label"], ["-m", "--milestone"], ["-p", "--project"],
        ["-r", "--reviewer"], ["-t", "--title"], ["-R", "--repo"],
      ]
      operands = ["text"]
    }
    subcommand "diff" {
      flags       = ["--name-only", "--patch", "-w", "--web", "--help"]
      value_flags = ["--color", "-R", "--repo"]
      same        = [["-w", "--web"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "edit" {
      flags = ["--help"]
      value_flags = [
        "--add-assignee", "--add-label", "--add-project", "--add-reviewer", "-B", "--base", "-b", "--body", "-m",
        "--milestone", "--remove-assignee", "--remove-label", "--remove-project", "--remove-reviewer", "-t", "--title", "-R",
        "--repo",
      ]
      path_flags = ["-F", "--body-file"]
      same       = [["-B", "--base"], ["-b", "--body"], ["-F", "--body-file"], ["-m", "--milestone"], ["-t", "--title"], ["-R", "--repo"]]
      operands   = ["text"]
    }
    subcommand "list" {
      also  = ["ls"]
      flags = ["-d", "--draft", "-w", "--web", "--help"]
      value_flags = [
        "--app", "-a", "--assignee", "-A", "--author", "-B", "--base", "-H", "--head", "-q", "--jq", "--json", "-l",
        "--label", "-L", "--limit", "-S", "--search", "-s", "--state", "-t", "--template", "-R", "--repo",
      ]
      same = [
        ["-d", "--draft"], ["-w", "--web"], ["-a", "--assignee"], ["-A", "--author"], ["-B", "--base"], ["-H", "--head"],
        ["-q", "--jq"], ["-l", "--label"], ["-L", "--limit"], ["-S", "--search"], ["-s", "--state"], ["-t", "--template"],
        ["-R", "--repo"],
      ]
      operands = ["text"]
    }
    subcommand "lock" {
      flags       = ["--help"]
      value_flags = ["-r", "--reason", "-R", "--repo"]
      same        = [["-r", "--reason"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "merge" {
      flags = [
        "--admin", "--auto", "-d", "--delete-branch", "--disable-auto", "-m", "--merge", "-r", "--rebase", "-s", "--squash",
        "--help",
      ]
      value_flags = ["-A", "--author-email", "-b", "--body", "--match-head-commit", "-t", "--subject", "-R", "--repo"]
      path_flags  = ["-F", "--body-file"]
      same = [
        ["-d", "--delete-branch"], ["-m", "--merge"], ["-r", "--rebase"], ["-s", "--squash"], ["-A", "--author-email"],
        ["-b", "--body"], ["-F", "--body-file"], ["-t", "--subject"], ["-R", "--repo"],
      ]
      operands = ["text"]
    }
    subcommand "ready" {
      flags       = ["--undo", "--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "reopen" {
      flags       = ["--help"]
      value_flags = ["-c", "--comment", "-R", "--repo"]
      same        = [["-c", "--comment"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "review" {
      flags       = ["-a", "--approve", "-c", "--comment", "-r", "--request-changes", "--help"]
      value_flags = ["-b", "--body", "-R", "--repo"]
      path_flags  = ["-F", "--body-file"]
      same = [
        ["-a", "--approve"], ["-c", "--comment"], ["-r", "--request-changes"], ["-b", "--body"], ["-F", "--body-file"],
        ["-R", "--repo"],
      ]
      operands = ["text"]
    }
    subcommand "status" {
      flags       = ["-c", "--conflict-status", "--help"]
      value_flags = ["-q", "--jq", "--json", "-t", "--template", "-R", "--repo"]
      same        = [["-c", "--conflict-status"], ["-q", "--jq"], ["-t", "--template"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "unlock" {
      flags       = ["--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "view" {
      flags       = ["-c", "--comments", "-w", "--web", "--help"]
      value_flags = ["-q", "--jq", "--json", "-t", "--template", "-R", "--repo"]
      same        = [["-c", "--comments"], ["-w", "--web"], ["-q", "--jq"], ["-t", "--template"], ["-R", "--repo"]]
      operands    = ["text"]
    }
  }
  subcommand "preview" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "project" {
    flags_anywhere = true
    levels         = 1
    value_flags    = ["-R", "--repo"]
    same           = [["-R", "--repo"]]
    operands       = ["text"]
  }
  subcommand "release" {
    closed      = true
    flags       = ["--help"]
    value_flags = ["-R", "--repo"]
    same        = [["-R", "--repo"]]
    subcommand "create" {
      also        = ["new"]
      flags       = ["-d", "--draft", "--generate-notes", "--latest", "-p", "--prerelease", "--verify-tag", "--help"]
      value_flags = ["--discussion-category", "-n", "--notes", "--notes-start-tag", "--target", "-t", "--title", "-R", "--repo"]
      path_flags  = ["-F", "--notes-file"]
      same = [
        ["-d", "--draft"], ["-p", "--prerelease"], ["-n", "--notes"], ["-F", "--notes-file"], ["-t", "--title"],
        ["-R", "--repo"],
      ]
      operands = ["text", "path"]
    }
    subcommand "delete" {
      also        = ["remove"]
      flags       = ["--cleanup-tag", "-y", "--yes", "--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-y", "--yes"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "delete-asset" {
      flags       = ["-y", "--yes", "--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-y", "--yes"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "download" {
      flags       = ["--clobber", "--skip-existing", "--help"]
      value_flags = ["-A", "--archive", "-p", "--pattern", "-R", "--repo"]
      path_flags  = ["-D", "--dir", "-O", "--output"]
      same        = [["-A", "--archive"], ["-D", "--dir"], ["-O", "--output"], ["-p", "--pattern"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "edit" {
      flags       = ["--draft", "--latest", "--prerelease", "--help"]
      value_flags = ["--discussion-category", "-n", "--notes", "--tag", "--target", "-t", "--title", "-R", "--repo"]
      path_flags  = ["-F", "--notes-file"]
      same        = [["-n", "--notes"], ["-F", "--notes-file"], ["-t", "--title"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "list" {
      also        = ["ls"]
      flags       = ["--exclude-drafts", "--exclude-pre-releases", "--help"]
      value_flags = ["-L", "--limit", "-R", "--repo"]
      same        = [["-L", "--limit"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "upload" {
      flags       = ["--clobber", "--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-R", "--repo"]]
      operands    = ["text", "path"]
    }
    subcommand "view" {
      flags       = ["-w", "--web", "--help"]
      value_flags = ["-q", "--jq", "--json", "-t", "--template", "-R", "--repo"]
      same        = [["-w", "--web"], ["-q", "--jq"], ["-t", "--template"], ["-R", "--repo"]]
      operands    = ["text"]
    }
  }
  subcommand "repo" {
    closed = true
    flags  = ["--help"]
    subcommand "archive" {
      flags    = ["-y", "--yes", "--help"]
      same     = [["-y", "--yes"]]
      operands = ["text"]
    }
    subcommand "clone" {
      flags        = ["--help"]
      value_flags  = ["-u", "--upstream-remote-name"]
      escape_flags = ["--git-flags"]
      same         = [["-u", "--upstream-remote-name"]]
      implies      = { "--git-flags" = ["-*"] }
      operands     = ["text", "path"]
    }
    subcommand "create" {
      also = ["new"]
      flags = [
        "--add-readme", "-c", "--clone", "--disable-issues", "--disable-wiki", "--include-all-branches", "--internal",
        "--private", "--public", "--push", "--help",
      ]
      value_flags = [
        "-d", "--description", "-g", "--gitignore", "-h", "--homepage", "-l", "--license", "-r", "--remote", "-s", "--source",
        "-t", "--team", "-p", "--template",
      ]
      same = [
        ["-c", "--clone"], ["-d", "--description"], ["-g", "--gitignore"], ["-h", "--homepage"], ["-l", "--license"],
        ["-r", "--remote"], ["-s", "--source"], ["-t", "--team"], ["-p", "--template"],
      ]
      operands = ["text"]
    }
    subcommand "delete" {
      also     = ["remove"]
      flags    = ["--yes", "--help"]
      operands = ["text"]
    }
    subcommand "deploy-key" {
      closed      = true
      flags       = ["--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-R", "--repo"]]
      subcommand "add" {
        flags       = ["-w", "--allow-write", "--help"]
        value_flags = ["-t", "--title", "-R", "--repo"]
        same        = [["-w", "--allow-write"], ["-t", "--title"], ["-R", "--repo"]]
        operands    = ["text"]
      }
      subcommand "delete" {
        flags       = ["--help"]
        value_flags = ["-R", "--repo"]
        same        = [["-R", "--repo"]]
        operands    = ["text"]
      }
      subcommand "list" {
        flags       = ["--help"]
        value_flags = ["-R", "--repo"]
        same        = [["-R", "--repo"]]
        operands    = ["text"]
      }
    }
    subcommand "edit" {
      flags = [
        "--allow-forking", "--allow-update-branch", "--delete-branch-on-merge", "--enable-auto-merge", "--enable-discussions",
        "--enable-issues", "--enable-merge-commit", "--enable-projects", "--enable-rebase-merge", "--enable-squash-merge",
        "--enable-wiki", "--template", "--help",
      ]
      value_flags = ["--add-topic", "--default-branch", "-d", "--description", "-h", "--homepage", "--remove-topic", "--visibility"]
      same        = [["-d", "--description"], ["-h", "--homepage"]]
      operands    = ["text"]
    }
    subcommand "fork" {
      flags        = ["--clone", "--default-branch-only", "--remote", "--help"]
      value_flags  = ["--fork-name", "--org", "--remote-name"]
      escape_flags = ["--git-flags"]
      implies      = { "--git-flags" = ["-*"] }
      operands     = ["text", "path"]
    }
    subcommand "list" {
      also        = ["ls"]
      flags       = ["--archived", "--fork", "--no-archived", "--source", "--help"]
      value_flags = ["-q", "--jq", "--json", "-l", "--language", "-L", "--limit", "-t", "--template", "--topic", "--visibility"]
      same        = [["-q", "--jq"], ["-l", "--language"], ["-L", "--limit"], ["-t", "--template"]]
      operands    = ["text"]
    }
    subcommand "rename" {
      flags       = ["-y", "--yes", "--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-y", "--yes"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "set-default" {
      flags    = ["-u", "--unset", "-v", "--view", "--help"]
      same     = [["-u", "--unset"], ["-v", "--view"]]
      operands = ["text"]
    }
    subcommand "sync" {
      flags       = ["--force", "--help"]
      value_flags = ["-b", "--branch", "-s", "--source"]
      same        = [["-b", "--branch"], ["-s", "--source"]]
      operands    = ["text"]
    }
    subcommand "view" {
      flags       = ["-w", "--web", "--help"]
      value_flags = ["-b", "--branch", "-q", "--jq", "--json", "-t", "--template"]
      same        = [["-w", "--web"], ["-b", "--branch"], ["-q", "--jq"], ["-t", "--template"]]
      operands    = ["text"]
    }
  }
  subcommand "ruleset" {
    flags_anywhere = true
    levels         = 1
    value_flags    = ["-R", "--repo"]
    same           = [["-R", "--repo"]]
    operands       = ["text"]
  }
  subcommand "run" {
    closed      = true
    flags       = ["--help"]
    value_flags = ["-R", "--repo"]
    same        = [["-R", "--repo"]]
    subcommand "cancel" {
      flags       = ["--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "download" {
      flags       = ["--help"]
      value_flags = ["-n", "--name", "-p", "--pattern", "-R", "--repo"]
      path_flags  = ["-D", "--dir"]
      same        = [["-D", "--dir"], ["-n", "--name"], ["-p", "--pattern"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "list" {
      also  = ["ls"]
      flags = ["--help"]
      value_flags = [
        "-b", "--branch", "-q", "--jq", "--json", "-L", "--limit", "-t", "--template", "-u", "--user", "-w", "--workflow",
        "-R", "--repo",
      ]
      same = [
        ["-b", "--branch"], ["-q", "--jq"], ["-L", "--limit"], ["-t", "--template"], ["-u", "--user"], ["-w", "--workflow"],
        ["-R", "--repo"],
      ]
      operands = ["text"]
    }
    subcommand "rerun" {
      flags       = ["-d", "--debug", "--failed", "--help"]
      value_flags = ["-j", "--job", "-R", "--repo"]
      same        = [["-d", "--debug"], ["-j", "--job"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "view" {
      flags       = ["--exit-status", "--log", "--log-failed", "-v", "--verbose", "-w", "--web", "--help"]
      value_flags = ["-j", "--job", "-q", "--jq", "--json", "-t", "--template", "-R", "--repo"]
      same        = [["-v", "--verbose"], ["-w", "--web"], ["-j", "--job"], ["-q", "--jq"], ["-t", "--template"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "watch" {
      flags       = ["--exit-status", "--help"]
      value_flags = ["-i", "--interval", "-R", "--repo"]
      same        = [["-i", "--interval"], ["-R", "--repo"]]
      operands    = ["text"]
    }
  }
  subcommand "search" {
    closed = true
    flags  = ["--help"]
    subcommand "code" {
      flags = ["-w", "--web", "--merge"]
      value_flags = [
        "-L", "--limit", "--sort", "--order", "--repo", "-R", "--owner", "--language", "--extension", "--filename", "--match",
        "--size", "--json", "-q", "--jq", "-t", "--template", "--author", "--committer", "--hash", "--parent", "--tree",
        "--visibility",
      ]
      operands = ["text"]
    }
    subcommand "commits" {
      flags = ["--merge", "-w", "--web", "--help"]
      value_flags = [
        "--author", "--author-date", "--author-email", "--author-name", "--committer", "--committer-date",
        "--committer-email", "--committer-name", "--hash", "-q", "--jq", "--json", "-L", "--limit", "--order", "--owner",
        "--parent", "--repo", "--sort", "-t", "--template", "--tree", "--visibility", "-R", "--language", "--extension",
        "--filename", "--match", "--size",
      ]
      same     = [["-w", "--web"], ["-q", "--jq"], ["-L", "--limit"], ["-t", "--template"]]
      operands = ["text"]
    }
    subcommand "issues" {
      flags = [
        "--archived", "--include-prs", "--locked", "--no-assignee", "--no-label", "--no-milestone", "--no-project", "-w",
        "--web", "--help",
      ]
      value_flags = [
        "--app", "--assignee", "--author", "--closed", "--commenter", "--comments", "--created", "--interactions",
        "--involves", "-q", "--jq", "--json", "--label", "--language", "-L", "--limit", "--match", "--mentions",
        "--milestone", "--order", "--owner", "--project", "--reactions", "--repo", "--sort", "--state", "--team-mentions",
        "-t", "--template", "--updated", "--visibility",
      ]
      same     = [["-w", "--web"], ["-q", "--jq"], ["-L", "--limit"], ["-t", "--template"]]
      operands = ["text"]
    }
    subcommand "prs" {
      flags = [
        "--archived", "--draft", "--locked", "--merged", "--no-assignee", "--no-label", "--no-milestone", "--no-project",
        "-w", "--web", "--help",
      ]
      value_flags = [
        "--app", "--assignee", "--author", "-B", "--base", "--checks", "--closed", "--commenter", "--comments", "--created",
        "-H", "--head", "--interactions", "--involves", "-q", "--jq", "--json", "--label", "--language", "-L", "--limit",
        "--match", "--mentions", "--merged-at", "--milestone", "--order", "--owner", "--project", "--reactions", "--repo",
        "--review", "--review-requested", "--reviewed-by", "--sort", "--state", "--team-mentions", "-t", "--template",
        "--updated", "--visibility",
      ]
      same     = [["-w", "--web"], ["-B", "--base"], ["-H", "--head"], ["-q", "--jq"], ["-L", "--limit"], ["-t", "--template"]]
      operands = ["text"]
    }
    subcommand "repos" {
      flags = ["--archived", "-w", "--web", "--help"]
      value_flags = [
        "--created", "--followers", "--forks", "--good-first-issues", "--help-wanted-issues", "--include-forks", "-q", "--jq",
        "--json", "--language", "--license", "-L", "--limit", "--match", "--number-topics", "--order", "--owner", "--size",
        "--sort", "--stars", "-t", "--template", "--topic", "--updated", "--visibility",
      ]
      same     = [["-w", "--web"], ["-q", "--jq"], ["-L", "--limit"], ["-t", "--template"]]
      operands = ["text"]
    }
  }
  subcommand "secret" {
    closed      = true
    flags       = ["--help"]
    value_flags = ["-R", "--repo"]
    same        = [["-R", "--repo"]]
    subcommand "delete" {
      also        = ["remove"]
      flags       = ["-u", "--user", "--help"]
      value_flags = ["-a", "--app", "-e", "--env", "-o", "--org", "-R", "--repo"]
      same        = [["-u", "--user"], ["-a", "--app"], ["-e", "--env"], ["-o", "--org"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "list" {
      also        = ["ls"]
      flags       = ["-u", "--user", "--help"]
      value_flags = ["-a", "--app", "-e", "--env", "-o", "--org", "-R", "--repo"]
      same        = [["-u", "--user"], ["-a", "--app"], ["-e", "--env"], ["-o", "--org"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "set" {
      flags       = ["--no-store", "-u", "--user", "--help"]
      value_flags = ["-a", "--app", "-b", "--body", "-e", "--env", "-o", "--org", "-r", "--repos", "-v", "--visibility", "-R", "--repo"]
      path_flags  = ["--env-file", "-f"]
      same = [
        ["-u", "--user"], ["-a", "--app"], ["-b", "--body"], ["-e", "--env"], ["-f", "--env-file"], ["-o", "--org"],
        ["-r", "--repos"], ["-v", "--visibility"], ["-R", "--repo"],
      ]
      operands = ["text"]
    }
  }
  subcommand "ssh-key" {
    closed = true
    flags  = ["--help"]
    subcommand "add" {
      flags       = ["--help"]
      value_flags = ["-t", "--title"]
      same        = [["-t", "--title"]]
      operands    = ["path"]
    }
    subcommand "delete" {
      also     = ["remove"]
      flags    = ["-y", "--yes", "--help"]
      same     = [["-y", "--yes"]]
      operands = ["text"]
    }
    subcommand "list" {
      also     = ["ls"]
      flags    = ["--help"]
      operands = ["text"]
    }
  }
  subcommand "status" {
    flags       = ["--help"]
    value_flags = ["-e", "--exclude", "-o", "--org"]
    same        = [["-e", "--exclude"], ["-o", "--org"]]
    operands    = ["text"]
  }
  subcommand "variable" {
    flags_anywhere = true
    levels         = 1
    value_flags    = ["-R", "--repo"]
    same           = [["-R", "--repo"]]
    operands       = ["text"]
  }
  subcommand "workflow" {
    closed      = true
    flags       = ["--help"]
    value_flags = ["-R", "--repo"]
    same        = [["-R", "--repo"]]
    subcommand "disable" {
      flags       = ["--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "enable" {
      flags       = ["--help"]
      value_flags = ["-R", "--repo"]
      same        = [["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "list" {
      also        = ["ls"]
      flags       = ["-a", "--all", "--help"]
      value_flags = ["-L", "--limit", "-R", "--repo"]
      same        = [["-a", "--all"], ["-L", "--limit"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "run" {
      flags       = ["--json", "--help"]
      value_flags = ["-F", "--field", "-f", "--raw-field", "-r", "--ref", "-R", "--repo"]
      same        = [["-F", "--field"], ["-f", "--raw-field"], ["-r", "--ref"], ["-R", "--repo"]]
      operands    = ["text"]
    }
    subcommand "view" {
      flags       = ["-w", "--web", "-y", "--yaml", "--help"]
      value_flags = ["-r", "--ref", "-R", "--repo"]
      same        = [["-w", "--web"], ["-y", "--yaml"], ["-r", "--ref"], ["-R", "--repo"]]
      operands    = ["text"]
    }
  }
}
