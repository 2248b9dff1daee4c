# Clawrden's default policy: reading and building flow, what publishes or destroys asks or is denied.
# To change it, copy this file to /etc/clawrden/policy.d under the same name, or add rules in files of your own.
policy {
  version = 1
  default = "ask"
}

rule "read files" {
  commands = ["cat", "cut", "diff", "du", "file", "grep", "head", "ls", "pwd", "stat", "tail", "tree", "uniq", "wc", "which"]
  action   = "allow"
}

rule "say" {
  commands = ["echo", "printf", "true", "false", "date", "id", "uname", "whoami"]
  action   = "allow"
}

rule "work with git" {
  commands  = ["git"]
  action    = "allow"
  match     = ["git status", "git commit -m 'a message'"]
  not_match = ["gitk"]
}

rule "push" {
  commands  = ["git"]
  args      = ["push", "**"]
  action    = "ask"
  reason    = "Publishes commits."
  match     = ["git push", "git push origin main"]
  not_match = ["git pull"]
}

rule "privileges" {
  commands  = ["doas", "pkexec", "su", "sudo"]
  action    = "deny"
  reason    = "Agents don't get root. Say what you need, and a person will do it."
  match     = ["sudo -n true"]
  not_match = ["sed s/a/b/"]
}
