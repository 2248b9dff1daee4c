# Converted from policy.yaml. The rules decide the same: in their order, the first that matches counts, and only the
# command itself is looked at, not what sh -c, env or find -exec run. Rules without patterns that don't rely on their
# order can be moved to a policy that combines by the strictest verdict, which looks at everything.
policy {
  version       = 1
  combine       = "first"
  default       = "ask"
  allowed_paths = ["/app/**", "/home/*/work/**"]
}

# line 7
# In place of the patterns, harder to evade: flags_any = ["-r", "-f"]; operands_any = ["/", "/*"]
rule "1 rm" {
  commands = ["rm"]
  patterns = ["-rf /", "-rf /*"]
  action   = "deny"
  reason   = "Costs $${everything}"
}

# line 11
# In place of the patterns, harder to evade: subcommands = ["push"]; flags_any = ["--force"]; operands_any = ["*", "main"]
# timeout: 5m isn't kept; an executor sets limits.
rule "2 git" {
  commands = ["git"]
  patterns = ["push --force", "push * main"]
  action   = "deny"
}

# line 17
rule "3 git" {
  commands = ["git"]
  action   = "allow"
}

# line 18
rule "4 test-*" {
  commands = ["test-*"]
  action   = "allow"
}

# line 20
rule "5 sh" {
  commands = ["sh"]
  action   = "allow"
}

# line 22
rule "6 true" {
  commands = ["true"]
  action   = "allow"
}

# line 24
# In place of the patterns, harder to evade: operands_any = ["777", "{a}"]
rule "7 chmod" {
  commands = ["chmod"]
  patterns = ["777", "{a}"]
  action   = "deny"
}
