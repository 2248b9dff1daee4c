# Git: all that stays in the local repository and can be undone flows. Note that git runs the repository's own hooks and
# filters, and that whoever can write .git/config decides what they are: 30-files.hcl asks before that.

rule "git, read" {
  commands    = ["git"]
  subcommands = ["status", "diff", "log", "show", "blame", "annotate", "shortlog", "describe", "rev-parse", "rev-list", "ls-files", "ls-tree", "ls-remote", "cat-file", "merge-base", "name-rev", "for-each-ref", "show-ref", "grep", "whatchanged", "range-diff", "cherry", "count-objects", "check-ignore", "check-attr", "var", "version", "help", "show-branch", "diff-tree", "symbolic-ref", "fsck", "reflog", "verify-commit", "merge-tree", "archive", "bundle", "format-patch", "request-pull"]
  action      = "allow"
  match       = ["git status -sb", "git -C sub log -3 --oneline", "git --no-pager diff HEAD~1", "bash -lc 'git status && git diff --stat'", "git rev-parse --show-toplevel"]
  not_match   = ["git -c core.pager='!id' log", "git push", "git status; curl x | sh"]
}

rule "git, work" {
  commands    = ["git"]
  subcommands = ["add", "commit", "branch", "checkout", "switch", "stash", "fetch", "pull", "merge", "rebase", "cherry-pick", "revert", "tag", "restore", "reset", "rm", "mv", "init", "worktree", "apply", "am", "notes", "bisect", "clone", "sparse-checkout", "mergetool", "rerere", "update-index", "write-tree", "hash-object", "stage", "maintenance"]
  action      = "allow"
  match       = ["git add -A", "git commit -m 'a message'", "git checkout -b feature/x", "git stash pop", "git pull --rebase", "git switch main", "git restore --staged a"]
  not_match   = ["git push", "git clean -fd", "git filter-branch", "git config x y"]
}

rule "git, settings to read" {
  commands    = ["git"]
  subcommands = ["config", "remote", "submodule"]
  action      = "allow"
  match       = ["git config --get user.name", "git remote -v", "git submodule status"]
}

rule "git, settings" {
  commands    = ["git"]
  subcommands = ["config"]
  unless { flags_any = ["--get", "--get-all", "--get-regexp", "-l", "--get-urlmatch"] }
  unless { operands = ["{get,list}", "**"] }
  unless { operands = ["{user.name,user.email,init.defaultBranch,pull.rebase,core.autocrlf}"] }
  unless {
    operands   = ["{user.name,user.email,init.defaultBranch,pull.rebase,core.autocrlf}", "*"]
    flags_only = ["--local", "--worktree"]
  }
  action    = "ask"
  reason    = "Settings of git can name programs that run later. Say which setting you need, and why."
  match     = ["git config core.fsmonitor ./x", "git config --global alias.x '!id'", "git config core.hooksPath x", "git config --global user.name x", "git config -e"]
  not_match = ["git config --get core.hooksPath", "git config user.email", "git config --list", "git config user.name x"]
}

rule "git, elsewhere" {
  commands    = ["git"]
  subcommands = ["remote add", "remote set-url", "remote rename", "remote remove", "remote rm", "remote update", "submodule add", "submodule foreach", "submodule update", "submodule set-url", "submodule deinit", "submodule init", "submodule sync"]
  action      = "ask"
  reason      = "Changes where the repository gets code from or sends it to. Use the remotes that are set up."
  match       = ["git remote add evil https://host/x", "git remote set-url origin git@host:x", "git submodule add https://host/x"]
  not_match   = ["git remote -v", "git remote show origin", "git submodule status"]
}

rule "git push" {
  commands    = ["git"]
  subcommands = ["push"]
  action      = "ask"
  reason      = "Publishes commits. Commit your work and say that it is ready to be pushed."
  match       = ["git push", "git push -u origin feature", "git -C x push", "git push --force-with-lease"]
  not_match   = ["git pull", "git stash push"]
}

rule "git push by force" {
  commands    = ["git"]
  subcommands = ["push"]
  flags_any   = ["--force", "--mirror", "--delete", "--prune"]
  action      = "deny"
  reason      = "Overwrites or deletes what others may have. Push a new branch, or use --force-with-lease on your own branch."
  match       = ["git push -f", "git push origin +main", "git push --forc", "git push origin --delete x", "git push --mirror", "git -C x -c user.name=y push +main", "git push origin :main"]
  not_match   = ["git push", "git push --force-with-lease origin x"]
}

rule "git push to an address" {
  commands     = ["git"]
  subcommands  = ["push", "send-email"]
  operands_any = ["*://*", "*@*:*", "/*", "*::*"]
  action       = "deny"
  reason       = "Sends the repository to an address that isn't set up as a remote. Push to a remote of the project."
  match        = ["git push https://host/x.git main", "git push git@host:x/y main"]
  not_match    = ["git push origin main"]
}

rule "git, what can't be undone" {
  commands    = ["git"]
  subcommands = ["clean", "filter-branch", "gc", "prune", "update-ref", "stash drop", "stash clear", "replace", "repack", "prune-packed", "pack-refs", "worktree remove", "worktree prune", "bisect run", "notes remove", "notes prune"]
  unless { flags_any = ["-n", "--dry-run"] }
  unless { # in a session, git for its own purposes
    ways   = ["guard"]
    parent = ["git", "git-*"]
  }
  action    = "ask"
  reason    = "Throws away work that git can't bring back. Commit or stash it first, or run it with --dry-run."
  match     = ["git clean -fdx", "git stash drop", "git gc --prune=now", "git filter-branch --tree-filter x"]
  not_match = ["git clean -n", "git stash", "git reflog", "git worktree add ../x"]
}

rule "git, a trial taken back" {
  commands    = ["git"]
  subcommands = ["clean", "gc", "prune", "prune-packed"]
  flags_any   = ["--no-dr*"]
  action      = "ask"
  reason      = "Throws away work that git can't bring back. Commit or stash it first, or run it with --dry-run."
  match       = ["git clean -n --no-dry-run -fd"]
  not_match   = ["git clean -n", "git gc --auto --no-detach"]
}

rule "git, discard changes" {
  commands    = ["git"]
  subcommands = ["reset", "checkout", "switch", "restore", "branch", "tag", "rm", "worktree", "read-tree", "checkout-index", "update-ref", "symbolic-ref", "rebase"]
  flags_any   = ["--hard", "-f", "--force", "--discard-changes", "-D", "-M", "-C", "-B", "--delete", "-d", "--merge", "-x", "--exec", "--pathspec-from-file"]
  unless {
    subcommands = ["branch"]
    flags_only  = ["-d", "-v", "-q"]
  }
  unless {
    subcommands = ["checkout", "switch"]
    flags_only  = ["-d", "--detach", "-q"]
  }
  unless { # in a session, git for its own purposes
    ways   = ["guard"]
    parent = ["git", "git-*"]
  }
  action    = "ask"
  reason    = "Throws away changes, branches or tags. Commit or stash first; git restore --staged and git revert keep the work."
  match     = ["git reset --hard", "git reset --hard HEAD~3", "git checkout -f main", "git branch -D x", "git tag -d v1", "git rebase -x 'make' main", "git switch --discard-changes x"]
  not_match = ["git reset HEAD~1", "git branch -d done", "git checkout main", "git checkout -b x"]
}

rule "git, discard files" {
  commands    = ["git"]
  subcommands = ["checkout", "restore"]
  unless {
    subcommands = ["restore"]
    flags_any   = ["--staged", "-S"]
    flags_only  = ["--staged", "-S", "-q"]
  }
  unless {
    subcommands  = ["checkout"]
    operands     = ["*"]
    operands_all = ["*[!.]"]
  }
  unless {
    subcommands = ["checkout"]
    flags_any   = ["-b", "--orphan"]
  }
  unless { args = ["checkout"] }
  unless { # in a session, git for its own purposes
    ways   = ["guard"]
    parent = ["git", "git-*"]
  }
  action    = "ask"
  reason    = "Overwrites changed files with what git holds. Commit or stash first: git stash push FILE."
  match     = ["git checkout -- .", "git checkout .", "git restore src/a.go", "git checkout HEAD a.txt"]
  not_match = ["git checkout main", "git checkout -b x origin/main", "git restore --staged a b", "git switch x"]
}

rule "git, discard files by name" {
  commands = ["git"]
  args     = ["checkout", "{--,--ours,--theirs,-p,--patch,-m,--merge}", "*", "**"]
  unless { # in a session, git for its own purposes
    ways   = ["guard"]
    parent = ["git", "git-*"]
  }
  action    = "ask"
  reason    = "Overwrites changed files with what git holds. Commit or stash first: git stash push FILE."
  match     = ["git checkout -- src/a", "git checkout --ours a"]
  not_match = ["git checkout main", "git checkout --detach"]
}

rule "git, other programs" {
  commands = ["git"]
  when {
    flags_any = ["-O", "--open-files-in-pager", "--ext-diff", "--upload-pack", "--receive-pack", "--git-dir", "--work-tree", "--output", "--no-verify", "--template", "--remote", "--exec", "--bundle-uri"]
  }
  unless {
    subcommands = ["push", "branch", "diff", "log", "show", "checkout"]
    flags_only  = ["-O", "--stat", "--name-only", "-v", "-r", "--remote", "--list", "-a", "--all"]
  }
  unless { # in a session, git for its own purposes
    ways   = ["guard"]
    parent = ["git", "git-*"]
  }
  unless {
    ways        = ["guard"]
    subcommands = ["rev-parse"]
    flags_only  = ["--git-dir", "--show-toplevel", "--show-prefix", "--show-cdup", "--is-inside-work-tree", "--is-bare-repository", "-q", "--verify", "--short", "--abbrev-ref"]
  }
  action    = "ask"
  reason    = "Runs another program, or skips the project's checks. Leave the option out."
  match     = ["git grep -O./x a", "git commit --no-verify -m x", "git fetch --upload-pack=./x origin", "git archive --remote=x HEAD"]
  not_match = ["git commit -m x", "git grep a"]
}

rule "git, from anywhere" {
  commands     = ["git"]
  subcommands  = ["clone", "fetch", "pull", "ls-remote", "remote"]
  operands_any = ["ext::*", "fd::*", "-*", "*::*"]
  action       = "deny"
  reason       = "Such an address runs a program. Use https or ssh."
  match        = ["git clone 'ext::sh -c id' x", "git fetch ext::x"]
  not_match    = ["git clone https://github.com/x/y"]
}

rule "git, forget history" {
  commands    = ["git"]
  subcommands = ["reflog expire", "reflog delete", "reflog drop"]
  action      = "ask"
  reason      = "Takes away the record that lost work is found by."
  match       = ["git reflog expire --expire=now --all"]
  not_match   = ["git reflog", "git reflog show main"]
}

rule "git, what would go" {
  commands    = ["git"]
  subcommands = ["clean", "gc", "prune"]
  flags_any   = ["-n", "--dry-run"]
  action      = "allow"
  match       = ["git clean -n", "git clean -ndx"]
  not_match   = ["git clean -fd"]
}
