tool "git" {
  chdir_flags    = ["-C"]
  value_flags    = ["-c", "--namespace", "--config-env", "--super-prefix", "--attr-source", "--list-cmds"]
  path_flags     = ["--git-dir", "--work-tree"]
  optional_flags = ["--exec-path"]
  flags = [
    "-p", "--paginate", "-P", "--no-pager", "--no-replace-objects", "--bare", "--literal-pathspecs", "--glob-pathspecs",
    "--noglob-pathspecs", "--icase-pathspecs", "--no-optional-locks", "--no-advice", "--no-lazy-fetch",
  ]
  info_flags   = ["--version", "-v", "--help", "-h", "--html-path", "--man-path", "--info-path"]
  escape_flags = ["-c", "--exec-path", "--config-env"]
  same         = [["--no-pager", "-P"], ["--paginate", "-p"]]
  # Settings that name no program and no file to read settings from.
  safe_values = {
    "-c" = [
      "advice.*", "color.*", "column.*", "core.abbrev=*", "core.autocrlf=*", "core.bare=*", "core.filemode=*",
      "core.fsmonitor=", "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.ignorecase=*", "core.longpaths=*",
      "core.pager=", "core.pager=cat", "core.precomposeunicode=*", "core.preloadindex=*", "core.quotepath=*", "core.quotePath=*",
      "core.safecrlf=*", "core.symlinks=*", "core.untrackedCache=*", "commit.gpgsign=false", "commit.gpgSign=false",
      "credential.helper=", "diff.algorithm=*", "diff.mnemonicprefix=*", "diff.mnemonicPrefix=*", "diff.noprefix=*", "diff.renames=*",
      "fetch.*", "gc.*", "http.extraHeader=*", "i18n.*", "init.defaultBranch=*", "log.*", "maintenance.auto=*", "merge.conflictstyle=*", "pager.*=false",
      "pull.*", "push.default=*", "push.autoSetupRemote=*", "rebase.autostash=*", "rebase.autoStash=*", "rerere.*", "safe.directory=*",
      "status.*", "submodule.recurse=*", "tag.gpgsign=false", "user.email=*", "user.name=*", "versionsort.*",
    ]
  }
  closed = true

  subcommand "add" {
    abbreviate = true
    flags      = ["-n", "--dry-run", "-v", "--verbose", "-f", "--force", "-p", "--patch", "-e", "--edit", "-u", "--update", "-A", "--all", "-N", "--intent-to-add", "--renormalize", "--refresh", "--ignore-errors", "--sparse", "-i", "--interactive"]
    path_flags = ["--pathspec-from-file"]
    same       = [["-f", "--force"], ["-A", "--all", "--no-ignore-removal"], ["-u", "--update"], ["-p", "--patch"], ["-n", "--dry-run"]]
    operands   = ["path"]
  }
  subcommand "apply" {
    path_flags = ["--directory", "--build-fake-ancestor"]
    operands   = ["path"]
  }
  subcommand "am" { operands = ["path"] }
  subcommand "archive" {
    value_flags  = ["--format", "--prefix", "--remote"]
    path_flags   = ["-o", "--output"]
    escape_flags = ["--exec"]
    operands     = ["text", "path"]
  }
  subcommand "bisect" {
    subcommand "run" { operands = ["command"] }
    subcommand "start" { operands = ["text"] }
    subcommand "good" { operands = ["text"] }
    subcommand "bad" { operands = ["text"] }
    subcommand "skip" { operands = ["text"] }
    subcommand "reset" { operands = ["text"] }
    subcommand "log" {}
  }
  subcommand "blame" {
    value_flags = ["-L", "--date", "--ignore-rev"]
    path_flags  = ["--ignore-revs-file", "--contents", "-S"]
  }
  subcommand "branch" {
    abbreviate  = true
    flags       = ["-a", "--all", "-r", "--remotes", "-d", "--delete", "-D", "-m", "--move", "-M", "-c", "--copy", "-C", "-l", "--list", "-f", "--force", "-v", "-vv", "--verbose", "-q", "--show-current", "--unset-upstream", "--edit-description"]
    value_flags = ["-u", "--set-upstream-to", "--sort", "--format", "--points-at"]
    same        = [["-d", "--delete"], ["-f", "--force"], ["-m", "--move"], ["-a", "--all"], ["-r", "--remotes"], ["-l", "--list"]]
    operands    = ["text"]
  }
  subcommand "cat-file" { operands = ["text"] }
  subcommand "check-ignore" { operands = ["path"] }
  subcommand "checkout" {
    abbreviate  = true
    flags       = ["-f", "--force", "-q", "-d", "--detach", "-m", "--merge", "-p", "--patch", "--ours", "--theirs", "-t", "--track", "--no-track"]
    value_flags = ["-b", "-B", "--orphan", "--conflict"]
    same        = [["-f", "--force"], ["-d", "--detach"], ["-p", "--patch"]]
  }
  subcommand "cherry-pick" {
    flags       = ["-n", "--no-commit", "-e", "--edit", "-x", "--continue", "--abort", "--skip", "--quit"]
    value_flags = ["-m", "--mainline", "--strategy", "-X"]
    operands    = ["text"]
  }
  subcommand "clean" {
    abbreviate  = true
    flags       = ["-d", "-f", "--force", "-i", "--interactive", "-n", "--dry-run", "-q", "--quiet", "-x", "-X"]
    value_flags = ["-e", "--exclude"]
    same        = [["-f", "--force"], ["-n", "--dry-run"]]
    operands    = ["path"]
  }
  subcommand "clone" {
    abbreviate   = true
    flags        = ["-n", "--no-checkout", "-l", "--local", "-q", "-v", "--bare", "--mirror", "-s", "--single-branch", "--no-tags", "--shallow-submodules", "--recurse-submodules", "--recursive"]
    value_flags  = ["-b", "--branch", "-o", "--origin", "--depth", "--shallow-since", "--shallow-exclude", "-j", "--jobs", "--filter", "-c", "--config", "-u", "--upload-pack", "--bundle-uri"]
    path_flags   = ["--template", "--reference", "--separate-git-dir"]
    escape_flags = ["-c", "--config", "-u", "--upload-pack", "--template"]
    safe_values  = { "-c" = ["core.autocrlf=*", "user.*"] }
    same         = [["-c", "--config"], ["-u", "--upload-pack"]]
    operands     = ["remote", "path"]
  }
  subcommand "commit" {
    abbreviate     = true
    flags          = ["-a", "--all", "-p", "--patch", "-s", "--signoff", "-n", "--no-verify", "--allow-empty", "--allow-empty-message", "--amend", "--no-edit", "-e", "--edit", "-v", "--verbose", "-q", "--quiet", "--dry-run", "--no-gpg-sign", "--reset-author", "-i", "--include", "-o", "--only"]
    value_flags    = ["-m", "--message", "-c", "-C", "--reuse-message", "--reedit-message", "--fixup", "--squash", "--author", "--date", "--cleanup", "--trailer"]
    optional_flags = ["-S", "--gpg-sign", "-u", "--untracked-files"]
    path_flags     = ["-F", "--file", "-t", "--template", "--pathspec-from-file"]
    same           = [["-a", "--all"], ["-n", "--no-verify"], ["-m", "--message"], ["-F", "--file"]]
    operands       = ["path"]
  }
  subcommand "config" {
    # Settings can name programs: `git config alias.x '!cmd'`.
    flags          = ["--global", "--system", "--local", "--worktree", "-l", "--list", "--get", "--get-all", "--get-regexp", "--add", "--unset", "--unset-all", "--replace-all", "--show-origin", "--show-scope", "-z", "-e", "--edit"]
    value_flags    = ["--type", "--default"]
    path_flags     = ["-f", "--file"]
    optional_flags = ["--blob"]
    same           = [["-l", "--list"], ["-f", "--file"], ["-e", "--edit"]]
    operands       = ["text"]
  }
  subcommand "credential" { opaque = true }
  subcommand "daemon" {}
  subcommand "describe" { operands = ["text"] }
  subcommand "diff" {
    also           = ["diff-tree", "diff-index", "diff-files"]
    flags          = ["--cached", "--staged", "--stat", "--name-only", "--name-status", "--no-color", "--no-ext-diff", "-w", "-p", "-u", "--quiet", "--exit-code", "--no-index"]
    value_flags    = ["-S", "-G", "--diff-filter"]
    optional_flags = ["--color", "-U", "--unified", "-M", "-C", "--word-diff", "--stat"]
    path_flags     = ["--output", "-O"]
    escape_flags   = ["--ext-diff"]
  }
  subcommand "difftool" { opaque = true }
  subcommand "fetch" {
    abbreviate   = true
    flags        = ["-a", "--all", "--append", "-p", "--prune", "-P", "--prune-tags", "-t", "--tags", "-n", "--no-tags", "-f", "--force", "-q", "-v", "--unshallow", "--dry-run", "-k", "--keep"]
    value_flags  = ["--depth", "--deepen", "-j", "--jobs", "--upload-pack", "-o", "--server-option", "--refmap", "--filter"]
    escape_flags = ["--upload-pack"]
    same         = [["-f", "--force"], ["-p", "--prune"]]
    operands     = ["remote", "text"]
  }
  subcommand "filter-branch" { opaque = true }
  subcommand "for-each-ref" { operands = ["text"] }
  subcommand "format-patch" {
    path_flags  = ["-o", "--output-directory"]
    value_flags = ["-n", "-v", "--start-number", "--subject-prefix"]
    operands    = ["text"]
  }
  subcommand "gc" {}
  subcommand "grep" {
    abbreviate     = true
    flags          = ["-i", "-v", "-w", "-l", "-n", "-c", "-E", "-F", "-P", "-r", "-h", "-H", "-q", "-o", "--cached", "--untracked", "--no-index", "--name-only"]
    value_flags    = ["-A", "-B", "-C", "-m", "--max-depth", "--threads"]
    operand_flags  = ["-e", "-f"]
    path_flags     = ["-f"]
    optional_flags = ["-O", "--open-files-in-pager", "--color"]
    escape_flags   = ["-O", "--open-files-in-pager"]
    operands       = ["text", "path"]
  }
  subcommand "hash-object" { operands = ["path"] }
  subcommand "help" {}
  subcommand "init" {
    value_flags = ["-b", "--initial-branch", "--object-format"]
    path_flags  = ["--template", "--separate-git-dir"]
    operands    = ["path"]
  }
  subcommand "log" {
    also           = ["shortlog", "whatchanged", "reflog"]
    flags          = ["--oneline", "--graph", "--all", "--stat", "-p", "--no-merges", "--reverse", "--follow", "--decorate", "--no-color"]
    value_flags    = ["-n", "-S", "-G", "-L", "--max-count", "--author", "--grep", "--since", "--until", "--after", "--before", "--date", "--diff-filter", "--skip"]
    optional_flags = ["--format", "--pretty", "--color", "--decorate"]
    path_flags     = ["--output"]
    escape_flags   = ["--ext-diff"]
  }
  subcommand "ls-files" { operands = ["path"] }
  subcommand "ls-remote" {
    value_flags  = ["--upload-pack", "--exec", "--sort"]
    escape_flags = ["--upload-pack", "--exec"]
    operands     = ["remote", "text"]
  }
  subcommand "ls-tree" { operands = ["text", "path"] }
  subcommand "merge" {
    flags       = ["--no-ff", "--ff-only", "--ff", "--squash", "--abort", "--continue", "--quit", "--no-commit", "--commit", "--no-edit", "-q"]
    value_flags = ["-m", "-s", "--strategy", "-X", "--strategy-option"]
    path_flags  = ["-F"]
    operands    = ["text"]
  }
  subcommand "merge-base" { operands = ["text"] }
  subcommand "mergetool" { opaque = true }
  subcommand "mv" { operands = ["path"] }
  subcommand "name-rev" { operands = ["text"] }
  subcommand "notes" { operands = ["text"] }
  subcommand "prune" {}
  subcommand "pull" {
    abbreviate   = true
    flags        = ["-r", "--rebase", "--no-rebase", "--ff-only", "--no-ff", "--ff", "-q", "-v", "--all", "--autostash", "-f", "--force", "-t", "--tags", "-p", "--prune"]
    value_flags  = ["--upload-pack", "-s", "--strategy", "-X", "--depth", "-j", "--jobs"]
    escape_flags = ["--upload-pack"]
    operands     = ["remote", "text"]
  }
  subcommand "push" {
    abbreviate     = true
    flags          = ["--all", "--branches", "--mirror", "--tags", "--follow-tags", "--atomic", "-n", "--dry-run", "-f", "--force", "--force-if-includes", "-d", "--delete", "--prune", "-u", "--set-upstream", "-q", "--quiet", "-v", "--verbose", "--progress", "--no-verify", "--thin", "--no-thin", "-4", "-6"]
    value_flags    = ["-o", "--push-option", "--repo", "--receive-pack", "--exec", "--recurse-submodules"]
    optional_flags = ["--force-with-lease", "--signed"]
    escape_flags   = ["--receive-pack", "--exec"]
    same           = [["--force", "-f"], ["--delete", "-d"], ["--set-upstream", "-u"], ["--dry-run", "-n"], ["--receive-pack", "--exec"]]
    implies        = { "--force" = ["+*"], "--delete" = [":?*"] }
    operands       = ["remote", "text"]
  }
  subcommand "range-diff" { operands = ["text"] }
  subcommand "rebase" {
    flags       = ["-i", "--interactive", "--continue", "--abort", "--skip", "--quit", "--autostash", "--no-autostash", "-q", "--root", "--autosquash", "--edit-todo", "-f"]
    value_flags = ["--onto", "-s", "--strategy", "-X"]
    shell_flags = ["-x", "--exec"]
    same        = [["-x", "--exec"]]
    operands    = ["text"]
  }
  subcommand "remote" {
    flags = ["-v", "--verbose"]
    subcommand "add" {
      flags       = ["-f", "--tags", "--no-tags"]
      value_flags = ["-t", "-m"]
      operands    = ["text", "remote"]
    }
    subcommand "set-url" {
      flags    = ["--add", "--delete", "--push"]
      operands = ["text", "remote"]
    }
    subcommand "get-url" { operands = ["text"] }
    subcommand "remove" {
      also     = ["rm"]
      operands = ["text"]
    }
    subcommand "rename" { operands = ["text"] }
    subcommand "show" { operands = ["text"] }
    subcommand "prune" { operands = ["text"] }
    subcommand "update" { operands = ["text"] }
    subcommand "set-head" { operands = ["text"] }
    subcommand "set-branches" { operands = ["text"] }
  }
  subcommand "reset" {
    abbreviate = true
    flags      = ["--hard", "--soft", "--mixed", "--merge", "--keep", "-q", "--quiet", "-p", "--patch", "-N"]
  }
  subcommand "restore" {
    flags       = ["-S", "--staged", "-W", "--worktree", "-p", "--patch", "--ours", "--theirs", "-q"]
    value_flags = ["-s", "--source"]
    path_flags  = ["--pathspec-from-file"]
    same        = [["-S", "--staged"], ["-W", "--worktree"], ["-s", "--source"]]
    operands    = ["path"]
  }
  subcommand "rev-list" {
    value_flags = ["-n", "--max-count"]
    operands    = ["text"]
  }
  subcommand "rev-parse" { operands = ["text"] }
  subcommand "revert" {
    flags       = ["-n", "--no-commit", "-e", "--no-edit", "--continue", "--abort", "--skip"]
    value_flags = ["-m", "--mainline"]
    operands    = ["text"]
  }
  subcommand "rm" {
    abbreviate = true
    flags      = ["-f", "--force", "-n", "--dry-run", "-r", "--cached", "--ignore-unmatch", "-q", "--quiet"]
    same       = [["-f", "--force"], ["-n", "--dry-run"]]
    operands   = ["path"]
  }
  subcommand "send-email" { opaque = true }
  subcommand "show" {
    flags          = ["--stat", "--name-only", "--name-status", "--no-color", "-p", "-s", "--no-patch"]
    optional_flags = ["--format", "--pretty", "--color"]
    path_flags     = ["--output"]
    escape_flags   = ["--ext-diff"]
  }
  subcommand "show-ref" { operands = ["text"] }
  subcommand "sparse-checkout" {}
  subcommand "stash" {
    subcommand "push" {
      flags       = ["-u", "--include-untracked", "-a", "--all", "-k", "--keep-index", "-p", "-S", "--staged", "-q"]
      value_flags = ["-m", "--message"]
      operands    = ["path"]
    }
    subcommand "pop" { operands = ["text"] }
    subcommand "apply" { operands = ["text"] }
    subcommand "list" {}
    subcommand "show" { operands = ["text"] }
    subcommand "drop" { operands = ["text"] }
    subcommand "clear" {}
    subcommand "branch" { operands = ["text"] }
    subcommand "save" { operands = ["text"] }
  }
  subcommand "status" {
    also           = ["stage"]
    flags          = ["-s", "--short", "-b", "--branch", "--long", "-v", "-z", "--ahead-behind", "--no-ahead-behind", "--show-stash", "--no-renames"]
    optional_flags = ["--porcelain", "-u", "--untracked-files", "--ignored", "--column"]
    operands       = ["path"]
  }
  subcommand "submodule" {
    flags = ["--quiet", "-q"]
    subcommand "foreach" {
      flags    = ["--recursive"]
      operands = ["shell"]
    }
    subcommand "update" {
      flags    = ["--init", "--recursive", "--remote", "--force", "--checkout", "--merge", "--rebase"]
      operands = ["path"]
    }
    subcommand "add" { operands = ["remote", "path"] }
    subcommand "init" { operands = ["path"] }
    subcommand "status" { operands = ["path"] }
    subcommand "sync" { operands = ["path"] }
    subcommand "deinit" { operands = ["path"] }
  }
  subcommand "switch" {
    flags       = ["-d", "--detach", "-f", "--force", "--discard-changes", "-m", "--merge", "-q", "-t", "--track"]
    value_flags = ["-c", "--create", "-C", "--force-create", "--orphan"]
    same        = [["-c", "--create"], ["-C", "--force-create"], ["-f", "--force", "--discard-changes"]]
    operands    = ["text"]
  }
  subcommand "symbolic-ref" { operands = ["text"] }
  subcommand "tag" {
    flags          = ["-a", "--annotate", "-s", "--sign", "-d", "--delete", "-f", "--force", "-v", "--verify", "--no-sign"]
    optional_flags = ["-l", "--list", "-n"]
    value_flags    = ["-m", "--message", "-u", "--local-user", "--sort", "--format", "--points-at"]
    path_flags     = ["-F", "--file"]
    same           = [["-d", "--delete"], ["-f", "--force"], ["-m", "--message"]]
    operands       = ["text"]
  }
  subcommand "update-index" { operands = ["path"] }
  subcommand "update-ref" { operands = ["text"] }
  subcommand "var" { operands = ["text"] }
  subcommand "version" {}
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
}
