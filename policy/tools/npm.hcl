# Checked: npm 11.19, by its own table of settings (each setting is an option, with one dash or two). Scripts of packages run
# what package.json says: a rule that allows npm run or npm install trusts it. npx and npm exec run a program out of a package,
# whatever tools of that name are installed.

tool "npm" {
  abbreviate     = true
  flags_anywhere = true
  closed         = true
  flags = [
    "--all", "-all", "--no-all", "-a", "--allow-same-version", "-allow-same-version", "--no-allow-same-version",
    "--allow-scripts-pending", "-allow-scripts-pending", "--no-allow-scripts-pending", "--allow-scripts-pin",
    "-allow-scripts-pin", "--no-allow-scripts-pin", "--audit", "-audit", "--no-audit", "--bin-links", "-bin-links",
    "--no-bin-links", "--no-browser", "--bypass-2fa", "-bypass-2fa", "--no-bypass-2fa", "--no-color", "--commit-hooks",
    "-commit-hooks", "--no-commit-hooks", "--dangerously-allow-all-scripts", "-dangerously-allow-all-scripts",
    "--no-dangerously-allow-all-scripts", "--description", "-description", "--no-description", "--dev", "-dev", "--no-dev",
    "--diff-ignore-all-space", "-diff-ignore-all-space", "--no-diff-ignore-all-space", "--diff-name-only", "-diff-name-only",
    "--no-diff-name-only", "--diff-no-prefix", "-diff-no-prefix", "--no-diff-no-prefix", "--diff-text", "-diff-text",
    "--no-diff-text", "--dry-run", "-dry-run", "--no-dry-run", "--engine-strict", "-engine-strict", "--no-engine-strict",
    "--expect-results", "-expect-results", "--no-expect-results", "--force", "-force", "--no-force", "-f",
    "--foreground-scripts", "-foreground-scripts", "--no-foreground-scripts", "--format-package-lock", "-format-package-lock",
    "--no-format-package-lock", "--fund", "-fund", "--no-fund", "--git-tag-version", "-git-tag-version",
    "--no-git-tag-version", "--global", "-global", "--no-global", "-g", "--global-style", "-global-style",
    "--no-global-style", "--if-present", "-if-present", "--no-if-present", "--ignore-scripts", "-ignore-scripts",
    "--no-ignore-scripts", "--include-attestations", "-include-attestations", "--no-include-attestations", "--include-staged",
    "-include-staged", "--no-include-staged", "--include-workspace-root", "-include-workspace-root",
    "--no-include-workspace-root", "--init-private", "-init-private", "--no-init-private", "--install-links",
    "-install-links", "--no-install-links", "--json", "-json", "--no-json", "--legacy-bundling", "-legacy-bundling",
    "--no-legacy-bundling", "--legacy-peer-deps", "-legacy-peer-deps", "--no-legacy-peer-deps", "--link", "-link",
    "--no-link", "--long", "-long", "--no-long", "-l", "--offline", "-offline", "--no-offline",
    "--omit-lockfile-registry-resolved", "-omit-lockfile-registry-resolved", "--no-omit-lockfile-registry-resolved",
    "--optional", "-optional", "--no-optional", "--package-lock", "-package-lock", "--no-package-lock", "--package-lock-only",
    "-package-lock-only", "--no-package-lock-only", "--packages-all", "-packages-all", "--no-packages-all", "--parseable",
    "-parseable", "--no-parseable", "-p", "--prefer-dedupe", "-prefer-dedupe", "--no-prefer-dedupe", "--prefer-offline",
    "-prefer-offline", "--no-prefer-offline", "--prefer-online", "-prefer-online", "--no-prefer-online", "--production",
    "-production", "--no-production", "--progress", "-progress", "--no-progress", "--provenance", "-provenance",
    "--no-provenance", "--read-only", "-read-only", "--no-read-only", "--rebuild-bundle", "-rebuild-bundle",
    "--no-rebuild-bundle", "--save", "-save", "--no-save", "-S", "--save-bundle", "-save-bundle", "--no-save-bundle", "-B",
    "--save-dev", "-save-dev", "--no-save-dev", "-D", "--save-exact", "-save-exact", "--no-save-exact", "-E",
    "--save-optional", "-save-optional", "--no-save-optional", "-O", "--save-peer", "-save-peer", "--no-save-peer",
    "--save-prod", "-save-prod", "--no-save-prod", "-P", "--shrinkwrap", "-shrinkwrap", "--no-shrinkwrap",
    "--sign-git-commit", "-sign-git-commit", "--no-sign-git-commit", "--sign-git-tag", "-sign-git-tag", "--no-sign-git-tag",
    "--strict-allow-scripts", "-strict-allow-scripts", "--no-strict-allow-scripts", "--strict-peer-deps", "-strict-peer-deps",
    "--no-strict-peer-deps", "--strict-ssl", "-strict-ssl", "--no-strict-ssl", "--timing", "-timing", "--no-timing",
    "--unicode", "-unicode", "--no-unicode", "--update-notifier", "-update-notifier", "--no-update-notifier", "--workspaces",
    "-workspaces", "--no-workspaces", "--workspaces-update", "-workspaces-update", "--no-workspaces-update", "--yes", "-yes",
    "--no-yes", "-y", "-d", "-dd", "--dd", "-ddd", "--ddd", "-quiet", "--quiet", "-q", "-s", "-silent", "--silent",
    "-verbose", "--verbose", "-desc", "--desc", "-local", "--local", "-n", "-no", "--no", "-porcelain", "--porcelain",
    "-readonly", "--readonly", "-iwr", "--iwr", "-ws", "--ws", "--versions", "-versions",
  ]
  value_flags = [
    "--_auth", "-_auth", "--access", "-access", "--allow-directory", "-allow-directory", "--allow-file", "-allow-file",
    "--allow-git", "-allow-git", "--allow-remote", "-allow-remote", "--allow-scripts", "-allow-scripts", "--also", "-also",
    "--audit-level", "-audit-level", "--auth-type", "-auth-type", "--before", "-before", "--ca", "-ca", "--cache-max",
    "-cache-max", "--cache-min", "-cache-min", "--cert", "-cert", "--cidr", "-cidr", "--cpu", "-cpu", "--depth", "-depth",
    "--diff", "-diff", "--diff-dst-prefix", "-diff-dst-prefix", "--diff-src-prefix", "-diff-src-prefix", "--diff-unified",
    "-diff-unified", "--editor", "-editor", "--expect-result-count", "-expect-result-count", "--expires", "-expires",
    "--fetch-retries", "-fetch-retries", "--fetch-retry-factor", "-fetch-retry-factor", "--fetch-retry-maxtimeout",
    "-fetch-retry-maxtimeout", "--fetch-retry-mintimeout", "-fetch-retry-mintimeout", "--fetch-timeout", "-fetch-timeout",
    "--git", "-git", "--heading", "-heading", "--https-proxy", "-https-proxy", "--include", "-include", "--init-author-email",
    "-init-author-email", "--init-author-name", "-init-author-name", "--init-author-url", "-init-author-url",
    "--init-license", "-init-license", "--init-module", "-init-module", "--init-type", "-init-type", "--init-version",
    "-init-version", "--init.author.email", "-init.author.email", "--init.author.name", "-init.author.name",
    "--init.author.url", "-init.author.url", "--init.license", "-init.license", "--init.module", "-init.module",
    "--init.version", "-init.version", "--install-strategy", "-install-strategy", "--key", "-key", "--libc", "-libc",
    "--local-address", "-local-address", "--location", "-location", "-L", "--lockfile-version", "-lockfile-version",
    "--loglevel", "-loglevel", "--logs-max", "-logs-max", "--maxsockets", "-maxsockets", "--message", "-message", "-m",
    "--min-release-age", "-min-release-age", "--min-release-age-exclude", "-min-release-age-exclude", "--name", "-name",
    "--node-gyp", "-node-gyp", "--node-options", "-node-options", "--noproxy", "-noproxy", "--omit", "-omit", "--only",
    "-only", "--orgs", "-orgs", "--orgs-permission", "-orgs-permission", "--os", "-os", "--otp", "-otp", "--packages",
    "-packages", "--packages-and-scopes-permission", "-packages-and-scopes-permission", "--password", "-password", "--preid",
    "-preid", "--proxy", "-proxy", "--registry", "-registry", "--replace-registry-host", "-replace-registry-host",
    "--save-prefix", "-save-prefix", "--sbom-format", "-sbom-format", "--sbom-type", "-sbom-type", "--scope", "-scope",
    "--scopes", "-scopes", "--script-shell", "-script-shell", "--searchexclude", "-searchexclude", "--searchlimit",
    "-searchlimit", "--searchopts", "-searchopts", "--searchstaleness", "-searchstaleness", "--shell", "-shell", "--tag",
    "-tag", "--tag-version-prefix", "-tag-version-prefix", "--token-description", "-token-description", "--umask", "-umask",
    "--user-agent", "-user-agent", "--viewer", "-viewer", "--which", "-which", "--workspace", "-workspace", "-w", "-enjoy-by",
    "--enjoy-by", "-reg", "--reg", "--nodedir", "-nodedir", "--python", "-python",
  ]
  optional_flags = ["--browser", "-browser", "--color", "-color"]
  path_flags = [
    "--cache", "-cache", "--cafile", "-cafile", "--globalconfig", "-globalconfig", "--logs-dir", "-logs-dir",
    "--pack-destination", "-pack-destination", "--provenance-file", "-provenance-file", "--userconfig", "-userconfig",
  ]
  chdir_flags = ["--prefix", "-prefix", "-C"]
  escape_flags = [
    "--browser", "-browser", "--editor", "-editor", "--git", "-git", "--globalconfig", "-globalconfig", "--init-module",
    "-init-module", "--node-gyp", "-node-gyp", "--node-options", "-node-options", "--script-shell", "-script-shell",
    "--userconfig", "-userconfig", "--viewer", "-viewer", "--nodedir", "-nodedir", "--python", "-python",
  ]
  info_flags = ["-v", "--version", "-h", "-H", "-?", "--help", "--usage"]
  same = [
    ["--_auth", "-_auth"], ["--access", "-access"], ["--all", "-all", "-a"], ["--allow-directory", "-allow-directory"],
    ["--allow-file", "-allow-file"], ["--allow-git", "-allow-git"], ["--allow-remote", "-allow-remote"],
    ["--allow-same-version", "-allow-same-version"], ["--allow-scripts", "-allow-scripts"],
    ["--allow-scripts-pending", "-allow-scripts-pending"], ["--allow-scripts-pin", "-allow-scripts-pin"], ["--also", "-also"],
    ["--audit", "-audit"], ["--audit-level", "-audit-level"], ["--auth-type", "-auth-type"],
    ["--before", "-before", "-enjoy-by", "--enjoy-by"], ["--bin-links", "-bin-links"], ["--browser", "-browser"],
    ["--bypass-2fa", "-bypass-2fa"], ["--ca", "-ca"], ["--cache", "-cache"], ["--cache-max", "-cache-max"],
    ["--cache-min", "-cache-min"], ["--cafile", "-cafile"], ["--cert", "-cert"], ["--cidr", "-cidr"], ["--color", "-color"],
    ["--commit-hooks", "-commit-hooks"], ["--cpu", "-cpu"],
    ["--dangerously-allow-all-scripts", "-dangerously-allow-all-scripts"], ["--depth", "-depth"],
    ["--description", "-description", "-desc", "--desc"], ["--dev", "-dev"], ["--diff", "-diff"],
    ["--diff-dst-prefix", "-diff-dst-prefix"], ["--diff-ignore-all-space", "-diff-ignore-all-space"],
    ["--diff-name-only", "-diff-name-only"], ["--diff-no-prefix", "-diff-no-prefix"],
    ["--diff-src-prefix", "-diff-src-prefix"], ["--diff-text", "-diff-text"], ["--diff-unified", "-diff-unified"],
    ["--dry-run", "-dry-run"], ["--editor", "-editor"], ["--engine-strict", "-engine-strict"],
    ["--expect-result-count", "-expect-result-count"], ["--expect-results", "-expect-results"], ["--expires", "-expires"],
    ["--fetch-retries", "-fetch-retries"], ["--fetch-retry-factor", "-fetch-retry-factor"],
    ["--fetch-retry-maxtimeout", "-fetch-retry-maxtimeout"], ["--fetch-retry-mintimeout", "-fetch-retry-mintimeout"],
    ["--fetch-timeout", "-fetch-timeout"], ["-f", "--force", "-force"], ["--foreground-scripts", "-foreground-scripts"],
    ["--format-package-lock", "-format-package-lock"], ["--fund", "-fund"], ["--git", "-git"],
    ["--git-tag-version", "-git-tag-version"], ["-g", "--global", "-global"], ["--global-style", "-global-style"],
    ["--globalconfig", "-globalconfig"], ["--heading", "-heading"], ["--https-proxy", "-https-proxy"],
    ["--if-present", "-if-present"], ["--ignore-scripts", "-ignore-scripts"], ["--include", "-include"],
    ["--include-attestations", "-include-attestations"], ["--include-staged", "-include-staged"],
    ["--include-workspace-root", "-include-workspace-root", "-iwr", "--iwr"], ["--init-author-email", "-init-author-email"],
    ["--init-author-name", "-init-author-name"], ["--init-author-url", "-init-author-url"],
    ["--init-license", "-init-license"], ["--init-module", "-init-module"], ["--init-private", "-init-private"],
    ["--init-type", "-init-type"], ["--init-version", "-init-version"], ["--init.author.email", "-init.author.email"],
    ["--init.author.name", "-init.author.name"], ["--init.author.url", "-init.author.url"],
    ["--init.license", "-init.license"], ["--init.module", "-init.module"], ["--init.version", "-init.version"],
    ["--install-links", "-install-links"], ["--install-strategy", "-install-strategy"], ["--json", "-json"],
    ["--key", "-key"], ["--legacy-bundling", "-legacy-bundling"], ["--legacy-peer-deps", "-legacy-peer-deps"],
    ["--libc", "-libc"], ["--link", "-link"], ["--local-address", "-local-address"], ["--location", "-location", "-L"],
    ["--lockfile-version", "-lockfile-version"], ["--loglevel", "-loglevel"], ["--logs-dir", "-logs-dir"],
    ["--logs-max", "-logs-max"], ["--long", "-long", "-l"], ["--maxsockets", "-maxsockets"], ["--message", "-message", "-m"],
    ["--min-release-age", "-min-release-age"], ["--min-release-age-exclude", "-min-release-age-exclude"], ["--name", "-name"],
    ["--node-gyp", "-node-gyp"], ["--node-options", "-node-options"], ["--noproxy", "-noproxy"], ["--offline", "-offline"],
    ["--omit", "-omit"], ["--omit-lockfile-registry-resolved", "-omit-lockfile-registry-resolved"], ["--only", "-only"],
    ["--optional", "-optional"], ["--orgs", "-orgs"], ["--orgs-permission", "-orgs-permission"], ["--os", "-os"],
    ["--otp", "-otp"], ["--pack-destination", "-pack-destination"], ["--package-lock", "-package-lock"],
    ["--package-lock-only", "-package-lock-only"], ["--packages", "-packages"], ["--packages-all", "-packages-all"],
    ["--packages-and-scopes-permission", "-packages-and-scopes-permission"],
    ["--parseable", "-parseable", "-p", "-porcelain", "--porcelain"], ["--password", "-password"],
    ["--prefer-dedupe", "-prefer-dedupe"], ["--prefer-offline", "-prefer-offline"], ["--prefer-online", "-prefer-online"],
    ["-C", "--prefix", "-prefix"], ["--preid", "-preid"], ["--production", "-production"], ["--progress", "-progress"],
    ["--provenance", "-provenance"], ["--provenance-file", "-provenance-file"], ["--proxy", "-proxy"],
    ["--read-only", "-read-only", "-readonly", "--readonly"], ["--rebuild-bundle", "-rebuild-bundle"],
    ["--registry", "-registry", "-reg", "--reg"], ["--replace-registry-host", "-replace-registry-host"],
    ["--save", "-save", "-S"], ["--save-bundle", "-save-bundle", "-B"], ["-D", "--save-dev", "-save-dev"],
    ["--save-exact", "-save-exact", "-E"], ["--save-optional", "-save-optional", "-O"], ["--save-peer", "-save-peer"],
    ["--save-prefix", "-save-prefix"], ["--save-prod", "-save-prod", "-P"], ["--sbom-format", "-sbom-format"],
    ["--sbom-type", "-sbom-type"], ["--scope", "-scope"], ["--scopes", "-scopes"], ["--script-shell", "-script-shell"],
    ["--searchexclude", "-searchexclude"], ["--searchlimit", "-searchlimit"], ["--searchopts", "-searchopts"],
    ["--searchstaleness", "-searchstaleness"], ["--shell", "-shell"], ["--shrinkwrap", "-shrinkwrap"],
    ["--sign-git-commit", "-sign-git-commit"], ["--sign-git-tag", "-sign-git-tag"],
    ["--strict-allow-scripts", "-strict-allow-scripts"], ["--strict-peer-deps", "-strict-peer-deps"],
    ["--strict-ssl", "-strict-ssl"], ["--tag", "-tag"], ["--tag-version-prefix", "-tag-version-prefix"],
    ["--timing", "-timing"], ["--token-description", "-token-description"], ["--umask", "-umask"], ["--unicode", "-unicode"],
    ["--update-notifier", "-update-notifier"], ["--user-agent", "-user-agent"], ["--userconfig", "-userconfig"],
    ["--viewer", "-viewer"], ["--which", "-which"], ["-w", "--workspace", "-workspace"],
    ["--workspaces", "-workspaces", "-ws", "--ws"], ["--workspaces-update", "-workspaces-update"], ["-y", "--yes", "-yes"],
  ]

  subcommand "access" { operands = ["text"] }
  subcommand "approve-scripts" { operands = ["text"] }
  subcommand "audit" { operands = ["text"] }
  subcommand "bin" {}
  subcommand "bugs" { also = ["issues"] }
  subcommand "cache" { operands = ["text"] }
  subcommand "ci" {
    also     = ["clean-install", "ic", "install-clean", "isntall-clean"]
    operands = ["text"]
  }
  subcommand "completion" { operands = ["text"] }
  subcommand "config" {
    also   = ["c"]
    closed = true
    subcommand "delete" {
      also     = ["rm", "del"]
      operands = ["text"]
    }
    subcommand "edit" { opaque = true }
    subcommand "fix" {}
    subcommand "get" { operands = ["text"] }
    subcommand "list" {
      also     = ["ls"]
      operands = ["text"]
    }
    subcommand "set" {
      opaque   = true
      operands = ["text"]
    }
  }
  subcommand "dedupe" { also = ["ddp"] }
  subcommand "deny-scripts" { operands = ["text"] }
  subcommand "deprecate" { operands = ["text"] }
  subcommand "diff" { operands = ["any"] }
  subcommand "dist-tag" {
    also     = ["dist-tags"]
    operands = ["text"]
  }
  subcommand "docs" { also = ["home"] }
  subcommand "doctor" { operands = ["text"] }
  subcommand "edit" { opaque = true }
  subcommand "exec" {
    also        = ["x"]
    value_flags = ["--package"]
    shell_flags = ["-c", "--call"]
    same        = [["-c", "--call"]]
    opaque      = true
    operands    = ["text"]
  }
  subcommand "explain" { also = ["why"] }
  subcommand "explore" { opaque = true }
  subcommand "find-dupes" { operands = ["text"] }
  subcommand "fund" { operands = ["text"] }
  subcommand "get" { stands_for = "config get" }
  subcommand "help" { operands = ["text"] }
  subcommand "help-search" { operands = ["text"] }
  subcommand "hook" { operands = ["text"] }
  subcommand "init" {
    also     = ["create", "innit"]
    opaque   = true
    operands = ["text"]
  }
  subcommand "install" { also = ["i", "add", "in", "ins", "inst", "insta", "instal", "isnt", "isnta", "isntal", "isntall"] }
  subcommand "install-ci-test" {
    also     = ["cit", "clean-install-test", "sit"]
    operands = ["text"]
  }
  subcommand "install-scripts" { operands = ["text"] }
  subcommand "install-test" { also = ["it"] }
  subcommand "link" { also = ["ln"] }
  subcommand "list" {
    also     = ["ls", "la", "ll"]
    operands = ["text"]
  }
  subcommand "login" { also = ["adduser", "add-user"] }
  subcommand "logout" {}
  subcommand "org" { operands = ["text"] }
  subcommand "outdated" { operands = ["text"] }
  subcommand "owner" {
    also     = ["author"]
    operands = ["text"]
  }
  subcommand "pack" { path_flags = ["--pack-destination"] }
  subcommand "ping" {}
  subcommand "pkg" { operands = ["text"] }
  subcommand "prefix" {}
  subcommand "profile" { operands = ["text"] }
  subcommand "prune" { operands = ["text"] }
  subcommand "publish" { operands = ["any"] }
  subcommand "query" { operands = ["text"] }
  subcommand "rebuild" {
    also     = ["rb"]
    operands = ["text"]
  }
  subcommand "repo" {}
  subcommand "restart" { operands = ["text"] }
  subcommand "root" {}
  subcommand "run" {
    also     = ["run-script", "rum", "urn"]
    operands = ["text"]
  }
  subcommand "sbom" { operands = ["text"] }
  subcommand "search" {
    also     = ["find", "s", "se"]
    operands = ["text"]
  }
  subcommand "set" { stands_for = "config set" }
  subcommand "shrinkwrap" {}
  subcommand "stage" { operands = ["text"] }
  subcommand "star" { operands = ["text"] }
  subcommand "stars" { operands = ["text"] }
  subcommand "start" { operands = ["text"] }
  subcommand "stop" { operands = ["text"] }
  subcommand "team" { operands = ["text"] }
  subcommand "test" {
    also     = ["t", "tst"]
    operands = ["text"]
  }
  subcommand "token" { operands = ["text"] }
  subcommand "trust" { operands = ["text"] }
  subcommand "undeprecate" { operands = ["text"] }
  subcommand "uninstall" {
    also     = ["un", "remove", "rm", "r", "unlink"]
    operands = ["text"]
  }
  subcommand "unpublish" { operands = ["text"] }
  subcommand "unstar" { operands = ["text"] }
  subcommand "update" {
    also     = ["up", "upgrade", "udpate"]
    operands = ["text"]
  }
  subcommand "version" {
    also     = ["verison"]
    operands = ["text"]
  }
  subcommand "view" {
    also     = ["info", "show", "v"]
    operands = ["text"]
  }
  subcommand "whoami" {}
}

tool "npx" {
  also            = ["pnpx", "bunx"]
  flags           = ["-y", "--yes", "--no-install", "--no", "-q", "--quiet", "--ignore-existing"]
  value_flags     = ["-p", "--package"]
  shell_flags     = ["-c", "--call"]
  info_flags      = ["-v", "--version", "-h", "--help"]
  same            = [["-y", "--yes"], ["-p", "--package"], ["-c", "--call"]]
  stop_at_operand = true
  opaque          = true
  operands        = ["text", "any"]
}
