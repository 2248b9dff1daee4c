# Four tools, and what can become of a command: ls is allowed, rm is denied, touch asks a person, wc runs in a container of its own.
policy {
  default = "deny"
}

executor "box" {
  kind  = "ghost"
  image = "clawrden-agent"
}

rule "look" {
  commands = ["ls"]
  action   = "allow"
}

rule "remove" {
  commands = ["rm"]
  action   = "deny"
  reason   = "Nothing is removed here."
}

rule "touch" {
  commands = ["touch"]
  action   = "ask"
}

rule "count" {
  commands = ["wc"]
  action   = "allow"
  executor = executor.box
}
