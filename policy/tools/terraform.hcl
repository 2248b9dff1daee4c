# Checked: terraform 1.11, by each subcommand's -help. An option has one dash or two; -lock=false and the like are options without
# a value of their own. What the providers and provisioners of a configuration run can't be seen in the arguments.

tool "terraform" {
  also        = ["tofu"]
  single_dash = true
  closed      = true
  chdir_flags = ["-chdir", "--chdir"]
  info_flags  = ["-help", "--help", "-h", "-version", "--version", "-v"]
  same        = [["-chdir", "--chdir"]]

  subcommand "apply" {
    flags = [
      "-auto-approve", "-compact-warnings", "-destroy", "-lock", "-input", "-no-color", "-json", "-refresh-only", "-refresh",
      "--auto-approve", "--compact-warnings", "--destroy", "--lock", "--input", "--no-color", "--json", "--refresh-only",
      "--refresh",
    ]
    value_flags = [
      "-lock-timeout", "-parallelism", "-var", "-replace", "-target", "-exclude", "--lock-timeout", "--parallelism", "--var",
      "--replace", "--target", "--exclude",
    ]
    path_flags = ["-var-file", "-state", "-state-out", "-backup", "--var-file", "--state", "--state-out", "--backup"]
    same = [
      ["-auto-approve", "--auto-approve"], ["-compact-warnings", "--compact-warnings"], ["-destroy", "--destroy"],
      ["-lock", "--lock"], ["-input", "--input"], ["-no-color", "--no-color"], ["-json", "--json"],
      ["-refresh-only", "--refresh-only"], ["-refresh", "--refresh"], ["-lock-timeout", "--lock-timeout"],
      ["-parallelism", "--parallelism"], ["-var", "--var"], ["-replace", "--replace"], ["-target", "--target"],
      ["-exclude", "--exclude"], ["-var-file", "--var-file"], ["-state", "--state"], ["-state-out", "--state-out"],
      ["-backup", "--backup"],
    ]
    operands = ["path"]
  }
  subcommand "cloud" { opaque = true }
  subcommand "console" {
    flags       = ["-plan", "-no-color", "-json", "-input", "-lock", "--plan", "--no-color", "--json", "--input", "--lock"]
    value_flags = ["-var", "--var"]
    path_flags  = ["-var-file", "-state", "--var-file", "--state"]
    same = [
      ["-plan", "--plan"], ["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"],
      ["-var", "--var"], ["-var-file", "--var-file"], ["-state", "--state"],
    ]
    operands = ["text"]
  }
  subcommand "destroy" {
    flags = [
      "-no-color", "-json", "-input", "-lock", "-auto-approve", "-refresh", "-compact-warnings", "-refresh-only", "-destroy",
      "--no-color", "--json", "--input", "--lock", "--auto-approve", "--refresh", "--compact-warnings", "--refresh-only",
      "--destroy",
    ]
    value_flags = [
      "-target", "-var", "-lock-timeout", "-parallelism", "-replace", "-exclude", "--target", "--var", "--lock-timeout",
      "--parallelism", "--replace", "--exclude",
    ]
    path_flags = ["-var-file", "-state", "-state-out", "-backup", "--var-file", "--state", "--state-out", "--backup"]
    same = [
      ["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"],
      ["-auto-approve", "--auto-approve"], ["-refresh", "--refresh"], ["-compact-warnings", "--compact-warnings"],
      ["-refresh-only", "--refresh-only"], ["-destroy", "--destroy"], ["-target", "--target"], ["-var", "--var"],
      ["-lock-timeout", "--lock-timeout"], ["-parallelism", "--parallelism"], ["-replace", "--replace"],
      ["-exclude", "--exclude"], ["-var-file", "--var-file"], ["-state", "--state"], ["-state-out", "--state-out"],
      ["-backup", "--backup"],
    ]
    operands = ["path"]
  }
  subcommand "fmt" {
    flags = [
      "-list", "-write", "-diff", "-check", "-no-color", "-recursive", "-json", "-input", "-lock", "--list", "--write",
      "--diff", "--check", "--no-color", "--recursive", "--json", "--input", "--lock",
    ]
    same = [
      ["-list", "--list"], ["-write", "--write"], ["-diff", "--diff"], ["-check", "--check"], ["-no-color", "--no-color"],
      ["-recursive", "--recursive"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"],
    ]
    operands = ["path"]
  }
  subcommand "force-unlock" {
    flags    = ["-force", "-no-color", "-json", "-input", "-lock", "--force", "--no-color", "--json", "--input", "--lock"]
    same     = [["-force", "--force"], ["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"]]
    operands = ["text"]
  }
  subcommand "get" {
    flags      = ["-update", "-no-color", "-json", "-input", "-lock", "--update", "--no-color", "--json", "--input", "--lock"]
    path_flags = ["-test-directory", "--test-directory"]
    same = [
      ["-update", "--update"], ["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"],
      ["-test-directory", "--test-directory"],
    ]
    operands = ["path"]
  }
  subcommand "graph" {
    flags       = ["-draw-cycles", "-no-color", "-json", "-input", "-lock", "--draw-cycles", "--no-color", "--json", "--input", "--lock"]
    value_flags = ["-plan", "-type", "-module-depth", "--plan", "--type", "--module-depth"]
    same = [
      ["-draw-cycles", "--draw-cycles"], ["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"],
      ["-lock", "--lock"], ["-plan", "--plan"], ["-type", "--type"], ["-module-depth", "--module-depth"],
    ]
    operands = ["path"]
  }
  subcommand "import" {
    flags = [
      "-input", "-lock", "-no-color", "-ignore-remote-version", "-json", "--input", "--lock", "--no-color",
      "--ignore-remote-version", "--json",
    ]
    value_flags = ["-lock-timeout", "-var", "--lock-timeout", "--var"]
    path_flags  = ["-var-file", "-state", "-backup", "-config", "--var-file", "--state", "--backup", "--config"]
    same = [
      ["-state", "-backup", "--state", "--backup"], ["-input", "--input"], ["-lock", "--lock"], ["-no-color", "--no-color"],
      ["-ignore-remote-version", "--ignore-remote-version"], ["-json", "--json"], ["-lock-timeout", "--lock-timeout"],
      ["-var", "--var"], ["-var-file", "--var-file"], ["-config", "--config"],
    ]
    operands = ["text"]
  }
  subcommand "init" {
    flags = [
      "-backend", "-force-copy", "-get", "-input", "-lock", "-no-color", "-json", "-reconfigure", "-migrate-state",
      "-upgrade", "-ignore-remote-version", "--backend", "--force-copy", "--get", "--input", "--lock", "--no-color", "--json",
      "--reconfigure", "--migrate-state", "--upgrade", "--ignore-remote-version",
    ]
    value_flags  = ["-lock-timeout", "-lockfile", "--lock-timeout", "--lockfile"]
    path_flags   = ["-plugin-dir", "-test-directory", "-backend-config", "--plugin-dir", "--test-directory", "--backend-config"]
    guess_flags  = ["-from-module", "--from-module"]
    escape_flags = ["-plugin-dir", "--plugin-dir"]
    same = [
      ["-backend", "--backend"], ["-force-copy", "--force-copy"], ["-get", "--get"], ["-input", "--input"],
      ["-lock", "--lock"], ["-no-color", "--no-color"], ["-json", "--json"], ["-reconfigure", "--reconfigure"],
      ["-migrate-state", "--migrate-state"], ["-upgrade", "--upgrade"], ["-ignore-remote-version", "--ignore-remote-version"],
      ["-lock-timeout", "--lock-timeout"], ["-lockfile", "--lockfile"], ["-plugin-dir", "--plugin-dir"],
      ["-test-directory", "--test-directory"], ["-backend-config", "--backend-config"], ["-from-module", "--from-module"],
    ]
    operands = ["path"]
  }
  subcommand "login" {
    flags    = ["-no-color", "-json", "-input", "-lock", "--no-color", "--json", "--input", "--lock"]
    same     = [["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"]]
    operands = ["text"]
  }
  subcommand "logout" {
    flags    = ["-no-color", "-json", "-input", "-lock", "--no-color", "--json", "--input", "--lock"]
    same     = [["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"]]
    operands = ["text"]
  }
  subcommand "metadata" {
    closed = true
    flags  = ["-no-color", "-json", "-input", "-lock", "--no-color", "--json", "--input", "--lock"]
    same   = [["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"]]
    subcommand "functions" {
      flags    = ["-no-color", "-json", "-input", "-lock", "--no-color", "--json", "--input", "--lock"]
      same     = [["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"]]
      operands = ["text"]
    }
  }
  subcommand "modules" {
    flags    = ["-json", "-no-color", "-input", "-lock", "--json", "--no-color", "--input", "--lock"]
    same     = [["-json", "--json"], ["-no-color", "--no-color"], ["-input", "--input"], ["-lock", "--lock"]]
    operands = ["text"]
  }
  subcommand "output" {
    flags      = ["-no-color", "-json", "-raw", "-input", "-lock", "--no-color", "--json", "--raw", "--input", "--lock"]
    path_flags = ["-state", "--state"]
    same = [
      ["-no-color", "--no-color"], ["-json", "--json"], ["-raw", "--raw"], ["-input", "--input"], ["-lock", "--lock"],
      ["-state", "--state"],
    ]
    operands = ["text"]
  }
  subcommand "plan" {
    flags = [
      "-destroy", "-refresh-only", "-refresh", "-compact-warnings", "-detailed-exitcode", "-input", "-lock", "-no-color",
      "-json", "--destroy", "--refresh-only", "--refresh", "--compact-warnings", "--detailed-exitcode", "--input", "--lock",
      "--no-color", "--json",
    ]
    value_flags = [
      "-replace", "-target", "-var", "-lock-timeout", "-parallelism", "-exclude", "--replace", "--target", "--var",
      "--lock-timeout", "--parallelism", "--exclude",
    ]
    path_flags = ["-var-file", "-state", "-out", "-generate-config-out", "--var-file", "--state", "--out", "--generate-config-out"]
    same = [
      ["-destroy", "--destroy"], ["-refresh-only", "--refresh-only"], ["-refresh", "--refresh"],
      ["-compact-warnings", "--compact-warnings"], ["-detailed-exitcode", "--detailed-exitcode"], ["-input", "--input"],
      ["-lock", "--lock"], ["-no-color", "--no-color"], ["-json", "--json"], ["-replace", "--replace"],
      ["-target", "--target"], ["-var", "--var"], ["-lock-timeout", "--lock-timeout"], ["-parallelism", "--parallelism"],
      ["-exclude", "--exclude"], ["-var-file", "--var-file"], ["-state", "--state"], ["-out", "--out"],
      ["-generate-config-out", "--generate-config-out"],
    ]
    operands = ["path"]
  }
  subcommand "providers" {
    closed     = true
    flags      = ["-no-color", "-json", "-input", "-lock", "--no-color", "--json", "--input", "--lock"]
    path_flags = ["-test-directory", "--test-directory"]
    same = [
      ["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"],
      ["-test-directory", "--test-directory"],
    ]
    subcommand "lock" {
      flags = [
        "-enable-plugin-cache", "-no-color", "-json", "-input", "-lock", "--enable-plugin-cache", "--no-color", "--json",
        "--input", "--lock",
      ]
      value_flags = ["-net-mirror", "-platform", "--net-mirror", "--platform"]
      path_flags  = ["-fs-mirror", "--fs-mirror"]
      same = [
        ["-enable-plugin-cache", "--enable-plugin-cache"], ["-no-color", "--no-color"], ["-json", "--json"],
        ["-input", "--input"], ["-lock", "--lock"], ["-net-mirror", "--net-mirror"], ["-platform", "--platform"],
        ["-fs-mirror", "--fs-mirror"],
      ]
      operands = ["text"]
    }
    subcommand "mirror" {
      flags       = ["-lock-file", "-no-color", "-json", "-input", "-lock", "--lock-file", "--no-color", "--json", "--input", "--lock"]
      value_flags = ["-platform", "--platform"]
      same = [
        ["-lock-file", "--lock-file"], ["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"],
        ["-lock", "--lock"], ["-platform", "--platform"],
      ]
      operands = ["text"]
    }
    subcommand "schema" {
      flags    = ["-no-color", "-json", "-input", "-lock", "--no-color", "--json", "--input", "--lock"]
      same     = [["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"]]
      operands = ["text"]
    }
  }
  subcommand "query" { opaque = true }
  subcommand "refresh" {
    flags = [
      "-compact-warnings", "-input", "-lock", "-no-color", "-json", "--compact-warnings", "--input", "--lock", "--no-color",
      "--json",
    ]
    value_flags = ["-lock-timeout", "-parallelism", "-target", "-var", "--lock-timeout", "--parallelism", "--target", "--var"]
    path_flags  = ["-var-file", "-state", "-backup", "--var-file", "--state", "--backup"]
    same = [
      ["-state", "-backup", "--state", "--backup"], ["-compact-warnings", "--compact-warnings"], ["-input", "--input"],
      ["-lock", "--lock"], ["-no-color", "--no-color"], ["-json", "--json"], ["-lock-timeout", "--lock-timeout"],
      ["-parallelism", "--parallelism"], ["-target", "--target"], ["-var", "--var"], ["-var-file", "--var-file"],
    ]
    operands = ["path"]
  }
  subcommand "rpcapi" { opaque = true }
  subcommand "show" {
    flags    = ["-no-color", "-json", "-input", "-lock", "--no-color", "--json", "--input", "--lock"]
    same     = [["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"]]
    operands = ["text"]
  }
  subcommand "stacks" { opaque = true }
  subcommand "state" {
    closed = true
    flags  = ["-no-color", "-json", "-input", "-lock", "--no-color", "--json", "--input", "--lock"]
    same   = [["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"]]
    subcommand "identities" {
      flags    = ["-no-color", "-json", "-input", "-lock", "--no-color", "--json", "--input", "--lock"]
      same     = [["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"]]
      operands = ["text"]
    }
    subcommand "list" {
      flags       = ["-no-color", "-json", "-input", "-lock", "--no-color", "--json", "--input", "--lock"]
      value_flags = ["-id", "--id"]
      path_flags  = ["-state", "--state"]
      same = [
        ["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"], ["-id", "--id"],
        ["-state", "--state"],
      ]
      operands = ["text"]
    }
    subcommand "mv" {
      flags = [
        "-dry-run", "-lock", "-ignore-remote-version", "-no-color", "-json", "-input", "--dry-run", "--lock",
        "--ignore-remote-version", "--no-color", "--json", "--input",
      ]
      value_flags = ["-lock-timeout", "--lock-timeout"]
      path_flags  = ["-state", "-backup", "--state", "--backup"]
      same = [
        ["-state", "-backup", "--state", "--backup"], ["-dry-run", "--dry-run"], ["-lock", "--lock"],
        ["-ignore-remote-version", "--ignore-remote-version"], ["-no-color", "--no-color"], ["-json", "--json"],
        ["-input", "--input"], ["-lock-timeout", "--lock-timeout"],
      ]
      operands = ["text"]
    }
    subcommand "pull" {
      flags    = ["-no-color", "-json", "-input", "-lock", "--no-color", "--json", "--input", "--lock"]
      same     = [["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"]]
      operands = ["text"]
    }
    subcommand "push" {
      flags       = ["-force", "-lock", "-no-color", "-json", "-input", "--force", "--lock", "--no-color", "--json", "--input"]
      value_flags = ["-lock-timeout", "--lock-timeout"]
      same = [
        ["-force", "--force"], ["-lock", "--lock"], ["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"],
        ["-lock-timeout", "--lock-timeout"],
      ]
      operands = ["text"]
    }
    subcommand "replace-provider" {
      flags = [
        "-auto-approve", "-lock", "-ignore-remote-version", "-no-color", "-json", "-input", "--auto-approve", "--lock",
        "--ignore-remote-version", "--no-color", "--json", "--input",
      ]
      value_flags = ["-lock-timeout", "--lock-timeout"]
      path_flags  = ["-state", "-backup", "--state", "--backup"]
      same = [
        ["-state", "-backup", "--state", "--backup"], ["-auto-approve", "--auto-approve"], ["-lock", "--lock"],
        ["-ignore-remote-version", "--ignore-remote-version"], ["-no-color", "--no-color"], ["-json", "--json"],
        ["-input", "--input"], ["-lock-timeout", "--lock-timeout"],
      ]
      operands = ["text"]
    }
    subcommand "rm" {
      flags = [
        "-dry-run", "-lock", "-ignore-remote-version", "-no-color", "-json", "-input", "--dry-run", "--lock",
        "--ignore-remote-version", "--no-color", "--json", "--input",
      ]
      value_flags = ["-lock-timeout", "--lock-timeout"]
      path_flags  = ["-state", "-backup", "--state", "--backup"]
      same = [
        ["-dry-run", "--dry-run"], ["-lock", "--lock"], ["-ignore-remote-version", "--ignore-remote-version"],
        ["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock-timeout", "--lock-timeout"],
        ["-state", "--state"], ["-backup", "--backup"],
      ]
      operands = ["text"]
    }
    subcommand "show" {
      flags      = ["-no-color", "-json", "-input", "-lock", "--no-color", "--json", "--input", "--lock"]
      path_flags = ["-state", "--state"]
      same       = [["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"], ["-state", "--state"]]
      operands   = ["text"]
    }
  }
  subcommand "taint" {
    flags = [
      "-allow-missing", "-lock", "-ignore-remote-version", "-no-color", "-json", "-input", "--allow-missing", "--lock",
      "--ignore-remote-version", "--no-color", "--json", "--input",
    ]
    value_flags = ["-lock-timeout", "--lock-timeout"]
    path_flags  = ["-state", "-backup", "--state", "--backup"]
    same = [
      ["-state", "-backup", "--state", "--backup"], ["-allow-missing", "--allow-missing"], ["-lock", "--lock"],
      ["-ignore-remote-version", "--ignore-remote-version"], ["-no-color", "--no-color"], ["-json", "--json"],
      ["-input", "--input"], ["-lock-timeout", "--lock-timeout"],
    ]
    operands = ["text"]
  }
  subcommand "test" {
    flags       = ["-json", "-no-color", "-verbose", "-input", "-lock", "--json", "--no-color", "--verbose", "--input", "--lock"]
    value_flags = ["-cloud-run", "-filter", "-var", "--cloud-run", "--filter", "--var"]
    path_flags  = ["-var-file", "-test-directory", "--var-file", "--test-directory"]
    same = [
      ["-json", "--json"], ["-no-color", "--no-color"], ["-verbose", "--verbose"], ["-input", "--input"], ["-lock", "--lock"],
      ["-cloud-run", "--cloud-run"], ["-filter", "--filter"], ["-var", "--var"], ["-var-file", "--var-file"],
      ["-test-directory", "--test-directory"],
    ]
    operands = ["text"]
  }
  subcommand "untaint" {
    flags = [
      "-allow-missing", "-lock", "-ignore-remote-version", "-no-color", "-json", "-input", "--allow-missing", "--lock",
      "--ignore-remote-version", "--no-color", "--json", "--input",
    ]
    value_flags = ["-lock-timeout", "--lock-timeout"]
    path_flags  = ["-state", "-backup", "--state", "--backup"]
    same = [
      ["-state", "-backup", "--state", "--backup"], ["-allow-missing", "--allow-missing"], ["-lock", "--lock"],
      ["-ignore-remote-version", "--ignore-remote-version"], ["-no-color", "--no-color"], ["-json", "--json"],
      ["-input", "--input"], ["-lock-timeout", "--lock-timeout"],
    ]
    operands = ["text"]
  }
  subcommand "validate" {
    flags      = ["-json", "-no-color", "-no-tests", "-input", "-lock", "--json", "--no-color", "--no-tests", "--input", "--lock"]
    path_flags = ["-test-directory", "--test-directory"]
    same = [
      ["-json", "--json"], ["-no-color", "--no-color"], ["-no-tests", "--no-tests"], ["-input", "--input"],
      ["-lock", "--lock"], ["-test-directory", "--test-directory"],
    ]
    operands = ["path"]
  }
  subcommand "version" {
    flags    = ["-json", "-no-color", "-input", "-lock", "--json", "--no-color", "--input", "--lock"]
    same     = [["-json", "--json"], ["-no-color", "--no-color"], ["-input", "--input"], ["-lock", "--lock"]]
    operands = ["text"]
  }
  subcommand "workspace" {
    also   = ["env"]
    closed = true
    flags  = ["-no-color", "-json", "-input", "-lock", "--no-color", "--json", "--input", "--lock"]
    same   = [["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"]]
    subcommand "delete" {
      flags       = ["-force", "-lock", "-no-color", "-json", "-input", "--force", "--lock", "--no-color", "--json", "--input"]
      value_flags = ["-lock-timeout", "--lock-timeout"]
      same = [
        ["-force", "--force"], ["-lock", "--lock"], ["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"],
        ["-lock-timeout", "--lock-timeout"],
      ]
      operands = ["text"]
    }
    subcommand "list" {
      flags    = ["-no-color", "-json", "-input", "-lock", "--no-color", "--json", "--input", "--lock"]
      same     = [["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"]]
      operands = ["text"]
    }
    subcommand "new" {
      flags       = ["-lock", "-no-color", "-json", "-input", "--lock", "--no-color", "--json", "--input"]
      value_flags = ["-lock-timeout", "--lock-timeout"]
      path_flags  = ["-state", "--state"]
      same = [
        ["-lock", "--lock"], ["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"],
        ["-lock-timeout", "--lock-timeout"], ["-state", "--state"],
      ]
      operands = ["text"]
    }
    subcommand "select" {
      flags = ["-or-create", "-no-color", "-json", "-input", "-lock", "--or-create", "--no-color", "--json", "--input", "--lock"]
      same = [
        ["-or-create", "--or-create"], ["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"],
        ["-lock", "--lock"],
      ]
      operands = ["text"]
    }
    subcommand "show" {
      flags    = ["-no-color", "-json", "-input", "-lock", "--no-color", "--json", "--input", "--lock"]
      same     = [["-no-color", "--no-color"], ["-json", "--json"], ["-input", "--input"], ["-lock", "--lock"]]
      operands = ["text"]
    }
  }
}
