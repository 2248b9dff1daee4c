# Checked: pnpm 9.15, by each subcommand's --help; all options are read for every subcommand. A script of package.json is called like a
# subcommand, so that unknown ones are opaque.

tool "pnpm" {
  flags_anywhere = true
  closed         = true
  flags = [
    "--color", "-E", "--save-exact", "--save-workspace-protocol", "--aggregate-output", "-g", "--global", "--ignore-scripts",
    "--offline", "--prefer-offline", "-r", "--recursive", "-D", "--save-dev", "-O", "--save-optional", "--save-peer", "-P",
    "--save-prod", "--stream", "--use-stderr", "--workspace", "-w", "--workspace-root", "--fail-if-no-match",
    "--frozen-lockfile", "--verify-store-integrity", "--dev", "--fix-lockfile", "--force", "--ignore-pnpmfile",
    "--ignore-workspace", "--lockfile-only", "--merge-git-branch-lockfiles", "--no-hoist", "--no-lockfile", "--no-optional",
    "--prefer-frozen-lockfile", "--prod", "--resolution-only", "--shamefully-hoist", "--side-effects-cache",
    "--side-effects-cache-readonly", "--strict-peer-dependencies", "--use-running-store-server", "--use-store-server", "-i",
    "--interactive", "-L", "--latest", "--exclude-peers", "--json", "--long", "--only-projects", "--parseable",
    "--compatible", "--no-table", "--sort-by", "--fix", "--ignore-registry-errors", "--dry-run", "--no-git-checks",
    "--publish-branch", "--report-summary", "--pending", "--if-present", "--no-bail", "--parallel", "--reporter-hide-prefix",
    "--resume-from", "--sequential", "--edit-dir", "--ignore-existing", "--patches-dir", "--remote", "-f", "--lock",
    "--background", "--ignore-stop-requests", "--ignore-upload-requests", "--check", "--workspaces",
    "--include-workspace-root", "-p", "--description", "--searchlimit", "--searchopts", "--searchexclude", "--prefer-online",
    "--scope", "--auth-type", "--allow-same-version", "--commit-hooks", "--git-tag-version", "--preid", "--sign-git-tag",
    "-S", "--workspaces-update", "-y", "--shell-emulator",
  ]
  value_flags = [
    "--loglevel", "--changed-files-ignore-pattern", "--filter", "--filter-prod", "--test-pattern", "--child-concurrency",
    "--hoist-pattern", "--network-concurrency", "--package-import-method", "--public-hoist-pattern", "--reporter", "-s",
    "--silent", "--depth", "-1", "--format", "--audit-level", "--access", "--tag", "--location", "--port", "--protocol",
    "--registry", "--workspace-concurrency", "--node-version", "--use-node-version", "--otp", "--script-shell",
    "--node-options",
  ]
  path_flags = [
    "--lockfile-dir", "--modules-dir", "--store-dir", "--virtual-store-dir", "--global-dir", "--global-bin-dir",
    "--pack-destination", "--userconfig", "--globalconfig", "--cache-dir", "--state-dir", "--pnpmfile", "--global-pnpmfile",
  ]
  chdir_flags = ["-C", "--dir", "--prefix"]
  escape_flags = [
    "--script-shell", "--shell-emulator", "--userconfig", "--globalconfig", "--node-options", "--pnpmfile",
    "--global-pnpmfile", "--use-node-version",
  ]
  info_flags = ["-h", "--help", "-v", "--version"]
  same = [
    ["-E", "--save-exact"], ["-g", "--global"], ["-r", "--recursive"], ["-D", "--save-dev", "--dev"],
    ["-O", "--save-optional"], ["-P", "--save-prod", "--prod"], ["-w", "--workspace-root"], ["-s", "--silent", "--reporter"],
    ["-i", "--interactive"], ["-L", "--latest"], ["--depth", "-1"], ["-f", "--force"], ["-C", "--dir", "--prefix"],
  ]

  subcommand "add" { operands = ["any"] }
  subcommand "approve-builds" { operands = ["text"] }
  subcommand "audit" { operands = ["text"] }
  subcommand "bin" { operands = ["text"] }
  subcommand "cache" { operands = ["text"] }
  subcommand "cat-file" { operands = ["text"] }
  subcommand "cat-index" { operands = ["text"] }
  subcommand "completion" { operands = ["text"] }
  subcommand "config" {
    also   = ["c"]
    closed = true
    subcommand "delete" { operands = ["text"] }
    subcommand "get" { operands = ["text"] }
    subcommand "list" { operands = ["text"] }
    subcommand "set" {
      opaque   = true
      operands = ["text"]
    }
  }
  subcommand "create" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "dedupe" { operands = ["text"] }
  subcommand "deploy" { operands = ["text"] }
  subcommand "deprecate" { operands = ["text"] }
  subcommand "dist-tag" { operands = ["text"] }
  subcommand "dlx" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "doctor" { operands = ["text"] }
  subcommand "env" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "exec" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "fetch" { operands = ["text"] }
  subcommand "find-hash" { operands = ["text"] }
  subcommand "help" { operands = ["text"] }
  subcommand "ignored-builds" { operands = ["text"] }
  subcommand "import" { operands = ["text"] }
  subcommand "init" { operands = ["text"] }
  subcommand "install" {
    also     = ["i"]
    operands = ["any"]
  }
  subcommand "install-test" {
    also     = ["it"]
    operands = ["text"]
  }
  subcommand "licenses" { operands = ["text"] }
  subcommand "link" {
    also     = ["ln"]
    operands = ["any"]
  }
  subcommand "list" {
    also     = ["ls"]
    operands = ["text"]
  }
  subcommand "login" { operands = ["text"] }
  subcommand "logout" { operands = ["text"] }
  subcommand "outdated" { operands = ["text"] }
  subcommand "owner" { operands = ["text"] }
  subcommand "pack" { operands = ["text"] }
  subcommand "patch" { operands = ["text"] }
  subcommand "patch-commit" { operands = ["text"] }
  subcommand "patch-remove" { operands = ["text"] }
  subcommand "prune" { operands = ["text"] }
  subcommand "publish" { operands = ["text"] }
  subcommand "rebuild" {
    also     = ["rb"]
    operands = ["text"]
  }
  subcommand "remove" {
    also     = ["rm", "uninstall", "un"]
    operands = ["text"]
  }
  subcommand "root" { operands = ["text"] }
  subcommand "run" {
    also     = ["run-script"]
    operands = ["text"]
  }
  subcommand "search" { operands = ["text"] }
  subcommand "self-update" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "server" { operands = ["text"] }
  subcommand "setup" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "start" { operands = ["text"] }
  subcommand "store" { operands = ["text"] }
  subcommand "test" {
    also     = ["t", "tst"]
    operands = ["text"]
  }
  subcommand "unlink" {
    also     = ["dislink"]
    operands = ["text"]
  }
  subcommand "unpublish" { operands = ["text"] }
  subcommand "update" {
    also     = ["up", "upgrade"]
    operands = ["text"]
  }
  subcommand "version" { operands = ["text"] }
  subcommand "view" {
    also     = ["info", "show"]
    operands = ["text"]
  }
  subcommand "whoami" { operands = ["text"] }
  subcommand "why" { operands = ["text"] }
}
