# Runners of projects. None could be checked against the tool itself: uv 0.8, poetry 2 and bundler 2.6 by their documentation.
# What uv run, poetry run and bundle exec run comes first from the project's own environment; the inner command is judged by its name.

tool "uv" {
  flags_anywhere = true
  closed         = true
  flags = [
    "-q", "--quiet", "-v", "--verbose", "-n", "--no-cache", "--offline", "--no-progress", "--no-config", "--native-tls",
    "--system-certs", "--no-python-downloads", "--managed-python", "--no-managed-python", "--no-index", "--upgrade", "-U",
    "--reinstall", "--frozen", "--locked", "--all-extras", "--no-dev", "--dev", "--isolated", "--refresh", "--system",
    "--no-sync", "--exact", "--active", "--all-groups", "--no-editable", "--break-system-packages", "--force",
  ]
  value_flags = [
    "--color", "--allow-insecure-host", "--extra", "--group", "--only-group", "--no-group", "--resolution", "--prerelease",
    "--link-mode", "--index-strategy", "--exclude-newer", "--no-build-package", "--no-binary-package", "--keyring-provider",
    "--python-preference", "--package", "--with", "--python-platform", "--python-version", "--upgrade-package", "-P", "-p",
    "--python", "-C", "--config-setting", "--config-settings",
  ]
  path_flags = [
    "--cache-dir", "--config-file", "--project", "--with-requirements", "-r", "--requirements", "--requirement", "-c",
    "--constraints", "--constraint", "--override", "--env-file", "--target", "--prefix",
  ]
  guess_flags = [
    "--with-editable", "-e", "--editable", "-f", "--find-links", "--index", "--default-index", "-i", "--index-url",
    "--extra-index-url",
  ]
  chdir_flags  = ["--directory"]
  escape_flags = ["--config-file", "-p", "--python", "-C", "--config-setting", "--config-settings"]
  safe_values = {
    "-p"       = ["3", "3.*"]
    "--python" = ["3", "3.*"]
  }
  info_flags = ["-h", "--help", "-V", "--version"]

  subcommand "add" { operands = ["any"] }
  subcommand "build" { operands = ["any"] }
  subcommand "cache" { operands = ["any"] }
  subcommand "export" { operands = ["any"] }
  subcommand "format" { operands = ["any"] }
  subcommand "help" { operands = ["text"] }
  subcommand "init" { operands = ["any"] }
  subcommand "lock" { operands = ["any"] }
  subcommand "pip" {
    closed = true
    subcommand "check" { operands = ["any"] }
    subcommand "compile" { operands = ["any"] }
    subcommand "freeze" { operands = ["any"] }
    subcommand "install" { operands = ["any"] }
    subcommand "list" { operands = ["any"] }
    subcommand "show" { operands = ["any"] }
    subcommand "sync" { operands = ["any"] }
    subcommand "tree" { operands = ["any"] }
    subcommand "uninstall" { operands = ["any"] }
  }
  subcommand "publish" { operands = ["any"] }
  subcommand "python" {
    closed = true
    subcommand "dir" { operands = ["any"] }
    subcommand "find" { operands = ["any"] }
    subcommand "install" { operands = ["any"] }
    subcommand "list" { operands = ["any"] }
    subcommand "pin" { operands = ["any"] }
    subcommand "uninstall" { operands = ["any"] }
    subcommand "update-shell" { operands = ["any"] }
    subcommand "upgrade" { operands = ["any"] }
  }
  subcommand "remove" { operands = ["any"] }
  subcommand "run" {
    flags           = ["-m", "--module", "-s", "--script"]
    escape_flags    = ["-m", "--module", "-s", "--script"]
    same            = [["-m", "--module"], ["-s", "--script"]]
    stop_at_operand = true
    operands        = ["command"]
  }
  subcommand "self" { operands = ["any"] }
  subcommand "sync" { operands = ["any"] }
  subcommand "tool" {
    closed = true
    subcommand "dir" { operands = ["text"] }
    subcommand "install" {
      value_flags = ["--from"]
      opaque      = true
      operands    = ["text", "any"]
    }
    subcommand "list" { operands = ["text"] }
    subcommand "run" {
      value_flags = ["--from"]
      opaque      = true
      operands    = ["text", "any"]
    }
    subcommand "uninstall" { operands = ["text"] }
    subcommand "update-shell" { operands = ["text"] }
    subcommand "upgrade" {
      value_flags = ["--from"]
      opaque      = true
      operands    = ["text", "any"]
    }
  }
  subcommand "tree" { operands = ["any"] }
  subcommand "venv" { operands = ["any"] }
  subcommand "version" { operands = ["any"] }
}

tool "uvx" {
  also            = ["pipx"]
  stop_at_operand = true
  opaque          = true
  operands        = ["text", "any"]
}

tool "poetry" {
  flags_anywhere = true
  closed         = true
  flags          = ["-q", "--quiet", "-v", "--verbose", "--ansi", "--no-ansi", "-n", "--no-interaction", "--no-plugins", "--no-cache"]
  chdir_flags    = ["-P", "--project", "-C", "--directory"]
  info_flags     = ["-h", "--help", "-V", "--version"]

  subcommand "about" { operands = ["any"] }
  subcommand "add" {
    flags = [
      "-D", "--dev", "-e", "--editable", "--dry-run", "--lock", "--sync", "--no-root", "--all-extras", "--all-groups",
      "--compile", "--optional", "--regenerate", "--no-dev",
    ]
    value_flags = ["-G", "--group", "-E", "--extras", "--with", "--without", "--only", "--source", "--python", "--platform", "--markers"]
    operands    = ["any"]
  }
  subcommand "build" { operands = ["any"] }
  subcommand "cache" {
    closed = true
    subcommand "clear" { operands = ["text"] }
    subcommand "list" { operands = ["text"] }
  }
  subcommand "check" { operands = ["any"] }
  subcommand "config" {
    opaque   = true
    operands = ["any"]
  }
  subcommand "env" {
    closed = true
    subcommand "activate" { operands = ["text"] }
    subcommand "info" { operands = ["text"] }
    subcommand "list" { operands = ["text"] }
    subcommand "remove" { operands = ["text"] }
    subcommand "use" { operands = ["text"] }
  }
  subcommand "help" { operands = ["any"] }
  subcommand "init" { operands = ["any"] }
  subcommand "install" {
    flags = [
      "-D", "--dev", "-e", "--editable", "--dry-run", "--lock", "--sync", "--no-root", "--all-extras", "--all-groups",
      "--compile", "--optional", "--regenerate", "--no-dev",
    ]
    value_flags = ["-G", "--group", "-E", "--extras", "--with", "--without", "--only", "--source", "--python", "--platform", "--markers"]
    operands    = ["any"]
  }
  subcommand "list" { operands = ["any"] }
  subcommand "lock" {
    flags = [
      "-D", "--dev", "-e", "--editable", "--dry-run", "--lock", "--sync", "--no-root", "--all-extras", "--all-groups",
      "--compile", "--optional", "--regenerate", "--no-dev",
    ]
    value_flags = ["-G", "--group", "-E", "--extras", "--with", "--without", "--only", "--source", "--python", "--platform", "--markers"]
    operands    = ["any"]
  }
  subcommand "new" { operands = ["any"] }
  subcommand "publish" { operands = ["any"] }
  subcommand "remove" {
    flags = [
      "-D", "--dev", "-e", "--editable", "--dry-run", "--lock", "--sync", "--no-root", "--all-extras", "--all-groups",
      "--compile", "--optional", "--regenerate", "--no-dev",
    ]
    value_flags = ["-G", "--group", "-E", "--extras", "--with", "--without", "--only", "--source", "--python", "--platform", "--markers"]
    operands    = ["any"]
  }
  subcommand "run" {
    stop_at_operand = true
    opaque          = true
    operands        = ["command"]
  }
  subcommand "search" { operands = ["any"] }
  subcommand "self" { opaque = true }
  subcommand "shell" { opaque = true }
  subcommand "show" { operands = ["any"] }
  subcommand "sync" {
    flags = [
      "-D", "--dev", "-e", "--editable", "--dry-run", "--lock", "--sync", "--no-root", "--all-extras", "--all-groups",
      "--compile", "--optional", "--regenerate", "--no-dev",
    ]
    value_flags = ["-G", "--group", "-E", "--extras", "--with", "--without", "--only", "--source", "--python", "--platform", "--markers"]
    operands    = ["any"]
  }
  subcommand "update" {
    flags = [
      "-D", "--dev", "-e", "--editable", "--dry-run", "--lock", "--sync", "--no-root", "--all-extras", "--all-groups",
      "--compile", "--optional", "--regenerate", "--no-dev",
    ]
    value_flags = ["-G", "--group", "-E", "--extras", "--with", "--without", "--only", "--source", "--python", "--platform", "--markers"]
    operands    = ["any"]
  }
  subcommand "version" { operands = ["any"] }
}

tool "bundle" {
  closed      = true
  flags       = ["--no-color", "-V", "--verbose"]
  value_flags = ["-r", "--retry"]
  info_flags  = ["-v", "--version", "-h", "--help"]
  same        = [["-V", "--verbose"]]

  subcommand "add" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "binstubs" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "cache" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "check" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "clean" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "config" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    opaque      = true
    operands    = ["any"]
  }
  subcommand "console" { opaque = true }
  subcommand "doctor" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "exec" {
    also            = ["e", "ex", "exe"]
    flags           = ["--keep-file-descriptors", "--no-keep-file-descriptors"]
    path_flags      = ["--gemfile"]
    stop_at_operand = true
    operands        = ["command"]
  }
  subcommand "gem" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    opaque      = true
    operands    = ["any"]
  }
  subcommand "help" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "info" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "init" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "inject" { opaque = true }
  subcommand "install" {
    also = ["i"]
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "licenses" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "list" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "lock" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "open" { opaque = true }
  subcommand "outdated" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "package" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "platform" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "plugin" { opaque = true }
  subcommand "pristine" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "remove" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "show" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "update" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "version" {
    flags = [
      "--local", "--quiet", "--deployment", "--frozen", "--full-index", "--redownload", "--force", "--clean", "--no-cache",
      "--all", "--conservative", "--strict", "--major", "--minor", "--patch", "--parseable", "--dry-run", "--global",
      "--bundler",
    ]
    value_flags = ["--jobs", "-j", "--retry", "--group", "--without", "--with", "--version", "-v", "--source", "-g"]
    path_flags  = ["--gemfile", "--path", "--binstubs"]
    operands    = ["any"]
  }
  subcommand "viz" { opaque = true }
}
