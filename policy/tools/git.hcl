# Checked: git 2.39, by each subcommand's own -h; options of diff and of the revision walk, which -h doesn't list, by their
# manual up to 2.50. An alias or a program git-NAME is called like a subcommand, so that unknown ones are opaque. The settings in
# safe_values name no program and no file to read settings from; a merge strategy that isn't built in is a program git-merge-NAME.

tool "git" {
  abbreviate = true
  closed     = true
  flags = [
    "-p", "--paginate", "-P", "--no-pager", "--no-replace-objects", "--bare", "--literal-pathspecs", "--glob-pathspecs",
    "--noglob-pathspecs", "--icase-pathspecs", "--no-optional-locks", "--no-advice", "--no-lazy-fetch",
  ]
  value_flags    = ["-c", "--namespace", "--config-env", "--super-prefix", "--attr-source", "--list-cmds"]
  optional_flags = ["--exec-path"]
  path_flags     = ["--git-dir", "--work-tree"]
  chdir_flags    = ["-C"]
  escape_flags   = ["-c", "--exec-path", "--config-env"]
  safe_values = {
    "-c" = [
      "advice.*", "color.*", "column.*", "core.abbrev=*", "core.autocrlf=*", "core.bare=*", "core.filemode=*",
      "core.fsmonitor=", "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.ignorecase=*", "core.longpaths=*",
      "core.pager=", "core.pager=cat", "core.precomposeunicode=*", "core.preloadindex=*", "core.quotepath=*",
      "core.quotePath=*", "core.safecrlf=*", "core.symlinks=*", "core.untrackedCache=*", "commit.gpgsign=false",
      "commit.gpgSign=false", "credential.helper=", "diff.algorithm=*", "diff.mnemonicprefix=*", "diff.mnemonicPrefix=*",
      "diff.noprefix=*", "diff.renames=*", "fetch.*", "gc.*", "http.extraHeader=*", "i18n.*", "init.defaultBranch=*", "log.*",
      "maintenance.auto=*", "merge.conflictstyle=*", "pager.*=false", "pull.*", "push.default=*", "push.autoSetupRemote=*",
      "rebase.autostash=*", "rebase.autoStash=*", "rerere.*", "safe.directory=*", "status.*", "submodule.recurse=*",
      "tag.gpgsign=false", "user.email=*", "user.name=*", "versionsort.*",
    ]
  }
  info_flags = ["--version", "-v", "--help", "-h", "--html-path", "--man-path", "--info-path"]
  same       = [["--no-pager", "-P"], ["--paginate", "-p"]]

  subcommand "add" {
    also       = ["stage"]
    abbreviate = true
    flags = [
      "-n", "--dry-run", "-v", "--verbose", "-f", "--force", "-p", "--patch", "-e", "--edit", "-u", "--update", "-A", "--all",
      "-N", "--intent-to-add", "--renormalize", "--refresh", "--ignore-errors", "--sparse", "-i", "--interactive",
      "--ignore-removal", "--ignore-missing", "--pathspec-file-nul",
    ]
    value_flags = ["--chmod"]
    path_flags  = ["--pathspec-from-file"]
    same = [
      ["-f", "--force"], ["-A", "--all", "--no-ignore-removal"], ["-u", "--update"], ["-p", "--patch"], ["-n", "--dry-run"],
      ["-v", "--verbose"], ["-i", "--interactive"], ["-e", "--edit"], ["-N", "--intent-to-add"],
    ]
    operands = ["path"]
  }
  subcommand "am" {
    flags = [
      "-i", "--interactive", "-3", "--3way", "-q", "--quiet", "-s", "--signoff", "-u", "--utf8", "-k", "--keep",
      "--keep-non-patch", "-m", "--message-id", "--keep-cr", "--no-keep-cr", "-c", "--scissors", "--ignore-space-change",
      "--ignore-whitespace", "--reject", "--continue", "-r", "--resolved", "--skip", "--abort", "--quit", "--allow-empty",
      "--committer-date-is-author-date", "--ignore-date", "--rerere-autoupdate",
    ]
    value_flags = [
      "--quoted-cr", "--whitespace", "--directory", "--exclude", "--include", "-C", "-p", "--patch-format", "--resolvemsg",
      "--empty",
    ]
    optional_flags = ["--show-current-patch", "-S", "--gpg-sign"]
    same = [
      ["-i", "--interactive"], ["-3", "--3way"], ["-q", "--quiet"], ["-s", "--signoff"], ["-u", "--utf8"], ["-k", "--keep"],
      ["-m", "--message-id"], ["-c", "--scissors"], ["-r", "--resolved"], ["-S", "--gpg-sign"],
    ]
    operands = ["path"]
  }
  subcommand "annotate" {
    flags = [
      "--incremental", "-b", "--root", "--show-stats", "--progress", "--score-debug", "-f", "--show-name", "-n",
      "--show-number", "-p", "--porcelain", "--line-porcelain", "-c", "-t", "-l", "-s", "-e", "--show-email", "-w",
      "--color-lines", "--color-by-age", "--minimal",
    ]
    value_flags    = ["--ignore-rev", "-S", "--contents", "-L"]
    optional_flags = ["-C", "-M", "--abbrev"]
    path_flags     = ["--ignore-revs-file"]
    same           = [["-f", "--show-name"], ["-n", "--show-number"], ["-p", "--porcelain"], ["-e", "--show-email"]]
  }
  subcommand "apply" {
    flags = [
      "--no-add", "--stat", "--numstat", "--summary", "--check", "--index", "-N", "--intent-to-add", "--cached",
      "--unsafe-paths", "--apply", "-3", "--3way", "-z", "--ignore-space-change", "--ignore-whitespace", "-R", "--reverse",
      "--unidiff-zero", "--reject", "--allow-overlap", "-v", "--verbose", "-q", "--quiet", "--inaccurate-eof", "--recount",
      "--allow-empty",
    ]
    value_flags = ["--exclude", "--include", "-p", "-C", "--whitespace"]
    path_flags  = ["--directory", "--build-fake-ancestor"]
    same        = [["-N", "--intent-to-add"], ["-3", "--3way"], ["-R", "--reverse"], ["-v", "--verbose"], ["-q", "--quiet"]]
    operands    = ["path"]
  }
  subcommand "archive" {
    flags        = ["--worktree-attributes", "-v", "--verbose", "-NUM", "-l", "--list"]
    value_flags  = ["--format", "--prefix", "--remote", "--add-file", "--add-virtual-file", "--exec"]
    path_flags   = ["-o", "--output"]
    escape_flags = ["--exec", "--remote"]
    same         = [["-o", "--output"], ["-v", "--verbose"], ["-l", "--list"]]
    operands     = ["text", "path"]
  }
  subcommand "bisect" {
    subcommand "bad" { operands = ["text"] }
    subcommand "good" { operands = ["text"] }
    subcommand "log" {}
    subcommand "new" { operands = ["text"] }
    subcommand "old" { operands = ["text"] }
    subcommand "replay" { operands = ["text"] }
    subcommand "reset" { operands = ["text"] }
    subcommand "run" { operands = ["command"] }
    subcommand "skip" { operands = ["text"] }
    subcommand "start" { operands = ["text"] }
    subcommand "terms" { operands = ["text"] }
    subcommand "visualize" { operands = ["text"] }
  }
  subcommand "blame" {
    flags = [
      "--incremental", "-b", "--root", "--show-stats", "--progress", "--score-debug", "-f", "--show-name", "-n",
      "--show-number", "-p", "--porcelain", "--line-porcelain", "-c", "-t", "-l", "-s", "-e", "--show-email", "-w",
      "--color-lines", "--color-by-age", "--minimal",
    ]
    value_flags    = ["-L", "--date", "--ignore-rev"]
    optional_flags = ["-C", "-M", "--abbrev"]
    path_flags     = ["--ignore-revs-file", "--contents", "-S"]
    same           = [["-f", "--show-name"], ["-n", "--show-number"], ["-p", "--porcelain"], ["-e", "--show-email"]]
  }
  subcommand "branch" {
    abbreviate = true
    flags = [
      "-a", "--all", "-r", "--remotes", "-d", "--delete", "-D", "-m", "--move", "-M", "-c", "--copy", "-C", "-l", "--list",
      "-f", "--force", "-v", "-vv", "--verbose", "-q", "--show-current", "--unset-upstream", "--edit-description", "--quiet",
      "--create-reflog", "-i", "--ignore-case", "--recurse-submodules",
    ]
    value_flags    = ["-u", "--set-upstream-to", "--sort", "--format", "--points-at", "--contains", "--no-contains", "--merged", "--no-merged"]
    optional_flags = ["-t", "--track", "--color", "--abbrev", "--column"]
    same = [
      ["-d", "--delete"], ["-f", "--force"], ["-m", "--move"], ["-a", "--all"], ["-r", "--remotes"], ["-l", "--list"],
      ["-v", "--verbose"], ["-q", "--quiet"], ["-t", "--track"], ["-u", "--set-upstream-to"], ["-c", "--copy"],
      ["-i", "--ignore-case"],
    ]
    operands = ["text"]
  }
  subcommand "bundle" {
    subcommand "create" {
      flags       = ["-q", "--quiet", "--progress", "--all-progress", "--all-progress-implied"]
      value_flags = ["--version"]
      same        = [["-q", "--quiet"]]
      operands    = ["path", "text"]
    }
    subcommand "list-heads" { operands = ["path", "text"] }
    subcommand "unbundle" {
      flags    = ["--progress"]
      operands = ["path", "text"]
    }
    subcommand "verify" {
      flags    = ["-q", "--quiet"]
      same     = [["-q", "--quiet"]]
      operands = ["path", "text"]
    }
  }
  subcommand "cat-file" {
    flags = [
      "-e", "-p", "-t", "-s", "--allow-unknown-type", "--use-mailmap", "--mailmap", "-z", "--batch-all-objects", "--buffer",
      "--follow-symlinks", "--unordered", "--textconv", "--filters",
    ]
    value_flags    = ["--path"]
    optional_flags = ["--batch", "--batch-check", "--batch-command"]
    escape_flags   = ["--textconv", "--filters"]
    operands       = ["text"]
  }
  subcommand "check-attr" {
    flags    = ["-a", "--all", "--cached", "--stdin", "-z"]
    same     = [["-a", "--all"]]
    operands = ["any"]
  }
  subcommand "check-ignore" {
    flags    = ["-q", "--quiet", "-v", "--verbose", "--stdin", "-z", "-n", "--non-matching", "--no-index"]
    same     = [["-q", "--quiet"], ["-v", "--verbose"], ["-n", "--non-matching"]]
    operands = ["path"]
  }
  subcommand "check-ref-format" {}
  subcommand "checkout" {
    abbreviate = true
    flags = [
      "-f", "--force", "-q", "-d", "--detach", "-m", "--merge", "-p", "--patch", "--ours", "--theirs", "--no-track", "-l",
      "--guess", "--overlay", "--quiet", "--progress", "--overwrite-ignore", "--ignore-other-worktrees", "-2", "-3",
      "--ignore-skip-worktree-bits", "--pathspec-file-nul",
    ]
    value_flags    = ["-b", "-B", "--orphan", "--conflict"]
    optional_flags = ["--recurse-submodules", "-t", "--track"]
    path_flags     = ["--pathspec-from-file"]
    same = [
      ["-f", "--force"], ["-d", "--detach"], ["-p", "--patch"], ["-q", "--quiet"], ["-m", "--merge"], ["-t", "--track"],
      ["-2", "--ours"], ["-3", "--theirs"],
    ]
  }
  subcommand "checkout-index" {
    flags = [
      "-a", "--all", "--ignore-skip-worktree-bits", "-f", "--force", "-q", "--quiet", "-n", "--no-create", "-u", "--index",
      "-z", "--stdin", "--temp",
    ]
    value_flags = ["--prefix", "--stage"]
    same        = [["-a", "--all"], ["-f", "--force"], ["-q", "--quiet"], ["-n", "--no-create"], ["-u", "--index"]]
    operands    = ["path"]
  }
  subcommand "cherry" {
    flags          = ["-v", "--verbose"]
    optional_flags = ["--abbrev"]
    same           = [["-v", "--verbose"]]
    operands       = ["text"]
  }
  subcommand "cherry-pick" {
    flags = [
      "-n", "--no-commit", "-e", "--edit", "-x", "--continue", "--abort", "--skip", "--quit", "-s", "--signoff",
      "--rerere-autoupdate", "--ff", "--allow-empty", "--allow-empty-message", "--keep-redundant-commits",
    ]
    value_flags    = ["-m", "--mainline", "--strategy", "-X", "--cleanup", "--strategy-option"]
    optional_flags = ["-S", "--gpg-sign"]
    escape_flags   = ["--strategy"]
    safe_values    = { "--strategy" = ["ort", "recursive", "resolve", "octopus", "ours", "subtree"] }
    same = [
      ["-n", "--no-commit"], ["-e", "--edit"], ["-s", "--signoff"], ["-m", "--mainline"], ["-X", "--strategy-option"],
      ["-S", "--gpg-sign"],
    ]
    operands = ["text"]
  }
  subcommand "clean" {
    abbreviate  = true
    flags       = ["-d", "-f", "--force", "-i", "--interactive", "-n", "--dry-run", "-q", "--quiet", "-x", "-X"]
    value_flags = ["-e", "--exclude"]
    same        = [["-f", "--force"], ["-n", "--dry-run"], ["-q", "--quiet"], ["-i", "--interactive"], ["-e", "--exclude"]]
    operands    = ["path"]
  }
  subcommand "clone" {
    abbreviate = true
    flags = [
      "-n", "--no-checkout", "-l", "--local", "-q", "-v", "--bare", "--mirror", "-s", "--single-branch", "--no-tags",
      "--shallow-submodules", "--verbose", "--quiet", "--progress", "--reject-shallow", "--no-hardlinks", "--shared",
      "--dissociate", "-4", "--ipv4", "-6", "--ipv6", "--also-filter-submodules", "--remote-submodules", "--sparse",
    ]
    value_flags = [
      "-b", "--branch", "-o", "--origin", "--depth", "--shallow-since", "--shallow-exclude", "-j", "--jobs", "--filter", "-c",
      "--config", "-u", "--upload-pack", "--bundle-uri", "--server-option",
    ]
    optional_flags = ["--recurse-submodules", "--recursive"]
    path_flags     = ["--template", "--reference", "--separate-git-dir", "--reference-if-able"]
    escape_flags   = ["-c", "--config", "-u", "--upload-pack", "--template", "--bundle-uri"]
    safe_values    = { "-c" = ["core.autocrlf=*", "user.*"] }
    same = [
      ["-c", "--config"], ["-u", "--upload-pack"], ["-v", "--verbose"], ["-q", "--quiet"], ["-n", "--no-checkout"],
      ["-l", "--local"], ["-s", "--shared"], ["-j", "--jobs"], ["-o", "--origin"], ["-b", "--branch"], ["-4", "--ipv4"],
      ["-6", "--ipv6"],
    ]
    operands = ["remote", "path"]
  }
  subcommand "column" {
    value_flags    = ["--command", "--raw-mode", "--width", "--indent", "--nl", "--padding"]
    optional_flags = ["--mode"]
  }
  subcommand "commit" {
    abbreviate = true
    flags = [
      "-a", "--all", "-p", "--patch", "-s", "--signoff", "-n", "--no-verify", "--allow-empty", "--allow-empty-message",
      "--amend", "--no-edit", "-e", "--edit", "-v", "--verbose", "-q", "--quiet", "--dry-run", "--no-gpg-sign",
      "--reset-author", "-i", "--include", "-o", "--only", "--status", "--interactive", "--short", "--branch",
      "--ahead-behind", "--porcelain", "--long", "-z", "--null", "--no-post-rewrite", "--pathspec-file-nul",
    ]
    value_flags = [
      "-m", "--message", "-c", "-C", "--reuse-message", "--reedit-message", "--fixup", "--squash", "--author", "--date",
      "--cleanup", "--trailer",
    ]
    optional_flags = ["-S", "--gpg-sign", "-u", "--untracked-files"]
    path_flags     = ["-F", "--file", "-t", "--template", "--pathspec-from-file"]
    same = [
      ["-a", "--all"], ["-n", "--no-verify"], ["-m", "--message"], ["-F", "--file"], ["-q", "--quiet"], ["-v", "--verbose"],
      ["-c", "--reedit-message"], ["-C", "--reuse-message"], ["-s", "--signoff"], ["-t", "--template"], ["-e", "--edit"],
      ["-S", "--gpg-sign"], ["-i", "--include"], ["-p", "--patch"], ["-o", "--only"], ["-z", "--null"],
      ["-u", "--untracked-files"],
    ]
    operands = ["path"]
  }
  subcommand "commit-graph" {
    value_flags = ["--object-dir"]
    subcommand "verify" {}
    subcommand "write" {}
  }
  subcommand "commit-tree" {
    value_flags    = ["-p", "-m"]
    optional_flags = ["-S", "--gpg-sign"]
    path_flags     = ["-F"]
    same           = [["-S", "--gpg-sign"]]
    operands       = ["text"]
  }
  subcommand "config" {
    flags = [
      "--global", "--system", "--local", "--worktree", "-l", "--list", "--get", "--get-all", "--get-regexp", "--add",
      "--unset", "--unset-all", "--replace-all", "--show-origin", "--show-scope", "-z", "-e", "--edit", "--get-urlmatch",
      "--rename-section", "--remove-section", "--fixed-value", "--get-color", "--get-colorbool", "--bool", "--int",
      "--bool-or-int", "--bool-or-str", "--path", "--expiry-date", "--null", "--name-only", "--includes",
    ]
    value_flags  = ["--type", "--default", "--blob", "-t"]
    path_flags   = ["-f", "--file"]
    escape_flags = ["-e", "--edit"]
    same         = [["-l", "--list"], ["-f", "--file"], ["-e", "--edit"], ["-t", "--type"], ["-z", "--null"]]
    operands     = ["text"]
  }
  subcommand "count-objects" {
    flags    = ["-v", "--verbose", "-H", "--human-readable"]
    same     = [["-v", "--verbose"], ["-H", "--human-readable"]]
    operands = ["text"]
  }
  subcommand "credential" { opaque = true }
  subcommand "daemon" {}
  subcommand "describe" {
    flags          = ["--contains", "--debug", "--all", "--tags", "--long", "--first-parent", "--exact-match", "--always"]
    value_flags    = ["--candidates", "--match", "--exclude"]
    optional_flags = ["--abbrev", "--dirty", "--broken"]
    operands       = ["text"]
  }
  subcommand "diff" {
    flags = [
      "--cached", "--staged", "--name-only", "--name-status", "--no-color", "--no-ext-diff", "-w", "-p", "-u", "--quiet",
      "--exit-code", "--no-index", "--patch", "-s", "--no-patch", "-W", "--function-context", "--raw", "--patch-with-raw",
      "--patch-with-stat", "--numstat", "--shortstat", "--cumulative", "--check", "--summary", "--compact-summary",
      "--binary", "--full-index", "-z", "--no-prefix", "-D", "--irreversible-delete", "--find-copies-harder", "--no-renames",
      "--rename-empty", "--follow", "--minimal", "--ignore-all-space", "-b", "--ignore-space-change", "--ignore-space-at-eol",
      "--ignore-cr-at-eol", "--ignore-blank-lines", "--indent-heuristic", "--patience", "--histogram", "-a", "--text", "-R",
      "--ext-diff", "--textconv", "--ita-invisible-in-index", "--ita-visible-in-index", "--pickaxe-all", "--pickaxe-regex",
      "--no-color-moved", "--no-textconv", "--no-indent-heuristic", "--default-prefix", "--no-relative", "-c", "--cc",
      "--combined-all-paths", "--no-rename-empty", "-t",
    ]
    value_flags = [
      "-S", "-G", "--diff-filter", "--stat-width", "--stat-name-width", "--stat-graph-width", "--stat-count",
      "--ws-error-highlight", "--src-prefix", "--dst-prefix", "--line-prefix", "--inter-hunk-context",
      "--output-indicator-new", "--output-indicator-old", "--output-indicator-context", "-l", "-I", "--ignore-matching-lines",
      "--diff-algorithm", "--anchored", "--word-diff-regex", "--color-moved-ws", "--rotate-to", "--skip-to", "--find-object",
      "--diff-merges",
    ]
    optional_flags = [
      "--color", "-U", "--unified", "-M", "-C", "--word-diff", "-X", "--dirstat", "--dirstat-by-file", "--abbrev", "-B",
      "--break-rewrites", "--find-renames", "--find-copies", "--color-words", "--color-moved", "--relative",
      "--ignore-submodules", "--submodule", "--stat",
    ]
    path_flags   = ["--output", "-O"]
    escape_flags = ["--ext-diff"]
    same = [
      ["-p", "--patch"], ["-s", "--no-patch"], ["-U", "--unified"], ["-W", "--function-context"], ["-X", "--dirstat"],
      ["-B", "--break-rewrites"], ["-M", "--find-renames"], ["-D", "--irreversible-delete"], ["-C", "--find-copies"],
      ["-w", "--ignore-all-space"], ["-b", "--ignore-space-change"], ["-I", "--ignore-matching-lines"], ["-a", "--text"],
    ]
  }
  subcommand "diff-files" {
    flags = [
      "-z", "-p", "-u", "--patch-with-raw", "--numstat", "--patch-with-stat", "--name-only", "--full-index", "-R",
      "--find-copies-harder", "--pickaxe-all", "-a", "-D", "--cumulative", "--patch", "-s", "--no-patch", "--raw",
      "--shortstat", "--summary", "--no-color", "--no-color-moved", "--no-renames", "--check", "--binary", "-w",
      "--ignore-all-space", "-b", "--ignore-space-change", "--ignore-space-at-eol", "--ignore-cr-at-eol",
      "--ignore-blank-lines", "-W", "--function-context", "--exit-code", "--quiet", "--no-ext-diff", "--textconv",
      "--no-textconv", "--text", "--minimal", "--patience", "--histogram", "--indent-heuristic", "--no-indent-heuristic",
      "--pickaxe-regex", "--no-prefix", "--default-prefix", "--ita-invisible-in-index", "--irreversible-delete",
      "--compact-summary", "--no-relative", "-c", "--cc", "--combined-all-paths", "--follow", "--no-rename-empty",
      "--rename-empty", "-t",
    ]
    value_flags = [
      "--name-status", "-l", "-S", "-G", "--diff-filter", "--inter-hunk-context", "--word-diff-regex", "--ws-error-highlight",
      "--src-prefix", "--dst-prefix", "--line-prefix", "--anchored", "--skip-to", "--rotate-to", "--find-object",
      "--diff-algorithm", "--output-indicator-new", "--output-indicator-old", "--output-indicator-context", "--stat-width",
      "--stat-name-width", "--stat-graph-width", "--stat-count", "--diff-merges", "--color-moved-ws",
    ]
    optional_flags = [
      "--color", "-U", "--unified", "-M", "-C", "-B", "-X", "--dirstat", "--stat", "--word-diff", "--color-words",
      "--relative", "--submodule", "--color-moved", "--ignore-submodules", "--find-renames", "--find-copies",
      "--break-rewrites", "--abbrev", "--dirstat-by-file",
    ]
    path_flags   = ["--output", "-O"]
    escape_flags = ["--ext-diff"]
    same = [
      ["-p", "--patch", "-u"], ["-s", "--no-patch"], ["-w", "--ignore-all-space"], ["-U", "--unified"],
      ["-M", "--find-renames"], ["-C", "--find-copies"],
    ]
  }
  subcommand "diff-index" {
    flags = [
      "-z", "-p", "-u", "--patch-with-raw", "--numstat", "--patch-with-stat", "--name-only", "--full-index", "-R",
      "--find-copies-harder", "--pickaxe-all", "-a", "-D", "--cumulative", "--patch", "-s", "--no-patch", "--raw",
      "--shortstat", "--summary", "--no-color", "--no-color-moved", "--no-renames", "--check", "--binary", "-w",
      "--ignore-all-space", "-b", "--ignore-space-change", "--ignore-space-at-eol", "--ignore-cr-at-eol",
      "--ignore-blank-lines", "-W", "--function-context", "--exit-code", "--quiet", "--no-ext-diff", "--textconv",
      "--no-textconv", "--text", "--minimal", "--patience", "--histogram", "--indent-heuristic", "--no-indent-heuristic",
      "--pickaxe-regex", "--no-prefix", "--default-prefix", "--ita-invisible-in-index", "--irreversible-delete",
      "--compact-summary", "--no-relative", "-c", "--cc", "--combined-all-paths", "--follow", "--no-rename-empty",
      "--rename-empty", "-t",
    ]
    value_flags = [
      "--name-status", "-l", "-S", "-G", "--diff-filter", "--inter-hunk-context", "--word-diff-regex", "--ws-error-highlight",
      "--src-prefix", "--dst-prefix", "--line-prefix", "--anchored", "--skip-to", "--rotate-to", "--find-object",
      "--diff-algorithm", "--output-indicator-new", "--output-indicator-old", "--output-indicator-context", "--stat-width",
      "--stat-name-width", "--stat-graph-width", "--stat-count", "--diff-merges", "--color-moved-ws",
    ]
    optional_flags = [
      "--color", "-U", "--unified", "-M", "-C", "-B", "-X", "--dirstat", "--stat", "--word-diff", "--color-words",
      "--relative", "--submodule", "--color-moved", "--ignore-submodules", "--find-renames", "--find-copies",
      "--break-rewrites", "--abbrev", "--dirstat-by-file",
    ]
    path_flags   = ["--output", "-O"]
    escape_flags = ["--ext-diff"]
    same = [
      ["-p", "--patch", "-u"], ["-s", "--no-patch"], ["-w", "--ignore-all-space"], ["-U", "--unified"],
      ["-M", "--find-renames"], ["-C", "--find-copies"],
    ]
  }
  subcommand "diff-tree" {
    flags = [
      "-r", "-c", "--cc", "--combined-all-paths", "--root", "-z", "-p", "-u", "--patch-with-raw", "--numstat",
      "--patch-with-stat", "--name-only", "--full-index", "-R", "--find-copies-harder", "--pickaxe-all", "-a", "-D",
      "--cumulative", "--patch", "-s", "--no-patch", "--raw", "--shortstat", "--summary", "--no-color", "--no-color-moved",
      "--no-renames", "--check", "--binary", "-w", "--ignore-all-space", "-b", "--ignore-space-change",
      "--ignore-space-at-eol", "--ignore-cr-at-eol", "--ignore-blank-lines", "-W", "--function-context", "--exit-code",
      "--quiet", "--no-ext-diff", "--textconv", "--no-textconv", "--text", "--minimal", "--patience", "--histogram",
      "--indent-heuristic", "--no-indent-heuristic", "--pickaxe-regex", "--no-prefix", "--default-prefix",
      "--ita-invisible-in-index", "--irreversible-delete", "--compact-summary", "--no-relative", "--follow",
      "--no-rename-empty", "--rename-empty", "-t",
    ]
    value_flags = [
      "--name-status", "-l", "-S", "-G", "--diff-filter", "--inter-hunk-context", "--word-diff-regex", "--ws-error-highlight",
      "--src-prefix", "--dst-prefix", "--line-prefix", "--anchored", "--skip-to", "--rotate-to", "--find-object",
      "--diff-algorithm", "--output-indicator-new", "--output-indicator-old", "--output-indicator-context", "--stat-width",
      "--stat-name-width", "--stat-graph-width", "--stat-count", "--diff-merges", "--color-moved-ws",
    ]
    optional_flags = [
      "--color", "-U", "--unified", "-M", "-C", "-B", "-X", "--dirstat", "--stat", "--word-diff", "--color-words",
      "--relative", "--submodule", "--color-moved", "--ignore-submodules", "--find-renames", "--find-copies",
      "--break-rewrites", "--abbrev", "--dirstat-by-file",
    ]
    path_flags   = ["--output", "-O"]
    escape_flags = ["--ext-diff"]
    same = [
      ["-p", "--patch", "-u"], ["-s", "--no-patch"], ["-w", "--ignore-all-space"], ["-U", "--unified"],
      ["-M", "--find-renames"], ["-C", "--find-copies"],
    ]
  }
  subcommand "difftool" {
    flags       = ["-g", "--gui", "-d", "--dir-diff", "-y", "--no-prompt", "--symlinks", "--tool-help", "--trust-exit-code", "--no-index"]
    value_flags = ["-t", "--tool", "-x", "--extcmd"]
    same        = [["-g", "--gui"], ["-d", "--dir-diff"], ["-y", "--no-prompt"], ["-t", "--tool"], ["-x", "--extcmd"]]
    opaque      = true
  }
  subcommand "fast-export" {
    flags = [
      "--fake-missing-tagger", "--full-tree", "--use-done-feature", "--no-data", "--anonymize",
      "--reference-excluded-parents", "--show-original-ids", "--mark-tags",
    ]
    value_flags = [
      "--progress", "--signed-tags", "--tag-of-filtered-object", "--reencode", "--export-marks", "--import-marks",
      "--import-marks-if-exists", "--refspec", "--anonymize-map",
    ]
  }
  subcommand "fetch" {
    abbreviate = true
    flags = [
      "-a", "--all", "--append", "-p", "--prune", "-P", "--prune-tags", "-t", "--tags", "-n", "--no-tags", "-f", "--force",
      "-q", "-v", "--unshallow", "--dry-run", "-k", "--keep", "--verbose", "--quiet", "--set-upstream", "--atomic", "-m",
      "--multiple", "--prefetch", "--write-fetch-head", "-u", "--update-head-ok", "--progress", "--refetch",
      "--update-shallow", "-4", "--ipv4", "-6", "--ipv6", "--negotiate-only", "--auto-maintenance", "--auto-gc",
      "--show-forced-updates", "--write-commit-graph", "--stdin",
    ]
    value_flags = [
      "--depth", "--deepen", "-j", "--jobs", "--upload-pack", "-o", "--server-option", "--refmap", "--filter",
      "--shallow-since", "--shallow-exclude", "--negotiation-tip",
    ]
    optional_flags = ["--recurse-submodules"]
    escape_flags   = ["--upload-pack"]
    same = [
      ["-f", "--force"], ["-p", "--prune"], ["-v", "--verbose"], ["-q", "--quiet"], ["-a", "--append"], ["-m", "--multiple"],
      ["-t", "--tags"], ["-j", "--jobs"], ["-P", "--prune-tags"], ["-k", "--keep"], ["-u", "--update-head-ok"],
      ["-o", "--server-option"], ["-4", "--ipv4"], ["-6", "--ipv6"],
    ]
    operands = ["remote", "text"]
  }
  subcommand "filter-branch" { opaque = true }
  subcommand "fmt-merge-msg" {
    value_flags    = ["-m", "--message", "--into-name", "-F", "--file"]
    optional_flags = ["--log"]
    same           = [["-m", "--message"], ["-F", "--file"]]
  }
  subcommand "for-each-ref" {
    flags          = ["-s", "--shell", "-p", "--perl", "--python", "--tcl", "--ignore-case"]
    value_flags    = ["--count", "--format", "--sort", "--points-at", "--merged", "--no-merged", "--contains", "--no-contains"]
    optional_flags = ["--color"]
    same           = [["-s", "--shell"], ["-p", "--perl"]]
    operands       = ["text"]
  }
  subcommand "format-patch" {
    flags = [
      "-n", "--numbered", "-N", "--no-numbered", "-s", "--signoff", "--stdout", "--cover-letter", "--numbered-files", "--rfc",
      "-k", "--keep-subject", "--no-binary", "--zero-commit", "--ignore-if-in-upstream", "-p", "--no-stat", "-q", "--quiet",
      "--progress", "--force-in-body-from", "-D", "--cumulative", "-u", "--patch", "--no-patch", "--raw", "--patch-with-raw",
      "--patch-with-stat", "--numstat", "--shortstat", "--summary", "--name-only", "--name-status", "--no-color",
      "--no-color-moved", "--no-renames", "--check", "--full-index", "--binary", "-w", "--ignore-all-space", "-b",
      "--ignore-space-change", "--ignore-space-at-eol", "--ignore-cr-at-eol", "--ignore-blank-lines", "-W",
      "--function-context", "--exit-code", "--no-ext-diff", "--textconv", "--no-textconv", "-a", "--text", "-R", "-z",
      "--minimal", "--patience", "--histogram", "--indent-heuristic", "--no-indent-heuristic", "--find-copies-harder",
      "--pickaxe-all", "--pickaxe-regex", "--no-prefix", "--default-prefix", "--ita-invisible-in-index",
      "--irreversible-delete", "--compact-summary", "--no-relative", "-c", "--combined-all-paths", "--follow",
      "--no-rename-empty", "--rename-empty", "-t", "--oneline", "--graph", "--all", "--no-merges", "--merges", "--reverse",
      "--first-parent", "--topo-order", "--date-order", "--author-date-order", "--left-right", "--cherry-pick",
      "--cherry-mark", "--cherry", "--left-only", "--right-only", "--boundary", "--parents", "--children",
      "--simplify-by-decoration", "--full-history", "--dense", "--sparse", "-g", "--walk-reflogs", "--merge", "--source",
      "--use-mailmap", "--no-mailmap", "--mailmap", "--log-size", "--clear-decorations", "--no-decorate", "-i",
      "--regexp-ignore-case", "-E", "--extended-regexp", "-F", "--fixed-strings", "-P", "--perl-regexp", "--all-match",
      "--invert-grep", "--relative-date", "--no-notes", "--no-abbrev-commit", "--no-abbrev", "-m", "--remove-empty",
      "--ignore-missing", "--not", "--no-expand-tabs", "--no-graph", "--show-pulls", "--simplify-merges",
      "--exclude-first-parent-only", "--reflog", "--stdin",
    ]
    value_flags = [
      "-v", "--start-number", "--subject-prefix", "--suffix", "--reroll-count", "--filename-max-length",
      "--cover-from-description", "--add-header", "--to", "--cc", "--in-reply-to", "--signature", "--base", "--interdiff",
      "--range-diff", "--creation-factor", "-S", "-G", "--diff-filter", "--inter-hunk-context", "--word-diff-regex",
      "--ws-error-highlight", "--src-prefix", "--dst-prefix", "--line-prefix", "--anchored", "--skip-to", "--rotate-to",
      "--find-object", "--diff-algorithm", "-l", "--output-indicator-new", "--output-indicator-old",
      "--output-indicator-context", "--stat-width", "--stat-name-width", "--stat-graph-width", "--stat-count",
      "--diff-merges", "--color-moved-ws", "--max-count", "--skip", "--since", "--after", "--until", "--before",
      "--since-as-filter", "--author", "--committer", "--grep", "--grep-reflog", "--glob", "--exclude", "--encoding",
      "--date", "--decorate-refs", "--decorate-refs-exclude", "-L", "--min-age", "--max-age", "--exclude-hidden",
    ]
    optional_flags = [
      "--from", "--attach", "--inline", "--thread", "--color", "-U", "--unified", "-M", "-C", "-B", "--dirstat", "--stat",
      "--word-diff", "--color-words", "--relative", "--submodule", "--color-moved", "--ignore-submodules", "--find-renames",
      "--find-copies", "--break-rewrites", "--abbrev", "--dirstat-by-file", "--branches", "--tags", "--remotes", "--format",
      "--pretty", "--decorate", "--show-signature", "--abbrev-commit", "--no-walk", "--notes", "--show-notes",
      "--disambiguate", "--ancestry-path", "--bisect", "--min-parents", "--max-parents", "--missing", "--filter",
      "--unpacked",
    ]
    path_flags   = ["-o", "--output-directory", "--output", "-O", "--signature-file"]
    escape_flags = ["--ext-diff"]
    same = [
      ["-n", "--numbered"], ["-N", "--no-numbered"], ["-s", "--signoff"], ["-v", "--reroll-count"],
      ["-o", "--output-directory"], ["-k", "--keep-subject"], ["-p", "--no-stat"], ["-q", "--quiet"],
      ["-w", "--ignore-all-space"], ["-U", "--unified"], ["-M", "--find-renames"], ["-C", "--find-copies"],
      ["-g", "--walk-reflogs"], ["--since", "--after"], ["--until", "--before"],
    ]
    operands = ["text"]
  }
  subcommand "fsck" {
    flags = [
      "-v", "--verbose", "--unreachable", "--dangling", "--tags", "--root", "--cache", "--reflogs", "--full",
      "--connectivity-only", "--strict", "--lost-found", "--progress", "--name-objects",
    ]
    same     = [["-v", "--verbose"]]
    operands = ["text"]
  }
  subcommand "gc" {
    flags          = ["-q", "--quiet", "--cruft", "--aggressive", "--auto", "--force", "--keep-largest-pack"]
    optional_flags = ["--prune"]
    same           = [["-q", "--quiet"]]
  }
  subcommand "get-tar-commit-id" {}
  subcommand "grep" {
    abbreviate = true
    flags = [
      "-i", "-v", "-w", "-l", "-n", "-c", "-E", "-F", "-P", "-r", "-h", "-H", "-q", "-o", "--cached", "--untracked",
      "--no-index", "--name-only", "--exclude-standard", "--recurse-submodules", "--invert-match", "--ignore-case",
      "--word-regexp", "-a", "--text", "-I", "--textconv", "--recursive", "--extended-regexp", "-G", "--basic-regexp",
      "--fixed-strings", "--perl-regexp", "--line-number", "--column", "--full-name", "--files-with-matches", "-L",
      "--files-without-match", "-z", "--null", "--only-matching", "--count", "--break", "--heading", "-NUM", "-p",
      "--show-function", "-W", "--function-context", "--and", "--or", "--not", "--quiet", "--all-match", "--ext-grep",
    ]
    value_flags    = ["-A", "-B", "-C", "-m", "--max-depth", "--threads", "--context", "--before-context", "--after-context", "--max-count"]
    optional_flags = ["-O", "--open-files-in-pager", "--color"]
    operand_flags  = ["-e", "-f"]
    path_flags     = ["-f"]
    escape_flags   = ["-O", "--open-files-in-pager"]
    same = [
      ["-v", "--invert-match"], ["-i", "--ignore-case"], ["-w", "--word-regexp"], ["-a", "--text"], ["-r", "--recursive"],
      ["-E", "--extended-regexp"], ["-G", "--basic-regexp"], ["-F", "--fixed-strings"], ["-P", "--perl-regexp"],
      ["-n", "--line-number"], ["-l", "--files-with-matches"], ["-L", "--files-without-match"], ["-z", "--null"],
      ["-o", "--only-matching"], ["-c", "--count"], ["-C", "--context"], ["-B", "--before-context"],
      ["-A", "--after-context"], ["-p", "--show-function"], ["-W", "--function-context"], ["-q", "--quiet"],
      ["-O", "--open-files-in-pager"], ["-m", "--max-count"],
    ]
    operands = ["text", "path"]
  }
  subcommand "hash-object" {
    flags       = ["-w", "--stdin", "--stdin-paths", "--no-filters", "--literally"]
    value_flags = ["-t", "--path"]
    operands    = ["path"]
  }
  subcommand "help" {
    flags = [
      "-a", "--all", "--external-commands", "--aliases", "-m", "--man", "-w", "--web", "-i", "--info", "-v", "--verbose",
      "-g", "--guides", "--user-interfaces", "--developer-interfaces", "-c", "--config",
    ]
    same = [
      ["-a", "--all"], ["-m", "--man"], ["-w", "--web"], ["-i", "--info"], ["-v", "--verbose"], ["-g", "--guides"],
      ["-c", "--config"],
    ]
  }
  subcommand "index-pack" { operands = ["path"] }
  subcommand "init" {
    flags          = ["--bare", "-q", "--quiet"]
    value_flags    = ["-b", "--initial-branch", "--object-format"]
    optional_flags = ["--shared"]
    path_flags     = ["--template", "--separate-git-dir"]
    escape_flags   = ["--template"]
    same           = [["-q", "--quiet"], ["-b", "--initial-branch"]]
    operands       = ["path"]
  }
  subcommand "log" {
    flags = [
      "--oneline", "--graph", "--all", "-p", "--no-merges", "--reverse", "--follow", "--no-color", "-q", "--quiet",
      "--source", "--use-mailmap", "--mailmap", "--clear-decorations", "-D", "--cumulative", "-u", "--patch", "-s",
      "--no-patch", "--raw", "--patch-with-raw", "--patch-with-stat", "--numstat", "--shortstat", "--summary", "--name-only",
      "--name-status", "--no-color-moved", "--no-renames", "--check", "--full-index", "--binary", "-w", "--ignore-all-space",
      "-b", "--ignore-space-change", "--ignore-space-at-eol", "--ignore-cr-at-eol", "--ignore-blank-lines", "-W",
      "--function-context", "--exit-code", "--no-ext-diff", "--textconv", "--no-textconv", "-a", "--text", "-R", "-z",
      "--minimal", "--patience", "--histogram", "--indent-heuristic", "--no-indent-heuristic", "--find-copies-harder",
      "--pickaxe-all", "--pickaxe-regex", "--no-prefix", "--default-prefix", "--ita-invisible-in-index",
      "--irreversible-delete", "--compact-summary", "--no-relative", "-c", "--cc", "--combined-all-paths",
      "--no-rename-empty", "--rename-empty", "-t", "--merges", "--first-parent", "--topo-order", "--date-order",
      "--author-date-order", "--left-right", "--cherry-pick", "--cherry-mark", "--cherry", "--left-only", "--right-only",
      "--boundary", "--parents", "--children", "--simplify-by-decoration", "--full-history", "--dense", "--sparse", "-g",
      "--walk-reflogs", "--merge", "--no-mailmap", "--log-size", "--no-decorate", "-i", "--regexp-ignore-case", "-E",
      "--extended-regexp", "-F", "--fixed-strings", "-P", "--perl-regexp", "--all-match", "--invert-grep", "--relative-date",
      "--no-notes", "--no-abbrev-commit", "--no-abbrev", "-m", "--remove-empty", "--ignore-missing", "--not",
      "--no-expand-tabs", "--no-graph", "--show-pulls", "--simplify-merges", "--exclude-first-parent-only", "--reflog",
      "--stdin",
    ]
    value_flags = [
      "-n", "-S", "-G", "-L", "--max-count", "--author", "--grep", "--since", "--until", "--after", "--before", "--date",
      "--diff-filter", "--skip", "--decorate-refs", "--decorate-refs-exclude", "--inter-hunk-context", "--word-diff-regex",
      "--ws-error-highlight", "--src-prefix", "--dst-prefix", "--line-prefix", "--anchored", "--skip-to", "--rotate-to",
      "--find-object", "--diff-algorithm", "-l", "--output-indicator-new", "--output-indicator-old",
      "--output-indicator-context", "--stat-width", "--stat-name-width", "--stat-graph-width", "--stat-count",
      "--diff-merges", "--color-moved-ws", "--since-as-filter", "--committer", "--grep-reflog", "--glob", "--exclude",
      "--encoding", "--min-age", "--max-age", "--exclude-hidden",
    ]
    optional_flags = [
      "--format", "--pretty", "--color", "-U", "--unified", "-M", "-C", "-B", "--dirstat", "--stat", "--word-diff",
      "--color-words", "--relative", "--submodule", "--color-moved", "--ignore-submodules", "--find-renames", "--find-copies",
      "--break-rewrites", "--abbrev", "--dirstat-by-file", "--branches", "--tags", "--remotes", "--decorate",
      "--show-signature", "--abbrev-commit", "--no-walk", "--notes", "--show-notes", "--disambiguate", "--ancestry-path",
      "--bisect", "--min-parents", "--max-parents", "--missing", "--filter", "--unpacked",
    ]
    path_flags   = ["--output", "-O"]
    escape_flags = ["--ext-diff"]
    same = [
      ["-q", "--quiet"], ["-p", "--patch", "-u"], ["-s", "--no-patch"], ["-n", "--max-count"], ["-w", "--ignore-all-space"],
      ["-U", "--unified"], ["-M", "--find-renames"], ["-C", "--find-copies"], ["-g", "--walk-reflogs"],
      ["--since", "--after"], ["--until", "--before"],
    ]
  }
  subcommand "ls-files" {
    flags = [
      "-z", "-t", "-v", "-f", "-c", "--cached", "-d", "--deleted", "-m", "--modified", "-o", "--others", "-i", "--ignored",
      "-s", "--stage", "-k", "--killed", "--directory", "--eol", "--empty-directory", "-u", "--unmerged", "--resolve-undo",
      "--exclude-standard", "--full-name", "--recurse-submodules", "--error-unmatch", "--debug", "--deduplicate", "--sparse",
    ]
    value_flags    = ["-x", "--exclude", "--with-tree", "--format"]
    optional_flags = ["--abbrev"]
    path_flags     = ["-X", "--exclude-from", "--exclude-per-directory"]
    same = [
      ["-c", "--cached"], ["-d", "--deleted"], ["-m", "--modified"], ["-o", "--others"], ["-i", "--ignored"],
      ["-s", "--stage"], ["-k", "--killed"], ["-u", "--unmerged"], ["-x", "--exclude"], ["-X", "--exclude-from"],
    ]
    operands = ["path"]
  }
  subcommand "ls-remote" {
    flags        = ["-q", "--quiet", "-t", "--tags", "-h", "--heads", "--refs", "--get-url", "--exit-code", "--symref"]
    value_flags  = ["--upload-pack", "--exec", "--sort", "-o", "--server-option"]
    escape_flags = ["--upload-pack", "--exec"]
    same         = [["-q", "--quiet"], ["-t", "--tags"], ["-h", "--heads"], ["-o", "--server-option"]]
    operands     = ["remote", "text"]
  }
  subcommand "ls-tree" {
    flags          = ["-d", "-r", "-t", "-z", "-l", "--long", "--name-only", "--name-status", "--object-only", "--full-name", "--full-tree"]
    value_flags    = ["--format"]
    optional_flags = ["--abbrev"]
    same           = [["-l", "--long"]]
    operands       = ["text", "path"]
  }
  subcommand "mailinfo" {
    flags       = ["-k", "-b", "-m", "--message-id", "-u", "-n", "--scissors"]
    value_flags = ["--encoding", "--quoted-cr"]
    same        = [["-m", "--message-id"]]
  }
  subcommand "maintenance" {
    subcommand "register" {}
    subcommand "run" {}
    subcommand "start" { opaque = true }
    subcommand "stop" {}
    subcommand "unregister" {}
  }
  subcommand "merge" {
    flags = [
      "--no-ff", "--ff-only", "--ff", "--squash", "--abort", "--continue", "--quit", "--no-commit", "--commit", "--no-edit",
      "-q", "-n", "--stat", "--summary", "-e", "--edit", "--rerere-autoupdate", "--verify-signatures", "-v", "--verbose",
      "--quiet", "--allow-unrelated-histories", "--progress", "--autostash", "--overwrite-ignore", "--signoff", "--no-verify",
    ]
    value_flags    = ["-m", "-s", "--strategy", "-X", "--strategy-option", "--cleanup", "--message", "--into-name"]
    optional_flags = ["--log", "-S", "--gpg-sign"]
    path_flags     = ["-F", "--file"]
    escape_flags   = ["-s", "--strategy"]
    safe_values = {
      "-s"         = ["ort", "recursive", "resolve", "octopus", "ours", "subtree"]
      "--strategy" = ["ort", "recursive", "resolve", "octopus", "ours", "subtree"]
    }
    same = [
      ["-e", "--edit"], ["-s", "--strategy"], ["-X", "--strategy-option"], ["-m", "--message"], ["-F", "--file"],
      ["-v", "--verbose"], ["-q", "--quiet"], ["-S", "--gpg-sign"],
    ]
    operands = ["text"]
  }
  subcommand "merge-base" {
    flags    = ["-a", "--all", "--octopus", "--independent", "--is-ancestor", "--fork-point"]
    same     = [["-a", "--all"]]
    operands = ["text"]
  }
  subcommand "merge-file" {
    flags       = ["-p", "--stdout", "--diff3", "--zdiff3", "--ours", "--theirs", "--union", "-q", "--quiet"]
    value_flags = ["--marker-size", "-L"]
    same        = [["-p", "--stdout"], ["-q", "--quiet"]]
    operands    = ["path"]
  }
  subcommand "merge-tree" {
    flags    = ["--write-tree", "--trivial-merge", "--messages", "-z", "--name-only", "--allow-unrelated-histories", "--stdin"]
    operands = ["text"]
  }
  subcommand "mergetool" { opaque = true }
  subcommand "mktag" {
    flags    = ["--strict"]
    operands = ["text"]
  }
  subcommand "mktree" {
    flags    = ["-z", "--missing", "--batch"]
    operands = ["text"]
  }
  subcommand "multi-pack-index" {
    value_flags = ["--object-dir"]
    subcommand "expire" {}
    subcommand "repack" {}
    subcommand "verify" {}
    subcommand "write" {}
  }
  subcommand "mv" {
    flags    = ["-v", "--verbose", "-n", "--dry-run", "-f", "--force", "-k", "--sparse"]
    same     = [["-v", "--verbose"], ["-n", "--dry-run"], ["-f", "--force"]]
    operands = ["path"]
  }
  subcommand "name-rev" {
    flags       = ["--name-only", "--tags", "--all", "--stdin", "--annotate-stdin", "--undefined", "--always"]
    value_flags = ["--refs", "--exclude"]
    operands    = ["text"]
  }
  subcommand "notes" {
    value_flags = ["--ref"]
    operands    = ["text"]
    subcommand "add" {
      value_flags = ["-m", "--message", "-C", "--reuse-message", "-c", "--reedit-message"]
      path_flags  = ["-F", "--file"]
      same        = [["-m", "--message"], ["-F", "--file"]]
      operands    = ["text"]
    }
    subcommand "append" {
      value_flags = ["-m", "--message", "-C", "--reuse-message", "-c", "--reedit-message"]
      path_flags  = ["-F", "--file"]
      same        = [["-m", "--message"], ["-F", "--file"]]
      operands    = ["text"]
    }
    subcommand "copy" { operands = ["text"] }
    subcommand "edit" { operands = ["text"] }
    subcommand "get-ref" { operands = ["text"] }
    subcommand "list" { operands = ["text"] }
    subcommand "merge" { operands = ["text"] }
    subcommand "prune" { operands = ["text"] }
    subcommand "remove" { operands = ["text"] }
    subcommand "show" { operands = ["text"] }
  }
  subcommand "pack-objects" {
    flags = [
      "-q", "--quiet", "--progress", "--all-progress", "--all-progress-implied", "--local", "--incremental", "--reuse-delta",
      "--reuse-object", "--delta-base-offset", "--non-empty", "--revs", "--unpacked", "--all", "--reflog",
      "--indexed-objects", "--stdin-packs", "--stdout", "--include-tag", "--keep-unreachable", "--pack-loose-unreachable",
      "--cruft", "--sparse", "--thin", "--shallow", "--honor-pack-keep", "--keep-true-parents", "--use-bitmap-index",
      "--write-bitmap-index", "--exclude-promisor-objects", "--delta-islands",
    ]
    value_flags = [
      "--index-version", "--max-pack-size", "--window", "--window-memory", "--depth", "--threads", "--keep-pack",
      "--compression", "--filter", "--missing", "--uri-protocol",
    ]
    optional_flags = ["--unpack-unreachable", "--cruft-expiration"]
    same           = [["-q", "--quiet"]]
  }
  subcommand "pack-refs" {
    flags    = ["--all", "--prune"]
    operands = ["text"]
  }
  subcommand "patch-id" { flags = ["--unstable", "--stable", "--verbatim"] }
  subcommand "prune" {
    flags       = ["-n", "--dry-run", "-v", "--verbose", "--progress", "--exclude-promisor-objects"]
    value_flags = ["--expire"]
    same        = [["-n", "--dry-run"], ["-v", "--verbose"]]
  }
  subcommand "prune-packed" {
    flags = ["-n", "--dry-run", "-q", "--quiet"]
    same  = [["-n", "--dry-run"], ["-q", "--quiet"]]
  }
  subcommand "pull" {
    abbreviate = true
    flags = [
      "--no-rebase", "--ff-only", "--no-ff", "--ff", "-q", "-v", "--all", "--autostash", "-f", "--force", "-t", "--tags",
      "-p", "--prune", "--verbose", "--quiet", "--progress", "-n", "--stat", "--squash", "--commit", "--edit", "--verify",
      "--verify-signatures", "--allow-unrelated-histories", "-a", "--append", "--dry-run", "-k", "--keep", "--unshallow",
      "--update-shallow", "-4", "--ipv4", "-6", "--ipv6", "--show-forced-updates", "--set-upstream",
    ]
    value_flags = [
      "--upload-pack", "-s", "--strategy", "-X", "--depth", "--cleanup", "--strategy-option", "--shallow-since",
      "--shallow-exclude", "--deepen", "--refmap", "-o", "--server-option", "--negotiation-tip",
    ]
    optional_flags = ["--recurse-submodules", "-r", "--rebase", "--log", "--signoff", "-S", "--gpg-sign", "-j", "--jobs"]
    escape_flags   = ["--upload-pack", "-s", "--strategy"]
    safe_values = {
      "-s"         = ["ort", "recursive", "resolve", "octopus", "ours", "subtree"]
      "--strategy" = ["ort", "recursive", "resolve", "octopus", "ours", "subtree"]
    }
    same = [
      ["-v", "--verbose"], ["-q", "--quiet"], ["-r", "--rebase"], ["-s", "--strategy"], ["-X", "--strategy-option"],
      ["-S", "--gpg-sign"], ["-a", "--append"], ["-f", "--force"], ["-t", "--tags"], ["-p", "--prune"], ["-j", "--jobs"],
      ["-k", "--keep"], ["-o", "--server-option"], ["-4", "--ipv4"], ["-6", "--ipv6"],
    ]
    operands = ["remote", "text"]
  }
  subcommand "push" {
    abbreviate = true
    flags = [
      "--all", "--branches", "--mirror", "--tags", "--follow-tags", "--atomic", "-n", "--dry-run", "-f", "--force",
      "--force-if-includes", "-d", "--delete", "--prune", "-u", "--set-upstream", "-q", "--quiet", "-v", "--verbose",
      "--progress", "--no-verify", "--thin", "--no-thin", "-4", "-6", "--porcelain", "--ipv4", "--ipv6",
    ]
    value_flags    = ["-o", "--push-option", "--repo", "--receive-pack", "--exec", "--recurse-submodules"]
    optional_flags = ["--force-with-lease", "--signed"]
    escape_flags   = ["--receive-pack", "--exec"]
    same = [
      ["--force", "-f"], ["--delete", "-d"], ["--set-upstream", "-u"], ["--dry-run", "-n"], ["--receive-pack", "--exec"],
      ["-v", "--verbose"], ["-q", "--quiet"], ["-o", "--push-option"], ["-4", "--ipv4"], ["-6", "--ipv6"],
    ]
    implies = {
      "--force"  = ["+*"]
      "--delete" = [":?*"]
    }
    operands = ["remote", "text"]
  }
  subcommand "range-diff" {
    flags = [
      "--no-dual-color", "--left-only", "--right-only", "-p", "--patch", "-s", "--no-patch", "-u", "-W", "--function-context",
      "--raw", "--patch-with-raw", "--patch-with-stat", "--numstat", "--shortstat", "--cumulative", "--check", "--summary",
      "--name-only", "--name-status", "--compact-summary", "--binary", "--full-index", "-z", "--no-prefix", "-D",
      "--irreversible-delete", "--find-copies-harder", "--no-renames", "--rename-empty", "--follow", "--minimal", "-w",
      "--ignore-all-space", "-b", "--ignore-space-change", "--ignore-space-at-eol", "--ignore-cr-at-eol",
      "--ignore-blank-lines", "--indent-heuristic", "--patience", "--histogram", "-a", "--text", "-R", "--exit-code",
      "--quiet", "--ext-diff", "--textconv", "--ita-invisible-in-index", "--ita-visible-in-index", "--pickaxe-all",
      "--pickaxe-regex",
    ]
    value_flags = [
      "--creation-factor", "--stat-width", "--stat-name-width", "--stat-graph-width", "--stat-count", "--ws-error-highlight",
      "--src-prefix", "--dst-prefix", "--line-prefix", "--inter-hunk-context", "--output-indicator-new",
      "--output-indicator-old", "--output-indicator-context", "-l", "-I", "--ignore-matching-lines", "--diff-algorithm",
      "--anchored", "--word-diff-regex", "--color-moved-ws", "-S", "-G", "-O", "--rotate-to", "--skip-to", "--find-object",
      "--diff-filter", "--output",
    ]
    optional_flags = [
      "--notes", "-U", "--unified", "-X", "--dirstat", "--dirstat-by-file", "--stat", "--color", "--abbrev", "-B",
      "--break-rewrites", "-M", "--find-renames", "-C", "--find-copies", "--word-diff", "--color-words", "--color-moved",
      "--relative", "--ignore-submodules", "--submodule",
    ]
    same = [
      ["-p", "--patch"], ["-s", "--no-patch"], ["-U", "--unified"], ["-W", "--function-context"], ["-X", "--dirstat"],
      ["-B", "--break-rewrites"], ["-M", "--find-renames"], ["-D", "--irreversible-delete"], ["-C", "--find-copies"],
      ["-w", "--ignore-all-space"], ["-b", "--ignore-space-change"], ["-I", "--ignore-matching-lines"], ["-a", "--text"],
    ]
    operands = ["text"]
  }
  subcommand "read-tree" {
    flags = [
      "--empty", "-v", "--verbose", "-m", "--trivial", "--aggressive", "--reset", "-u", "-i", "-n", "--dry-run",
      "--no-sparse-checkout", "--debug-unpack", "-q", "--quiet",
    ]
    value_flags    = ["--prefix"]
    optional_flags = ["--recurse-submodules"]
    path_flags     = ["--index-output", "--exclude-per-directory"]
    same           = [["-v", "--verbose"], ["-n", "--dry-run"], ["-q", "--quiet"]]
    operands       = ["text"]
  }
  subcommand "rebase" {
    flags = [
      "-i", "--interactive", "--continue", "--abort", "--skip", "--quit", "--autostash", "--no-autostash", "-q", "--root",
      "--autosquash", "--edit-todo", "-f", "--keep-base", "--no-verify", "--quiet", "-v", "--verbose", "-n", "--no-stat",
      "--signoff", "--committer-date-is-author-date", "--reset-author-date", "--ignore-whitespace", "--force-rebase",
      "--no-ff", "--show-current-patch", "--apply", "-m", "--merge", "--rerere-autoupdate", "--update-refs", "--fork-point",
      "--reschedule-failed-exec", "--reapply-cherry-picks",
    ]
    value_flags    = ["--onto", "-s", "--strategy", "-X", "-C", "--whitespace", "--empty", "--strategy-option"]
    optional_flags = ["-S", "--gpg-sign", "-r", "--rebase-merges"]
    shell_flags    = ["-x", "--exec"]
    escape_flags   = ["-s", "--strategy"]
    safe_values = {
      "-s"         = ["ort", "recursive", "resolve", "octopus", "ours", "subtree"]
      "--strategy" = ["ort", "recursive", "resolve", "octopus", "ours", "subtree"]
    }
    same = [
      ["-x", "--exec"], ["-q", "--quiet"], ["-v", "--verbose"], ["-n", "--no-stat"], ["-f", "--force-rebase"],
      ["-m", "--merge"], ["-i", "--interactive"], ["-S", "--gpg-sign"], ["-r", "--rebase-merges"], ["-s", "--strategy"],
      ["-X", "--strategy-option"],
    ]
    operands = ["text"]
  }
  subcommand "reflog" {
    flags = [
      "--oneline", "--graph", "--all", "--no-merges", "--merges", "--reverse", "--first-parent", "--topo-order",
      "--date-order", "--author-date-order", "--left-right", "--cherry-pick", "--cherry-mark", "--cherry", "--left-only",
      "--right-only", "--boundary", "--parents", "--children", "--simplify-by-decoration", "--full-history", "--dense",
      "--sparse", "-g", "--walk-reflogs", "--merge", "--source", "--use-mailmap", "--no-mailmap", "--mailmap", "--log-size",
      "--clear-decorations", "--no-decorate", "-i", "--regexp-ignore-case", "-E", "--extended-regexp", "-F",
      "--fixed-strings", "-P", "--perl-regexp", "--all-match", "--invert-grep", "--relative-date", "--no-notes",
      "--no-abbrev-commit", "--no-abbrev", "-m", "--remove-empty", "--ignore-missing", "--not", "--no-expand-tabs", "-q",
      "--no-graph", "--show-pulls", "--simplify-merges", "--exclude-first-parent-only", "--reflog", "--stdin",
    ]
    value_flags = [
      "-n", "--max-count", "--skip", "--since", "--after", "--until", "--before", "--since-as-filter", "--author",
      "--committer", "--grep", "--grep-reflog", "--glob", "--exclude", "--encoding", "--date", "--decorate-refs",
      "--decorate-refs-exclude", "-L", "--min-age", "--max-age", "--exclude-hidden",
    ]
    optional_flags = [
      "--branches", "--tags", "--remotes", "--format", "--pretty", "--decorate", "--show-signature", "--abbrev-commit",
      "--no-walk", "--notes", "--show-notes", "--disambiguate", "--ancestry-path", "--bisect", "--min-parents",
      "--max-parents", "--missing", "--filter", "--unpacked",
    ]
    subcommand "delete" { operands = ["text"] }
    subcommand "exists" { operands = ["text"] }
    subcommand "expire" { operands = ["text"] }
    subcommand "show" { operands = ["text"] }
  }
  subcommand "remote" {
    flags = ["-v", "--verbose"]
    same  = [["-v", "--verbose"]]
    subcommand "add" {
      flags       = ["-f", "--tags", "--no-tags"]
      value_flags = ["-t", "-m"]
      operands    = ["text", "remote"]
    }
    subcommand "get-url" { operands = ["text"] }
    subcommand "prune" { operands = ["text"] }
    subcommand "remove" {
      also     = ["rm"]
      operands = ["text"]
    }
    subcommand "rename" { operands = ["text"] }
    subcommand "set-branches" { operands = ["text"] }
    subcommand "set-head" { operands = ["text"] }
    subcommand "set-url" {
      flags    = ["--add", "--delete", "--push"]
      operands = ["text", "remote"]
    }
    subcommand "show" { operands = ["text"] }
    subcommand "update" { operands = ["text"] }
  }
  subcommand "repack" {
    flags = [
      "-a", "-A", "--cruft", "-d", "-f", "-F", "-n", "-q", "--quiet", "-l", "--local", "-b", "--write-bitmap-index", "-i",
      "--delta-islands", "-k", "--keep-unreachable", "--pack-kept-objects", "-m", "--write-midx",
    ]
    value_flags = [
      "--cruft-expiration", "--unpack-unreachable", "--window", "--window-memory", "--depth", "--threads", "--max-pack-size",
      "--keep-pack", "-g", "--geometric", "--expire-to",
    ]
    same = [
      ["-q", "--quiet"], ["-l", "--local"], ["-b", "--write-bitmap-index"], ["-i", "--delta-islands"],
      ["-k", "--keep-unreachable"], ["-g", "--geometric"], ["-m", "--write-midx"],
    ]
  }
  subcommand "replace" {
    flags       = ["-l", "--list", "-d", "--delete", "-e", "--edit", "-g", "--graft", "--convert-graft-file", "-f", "--force", "--raw"]
    value_flags = ["--format"]
    same        = [["-l", "--list"], ["-d", "--delete"], ["-e", "--edit"], ["-g", "--graft"], ["-f", "--force"]]
    operands    = ["text"]
  }
  subcommand "request-pull" {
    flags    = ["-p"]
    operands = ["text"]
  }
  subcommand "rerere" { flags = ["--rerere-autoupdate"] }
  subcommand "reset" {
    abbreviate = true
    flags = [
      "--hard", "--soft", "--mixed", "--merge", "--keep", "-q", "--quiet", "-p", "--patch", "-N", "--no-refresh",
      "--intent-to-add", "--pathspec-file-nul",
    ]
    optional_flags = ["--recurse-submodules"]
    path_flags     = ["--pathspec-from-file"]
    same           = [["-q", "--quiet"], ["-p", "--patch"], ["-N", "--intent-to-add"]]
  }
  subcommand "restore" {
    flags = [
      "-S", "--staged", "-W", "--worktree", "-p", "--patch", "--ours", "--theirs", "-q", "--ignore-unmerged", "--overlay",
      "--quiet", "--progress", "-m", "--merge", "-2", "-3", "--ignore-skip-worktree-bits", "--pathspec-file-nul",
    ]
    value_flags    = ["-s", "--source", "--conflict"]
    optional_flags = ["--recurse-submodules"]
    path_flags     = ["--pathspec-from-file"]
    same = [
      ["-S", "--staged"], ["-W", "--worktree"], ["-s", "--source"], ["-q", "--quiet"], ["-m", "--merge"], ["-2", "--ours"],
      ["-3", "--theirs"], ["-p", "--patch"],
    ]
    operands = ["path"]
  }
  subcommand "rev-list" {
    flags = [
      "--sparse", "--no-merges", "--no-min-parents", "--no-max-parents", "--remove-empty", "--all", "--stdin", "--quiet",
      "--topo-order", "--date-order", "--reverse", "--parents", "--children", "--object-names", "--left-right", "--count",
      "--bisect-vars", "--bisect-all", "--oneline", "--graph", "--merges", "--first-parent", "--author-date-order",
      "--cherry-pick", "--cherry-mark", "--cherry", "--left-only", "--right-only", "--boundary", "--simplify-by-decoration",
      "--full-history", "--dense", "-g", "--walk-reflogs", "--merge", "--source", "--use-mailmap", "--no-mailmap",
      "--mailmap", "--log-size", "--clear-decorations", "--no-decorate", "-i", "--regexp-ignore-case", "-E",
      "--extended-regexp", "-F", "--fixed-strings", "-P", "--perl-regexp", "--all-match", "--invert-grep", "--relative-date",
      "--no-notes", "--no-abbrev-commit", "-m", "--ignore-missing", "--not", "--no-expand-tabs", "-q", "--no-graph",
      "--show-pulls", "--simplify-merges", "--exclude-first-parent-only", "--reflog", "--use-bitmap-index", "--timestamp",
    ]
    value_flags = [
      "-n", "--max-count", "--max-age", "--min-age", "--exclude-hidden", "--objects", "--objects-edge", "--header",
      "--abbrev", "--no-abbrev", "--skip", "--since", "--after", "--until", "--before", "--since-as-filter", "--author",
      "--committer", "--grep", "--grep-reflog", "--glob", "--exclude", "--encoding", "--date", "--decorate-refs",
      "--decorate-refs-exclude", "-L",
    ]
    optional_flags = [
      "--disk-usage", "--branches", "--tags", "--remotes", "--format", "--pretty", "--decorate", "--show-signature",
      "--abbrev-commit", "--no-walk", "--notes", "--show-notes", "--disambiguate", "--ancestry-path", "--bisect",
      "--min-parents", "--max-parents", "--missing", "--filter", "--unpacked",
    ]
    same     = [["--objects", "--objects-edge"], ["--header", "--pretty"], ["--abbrev", "--no-abbrev"]]
    operands = ["text"]
  }
  subcommand "rev-parse" {
    flags = [
      "--show-toplevel", "--show-prefix", "--show-cdup", "--git-dir", "--absolute-git-dir", "--git-common-dir",
      "--is-inside-git-dir", "--is-inside-work-tree", "--is-bare-repository", "--is-shallow-repository", "--verify", "-q",
      "--quiet", "--sq", "--symbolic", "--symbolic-full-name", "--all", "--local-env-vars",
      "--show-superproject-working-tree", "--shared-index-path", "--show-object-format", "--not", "--parseopt", "--sq-quote",
      "--revs-only", "--no-revs", "--flags", "--no-flags",
    ]
    value_flags = [
      "--default", "--prefix", "--git-path", "--resolve-git-dir", "--path-format", "--since", "--after", "--until",
      "--before", "--glob", "--exclude",
    ]
    optional_flags = ["--abbrev-ref", "--short", "--branches", "--tags", "--remotes", "--disambiguate"]
    operands       = ["text"]
  }
  subcommand "revert" {
    flags = [
      "-n", "--no-commit", "-e", "--no-edit", "--continue", "--abort", "--skip", "--quit", "--edit", "-s", "--signoff",
      "--rerere-autoupdate", "--reference",
    ]
    value_flags    = ["-m", "--mainline", "--cleanup", "--strategy", "-X", "--strategy-option"]
    optional_flags = ["-S", "--gpg-sign"]
    escape_flags   = ["--strategy"]
    safe_values    = { "--strategy" = ["ort", "recursive", "resolve", "octopus", "ours", "subtree"] }
    same = [
      ["-n", "--no-commit"], ["-e", "--edit"], ["-s", "--signoff"], ["-m", "--mainline"], ["-X", "--strategy-option"],
      ["-S", "--gpg-sign"],
    ]
    operands = ["text"]
  }
  subcommand "rm" {
    abbreviate = true
    flags = [
      "-f", "--force", "-n", "--dry-run", "-r", "--cached", "--ignore-unmatch", "-q", "--quiet", "--sparse",
      "--pathspec-file-nul",
    ]
    path_flags = ["--pathspec-from-file"]
    same       = [["-f", "--force"], ["-n", "--dry-run"], ["-q", "--quiet"]]
    operands   = ["path"]
  }
  subcommand "send-email" { opaque = true }
  subcommand "shortlog" {
    flags = [
      "-c", "--committer", "-n", "--numbered", "-s", "--summary", "-e", "--email", "-D", "--cumulative", "-p", "-u",
      "--patch", "--no-patch", "--raw", "--patch-with-raw", "--patch-with-stat", "--numstat", "--shortstat", "--name-only",
      "--name-status", "--no-color", "--no-color-moved", "--no-renames", "--check", "--full-index", "--binary",
      "--ignore-all-space", "-b", "--ignore-space-change", "--ignore-space-at-eol", "--ignore-cr-at-eol",
      "--ignore-blank-lines", "-W", "--function-context", "--exit-code", "--quiet", "--no-ext-diff", "--textconv",
      "--no-textconv", "-a", "--text", "-R", "-z", "--minimal", "--patience", "--histogram", "--indent-heuristic",
      "--no-indent-heuristic", "--find-copies-harder", "--pickaxe-all", "--pickaxe-regex", "--no-prefix", "--default-prefix",
      "--ita-invisible-in-index", "--irreversible-delete", "--compact-summary", "--no-relative", "--cc",
      "--combined-all-paths", "--follow", "--no-rename-empty", "--rename-empty", "-t", "--oneline", "--graph", "--all",
      "--no-merges", "--merges", "--reverse", "--first-parent", "--topo-order", "--date-order", "--author-date-order",
      "--left-right", "--cherry-pick", "--cherry-mark", "--cherry", "--left-only", "--right-only", "--boundary", "--parents",
      "--children", "--simplify-by-decoration", "--full-history", "--dense", "--sparse", "-g", "--walk-reflogs", "--merge",
      "--source", "--use-mailmap", "--no-mailmap", "--mailmap", "--log-size", "--clear-decorations", "--no-decorate", "-i",
      "--regexp-ignore-case", "--extended-regexp", "-F", "--fixed-strings", "-P", "--perl-regexp", "--all-match",
      "--invert-grep", "--relative-date", "--no-notes", "--no-abbrev-commit", "--no-abbrev", "-m", "--remove-empty",
      "--ignore-missing", "--not", "--no-expand-tabs", "-q", "--no-graph", "--show-pulls", "--simplify-merges",
      "--exclude-first-parent-only", "--reflog", "--stdin",
    ]
    value_flags = [
      "--group", "-S", "-G", "--diff-filter", "--inter-hunk-context", "--word-diff-regex", "--ws-error-highlight",
      "--src-prefix", "--dst-prefix", "--line-prefix", "--anchored", "--skip-to", "--rotate-to", "--find-object",
      "--diff-algorithm", "-l", "--output-indicator-new", "--output-indicator-old", "--output-indicator-context",
      "--stat-width", "--stat-name-width", "--stat-graph-width", "--stat-count", "--diff-merges", "--color-moved-ws",
      "--max-count", "--skip", "--since", "--after", "--until", "--before", "--since-as-filter", "--author", "--grep",
      "--grep-reflog", "--glob", "--exclude", "--encoding", "--date", "--decorate-refs", "--decorate-refs-exclude", "-L",
      "--min-age", "--max-age", "--exclude-hidden",
    ]
    optional_flags = [
      "-w", "--color", "-U", "--unified", "-M", "-C", "-B", "--dirstat", "--stat", "--word-diff", "--color-words",
      "--relative", "--submodule", "--color-moved", "--ignore-submodules", "--find-renames", "--find-copies",
      "--break-rewrites", "--abbrev", "--dirstat-by-file", "--branches", "--tags", "--remotes", "--format", "--pretty",
      "--decorate", "--show-signature", "--abbrev-commit", "--no-walk", "--notes", "--show-notes", "--disambiguate",
      "--ancestry-path", "--bisect", "--min-parents", "--max-parents", "--missing", "--filter", "--unpacked",
    ]
    path_flags   = ["--output", "-O"]
    escape_flags = ["--ext-diff"]
    same = [
      ["-c", "--committer"], ["-n", "--numbered"], ["-s", "--summary"], ["-e", "--email"], ["-p", "--patch", "-u"],
      ["-w", "--ignore-all-space"], ["-U", "--unified"], ["-M", "--find-renames"], ["-C", "--find-copies"],
      ["-g", "--walk-reflogs"], ["--since", "--after"], ["--until", "--before"],
    ]
  }
  subcommand "show" {
    flags = [
      "--name-only", "--name-status", "--no-color", "-p", "-s", "--no-patch", "-q", "--quiet", "--source", "--use-mailmap",
      "--mailmap", "--clear-decorations", "-D", "--cumulative", "-u", "--patch", "--raw", "--patch-with-raw",
      "--patch-with-stat", "--numstat", "--shortstat", "--summary", "--no-color-moved", "--no-renames", "--check",
      "--full-index", "--binary", "-w", "--ignore-all-space", "-b", "--ignore-space-change", "--ignore-space-at-eol",
      "--ignore-cr-at-eol", "--ignore-blank-lines", "-W", "--function-context", "--exit-code", "--no-ext-diff", "--textconv",
      "--no-textconv", "-a", "--text", "-R", "-z", "--minimal", "--patience", "--histogram", "--indent-heuristic",
      "--no-indent-heuristic", "--find-copies-harder", "--pickaxe-all", "--pickaxe-regex", "--no-prefix", "--default-prefix",
      "--ita-invisible-in-index", "--irreversible-delete", "--compact-summary", "--no-relative", "-c", "--cc",
      "--combined-all-paths", "--follow", "--no-rename-empty", "--rename-empty", "-t", "--oneline", "--graph", "--all",
      "--no-merges", "--merges", "--reverse", "--first-parent", "--topo-order", "--date-order", "--author-date-order",
      "--left-right", "--cherry-pick", "--cherry-mark", "--cherry", "--left-only", "--right-only", "--boundary", "--parents",
      "--children", "--simplify-by-decoration", "--full-history", "--dense", "--sparse", "-g", "--walk-reflogs", "--merge",
      "--no-mailmap", "--log-size", "--no-decorate", "-i", "--regexp-ignore-case", "-E", "--extended-regexp", "-F",
      "--fixed-strings", "-P", "--perl-regexp", "--all-match", "--invert-grep", "--relative-date", "--no-notes",
      "--no-abbrev-commit", "--no-abbrev", "-m", "--remove-empty", "--ignore-missing", "--not", "--no-expand-tabs",
      "--no-graph", "--show-pulls", "--simplify-merges", "--exclude-first-parent-only", "--reflog", "--stdin",
    ]
    value_flags = [
      "--decorate-refs", "--decorate-refs-exclude", "-L", "-S", "-G", "--diff-filter", "--inter-hunk-context",
      "--word-diff-regex", "--ws-error-highlight", "--src-prefix", "--dst-prefix", "--line-prefix", "--anchored", "--skip-to",
      "--rotate-to", "--find-object", "--diff-algorithm", "-l", "--output-indicator-new", "--output-indicator-old",
      "--output-indicator-context", "--stat-width", "--stat-name-width", "--stat-graph-width", "--stat-count",
      "--diff-merges", "--color-moved-ws", "-n", "--max-count", "--skip", "--since", "--after", "--until", "--before",
      "--since-as-filter", "--author", "--committer", "--grep", "--grep-reflog", "--glob", "--exclude", "--encoding",
      "--date", "--min-age", "--max-age", "--exclude-hidden",
    ]
    optional_flags = [
      "--format", "--pretty", "--color", "--decorate", "-U", "--unified", "-M", "-C", "-B", "--dirstat", "--stat",
      "--word-diff", "--color-words", "--relative", "--submodule", "--color-moved", "--ignore-submodules", "--find-renames",
      "--find-copies", "--break-rewrites", "--abbrev", "--dirstat-by-file", "--branches", "--tags", "--remotes",
      "--show-signature", "--abbrev-commit", "--no-walk", "--notes", "--show-notes", "--disambiguate", "--ancestry-path",
      "--bisect", "--min-parents", "--max-parents", "--missing", "--filter", "--unpacked",
    ]
    path_flags   = ["--output", "-O"]
    escape_flags = ["--ext-diff"]
    same = [
      ["-q", "--quiet"], ["-p", "--patch", "-u"], ["-s", "--no-patch"], ["-n", "--max-count"], ["-w", "--ignore-all-space"],
      ["-U", "--unified"], ["-M", "--find-renames"], ["-C", "--find-copies"], ["-g", "--walk-reflogs"],
      ["--since", "--after"], ["--until", "--before"],
    ]
  }
  subcommand "show-branch" {
    flags = [
      "-a", "--all", "-r", "--remotes", "--list", "--no-name", "--current", "--sha1-name", "--merge-base", "--independent",
      "--topo-order", "--topics", "--sparse", "--date-order",
    ]
    optional_flags = ["--color", "--more", "-g", "--reflog"]
    same           = [["-a", "--all"], ["-r", "--remotes"], ["-g", "--reflog"]]
    operands       = ["text"]
  }
  subcommand "show-index" { value_flags = ["--object-format"] }
  subcommand "show-ref" {
    flags          = ["--tags", "--heads", "--verify", "--head", "-d", "--dereference", "-q", "--quiet"]
    optional_flags = ["-s", "--hash", "--abbrev", "--exclude-existing"]
    same           = [["-d", "--dereference"], ["-s", "--hash"], ["-q", "--quiet"]]
    operands       = ["text"]
  }
  subcommand "sparse-checkout" {
    subcommand "add" { operands = ["text"] }
    subcommand "check-rules" { operands = ["text"] }
    subcommand "disable" { operands = ["text"] }
    subcommand "init" { operands = ["text"] }
    subcommand "list" { operands = ["text"] }
    subcommand "reapply" { operands = ["text"] }
    subcommand "set" { operands = ["text"] }
  }
  subcommand "stash" {
    flags = [
      "-u", "--include-untracked", "-a", "--all", "-k", "--keep-index", "-p", "--patch", "-S", "--staged", "-q", "--quiet",
      "--no-keep-index",
    ]
    value_flags = ["-m", "--message"]
    path_flags  = ["--pathspec-from-file"]
    subcommand "apply" { operands = ["text"] }
    subcommand "branch" { operands = ["text"] }
    subcommand "clear" {}
    subcommand "create" { operands = ["text"] }
    subcommand "drop" { operands = ["text"] }
    subcommand "list" {}
    subcommand "pop" { operands = ["text"] }
    subcommand "push" {
      flags       = ["-u", "--include-untracked", "-a", "--all", "-k", "--keep-index", "-p", "-S", "--staged", "-q"]
      value_flags = ["-m", "--message"]
      operands    = ["path"]
    }
    subcommand "save" { operands = ["text"] }
    subcommand "show" { operands = ["text"] }
    subcommand "store" { operands = ["text"] }
  }
  subcommand "status" {
    flags = [
      "-s", "--short", "-b", "--branch", "--long", "-v", "-z", "--ahead-behind", "--no-ahead-behind", "--show-stash",
      "--no-renames", "--verbose", "--null",
    ]
    optional_flags = ["--porcelain", "-u", "--untracked-files", "--ignored", "--column", "--ignore-submodules", "-M", "--find-renames"]
    same = [
      ["-v", "--verbose"], ["-s", "--short"], ["-b", "--branch"], ["-z", "--null"], ["-u", "--untracked-files"],
      ["-M", "--find-renames"],
    ]
    operands = ["path"]
  }
  subcommand "stripspace" {
    flags = ["-s", "--strip-comments", "-c", "--comment-lines"]
    same  = [["-s", "--strip-comments"], ["-c", "--comment-lines"]]
  }
  subcommand "submodule" {
    flags = ["--quiet", "-q"]
    subcommand "absorbgitdirs" { operands = ["text"] }
    subcommand "add" { operands = ["remote", "path"] }
    subcommand "deinit" { operands = ["path"] }
    subcommand "foreach" {
      flags    = ["--recursive"]
      operands = ["shell"]
    }
    subcommand "init" { operands = ["path"] }
    subcommand "set-branch" { operands = ["text"] }
    subcommand "set-url" { operands = ["text"] }
    subcommand "status" { operands = ["path"] }
    subcommand "summary" { operands = ["text"] }
    subcommand "sync" { operands = ["path"] }
    subcommand "update" {
      flags    = ["--init", "--recursive", "--remote", "--force", "--checkout", "--merge", "--rebase"]
      operands = ["path"]
    }
  }
  subcommand "switch" {
    flags = [
      "-d", "--detach", "-f", "--force", "--discard-changes", "-m", "--merge", "-q", "--guess", "--quiet", "--progress",
      "--overwrite-ignore", "--ignore-other-worktrees",
    ]
    value_flags    = ["-c", "--create", "-C", "--force-create", "--orphan", "--conflict"]
    optional_flags = ["--recurse-submodules", "-t", "--track"]
    same = [
      ["-c", "--create"], ["-C", "--force-create"], ["-f", "--force", "--discard-changes"], ["-q", "--quiet"],
      ["-m", "--merge"], ["-d", "--detach"], ["-t", "--track"],
    ]
    operands = ["text"]
  }
  subcommand "symbolic-ref" {
    flags       = ["-q", "--quiet", "-d", "--delete", "--short", "--recurse"]
    value_flags = ["-m"]
    same        = [["-q", "--quiet"], ["-d", "--delete"]]
    operands    = ["text"]
  }
  subcommand "tag" {
    flags = [
      "-a", "--annotate", "-s", "--sign", "-d", "--delete", "-f", "--force", "-v", "--verify", "--no-sign", "-l", "--list",
      "-e", "--edit", "--create-reflog", "-i", "--ignore-case",
    ]
    value_flags = [
      "-m", "--message", "-u", "--local-user", "--sort", "--format", "--points-at", "--cleanup", "--contains",
      "--no-contains", "--merged", "--no-merged",
    ]
    optional_flags = ["-n", "--column", "--color"]
    path_flags     = ["-F", "--file"]
    same = [
      ["-d", "--delete"], ["-f", "--force"], ["-m", "--message"], ["-l", "--list"], ["-v", "--verify"], ["-a", "--annotate"],
      ["-F", "--file"], ["-e", "--edit"], ["-s", "--sign"], ["-u", "--local-user"], ["-i", "--ignore-case"],
    ]
    operands = ["text"]
  }
  subcommand "unpack-objects" { operands = ["text"] }
  subcommand "update-index" {
    flags = [
      "-q", "--ignore-submodules", "--add", "--replace", "--remove", "--unmerged", "--refresh", "--really-refresh",
      "--assume-unchanged", "--no-assume-unchanged", "--skip-worktree", "--no-skip-worktree",
      "--ignore-skip-worktree-entries", "--info-only", "--force-remove", "-z", "--stdin", "--index-info", "--unresolve", "-g",
      "--again", "--ignore-missing", "--verbose", "--clear-resolve-undo", "--split-index", "--untracked-cache",
      "--test-untracked-cache", "--force-untracked-cache", "--force-write-index", "--fsmonitor", "--fsmonitor-valid",
      "--no-fsmonitor-valid",
    ]
    value_flags = ["--cacheinfo", "--chmod", "--index-version"]
    same        = [["-g", "--again"]]
    operands    = ["path"]
  }
  subcommand "update-ref" {
    flags       = ["-d", "--no-deref", "-z", "--stdin", "--create-reflog"]
    value_flags = ["-m"]
    operands    = ["text"]
  }
  subcommand "var" { operands = ["text"] }
  subcommand "verify-commit" {
    flags    = ["-v", "--verbose", "--raw"]
    same     = [["-v", "--verbose"]]
    operands = ["text"]
  }
  subcommand "verify-pack" {
    flags       = ["-v", "--verbose", "-s", "--stat-only"]
    value_flags = ["--object-format"]
    same        = [["-v", "--verbose"], ["-s", "--stat-only"]]
    operands    = ["path"]
  }
  subcommand "verify-tag" {
    flags       = ["-v", "--verbose", "--raw"]
    value_flags = ["--format"]
    same        = [["-v", "--verbose"]]
    operands    = ["text"]
  }
  subcommand "version" { flags = ["--build-options"] }
  subcommand "whatchanged" {
    flags = [
      "-q", "--quiet", "--source", "--use-mailmap", "--mailmap", "--clear-decorations", "-D", "--cumulative", "-p", "-u",
      "--patch", "-s", "--no-patch", "--raw", "--patch-with-raw", "--patch-with-stat", "--numstat", "--shortstat",
      "--summary", "--name-only", "--name-status", "--no-color", "--no-color-moved", "--no-renames", "--check",
      "--full-index", "--binary", "-w", "--ignore-all-space", "-b", "--ignore-space-change", "--ignore-space-at-eol",
      "--ignore-cr-at-eol", "--ignore-blank-lines", "-W", "--function-context", "--exit-code", "--no-ext-diff", "--textconv",
      "--no-textconv", "-a", "--text", "-R", "-z", "--minimal", "--patience", "--histogram", "--indent-heuristic",
      "--no-indent-heuristic", "--find-copies-harder", "--pickaxe-all", "--pickaxe-regex", "--no-prefix", "--default-prefix",
      "--ita-invisible-in-index", "--irreversible-delete", "--compact-summary", "--no-relative", "-c", "--cc",
      "--combined-all-paths", "--follow", "--no-rename-empty", "--rename-empty", "-t",
    ]
    value_flags = [
      "--decorate-refs", "--decorate-refs-exclude", "-L", "-S", "-G", "--diff-filter", "--inter-hunk-context",
      "--word-diff-regex", "--ws-error-highlight", "--src-prefix", "--dst-prefix", "--line-prefix", "--anchored", "--skip-to",
      "--rotate-to", "--find-object", "--diff-algorithm", "-l", "--output-indicator-new", "--output-indicator-old",
      "--output-indicator-context", "--stat-width", "--stat-name-width", "--stat-graph-width", "--stat-count",
      "--diff-merges", "--color-moved-ws",
    ]
    optional_flags = [
      "--decorate", "--color", "-U", "--unified", "-M", "-C", "-B", "-X", "--dirstat", "--stat", "--word-diff",
      "--color-words", "--relative", "--submodule", "--color-moved", "--ignore-submodules", "--find-renames", "--find-copies",
      "--break-rewrites", "--abbrev", "--dirstat-by-file",
    ]
    path_flags   = ["--output", "-O"]
    escape_flags = ["--ext-diff"]
    same = [
      ["-q", "--quiet"], ["-p", "--patch", "-u"], ["-s", "--no-patch"], ["-w", "--ignore-all-space"], ["-U", "--unified"],
      ["-M", "--find-renames"], ["-C", "--find-copies"],
    ]
  }
  subcommand "worktree" {
    subcommand "add" {
      flags       = ["-f", "--force", "-d", "--detach", "--lock", "-q"]
      value_flags = ["-b", "-B", "--reason"]
      operands    = ["path", "text"]
    }
    subcommand "list" {}
    subcommand "lock" { operands = ["path"] }
    subcommand "move" { operands = ["path"] }
    subcommand "prune" {}
    subcommand "remove" {
      flags    = ["-f", "--force"]
      same     = [["-f", "--force"]]
      operands = ["path"]
    }
    subcommand "repair" { operands = ["path"] }
    subcommand "unlock" { operands = ["path"] }
  }
  subcommand "write-tree" {
    flags       = ["--missing-ok"]
    value_flags = ["--prefix"]
    operands    = ["text"]
  }
}
