tool "npm" {
  value_flags    = ["--registry", "--loglevel", "--workspace", "-w", "--tag", "--otp", "--scope", "--access", "--omit", "--include", "--script-shell", "--node-options", "--before", "--depth"]
  path_flags     = ["--userconfig", "--globalconfig", "--cache"]
  chdir_flags    = ["--prefix", "-C"]
  flags          = ["-g", "--global", "-D", "--save-dev", "-P", "--save-prod", "-O", "--save-optional", "-E", "--save-exact", "-S", "--save", "--no-save", "-f", "--force", "--ignore-scripts", "--no-audit", "--no-fund", "--production", "-s", "--silent", "-q", "--quiet", "-d", "--dry-run", "--json", "-y", "--yes", "--legacy-peer-deps", "--workspaces", "--if-present", "--prefer-offline", "--offline", "-a", "--all", "-l", "--long", "-p", "--parseable"]
  escape_flags   = ["--script-shell", "--node-options", "--userconfig", "--globalconfig"]
  same           = [["-g", "--global"], ["-D", "--save-dev"], ["-f", "--force"], ["-s", "--silent"], ["-y", "--yes"], ["-w", "--workspace"]]
  info_flags     = ["-v", "--version", "-h", "--help"]
  flags_anywhere = true

  subcommand "install" {
    also = ["i", "add", "in", "ins", "inst", "insta", "instal", "isnt", "isnta", "isntal", "isntall"]
  }
  subcommand "ci" {
    also     = ["clean-install", "ic", "install-clean", "isntall-clean"]
    operands = ["text"]
  }
  subcommand "uninstall" {
    also     = ["un", "remove", "rm", "r", "unlink"]
    operands = ["text"]
  }
  subcommand "update" {
    also     = ["up", "upgrade", "udpate"]
    operands = ["text"]
  }
  subcommand "run" {
    also            = ["run-script", "rum", "urn"]
    stop_at_operand = false
    operands        = ["text"]
  }
  subcommand "test" {
    also     = ["t", "tst"]
    operands = ["text"]
  }
  subcommand "start" { operands = ["text"] }
  subcommand "stop" { operands = ["text"] }
  subcommand "restart" { operands = ["text"] }
  subcommand "exec" {
    also        = ["x"]
    opaque      = true
    value_flags = ["--package", "-p"]
    shell_flags = ["-c", "--call"]
    operands    = ["text"]
  }
  subcommand "init" {
    also     = ["create", "innit"]
    opaque   = true
    operands = ["text"]
  }
  subcommand "explore" { opaque = true }
  subcommand "edit" { opaque = true }
  subcommand "publish" {}
  subcommand "unpublish" { operands = ["text"] }
  subcommand "pack" {
    path_flags = ["--pack-destination"]
  }
  subcommand "link" { also = ["ln"] }
  subcommand "list" {
    also     = ["ls", "la", "ll"]
    operands = ["text"]
  }
  subcommand "view" {
    also     = ["info", "show", "v"]
    operands = ["text"]
  }
  subcommand "outdated" { operands = ["text"] }
  subcommand "audit" { operands = ["text"] }
  subcommand "config" {
    also     = ["c"]
    operands = ["text"]
  }
  subcommand "get" { operands = ["text"] }
  subcommand "set" { operands = ["text"] }
  subcommand "cache" { operands = ["text"] }
  subcommand "login" { also = ["adduser", "add-user"] }
  subcommand "logout" {}
  subcommand "whoami" {}
  subcommand "token" { operands = ["text"] }
  subcommand "owner" {
    also     = ["author"]
    operands = ["text"]
  }
  subcommand "dist-tag" {
    also     = ["dist-tags"]
    operands = ["text"]
  }
  subcommand "deprecate" { operands = ["text"] }
  subcommand "version" {
    also     = ["verison"]
    operands = ["text"]
  }
  subcommand "search" {
    also     = ["find", "s", "se"]
    operands = ["text"]
  }
  subcommand "prune" { operands = ["text"] }
  subcommand "dedupe" { also = ["ddp"] }
  subcommand "rebuild" {
    also     = ["rb"]
    operands = ["text"]
  }
  subcommand "fund" { operands = ["text"] }
  subcommand "help" { operands = ["text"] }
  subcommand "root" {}
  subcommand "bin" {}
  subcommand "prefix" {}
  subcommand "doctor" { operands = ["text"] }
  subcommand "pkg" { operands = ["text"] }
  subcommand "query" { operands = ["text"] }
  subcommand "ping" {}
  subcommand "docs" { also = ["home"] }
  subcommand "repo" {}
  subcommand "bugs" { also = ["issues"] }
  subcommand "explain" { also = ["why"] }
  subcommand "access" { operands = ["text"] }
  subcommand "org" { operands = ["text"] }
  subcommand "team" { operands = ["text"] }
  subcommand "profile" { operands = ["text"] }
  subcommand "shrinkwrap" {}
}
