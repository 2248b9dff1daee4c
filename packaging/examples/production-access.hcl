# Developers, and agents that help them, on a production host: looking at what runs flows, small repairs ask one person,
# anything that changes data asks two, and what would take the service or its evidence away is denied.
policy {
  version = 1
  default = "ask"
  opaque  = "ask"
}

approval "on-call" {
  approvers = ["group:on-call"]
  timeout   = "10m"
  grants    = ["once", "1h"]
}

approval "two-people" {
  approvers = ["group:on-call", "group:leads"]
  quorum    = 2
  timeout   = "15m"
  grants    = ["once"]
}

rule "look" {
  commands = ["ls", "cat", "head", "tail", "grep", "zgrep", "wc", "sort", "uniq", "cut", "jq", "ps", "df", "du", "free", "uptime", "ss", "date", "id", "hostname", "echo", "awk", "journalctl", "dmesg"]
  action   = "allow"
  match    = ["journalctl -u web -n 100 | grep ERROR", "df -h"]
  unless {
    flags_any = ["--vacuum-size", "--vacuum-time", "--vacuum-files", "--rotate", "-C", "-c=", "--clear"]
  }
}

rule "state of services" {
  commands    = ["systemctl"]
  subcommands = ["status", "show", "cat", "list-units", "list-timers", "is-active", "is-failed"]
  action      = "allow"
  opaque      = "allow"
  match       = ["systemctl status web", "systemctl list-units"]
  not_match   = ["systemctl restart web"]
}

rule "state of the cluster" {
  commands    = ["kubectl"]
  subcommands = ["get", "describe", "logs", "top", "rollout status"]
  action      = "allow"
  match       = ["kubectl get pods", "kubectl logs web-1"]
  not_match   = ["kubectl get secret db"]
  unless {
    operands_any = ["secret", "secrets", "secret/*", "secrets/*", "*,*"]
  }
}

rule "customer data" {
  commands  = ["*"]
  paths_any = ["/var/lib/app/data/**", "/srv/exports/**", "/var/backups/**"]
  action    = "ask"
  approval  = approval.two-people
  grantable = false
  reason    = "Customers' data. Say which record and why; two people decide."
  match     = ["cat /var/lib/app/data/users.db", "ls /var/backups"]
  not_match = ["ls /var/log"]
}

rule "keys" {
  commands  = ["*"]
  paths_any = ["/etc/app/secrets/**", "/etc/ssl/private/**", "/etc/{shadow,gshadow,sudoers}*", "~/.ssh/**", "/proc/*/environ"]
  action    = "deny"
  grantable = false
  reason    = "Keys are never read here. Rotate them if they may be known."
  match     = ["cat /etc/app/secrets/db", "cat < ~/.ssh/id_rsa"]
}

rule "restart" {
  commands    = ["systemctl"]
  subcommands = ["restart", "reload", "try-restart"]
  action      = "ask"
  approval    = approval.on-call
  reason      = "Interrupts customers for a moment. Say what it mends."
  match       = ["systemctl restart web"]
  not_match   = ["systemctl status web"]
}

rule "database" {
  commands = ["psql", "mysql", "mongosh", "redis-cli", "sqlite3"]
  action   = "ask"
  approval = approval.two-people
  reason   = "Reads or changes data. Put the statement on the command line, so that it can be seen."
  match    = ["psql -c 'select 1'"]
}

rule "what takes the service away" {
  commands = ["rm", "shutdown", "reboot", "poweroff", "halt", "mkfs", "mkfs.*", "dd", "wipefs", "dropdb", "iptables", "nft", "userdel", "kexec"]
  action   = "deny"
  reason   = "Takes the service or its data away. Write down what should go, and follow the runbook."
  match    = ["rm -rf /srv/app", "reboot", "bash -c 'cd /srv && rm -r app'"]
}

rule "what takes the evidence away" {
  commands    = ["*"]
  action      = "deny"
  grantable   = false
  reason      = "Logs are evidence. They rotate by themselves."
  redirects_any = ["/var/log/**"]
  match       = ["echo x > /var/log/app.log", ": > /var/log/auth.log"]
  not_match   = ["cat /var/log/app.log"]
}

rule "what takes the evidence away, by tools" {
  commands    = ["rm", "mv", "cp", "truncate", "tee", "sed", "shred", "journalctl", "logrotate", "dmesg"]
  targets_any = ["/var/log/**"]
  action      = "deny"
  grantable   = false
  reason      = "Logs are evidence. They rotate by themselves."
  match       = ["truncate -s 0 /var/log/app.log", "sed -i d /var/log/app.log"]
}

rule "privileges" {
  commands = ["sudo", "su", "doas", "pkexec", "run0", "nsenter", "chroot", "unshare"]
  action   = "ask"
  approval = approval.two-people
  reason   = "Gives root. Name one command; two people decide."
  match    = ["sudo systemctl restart web"]
}

test "looking flows" {
  command = "journalctl -u web --since today | grep -c ERROR"
  verdict = "allow"
}

test "root asks two" {
  argv    = ["sudo", "systemctl", "restart", "web"]
  verdict = "ask"
  rule    = "privileges"
}

test "root doesn't get round a denial" {
  argv    = ["sudo", "rm", "-rf", "/srv/app"]
  verdict = "deny"
  rule    = "what takes the service away"
}

test "data by a detour" {
  command = "cd /var/lib/app && tail data/users.db"
  verdict = "ask"
  rule    = "customer data"
}

test "a log's end" {
  command = "echo > /var/log/auth.log"
  verdict = "deny"
  rule    = "what takes the evidence away"
}
