# What the ways lead through is allowed, by name alone; where they lead to is denied. What a name can't hide has to come to light by itself.
policy { default = "deny" }
rule "the battery" {
  commands = ["clawrden", "true"]
  action   = "allow"
  opaque   = "allow"
}
rule "what starts other programs" {
  commands = [
    "sh", "dash", "bash", "env", "nice", "timeout", "nohup", "setsid", "xargs", "find", "tar", "awk", "gawk", "mawk", "sed", "vim", "vim.*", "ex", "git", "git-*",
    "python3", "python3.*", "perl", "perl5*", "ruby", "ruby*", "node", "make", "script", "gdb", "strace", "ssh", "rsync", "cp",
  ]
  action = "allow"
  opaque = "allow"
}
rule "not this" {
  commands = ["id"]
  action   = "deny"
}
