# Credentials. A word counts wherever it names a path: as an operand, behind an option, as a redirection, as the working
# directory. Paths are compared as written and as the daemon resolved them, so links don't help.

rule "credentials" {
  commands  = ["*"]
  paths_any = local.credentials
  unless {
    paths = ["**/*.pub", "~/.ssh/known_hosts"]
  }
  action    = "deny"
  grantable = false
  reason    = "Credentials and keys aren't for agents. Tools that need them read them by themselves; say what you want to reach."
  match     = ["cat ~/.ssh/id_rsa", "cp ~/.aws/credentials x", "cat < /etc/shadow", "tar czf x.tgz ~/.gnupg", "base64 ~/.netrc", "cat /proc/self/environ", "echo x >> ~/.ssh/authorized_keys", "cd ~/.ssh && cat id_ed25519"]
  not_match = ["cat README.md", "ls ~", "git clone git@host:x/y"]
}

rule "loader variables" {
  commands = ["*"]
  action   = "ask"
  reason   = "These variables make any program run other code. Unset them."
  when {
    env_any = ["LD_PRELOAD", "LD_AUDIT", "BASH_ENV", "GIT_EXTERNAL_DIFF", "GIT_PROXY_COMMAND", "PERL5OPT", "PYTHONSTARTUP", "RUBYOPT", "GCONV_PATH"]
  }
}

rule "keys of the project" {
  commands  = ["*"]
  paths_any = local.private
  action    = "ask"
  reason    = "This file usually holds keys. Look at .env.example, or ask for the names of the settings."
  match     = ["cat .env", "source .env", "cp .env.production x", "grep KEY .env.local", "cat server.pem"]
  not_match = ["cat .env.example", "cat environment.ts", "ls"]
}

rule "whole homes" {
  commands    = ["tar", "zip", "7z", "7za", "rsync", "scp", "cpio", "rclone", "cp", "mv", "dd"]
  targets_any = ["/", "/home", "/home/*", "/root", "~"]
  action      = "ask"
  reason      = "This takes credentials along with the rest. Name the project's own files."
  match       = ["tar czf x.tgz ~", "cp -r /root x", "zip -r x.zip ~/"]
  not_match   = ["tar czf x.tgz src", "cp a b"]
}

rule "search whole homes" {
  commands = ["grep", "egrep", "fgrep", "rg", "ag", "ack"]
  when {
    targets_any = ["/", "/home", "/home/*", "/root", "~", "/etc", "/proc", "/var"]
  }
  action    = "ask"
  reason    = "This looks into credentials along with the rest. Name the project's own directories."
  match     = ["grep -r AKIA ~", "rg password /", "grep -rn token /home/dev"]
  not_match = ["grep -r x src", "rg x src", "grep x /etc/hosts"]
}

rule "Clawrden's own files" {
  commands  = ["*"]
  paths_any = local.clawrden
  action    = "deny"
  grantable = false
  reason    = "Clawrden's policy, state and record aren't for agents. `clawrden can -- COMMAND` tells what is allowed."
  match     = ["cat /var/lib/clawrden/x", "rm /etc/clawrden/policy.d/10-base.hcl", "echo x > /var/log/clawrden/audit.jsonl"]
  not_match = ["ls"]
}

rule "Clawrden's commands" {
  commands = ["clawrden"]
  args     = ["{can,status}", "**"]
  opaque   = "allow"
  action   = "allow"
  match    = ["clawrden status"]
}

rule "Clawrden's switches" {
  commands  = ["clawrden", "clawrdend"]
  args      = ["{approve,deny,kill,unlock,reload,grants,agent,shims,token,run,web,watch}", "**"]
  action    = "deny"
  grantable = false
  reason    = "Decisions are a person's. Wait for the answer."
  match     = ["clawrden approve abc", "clawrden unlock"]
  not_match = ["clawrden can -- ls"]
}
