# Checked: kubectl 1.32, by its own --help. A kubeconfig may name a program that fetches credentials, and so is an escape; a
# plugin is called like a subcommand, so that unknown ones are opaque.

tool "kubectl" {
  flags_anywhere = true
  closed         = true
  flags          = ["--disable-compression", "--insecure-skip-tls-verify", "--match-server-version", "--warnings-as-errors"]
  value_flags = [
    "--as", "--as-group", "--as-uid", "--cluster", "--context", "--log-flush-frequency", "-n", "--namespace", "--password",
    "--profile", "--request-timeout", "-s", "--server", "--tls-server-name", "--token", "--user", "--username", "-v", "--v",
    "--vmodule",
  ]
  path_flags   = ["--cache-dir", "--certificate-authority", "--client-certificate", "--client-key", "--kubeconfig", "--profile-output"]
  escape_flags = ["--kubeconfig"]
  info_flags   = ["-h", "--help"]
  same         = [["-n", "--namespace"], ["-s", "--server"], ["-v", "--v"]]

  subcommand "alpha" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "annotate" {
    flags = [
      "--all", "-A", "--all-namespaces", "--allow-missing-template-keys", "--list", "--local", "--overwrite", "-R",
      "--recursive", "--show-managed-fields",
    ]
    value_flags    = ["--field-manager", "--field-selector", "-o", "--output", "--resource-version", "-l", "--selector", "--template"]
    optional_flags = ["--dry-run"]
    path_flags     = ["-f", "--filename", "-k", "--kustomize"]
    same = [
      ["-A", "--all-namespaces"], ["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"],
      ["-l", "--selector"],
    ]
    operands = ["text"]
  }
  subcommand "api-resources" {
    flags       = ["--cached", "--namespaced", "--no-headers"]
    value_flags = ["--api-group", "--categories", "-o", "--output", "--sort-by", "--verbs"]
    same        = [["-o", "--output"]]
    operands    = ["text"]
  }
  subcommand "api-versions" { operands = ["text"] }
  subcommand "apply" {
    flags = [
      "--all", "--allow-missing-template-keys", "--force", "--force-conflicts", "--openapi-patch", "--overwrite", "--prune",
      "-R", "--recursive", "--server-side", "--show-managed-fields", "--wait",
    ]
    value_flags = [
      "--field-manager", "--grace-period", "-o", "--output", "--prune-allowlist", "-l", "--selector", "--subresource",
      "--template", "--timeout",
    ]
    optional_flags = ["--cascade", "--dry-run", "--validate"]
    path_flags     = ["-f", "--filename", "-k", "--kustomize"]
    same           = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"], ["-l", "--selector"]]
    operands       = ["text"]
    subcommand "edit-last-applied" {
      flags          = ["--allow-missing-template-keys", "-R", "--recursive", "--show-managed-fields", "--windows-line-endings"]
      value_flags    = ["--field-manager", "-o", "--output", "--template"]
      optional_flags = ["--validate"]
      path_flags     = ["-f", "--filename", "-k", "--kustomize"]
      same           = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"]]
      opaque         = true
      operands       = ["text"]
    }
    subcommand "set-last-applied" {
      flags          = ["--allow-missing-template-keys", "--create-annotation", "--show-managed-fields"]
      value_flags    = ["-o", "--output", "--template"]
      optional_flags = ["--dry-run"]
      path_flags     = ["-f", "--filename"]
      same           = [["-f", "--filename"], ["-o", "--output"]]
      operands       = ["text"]
    }
    subcommand "view-last-applied" {
      flags       = ["--all", "-R", "--recursive"]
      value_flags = ["-o", "--output", "-l", "--selector"]
      path_flags  = ["-f", "--filename", "-k", "--kustomize"]
      same        = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"], ["-l", "--selector"]]
      operands    = ["text"]
    }
  }
  subcommand "attach" {
    flags       = ["-q", "--quiet", "-i", "--stdin", "-t", "--tty"]
    value_flags = ["-c", "--container", "--pod-running-timeout"]
    same        = [["-q", "--quiet"], ["-i", "--stdin"], ["-t", "--tty"], ["-c", "--container"]]
    opaque      = true
    operands    = ["text"]
  }
  subcommand "auth" {
    closed   = true
    operands = ["text"]
    subcommand "can-i" {
      flags       = ["-A", "--all-namespaces", "--list", "--no-headers", "-q", "--quiet"]
      value_flags = ["--subresource"]
      same        = [["-A", "--all-namespaces"], ["-q", "--quiet"]]
      operands    = ["text"]
    }
    subcommand "reconcile" {
      flags = [
        "--allow-missing-template-keys", "-R", "--recursive", "--remove-extra-permissions", "--remove-extra-subjects",
        "--show-managed-fields",
      ]
      value_flags    = ["-o", "--output", "--template"]
      optional_flags = ["--dry-run"]
      path_flags     = ["-f", "--filename", "-k", "--kustomize"]
      same           = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"]]
      operands       = ["text"]
    }
    subcommand "whoami" {
      flags       = ["--allow-missing-template-keys", "--show-managed-fields"]
      value_flags = ["-o", "--output", "--template"]
      same        = [["-o", "--output"]]
      operands    = ["text"]
    }
  }
  subcommand "autoscale" {
    flags          = ["--allow-missing-template-keys", "-R", "--recursive", "--save-config", "--show-managed-fields"]
    value_flags    = ["--cpu-percent", "--field-manager", "--max", "--min", "--name", "-o", "--output", "--template"]
    optional_flags = ["--dry-run"]
    path_flags     = ["-f", "--filename", "-k", "--kustomize"]
    same           = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"]]
    operands       = ["text"]
  }
  subcommand "certificate" {
    closed   = true
    operands = ["text"]
    subcommand "approve" {
      flags       = ["--allow-missing-template-keys", "--force", "-R", "--recursive", "--show-managed-fields"]
      value_flags = ["-o", "--output", "--template"]
      path_flags  = ["-f", "--filename", "-k", "--kustomize"]
      same        = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"]]
      operands    = ["text"]
    }
    subcommand "deny" {
      flags       = ["--allow-missing-template-keys", "--force", "-R", "--recursive", "--show-managed-fields"]
      value_flags = ["-o", "--output", "--template"]
      path_flags  = ["-f", "--filename", "-k", "--kustomize"]
      same        = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"]]
      operands    = ["text"]
    }
  }
  subcommand "cluster-info" {
    operands = ["text"]
    subcommand "dump" {
      flags       = ["-A", "--all-namespaces", "--allow-missing-template-keys", "--show-managed-fields"]
      value_flags = ["--namespaces", "-o", "--output", "--pod-running-timeout", "--template"]
      path_flags  = ["--output-directory"]
      same        = [["-A", "--all-namespaces"], ["-o", "--output"]]
      operands    = ["text"]
    }
  }
  subcommand "completion" { operands = ["text"] }
  subcommand "config" {
    closed   = true
    operands = ["text"]
    subcommand "current-context" { operands = ["text"] }
    subcommand "delete-cluster" { operands = ["text"] }
    subcommand "delete-context" { operands = ["text"] }
    subcommand "delete-user" { operands = ["text"] }
    subcommand "get-clusters" { operands = ["text"] }
    subcommand "get-contexts" {
      flags       = ["--no-headers"]
      value_flags = ["-o", "--output"]
      same        = [["-o", "--output"]]
      operands    = ["text"]
    }
    subcommand "get-users" { operands = ["text"] }
    subcommand "rename-context" { operands = ["text"] }
    subcommand "set" {
      flags    = ["--set-raw-bytes"]
      opaque   = true
      operands = ["text"]
    }
    subcommand "set-cluster" {
      flags       = ["--embed-certs"]
      value_flags = ["--proxy-url"]
      operands    = ["text"]
    }
    subcommand "set-context" {
      flags    = ["--current"]
      operands = ["text"]
    }
    subcommand "set-credentials" {
      flags = ["--embed-certs", "--exec-provide-cluster-info"]
      value_flags = [
        "--auth-provider", "--auth-provider-arg", "--exec-api-version", "--exec-arg", "--exec-command", "--exec-env",
        "--exec-interactive-mode",
      ]
      escape_flags = ["--exec-command"]
      operands     = ["text"]
    }
    subcommand "unset" { operands = ["text"] }
    subcommand "use-context" {
      also     = ["use"]
      operands = ["text"]
    }
    subcommand "view" {
      flags       = ["--allow-missing-template-keys", "--flatten", "--merge", "--minify", "--raw", "--show-managed-fields"]
      value_flags = ["-o", "--output", "--template"]
      same        = [["-o", "--output"]]
      operands    = ["text"]
    }
  }
  subcommand "cordon" {
    value_flags    = ["-l", "--selector"]
    optional_flags = ["--dry-run"]
    same           = [["-l", "--selector"]]
    operands       = ["text"]
  }
  subcommand "cp" {
    flags       = ["--no-preserve"]
    value_flags = ["-c", "--container", "--retries"]
    same        = [["-c", "--container"]]
    operands    = ["remote"]
  }
  subcommand "create" {
    flags = [
      "--allow-missing-template-keys", "--edit", "-R", "--recursive", "--save-config", "--show-managed-fields",
      "--windows-line-endings",
    ]
    value_flags    = ["--field-manager", "-o", "--output", "--raw", "-l", "--selector", "--template"]
    optional_flags = ["--dry-run", "--validate"]
    path_flags     = ["-f", "--filename", "-k", "--kustomize"]
    same           = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"], ["-l", "--selector"]]
    operands       = ["text"]
    subcommand "clusterrole" {
      flags = ["--allow-missing-template-keys", "--save-config", "--show-managed-fields"]
      value_flags = [
        "--aggregation-rule", "--field-manager", "--non-resource-url", "-o", "--output", "--resource", "--resource-name",
        "--template", "--verb",
      ]
      optional_flags = ["--dry-run", "--validate"]
      same           = [["-o", "--output"]]
      operands       = ["text"]
    }
    subcommand "clusterrolebinding" {
      flags          = ["--allow-missing-template-keys", "--save-config", "--show-managed-fields"]
      value_flags    = ["--clusterrole", "--field-manager", "--group", "-o", "--output", "--serviceaccount", "--template"]
      optional_flags = ["--dry-run", "--validate"]
      same           = [["-o", "--output"]]
      operands       = ["text"]
    }
    subcommand "configmap" {
      also           = ["cm"]
      flags          = ["--allow-missing-template-keys", "--append-hash", "--save-config", "--show-managed-fields"]
      value_flags    = ["--field-manager", "--from-file", "--from-literal", "-o", "--output", "--template"]
      optional_flags = ["--dry-run", "--validate"]
      path_flags     = ["--from-env-file"]
      same           = [["-o", "--output"]]
      operands       = ["text"]
    }
    subcommand "cronjob" {
      also           = ["cj"]
      flags          = ["--allow-missing-template-keys", "--save-config", "--show-managed-fields"]
      value_flags    = ["--field-manager", "--image", "-o", "--output", "--restart", "--schedule", "--template"]
      optional_flags = ["--dry-run", "--validate"]
      same           = [["-o", "--output"]]
      operands       = ["text"]
    }
    subcommand "deployment" {
      also           = ["deploy"]
      flags          = ["--allow-missing-template-keys", "--save-config", "--show-managed-fields"]
      value_flags    = ["--field-manager", "--image", "-o", "--output", "--port", "-r", "--replicas", "--template"]
      optional_flags = ["--dry-run", "--validate"]
      same           = [["-o", "--output"], ["-r", "--replicas"]]
      operands       = ["text"]
    }
    subcommand "ingress" {
      also           = ["ing"]
      flags          = ["--allow-missing-template-keys", "--save-config", "--show-managed-fields"]
      value_flags    = ["--annotation", "--class", "--default-backend", "--field-manager", "-o", "--output", "--rule", "--template"]
      optional_flags = ["--dry-run", "--validate"]
      same           = [["-o", "--output"]]
      operands       = ["text"]
    }
    subcommand "job" {
      flags          = ["--allow-missing-template-keys", "--save-config", "--show-managed-fields"]
      value_flags    = ["--field-manager", "--from", "--image", "-o", "--output", "--template"]
      optional_flags = ["--dry-run", "--validate"]
      same           = [["-o", "--output"]]
      operands       = ["text"]
    }
    subcommand "namespace" {
      also           = ["ns"]
      flags          = ["--allow-missing-template-keys", "--save-config", "--show-managed-fields"]
      value_flags    = ["--field-manager", "-o", "--output", "--template"]
      optional_flags = ["--dry-run", "--validate"]
      same           = [["-o", "--output"]]
      operands       = ["text"]
    }
    subcommand "poddisruptionbudget" {
      also           = ["pdb"]
      flags          = ["--allow-missing-template-keys", "--save-config", "--show-managed-fields"]
      value_flags    = ["--field-manager", "--max-unavailable", "--min-available", "-o", "--output", "--selector", "--template"]
      optional_flags = ["--dry-run", "--validate"]
      same           = [["-o", "--output"]]
      operands       = ["text"]
    }
    subcommand "priorityclass" {
      also           = ["pc"]
      flags          = ["--allow-missing-template-keys", "--global-default", "--save-config", "--show-managed-fields"]
      value_flags    = ["--description", "--field-manager", "-o", "--output", "--preemption-policy", "--template", "--value"]
      optional_flags = ["--dry-run", "--validate"]
      same           = [["-o", "--output"]]
      operands       = ["text"]
    }
    subcommand "quota" {
      also           = ["resourcequota"]
      flags          = ["--allow-missing-template-keys", "--save-config", "--show-managed-fields"]
      value_flags    = ["--field-manager", "--hard", "-o", "--output", "--scopes", "--template"]
      optional_flags = ["--dry-run", "--validate"]
      same           = [["-o", "--output"]]
      operands       = ["text"]
    }
    subcommand "role" {
      flags          = ["--allow-missing-template-keys", "--save-config", "--show-managed-fields"]
      value_flags    = ["--field-manager", "-o", "--output", "--resource", "--resource-name", "--template", "--verb"]
      optional_flags = ["--dry-run", "--validate"]
      same           = [["-o", "--output"]]
      operands       = ["text"]
    }
    subcommand "rolebinding" {
      flags          = ["--allow-missing-template-keys", "--save-config", "--show-managed-fields"]
      value_flags    = ["--clusterrole", "--field-manager", "--group", "-o", "--output", "--role", "--serviceaccount", "--template"]
      optional_flags = ["--dry-run", "--validate"]
      same           = [["-o", "--output"]]
      operands       = ["text"]
    }
    subcommand "secret" {
      closed   = true
      operands = ["text"]
      subcommand "docker-registry" {
        flags = ["--allow-missing-template-keys", "--append-hash", "--save-config", "--show-managed-fields"]
        value_flags = [
          "--docker-email", "--docker-password", "--docker-server", "--docker-username", "--field-manager", "--from-file",
          "-o", "--output", "--template",
        ]
        optional_flags = ["--dry-run", "--validate"]
        same           = [["-o", "--output"]]
        operands       = ["text"]
      }
      subcommand "generic" {
        flags          = ["--allow-missing-template-keys", "--append-hash", "--save-config", "--show-managed-fields"]
        value_flags    = ["--field-manager", "--from-file", "--from-literal", "-o", "--output", "--template", "--type"]
        optional_flags = ["--dry-run", "--validate"]
        path_flags     = ["--from-env-file"]
        same           = [["-o", "--output"]]
        operands       = ["text"]
      }
      subcommand "tls" {
        flags          = ["--allow-missing-template-keys", "--append-hash", "--save-config", "--show-managed-fields"]
        value_flags    = ["--field-manager", "--key", "-o", "--output", "--template"]
        optional_flags = ["--dry-run", "--validate"]
        path_flags     = ["--cert"]
        same           = [["-o", "--output"]]
        operands       = ["text"]
      }
    }
    subcommand "service" {
      also     = ["svc"]
      closed   = true
      operands = ["text"]
      subcommand "clusterip" {
        flags          = ["--allow-missing-template-keys", "--save-config", "--show-managed-fields"]
        value_flags    = ["--clusterip", "--field-manager", "-o", "--output", "--tcp", "--template"]
        optional_flags = ["--dry-run", "--validate"]
        same           = [["-o", "--output"]]
        operands       = ["text"]
      }
      subcommand "externalname" {
        flags          = ["--allow-missing-template-keys", "--save-config", "--show-managed-fields"]
        value_flags    = ["--external-name", "--field-manager", "-o", "--output", "--tcp", "--template"]
        optional_flags = ["--dry-run", "--validate"]
        same           = [["-o", "--output"]]
        operands       = ["text"]
      }
      subcommand "loadbalancer" {
        flags          = ["--allow-missing-template-keys", "--save-config", "--show-managed-fields"]
        value_flags    = ["--field-manager", "-o", "--output", "--tcp", "--template"]
        optional_flags = ["--dry-run", "--validate"]
        same           = [["-o", "--output"]]
        operands       = ["text"]
      }
      subcommand "nodeport" {
        flags          = ["--allow-missing-template-keys", "--save-config", "--show-managed-fields"]
        value_flags    = ["--field-manager", "--node-port", "-o", "--output", "--tcp", "--template"]
        optional_flags = ["--dry-run", "--validate"]
        same           = [["-o", "--output"]]
        operands       = ["text"]
      }
    }
    subcommand "serviceaccount" {
      also           = ["sa"]
      flags          = ["--allow-missing-template-keys", "--save-config", "--show-managed-fields"]
      value_flags    = ["--field-manager", "-o", "--output", "--template"]
      optional_flags = ["--dry-run", "--validate"]
      same           = [["-o", "--output"]]
      operands       = ["text"]
    }
    subcommand "token" {
      flags = ["--allow-missing-template-keys", "--show-managed-fields"]
      value_flags = [
        "--audience", "--bound-object-kind", "--bound-object-name", "--bound-object-uid", "--duration", "-o", "--output",
        "--template",
      ]
      same     = [["-o", "--output"]]
      operands = ["text"]
    }
  }
  subcommand "debug" {
    flags = [
      "--arguments-only", "--attach", "--keep-annotations", "--keep-init-containers", "--keep-labels", "--keep-liveness",
      "--keep-readiness", "--keep-startup", "-q", "--quiet", "--replace", "--same-node", "--share-processes", "-i", "--stdin",
      "-t", "--tty",
    ]
    value_flags  = ["-c", "--container", "--copy-to", "--env", "--image", "--image-pull-policy", "--set-image", "--target"]
    path_flags   = ["--custom", "-f", "--filename"]
    escape_flags = ["-f", "--filename"]
    same         = [["-q", "--quiet"], ["-i", "--stdin"], ["-t", "--tty"], ["-c", "--container"], ["-f", "--filename"]]
    operands     = ["text", "command"]
  }
  subcommand "delete" {
    flags = [
      "--all", "-A", "--all-namespaces", "--force", "--ignore-not-found", "-i", "--interactive", "--now", "-R", "--recursive",
      "--wait",
    ]
    value_flags    = ["--field-selector", "--grace-period", "-o", "--output", "--raw", "-l", "--selector", "--timeout"]
    optional_flags = ["--cascade", "--dry-run"]
    path_flags     = ["-f", "--filename", "-k", "--kustomize"]
    same = [
      ["-A", "--all-namespaces"], ["-i", "--interactive"], ["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"],
      ["-o", "--output"], ["-l", "--selector"],
    ]
    operands = ["text"]
  }
  subcommand "describe" {
    flags       = ["-A", "--all-namespaces", "-R", "--recursive", "--show-events"]
    value_flags = ["--chunk-size", "-l", "--selector"]
    path_flags  = ["-f", "--filename", "-k", "--kustomize"]
    same        = [["-A", "--all-namespaces"], ["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-l", "--selector"]]
    operands    = ["text"]
  }
  subcommand "diff" {
    flags       = ["--force-conflicts", "--prune", "-R", "--recursive", "--server-side", "--show-managed-fields"]
    value_flags = ["--concurrency", "--field-manager", "--prune-allowlist", "-l", "--selector"]
    path_flags  = ["-f", "--filename", "-k", "--kustomize"]
    same        = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-l", "--selector"]]
    operands    = ["text"]
  }
  subcommand "drain" {
    flags          = ["--delete-emptydir-data", "--disable-eviction", "--force", "--ignore-daemonsets"]
    value_flags    = ["--chunk-size", "--grace-period", "--pod-selector", "-l", "--selector", "--skip-wait-for-delete-timeout", "--timeout"]
    optional_flags = ["--dry-run"]
    same           = [["-l", "--selector"]]
    operands       = ["text"]
  }
  subcommand "edit" {
    flags = [
      "--allow-missing-template-keys", "--output-patch", "-R", "--recursive", "--save-config", "--show-managed-fields",
      "--windows-line-endings",
    ]
    value_flags    = ["--field-manager", "-o", "--output", "--subresource", "--template"]
    optional_flags = ["--validate"]
    path_flags     = ["-f", "--filename", "-k", "--kustomize"]
    same           = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"]]
    opaque         = true
    operands       = ["text"]
  }
  subcommand "events" {
    flags       = ["-A", "--all-namespaces", "--allow-missing-template-keys", "--no-headers", "--show-managed-fields", "-w", "--watch"]
    value_flags = ["--chunk-size", "--for", "-o", "--output", "--template", "--types"]
    same        = [["-A", "--all-namespaces"], ["-w", "--watch"], ["-o", "--output"]]
    operands    = ["text"]
  }
  subcommand "exec" {
    flags        = ["-q", "--quiet", "-i", "--stdin", "-t", "--tty"]
    value_flags  = ["-c", "--container", "--pod-running-timeout"]
    path_flags   = ["-f", "--filename"]
    escape_flags = ["-f", "--filename"]
    same         = [["-q", "--quiet"], ["-i", "--stdin"], ["-t", "--tty"], ["-c", "--container"], ["-f", "--filename"]]
    operands     = ["text", "command"]
  }
  subcommand "explain" {
    flags       = ["--recursive"]
    value_flags = ["--api-version", "-o", "--output"]
    same        = [["-o", "--output"]]
    operands    = ["text"]
  }
  subcommand "expose" {
    flags = ["--allow-missing-template-keys", "-R", "--recursive", "--save-config", "--show-managed-fields"]
    value_flags = [
      "--cluster-ip", "--external-ip", "--field-manager", "-l", "--labels", "--load-balancer-ip", "--name", "-o", "--output",
      "--override-type", "--overrides", "--port", "--protocol", "--selector", "--session-affinity", "--target-port",
      "--template", "--type",
    ]
    optional_flags = ["--dry-run"]
    path_flags     = ["-f", "--filename", "-k", "--kustomize"]
    same           = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-l", "--labels"], ["-o", "--output"]]
    operands       = ["text"]
  }
  subcommand "get" {
    flags = [
      "-A", "--all-namespaces", "--allow-missing-template-keys", "--ignore-not-found", "--no-headers",
      "--output-watch-events", "-R", "--recursive", "--server-print", "--show-kind", "--show-labels", "--show-managed-fields",
      "-w", "--watch", "--watch-only",
    ]
    value_flags = [
      "--chunk-size", "--field-selector", "-L", "--label-columns", "-o", "--output", "--raw", "-l", "--selector", "--sort-by",
      "--subresource", "--template",
    ]
    path_flags = ["-f", "--filename", "-k", "--kustomize"]
    same = [
      ["-A", "--all-namespaces"], ["-R", "--recursive"], ["-w", "--watch"], ["-f", "--filename"], ["-k", "--kustomize"],
      ["-L", "--label-columns"], ["-o", "--output"], ["-l", "--selector"],
    ]
    operands = ["text"]
  }
  subcommand "kustomize" {
    flags = ["--as-current-user", "--enable-alpha-plugins", "--enable-helm", "--helm-debug", "--network"]
    value_flags = [
      "-e", "--env", "--helm-api-versions", "--helm-command", "--helm-kube-version", "--load-restrictor", "--mount",
      "--network-name", "-o", "--output",
    ]
    escape_flags = ["--enable-alpha-plugins", "--enable-helm", "--helm-command", "--load-restrictor"]
    same         = [["-e", "--env"], ["-o", "--output"]]
    operands     = ["path"]
  }
  subcommand "label" {
    flags = [
      "--all", "-A", "--all-namespaces", "--allow-missing-template-keys", "--list", "--local", "--overwrite", "-R",
      "--recursive", "--show-managed-fields",
    ]
    value_flags    = ["--field-manager", "--field-selector", "-o", "--output", "--resource-version", "-l", "--selector", "--template"]
    optional_flags = ["--dry-run"]
    path_flags     = ["-f", "--filename", "-k", "--kustomize"]
    same = [
      ["-A", "--all-namespaces"], ["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"],
      ["-l", "--selector"],
    ]
    operands = ["text"]
  }
  subcommand "logs" {
    flags = [
      "--all-containers", "--all-pods", "-f", "--follow", "--ignore-errors", "--insecure-skip-tls-verify-backend", "--prefix",
      "-p", "--previous", "--timestamps",
    ]
    value_flags = [
      "-c", "--container", "--limit-bytes", "--max-log-requests", "--pod-running-timeout", "-l", "--selector", "--since",
      "--since-time", "--tail",
    ]
    same     = [["-f", "--follow"], ["-p", "--previous"], ["-c", "--container"], ["-l", "--selector"]]
    operands = ["text"]
  }
  subcommand "options" { operands = ["text"] }
  subcommand "patch" {
    flags          = ["--allow-missing-template-keys", "--local", "-R", "--recursive", "--show-managed-fields"]
    value_flags    = ["--field-manager", "-o", "--output", "-p", "--patch", "--subresource", "--template", "--type"]
    optional_flags = ["--dry-run"]
    path_flags     = ["-f", "--filename", "-k", "--kustomize", "--patch-file"]
    same           = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"], ["-p", "--patch"]]
    operands       = ["text"]
  }
  subcommand "plugin" {
    closed   = true
    opaque   = true
    operands = ["text"]
    subcommand "list" {
      flags    = ["--name-only"]
      operands = ["text"]
    }
  }
  subcommand "port-forward" {
    value_flags = ["--address", "--pod-running-timeout"]
    operands    = ["text"]
  }
  subcommand "proxy" {
    flags = ["--append-server-path", "--disable-filter"]
    value_flags = [
      "--accept-hosts", "--accept-paths", "--address", "--api-prefix", "--keepalive", "-p", "--port", "--reject-methods",
      "--reject-paths", "-u", "-P", "--www-prefix",
    ]
    path_flags = ["--unix-socket", "-w", "--www"]
    same       = [["-p", "--port"], ["-u", "--unix-socket"], ["-w", "--www"], ["-P", "--www-prefix"]]
    operands   = ["text"]
  }
  subcommand "replace" {
    flags          = ["--allow-missing-template-keys", "--force", "-R", "--recursive", "--save-config", "--show-managed-fields", "--wait"]
    value_flags    = ["--field-manager", "--grace-period", "-o", "--output", "--raw", "--subresource", "--template", "--timeout"]
    optional_flags = ["--cascade", "--dry-run", "--validate"]
    path_flags     = ["-f", "--filename", "-k", "--kustomize"]
    same           = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"]]
    operands       = ["text"]
  }
  subcommand "rollout" {
    closed   = true
    operands = ["text"]
    subcommand "history" {
      flags       = ["--allow-missing-template-keys", "-R", "--recursive", "--show-managed-fields"]
      value_flags = ["-o", "--output", "--revision", "-l", "--selector", "--template"]
      path_flags  = ["-f", "--filename", "-k", "--kustomize"]
      same        = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"], ["-l", "--selector"]]
      operands    = ["text"]
    }
    subcommand "pause" {
      flags       = ["--allow-missing-template-keys", "-R", "--recursive", "--show-managed-fields"]
      value_flags = ["--field-manager", "-o", "--output", "-l", "--selector", "--template"]
      path_flags  = ["-f", "--filename", "-k", "--kustomize"]
      same        = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"], ["-l", "--selector"]]
      operands    = ["text"]
    }
    subcommand "restart" {
      flags       = ["--allow-missing-template-keys", "-R", "--recursive", "--show-managed-fields"]
      value_flags = ["--field-manager", "-o", "--output", "-l", "--selector", "--template"]
      path_flags  = ["-f", "--filename", "-k", "--kustomize"]
      same        = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"], ["-l", "--selector"]]
      operands    = ["text"]
    }
    subcommand "resume" {
      flags       = ["--allow-missing-template-keys", "-R", "--recursive", "--show-managed-fields"]
      value_flags = ["--field-manager", "-o", "--output", "-l", "--selector", "--template"]
      path_flags  = ["-f", "--filename", "-k", "--kustomize"]
      same        = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"], ["-l", "--selector"]]
      operands    = ["text"]
    }
    subcommand "status" {
      flags       = ["-R", "--recursive", "-w", "--watch"]
      value_flags = ["--revision", "-l", "--selector", "--timeout"]
      path_flags  = ["-f", "--filename", "-k", "--kustomize"]
      same        = [["-R", "--recursive"], ["-w", "--watch"], ["-f", "--filename"], ["-k", "--kustomize"], ["-l", "--selector"]]
      operands    = ["text"]
    }
    subcommand "undo" {
      flags          = ["--allow-missing-template-keys", "-R", "--recursive", "--show-managed-fields"]
      value_flags    = ["-o", "--output", "-l", "--selector", "--template", "--to-revision"]
      optional_flags = ["--dry-run"]
      path_flags     = ["-f", "--filename", "-k", "--kustomize"]
      same           = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"], ["-l", "--selector"]]
      operands       = ["text"]
    }
  }
  subcommand "run" {
    flags = [
      "--allow-missing-template-keys", "--attach", "--command", "--expose", "--force", "--leave-stdin-open", "--privileged",
      "-q", "--quiet", "-R", "--recursive", "--rm", "--save-config", "--show-managed-fields", "-i", "--stdin", "-t", "--tty",
      "--wait",
    ]
    value_flags = [
      "--annotations", "--env", "--field-manager", "--grace-period", "--image", "--image-pull-policy", "-l", "--labels", "-o",
      "--output", "--override-type", "--overrides", "--pod-running-timeout", "--port", "--restart", "--template", "--timeout",
    ]
    optional_flags = ["--cascade", "--dry-run"]
    path_flags     = ["-f", "--filename", "-k", "--kustomize"]
    escape_flags   = ["--overrides"]
    same = [
      ["-q", "--quiet"], ["-R", "--recursive"], ["-i", "--stdin"], ["-t", "--tty"], ["-f", "--filename"],
      ["-k", "--kustomize"], ["-l", "--labels"], ["-o", "--output"],
    ]
    operands = ["text", "command"]
  }
  subcommand "scale" {
    flags          = ["--all", "--allow-missing-template-keys", "-R", "--recursive", "--show-managed-fields"]
    value_flags    = ["--current-replicas", "-o", "--output", "--replicas", "--resource-version", "-l", "--selector", "--template", "--timeout"]
    optional_flags = ["--dry-run"]
    path_flags     = ["-f", "--filename", "-k", "--kustomize"]
    same           = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"], ["-l", "--selector"]]
    operands       = ["text"]
  }
  subcommand "set" {
    closed   = true
    operands = ["text"]
    subcommand "env" {
      flags = [
        "--all", "--allow-missing-template-keys", "--list", "--local", "--overwrite", "-R", "--recursive", "--resolve",
        "--show-managed-fields",
      ]
      value_flags = [
        "-c", "--containers", "-e", "--env", "--field-manager", "--from", "--keys", "-o", "--output", "--prefix", "-l",
        "--selector", "--template",
      ]
      optional_flags = ["--dry-run"]
      path_flags     = ["-f", "--filename", "-k", "--kustomize"]
      same = [
        ["-R", "--recursive"], ["-c", "--containers"], ["-e", "--env"], ["-f", "--filename"], ["-k", "--kustomize"],
        ["-o", "--output"], ["-l", "--selector"],
      ]
      operands = ["text"]
    }
    subcommand "image" {
      flags          = ["--all", "--allow-missing-template-keys", "--local", "-R", "--recursive", "--show-managed-fields"]
      value_flags    = ["--field-manager", "-o", "--output", "-l", "--selector", "--template"]
      optional_flags = ["--dry-run"]
      path_flags     = ["-f", "--filename", "-k", "--kustomize"]
      same           = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"], ["-l", "--selector"]]
      operands       = ["text"]
    }
    subcommand "resources" {
      flags          = ["--all", "--allow-missing-template-keys", "--local", "-R", "--recursive", "--show-managed-fields"]
      value_flags    = ["-c", "--containers", "--field-manager", "--limits", "-o", "--output", "--requests", "-l", "--selector", "--template"]
      optional_flags = ["--dry-run"]
      path_flags     = ["-f", "--filename", "-k", "--kustomize"]
      same = [
        ["-R", "--recursive"], ["-c", "--containers"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"],
        ["-l", "--selector"],
      ]
      operands = ["text"]
    }
    subcommand "selector" {
      flags          = ["--all", "--allow-missing-template-keys", "--local", "-R", "--recursive", "--show-managed-fields"]
      value_flags    = ["--field-manager", "-o", "--output", "--resource-version", "--template"]
      optional_flags = ["--dry-run"]
      path_flags     = ["-f", "--filename"]
      same           = [["-R", "--recursive"], ["-f", "--filename"], ["-o", "--output"]]
      operands       = ["text"]
    }
    subcommand "serviceaccount" {
      also           = ["sa"]
      flags          = ["--all", "--allow-missing-template-keys", "--local", "-R", "--recursive", "--show-managed-fields"]
      value_flags    = ["--field-manager", "-o", "--output", "--template"]
      optional_flags = ["--dry-run"]
      path_flags     = ["-f", "--filename", "-k", "--kustomize"]
      same           = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"]]
      operands       = ["text"]
    }
    subcommand "subject" {
      flags          = ["--all", "--allow-missing-template-keys", "--local", "-R", "--recursive", "--show-managed-fields"]
      value_flags    = ["--field-manager", "--group", "-o", "--output", "-l", "--selector", "--serviceaccount", "--template"]
      optional_flags = ["--dry-run"]
      path_flags     = ["-f", "--filename", "-k", "--kustomize"]
      same           = [["-R", "--recursive"], ["-f", "--filename"], ["-k", "--kustomize"], ["-o", "--output"], ["-l", "--selector"]]
      operands       = ["text"]
    }
  }
  subcommand "taint" {
    flags          = ["--all", "--allow-missing-template-keys", "--overwrite", "--show-managed-fields"]
    value_flags    = ["--field-manager", "-o", "--output", "-l", "--selector", "--template"]
    optional_flags = ["--dry-run", "--validate"]
    same           = [["-o", "--output"], ["-l", "--selector"]]
    operands       = ["text"]
  }
  subcommand "top" {
    operands = ["text"]
    subcommand "node" {
      also        = ["nodes", "no"]
      flags       = ["--no-headers", "--show-capacity", "--use-protocol-buffers"]
      value_flags = ["-l", "--selector", "--sort-by"]
      same        = [["-l", "--selector"]]
      operands    = ["text"]
    }
    subcommand "pod" {
      also        = ["pods", "po"]
      flags       = ["-A", "--all-namespaces", "--containers", "--no-headers", "--sum", "--use-protocol-buffers"]
      value_flags = ["--field-selector", "-l", "--selector", "--sort-by"]
      same        = [["-A", "--all-namespaces"], ["-l", "--selector"]]
      operands    = ["text"]
    }
  }
  subcommand "uncordon" {
    value_flags    = ["-l", "--selector"]
    optional_flags = ["--dry-run"]
    same           = [["-l", "--selector"]]
    operands       = ["text"]
  }
  subcommand "version" {
    flags       = ["--client"]
    value_flags = ["-o", "--output"]
    same        = [["-o", "--output"]]
    operands    = ["text"]
  }
  subcommand "wait" {
    flags = [
      "--all", "-A", "--all-namespaces", "--allow-missing-template-keys", "--local", "-R", "--recursive",
      "--show-managed-fields",
    ]
    value_flags = ["--field-selector", "--for", "-o", "--output", "-l", "--selector", "--template", "--timeout"]
    path_flags  = ["-f", "--filename"]
    same        = [["-A", "--all-namespaces"], ["-R", "--recursive"], ["-f", "--filename"], ["-o", "--output"], ["-l", "--selector"]]
    operands    = ["text"]
  }
}
