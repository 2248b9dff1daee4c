# The session of `clawrden doctor --battery`, which tries the ways round the guard: its own programs run there, and what they try to reach
# doesn't. What else they try is judged as ever; a way that would wait for a person counts as denied.

rule "the battery" {
  commands = ["clawrden"]
  ways     = ["guard"]
  sessions = ["battery"]
  exe_any  = ["plain", "writable"]
  args     = ["battery", "**"]
  action   = "allow"
  opaque   = "allow"
  when { # a session that somebody begins by hand may have any name
    identity {
      units = ["clawrden-session-battery.service"]
    }
  }
}

rule "what the battery tries to reach" {
  commands  = ["id"]
  ways      = ["guard"]
  sessions  = ["battery"]
  action    = "deny"
  grantable = false
  reason    = "The battery has tried a way round the guard."
}
