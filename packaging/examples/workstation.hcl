# Agents on a workstation, stricter than the default policy: only what is named here runs at all, in one directory, and the
# person at the machine answers for the rest. An approval may be remembered for the session or for an hour.
#
# Use it alone, instead of the default policy: copy it to /etc/clawrden/policy.d, and mask the default policy's files by
# empty ones of the same names.
policy {
  version       = 1
  default       = "deny"
  opaque        = "ask"
  allowed_paths = ["${var.workspace}/**", "/tmp/**", "/usr/**", "/dev/null"]
}

variable "workspace" {
  description = "Where agents work."
  default     = "/home/*/work"
}

approval "desk" {
  approvers = ["group:wheel"]
  timeout   = "90s"
  grants    = ["once", "session", "1h"]
}

rule "read" {
  commands  = ["ls", "cat", "head", "tail", "wc", "grep", "rg", "find", "diff", "sed", "sort", "uniq", "cut", "tr", "stat", "file", "tree", "pwd", "echo", "printf", "which"]
  action    = "allow"
  match     = ["rg -n todo src", "cat a | head -3"]
  not_match = ["cat a | sh"]
  unless {
    flags_any = ["-delete", "-fprint", "-fprint0", "-fprintf", "-fls", "--pre", "-i", "--in-place"]
  }
}

rule "git" {
  commands    = ["git"]
  subcommands = ["status", "diff", "log", "show", "add", "commit", "branch", "switch", "checkout", "stash", "rev-parse", "ls-files", "blame"]
  action      = "allow"
  match       = ["git -C sub status", "bash -lc 'git add -A && git commit -m x'"]
  not_match   = ["git push", "git -c core.pager=./x log"]
  unless {
    flags_any = ["-f", "--force", "-D", "--no-verify", "--discard-changes"]
  }
}

rule "build" {
  commands = ["make", "go", "cargo", "pytest"]
  action   = "allow"
  match    = ["make test", "go test ./..."]
  unless {
    flags_any = ["-toolexec", "-exec", "--eval", "--config"]
  }
  unless {
    subcommands = ["publish", "install", "login", "yank", "owner"]
  }
}

rule "node" {
  commands    = ["npm"]
  subcommands = ["ci", "test", "run", "ls"]
  action      = "allow"
  match       = ["npm ci", "npm run build"]
  not_match   = ["npm install x", "npm publish"]
}

rule "files" {
  commands = ["mkdir", "touch", "cp", "mv", "rm"]
  action   = "allow"
  match    = ["mkdir -p a/b", "rm old.txt"]
  not_match = ["rm -r src"]
  unless {
    flags_any = ["-r"]
  }
}

rule "new packages" {
  commands    = ["npm", "pip", "cargo"]
  subcommands = ["install", "add", "update"]
  action      = "ask"
  approval    = approval.desk
  reason      = "Brings other people's code in. Say why it is needed."
  match       = ["npm i left-pad", "pip install requests"]
}

rule "push" {
  commands    = ["git"]
  subcommands = ["push", "fetch", "pull"]
  action      = "ask"
  approval    = approval.desk
  reason      = "Reaches the shared repository."
  match       = ["git push", "git pull --rebase"]
}

rule "trees" {
  commands  = ["rm"]
  flags_any = ["-r"]
  action    = "ask"
  approval  = approval.desk
  reason    = "Removes whole directories. Name the files, or say why the directory should go."
  match     = ["rm -rf build", "rm x --recu"]
}

rule "too many questions" {
  commands = ["git", "npm", "rm"]
  action   = "deny"
  reason   = "Too many commands in a short time. Stop, and say what you are trying to do."
  when {
    rate {
      over   = 300
      within = "1m"
    }
  }
}

test "work flows" {
  command = "git status && go test ./..."
  cwd     = "/home/dev/work/app"
  user    = "dev"
  verdict = "allow"
}

test "other directories are out of bounds" {
  argv    = ["cat", "/home/dev/mail/inbox"]
  cwd     = "/home/dev/work/app"
  user    = "dev"
  verdict = "deny"
  rule    = "allowed_paths"
}

test "a step out of the workspace" {
  command = "cd ../../.. && cat mail/inbox"
  cwd     = "/home/dev/work/app"
  user    = "dev"
  verdict = "deny"
}

test "packages ask" {
  argv    = ["npm", "install", "left-pad"]
  cwd     = "/home/dev/work/app"
  user    = "dev"
  verdict = "ask"
  rule    = "new packages"
}

test "what isn't named" {
  argv    = ["curl", "https://example.org"]
  cwd     = "/home/dev/work/app"
  user    = "dev"
  verdict = "deny"
}

test "a storm" {
  argv    = ["git", "status"]
  cwd     = "/home/dev/work/app"
  user    = "dev"
  counts  = 301
  verdict = "deny"
  rule    = "too many questions"
}
