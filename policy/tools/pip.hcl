# Checked: pip 23.2, by each subcommand's --help. What is installed may run its own code while it is built; another index or another
# interpreter, and settings for the build, can make it run anything.

tool "pip" {
  also           = ["pip2", "pip3", "pip3.*"]
  abbreviate     = true
  flags_anywhere = true
  closed         = true
  flags = [
    "--debug", "--isolated", "--require-virtualenv", "-v", "--verbose", "-q", "--quiet", "--no-input", "--no-cache-dir",
    "--disable-pip-version-check", "--no-color", "--no-python-version-warning",
  ]
  value_flags = [
    "--python", "--keyring-provider", "--proxy", "--retries", "--timeout", "--exists-action", "--trusted-host",
    "--use-feature", "--use-deprecated", "--resume-retries",
  ]
  path_flags   = ["--log", "--log-file", "--local-log", "--cert", "--client-cert", "--cache-dir"]
  escape_flags = ["--python"]
  info_flags   = ["-h", "--help", "-V", "--version"]
  same         = [["-v", "--verbose"], ["-q", "--quiet"]]

  subcommand "cache" {
    flags       = ["-V", "--version"]
    value_flags = ["--format"]
    same        = [["-V", "--version"]]
    subcommand "dir" { operands = ["text"] }
    subcommand "info" { operands = ["text"] }
    subcommand "list" { operands = ["text"] }
    subcommand "purge" { operands = ["text"] }
    subcommand "remove" { operands = ["text"] }
  }
  subcommand "check" {
    flags    = ["-V", "--version"]
    same     = [["-V", "--version"]]
    operands = ["text"]
  }
  subcommand "completion" {
    flags    = ["-b", "--bash", "-z", "--zsh", "-f", "--fish", "-p", "--powershell", "-V", "--version"]
    same     = [["-b", "--bash"], ["-z", "--zsh"], ["-f", "--fish"], ["-p", "--powershell"], ["-V", "--version"]]
    operands = ["text"]
  }
  subcommand "config" {
    flags        = ["--global", "--user", "--site", "-V", "--version"]
    value_flags  = ["--editor"]
    escape_flags = ["--editor"]
    same         = [["-V", "--version"]]
    subcommand "debug" { operands = ["text"] }
    subcommand "edit" {
      opaque   = true
      operands = ["text"]
    }
    subcommand "get" { operands = ["text"] }
    subcommand "list" { operands = ["text"] }
    subcommand "set" {
      opaque   = true
      operands = ["text"]
    }
    subcommand "unset" { operands = ["text"] }
  }
  subcommand "debug" {
    flags       = ["-V", "--version"]
    value_flags = ["--platform", "--python-version", "--implementation", "--abi"]
    same        = [["-V", "--version"]]
    operands    = ["text"]
  }
  subcommand "download" {
    flags = [
      "--no-deps", "--prefer-binary", "--pre", "--require-hashes", "--no-build-isolation", "--use-pep517",
      "--check-build-dependencies", "--ignore-requires-python", "--no-clean", "--no-index", "-V", "--version",
    ]
    value_flags = [
      "--global-option", "--no-binary", "--only-binary", "--progress-bar", "--platform", "--python-version",
      "--implementation", "--abi",
    ]
    path_flags   = ["-r", "--requirement", "-c", "--constraint", "--src", "-d", "--dest"]
    guess_flags  = ["-f", "--find-links", "-i", "--index-url", "--extra-index-url"]
    escape_flags = ["--global-option"]
    same = [
      ["-c", "--constraint"], ["-r", "--requirement"], ["-d", "--dest"], ["-i", "--index-url"], ["-f", "--find-links"],
      ["-V", "--version"],
    ]
    operands = ["any"]
  }
  subcommand "freeze" {
    flags       = ["-l", "--local", "--user", "--all", "--exclude-editable", "-V", "--version"]
    value_flags = ["--exclude"]
    path_flags  = ["-r", "--requirement", "--path"]
    same        = [["-r", "--requirement"], ["-l", "--local"], ["-V", "--version"]]
    operands    = ["text"]
  }
  subcommand "hash" {
    flags       = ["-V", "--version"]
    value_flags = ["-a", "--algorithm"]
    same        = [["-a", "--algorithm"], ["-V", "--version"]]
    operands    = ["text"]
  }
  subcommand "help" { operands = ["text"] }
  subcommand "index" {
    flags       = ["--ignore-requires-python", "--pre", "--no-index", "-V", "--version"]
    value_flags = ["--platform", "--python-version", "--implementation", "--abi", "--no-binary", "--only-binary"]
    guess_flags = ["-f", "--find-links", "-i", "--index-url", "--extra-index-url"]
    same        = [["-i", "--index-url"], ["-f", "--find-links"], ["-V", "--version"]]
    subcommand "versions" { operands = ["text"] }
  }
  subcommand "inspect" {
    flags      = ["--local", "--user", "-V", "--version"]
    path_flags = ["--path"]
    same       = [["-V", "--version"]]
    operands   = ["text"]
  }
  subcommand "install" {
    flags = [
      "--no-deps", "--pre", "--dry-run", "--user", "-U", "--upgrade", "--force-reinstall", "-I", "--ignore-installed",
      "--ignore-requires-python", "--no-build-isolation", "--use-pep517", "--check-build-dependencies",
      "--break-system-packages", "--compile", "--no-compile", "--no-warn-script-location", "--no-warn-conflicts",
      "--prefer-binary", "--require-hashes", "--no-clean", "--no-index", "-V", "--version",
    ]
    value_flags = [
      "--platform", "--python-version", "--implementation", "--abi", "--upgrade-strategy", "-C", "--config-settings",
      "--global-option", "--no-binary", "--only-binary", "--progress-bar", "--root-user-action", "--group",
    ]
    path_flags   = ["-r", "--requirement", "-c", "--constraint", "-t", "--target", "--root", "--prefix", "--src", "--report"]
    guess_flags  = ["-e", "--editable", "-f", "--find-links", "-i", "--index-url", "--extra-index-url"]
    escape_flags = ["--global-option", "-C", "--config-settings"]
    same = [
      ["-r", "--requirement"], ["-c", "--constraint"], ["-e", "--editable"], ["-t", "--target"], ["-U", "--upgrade"],
      ["-I", "--ignore-installed"], ["-C", "--config-settings"], ["-i", "--index-url"], ["-f", "--find-links"],
      ["-V", "--version"],
    ]
    operands = ["any"]
  }
  subcommand "list" {
    flags = [
      "-o", "--outdated", "-u", "--uptodate", "-e", "--editable", "-l", "--local", "--user", "--pre", "--not-required",
      "--exclude-editable", "--include-editable", "--no-index", "-V", "--version",
    ]
    value_flags = ["--format", "--exclude"]
    path_flags  = ["--path"]
    guess_flags = ["-f", "--find-links", "-i", "--index-url", "--extra-index-url"]
    same = [
      ["-o", "--outdated"], ["-u", "--uptodate"], ["-e", "--editable"], ["-l", "--local"], ["-i", "--index-url"],
      ["-f", "--find-links"], ["-V", "--version"],
    ]
    operands = ["text"]
  }
  subcommand "search" {
    flags       = ["-V", "--version"]
    value_flags = ["--index"]
    guess_flags = ["-i"]
    same        = [["-i", "--index"], ["-V", "--version"]]
    operands    = ["text"]
  }
  subcommand "show" {
    flags    = ["-f", "--files", "-V", "--version"]
    same     = [["-f", "--files"], ["-V", "--version"]]
    operands = ["text"]
  }
  subcommand "uninstall" {
    flags       = ["-y", "--yes", "--break-system-packages", "-V", "--version"]
    value_flags = ["--root-user-action"]
    path_flags  = ["-r", "--requirement"]
    same        = [["-r", "--requirement"], ["-y", "--yes"], ["-V", "--version"]]
    operands    = ["text"]
  }
  subcommand "wheel" {
    flags = [
      "--prefer-binary", "--no-build-isolation", "--use-pep517", "--check-build-dependencies", "--ignore-requires-python",
      "--no-deps", "--no-verify", "--pre", "--require-hashes", "--no-clean", "--no-index", "-V", "--version",
    ]
    value_flags  = ["--no-binary", "--only-binary", "--progress-bar", "-C", "--config-settings", "--build-option", "--global-option"]
    path_flags   = ["-r", "--requirement", "-c", "--constraint", "--src", "-w", "--wheel-dir"]
    guess_flags  = ["-e", "--editable", "-f", "--find-links", "-i", "--index-url", "--extra-index-url"]
    escape_flags = ["--global-option", "--build-option", "-C", "--config-settings"]
    same = [
      ["-w", "--wheel-dir"], ["-c", "--constraint"], ["-e", "--editable"], ["-r", "--requirement"],
      ["-C", "--config-settings"], ["-i", "--index-url"], ["-f", "--find-links"], ["-V", "--version"],
    ]
    operands = ["any"]
  }
}
