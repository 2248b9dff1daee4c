# Checked: yarn 1.22, by --help; the subcommands of later versions by their documentation. A script of package.json is called like a
# subcommand, so that unknown ones are opaque; yarn workspace NAME runs any of them elsewhere.

tool "yarn" {
  also           = ["yarnpkg"]
  flags_anywhere = true
  closed         = true
  flags = [
    "--check-files", "--disable-pnp", "--enable-pnp", "--pnp", "--flat", "--focus", "--force", "--frozen-lockfile", "--har",
    "--ignore-engines", "--ignore-optional", "--ignore-platform", "--ignore-scripts", "--json", "--link-duplicates",
    "--no-bin-links", "--no-default-rc", "--no-lockfile", "--non-interactive", "--no-node-version-check", "--no-progress",
    "--offline", "--prefer-offline", "--pure-lockfile", "-s", "--silent", "--skip-integrity-check", "--strict-semver",
    "--update-checksums", "--verbose", "-D", "--dev", "-E", "--exact", "-T", "--tilde", "-O", "--optional", "-P", "--peer",
    "-W", "--ignore-workspace-root-check", "--latest", "-L", "--audit", "--immutable", "--immutable-cache", "--check-cache",
    "--inline-builds", "--interactive", "-i", "--major", "--minor", "--patch", "--no-git-tag-version", "--summary", "--all",
    "-A",
  ]
  value_flags = [
    "--https-proxy", "--mutex", "--network-concurrency", "--network-timeout", "--otp", "--proxy", "--registry",
    "--script-shell", "--tag", "--access", "--depth", "--pattern", "--level", "--groups", "--new-version", "--message",
    "--mode",
  ]
  optional_flags = ["--emoji", "--prod", "--production", "--scripts-prepend-node-path"]
  path_flags     = ["--cache-folder", "--global-folder", "--link-folder", "--modules-folder", "--preferred-cache-folder", "--use-yarnrc"]
  chdir_flags    = ["--cwd"]
  escape_flags   = ["--use-yarnrc", "--script-shell"]
  info_flags     = ["-h", "--help", "-v", "--version"]
  same = [
    ["--enable-pnp", "--pnp"], ["--prod", "--production"], ["-s", "--silent"], ["-D", "--dev"], ["-E", "--exact"],
    ["-W", "--ignore-workspace-root-check"],
  ]

  subcommand "access" { operands = ["text"] }
  subcommand "add" { operands = ["any"] }
  subcommand "audit" { operands = ["text"] }
  subcommand "autoclean" { operands = ["text"] }
  subcommand "bin" { operands = ["text"] }
  subcommand "cache" { operands = ["text"] }
  subcommand "check" { operands = ["text"] }
  subcommand "config" {
    closed = true
    subcommand "delete" { operands = ["text"] }
    subcommand "get" { operands = ["text"] }
    subcommand "list" { operands = ["text"] }
    subcommand "set" {
      opaque   = true
      operands = ["text"]
    }
    subcommand "unset" { operands = ["text"] }
  }
  subcommand "constraints" { operands = ["text"] }
  subcommand "create" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "dedupe" { operands = ["text"] }
  subcommand "dlx" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "exec" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "explain" { operands = ["text"] }
  subcommand "generate-lock-entry" { operands = ["text"] }
  subcommand "global" {
    closed = true
    subcommand "add" { operands = ["text"] }
    subcommand "bin" { operands = ["text"] }
    subcommand "dir" { operands = ["text"] }
    subcommand "list" { operands = ["text"] }
    subcommand "remove" { operands = ["text"] }
    subcommand "upgrade" { operands = ["text"] }
  }
  subcommand "help" { operands = ["text"] }
  subcommand "import" { operands = ["text"] }
  subcommand "info" { operands = ["text"] }
  subcommand "init" { operands = ["text"] }
  subcommand "install" { operands = ["text"] }
  subcommand "licenses" { operands = ["text"] }
  subcommand "link" { operands = ["text"] }
  subcommand "list" { operands = ["text"] }
  subcommand "login" { operands = ["text"] }
  subcommand "logout" { operands = ["text"] }
  subcommand "node" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "npm" {
    closed = true
    subcommand "audit" { operands = ["text"] }
    subcommand "info" { operands = ["text"] }
    subcommand "login" { operands = ["text"] }
    subcommand "logout" { operands = ["text"] }
    subcommand "publish" { operands = ["text"] }
    subcommand "tag" { operands = ["text"] }
    subcommand "whoami" { operands = ["text"] }
  }
  subcommand "outdated" { operands = ["text"] }
  subcommand "owner" { operands = ["text"] }
  subcommand "pack" { operands = ["text"] }
  subcommand "patch" { operands = ["text"] }
  subcommand "patch-commit" { operands = ["text"] }
  subcommand "plugin" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "policies" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "publish" { operands = ["text"] }
  subcommand "rebuild" { operands = ["text"] }
  subcommand "remove" { operands = ["text"] }
  subcommand "run" { operands = ["text"] }
  subcommand "search" { operands = ["text"] }
  subcommand "set" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "stage" { operands = ["text"] }
  subcommand "start" { operands = ["text"] }
  subcommand "tag" { operands = ["text"] }
  subcommand "team" { operands = ["text"] }
  subcommand "test" { operands = ["text"] }
  subcommand "unlink" { operands = ["text"] }
  subcommand "unplug" { operands = ["text"] }
  subcommand "up" { operands = ["text"] }
  subcommand "upgrade" { operands = ["text"] }
  subcommand "upgrade-interactive" { operands = ["text"] }
  subcommand "version" { operands = ["text"] }
  subcommand "versions" { operands = ["text"] }
  subcommand "why" { operands = ["text"] }
  subcommand "workspace" { opaque = true }
  subcommand "workspaces" { opaque = true }
}
