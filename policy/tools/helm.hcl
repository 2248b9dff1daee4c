# Checked: helm 3.16, by its own --help. Plugins are called like subcommands, so that unknown ones are opaque; a post-renderer
# is a program, and a kubeconfig may name one.

tool "helm" {
  flags_anywhere = true
  closed         = true
  flags          = ["--debug", "--kube-insecure-skip-tls-verify"]
  value_flags = [
    "--burst-limit", "--kube-apiserver", "--kube-as-group", "--kube-as-user", "--kube-context", "--kube-tls-server-name",
    "--kube-token", "-n", "--namespace", "--qps",
  ]
  path_flags   = ["--kube-ca-file", "--kubeconfig", "--registry-config", "--repository-cache", "--repository-config"]
  escape_flags = ["--kubeconfig"]
  info_flags   = ["-h", "--help"]
  same         = [["-h", "--help"], ["-n", "--namespace"]]

  subcommand "completion" {
    closed = true
    subcommand "bash" {
      flags    = ["--no-descriptions"]
      operands = ["text"]
    }
    subcommand "fish" {
      flags    = ["--no-descriptions"]
      operands = ["text"]
    }
    subcommand "powershell" {
      flags    = ["--no-descriptions"]
      operands = ["text"]
    }
    subcommand "zsh" {
      flags    = ["--no-descriptions"]
      operands = ["text"]
    }
  }
  subcommand "create" {
    path_flags = ["-p", "--starter"]
    same       = [["-p", "--starter"]]
    operands   = ["path"]
  }
  subcommand "dependency" {
    also   = ["dep", "dependencies"]
    closed = true
    subcommand "build" {
      flags      = ["--skip-refresh", "--verify"]
      path_flags = ["--keyring"]
    }
    subcommand "list" {
      also        = ["ls"]
      value_flags = ["--max-col-width"]
    }
    subcommand "update" {
      also       = ["up"]
      flags      = ["--skip-refresh", "--verify"]
      path_flags = ["--keyring"]
    }
  }
  subcommand "env" {}
  subcommand "get" {
    closed = true
    subcommand "all" {
      value_flags = ["--revision", "--template"]
      operands    = ["text"]
    }
    subcommand "hooks" {
      value_flags = ["--revision"]
      operands    = ["text"]
    }
    subcommand "manifest" {
      value_flags = ["--revision"]
      operands    = ["text"]
    }
    subcommand "metadata" {
      value_flags = ["-o", "--output", "--revision"]
      same        = [["-o", "--output"]]
      operands    = ["text"]
    }
    subcommand "notes" {
      value_flags = ["--revision"]
      operands    = ["text"]
    }
    subcommand "values" {
      flags       = ["-a", "--all"]
      value_flags = ["-o", "--output", "--revision"]
      same        = [["-a", "--all"], ["-o", "--output"]]
      operands    = ["text"]
    }
  }
  subcommand "history" {
    also        = ["hist"]
    value_flags = ["--max", "-o", "--output"]
    same        = [["-o", "--output"]]
    operands    = ["text"]
  }
  subcommand "install" {
    flags = [
      "--atomic", "--create-namespace", "--dependency-update", "--devel", "--disable-openapi-validation", "--enable-dns",
      "--force", "-g", "--generate-name", "--hide-notes", "--hide-secret", "--insecure-skip-tls-verify", "--no-hooks",
      "--pass-credentials", "--plain-http", "--render-subchart-notes", "--replace", "--skip-crds", "--skip-schema-validation",
      "--verify", "--wait", "--wait-for-jobs",
    ]
    value_flags = [
      "--description", "-l", "--labels", "--name-template", "-o", "--output", "--password", "--post-renderer",
      "--post-renderer-args", "--repo", "--set", "--set-file", "--set-json", "--set-literal", "--set-string", "--timeout",
      "--username", "--version",
    ]
    optional_flags = ["--dry-run"]
    path_flags     = ["--ca-file", "--cert-file", "--key-file", "--keyring", "-f", "--values"]
    escape_flags   = ["--post-renderer", "--post-renderer-args"]
    same           = [["-g", "--generate-name"], ["-l", "--labels"], ["-o", "--output"], ["-f", "--values"]]
  }
  subcommand "lint" {
    flags       = ["--quiet", "--skip-schema-validation", "--strict", "--with-subcharts"]
    value_flags = ["--kube-version", "--set", "--set-file", "--set-json", "--set-literal", "--set-string"]
    path_flags  = ["-f", "--values"]
    same        = [["-f", "--values"]]
    operands    = ["path"]
  }
  subcommand "list" {
    also = ["ls"]
    flags = [
      "-a", "--all", "-A", "--all-namespaces", "-d", "--date", "--deployed", "--failed", "--no-headers", "--pending", "-r",
      "--reverse", "-q", "--short", "--superseded", "--uninstalled", "--uninstalling",
    ]
    value_flags = ["--filter", "-m", "--max", "--offset", "-o", "--output", "-l", "--selector", "--time-format"]
    path_flags  = ["-f"]
    same = [
      ["-a", "--all"], ["-A", "--all-namespaces"], ["-d", "--date"], ["-r", "--reverse"], ["-q", "--short"],
      ["-f", "--filter"], ["-m", "--max"], ["-o", "--output"], ["-l", "--selector"],
    ]
    operands = ["text"]
  }
  subcommand "package" {
    flags       = ["-u", "--dependency-update", "--sign"]
    value_flags = ["--app-version", "--key", "--version"]
    path_flags  = ["-d", "--destination", "--keyring", "--passphrase-file"]
    same        = [["-u", "--dependency-update"], ["-d", "--destination"]]
    operands    = ["path"]
  }
  subcommand "plugin" {
    closed = true
    subcommand "install" {
      also        = ["add"]
      value_flags = ["--version"]
      opaque      = true
    }
    subcommand "list" { also = ["ls"] }
    subcommand "uninstall" {
      also   = ["rm", "remove"]
      opaque = true
    }
    subcommand "update" {
      also   = ["up"]
      opaque = true
    }
  }
  subcommand "pull" {
    also        = ["fetch"]
    flags       = ["--devel", "--insecure-skip-tls-verify", "--pass-credentials", "--plain-http", "--prov", "--untar", "--verify"]
    value_flags = ["--password", "--repo", "--username", "--version"]
    path_flags  = ["--ca-file", "--cert-file", "-d", "--destination", "--key-file", "--keyring", "--untardir"]
    same        = [["-d", "--destination"]]
  }
  subcommand "push" {
    flags      = ["--insecure-skip-tls-verify", "--plain-http"]
    path_flags = ["--ca-file", "--cert-file", "--key-file"]
  }
  subcommand "registry" {
    closed = true
    subcommand "login" {
      flags       = ["--insecure", "--password-stdin"]
      value_flags = ["-p", "--password", "-u", "--username"]
      path_flags  = ["--ca-file", "--cert-file", "--key-file"]
      same        = [["-p", "--password"], ["-u", "--username"]]
      operands    = ["text"]
    }
    subcommand "logout" { operands = ["text"] }
  }
  subcommand "repo" {
    closed = true
    subcommand "add" {
      flags = [
        "--allow-deprecated-repos", "--force-update", "--insecure-skip-tls-verify", "--no-update", "--pass-credentials",
        "--password-stdin",
      ]
      value_flags = ["--password", "--username"]
      path_flags  = ["--ca-file", "--cert-file", "--key-file"]
      operands    = ["text"]
    }
    subcommand "index" {
      flags       = ["--json"]
      value_flags = ["--merge", "--url"]
      operands    = ["text"]
    }
    subcommand "list" {
      also        = ["ls"]
      value_flags = ["-o", "--output"]
      same        = [["-o", "--output"]]
      operands    = ["text"]
    }
    subcommand "remove" {
      also     = ["rm"]
      operands = ["text"]
    }
    subcommand "update" {
      also     = ["up"]
      flags    = ["--fail-on-repo-update-fail"]
      operands = ["text"]
    }
  }
  subcommand "rollback" {
    flags       = ["--cleanup-on-fail", "--dry-run", "--force", "--no-hooks", "--recreate-pods", "--wait", "--wait-for-jobs"]
    value_flags = ["--history-max", "--timeout"]
    operands    = ["text"]
  }
  subcommand "search" {
    closed = true
    subcommand "hub" {
      flags       = ["--fail-on-no-result", "--list-repo-url"]
      value_flags = ["--endpoint", "--max-col-width", "-o", "--output"]
      same        = [["-o", "--output"]]
      operands    = ["text"]
    }
    subcommand "repo" {
      flags       = ["--devel", "--fail-on-no-result", "-r", "--regexp", "-l", "--versions"]
      value_flags = ["--max-col-width", "-o", "--output", "--version"]
      same        = [["-r", "--regexp"], ["-l", "--versions"], ["-o", "--output"]]
      operands    = ["text"]
    }
  }
  subcommand "show" {
    also   = ["inspect"]
    closed = true
    subcommand "all" {
      flags       = ["--devel", "--insecure-skip-tls-verify", "--pass-credentials", "--plain-http", "--verify"]
      value_flags = ["--password", "--repo", "--username", "--version"]
      path_flags  = ["--ca-file", "--cert-file", "--key-file", "--keyring"]
    }
    subcommand "chart" {
      flags       = ["--devel", "--insecure-skip-tls-verify", "--pass-credentials", "--plain-http", "--verify"]
      value_flags = ["--password", "--repo", "--username", "--version"]
      path_flags  = ["--ca-file", "--cert-file", "--key-file", "--keyring"]
    }
    subcommand "crds" {
      flags       = ["--devel", "--insecure-skip-tls-verify", "--pass-credentials", "--plain-http", "--verify"]
      value_flags = ["--password", "--repo", "--username", "--version"]
      path_flags  = ["--ca-file", "--cert-file", "--key-file", "--keyring"]
    }
    subcommand "readme" {
      flags       = ["--devel", "--insecure-skip-tls-verify", "--pass-credentials", "--plain-http", "--verify"]
      value_flags = ["--password", "--repo", "--username", "--version"]
      path_flags  = ["--ca-file", "--cert-file", "--key-file", "--keyring"]
    }
    subcommand "values" {
      flags       = ["--devel", "--insecure-skip-tls-verify", "--pass-credentials", "--plain-http", "--verify"]
      value_flags = ["--jsonpath", "--password", "--repo", "--username", "--version"]
      path_flags  = ["--ca-file", "--cert-file", "--key-file", "--keyring"]
    }
  }
  subcommand "status" {
    flags       = ["--show-desc", "--show-resources"]
    value_flags = ["-o", "--output", "--revision"]
    same        = [["-o", "--output"]]
    operands    = ["text"]
  }
  subcommand "template" {
    flags = [
      "--atomic", "--create-namespace", "--dependency-update", "--devel", "--disable-openapi-validation", "--enable-dns",
      "--force", "-g", "--generate-name", "--hide-notes", "--include-crds", "--insecure-skip-tls-verify", "--is-upgrade",
      "--no-hooks", "--pass-credentials", "--plain-http", "--release-name", "--render-subchart-notes", "--replace",
      "--skip-crds", "--skip-schema-validation", "--skip-tests", "--validate", "--verify", "--wait", "--wait-for-jobs",
    ]
    value_flags = [
      "-a", "--api-versions", "--description", "--kube-version", "-l", "--labels", "--name-template", "--password",
      "--post-renderer", "--post-renderer-args", "--repo", "--set", "--set-file", "--set-json", "--set-literal",
      "--set-string", "-s", "--show-only", "--timeout", "--username", "--version",
    ]
    optional_flags = ["--dry-run"]
    path_flags     = ["--ca-file", "--cert-file", "--key-file", "--keyring", "--output-dir", "-f", "--values"]
    escape_flags   = ["--post-renderer", "--post-renderer-args"]
    same           = [["-g", "--generate-name"], ["-a", "--api-versions"], ["-l", "--labels"], ["-s", "--show-only"], ["-f", "--values"]]
  }
  subcommand "test" {
    flags       = ["--hide-notes", "--logs"]
    value_flags = ["--filter", "--timeout"]
    operands    = ["text"]
  }
  subcommand "uninstall" {
    also        = ["del", "delete", "un"]
    flags       = ["--dry-run", "--ignore-not-found", "--keep-history", "--no-hooks", "--wait"]
    value_flags = ["--cascade", "--description", "--timeout"]
    operands    = ["text"]
  }
  subcommand "upgrade" {
    flags = [
      "--atomic", "--cleanup-on-fail", "--create-namespace", "--dependency-update", "--devel", "--disable-openapi-validation",
      "--enable-dns", "--force", "--hide-notes", "--hide-secret", "--insecure-skip-tls-verify", "-i", "--install",
      "--no-hooks", "--pass-credentials", "--plain-http", "--render-subchart-notes", "--reset-then-reuse-values",
      "--reset-values", "--reuse-values", "--skip-crds", "--skip-schema-validation", "--verify", "--wait", "--wait-for-jobs",
    ]
    value_flags = [
      "--description", "--history-max", "-l", "--labels", "-o", "--output", "--password", "--post-renderer",
      "--post-renderer-args", "--repo", "--set", "--set-file", "--set-json", "--set-literal", "--set-string", "--timeout",
      "--username", "--version",
    ]
    optional_flags = ["--dry-run"]
    path_flags     = ["--ca-file", "--cert-file", "--key-file", "--keyring", "-f", "--values"]
    escape_flags   = ["--post-renderer", "--post-renderer-args"]
    same           = [["-i", "--install"], ["-l", "--labels"], ["-o", "--output"], ["-f", "--values"]]
  }
  subcommand "verify" {
    path_flags = ["--keyring"]
    operands   = ["path"]
  }
  subcommand "version" {
    flags       = ["--short"]
    value_flags = ["--template"]
  }
}
