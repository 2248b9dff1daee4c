# Agents of several tenants on one host. Each runs as a user of its own, tenant-NAME, and works in /srv/NAME. What holds
# for all stands first; a tenant's own rules follow. No tenant may name another's files, whatever else is allowed.
policy {
  version = 1
  default = "deny"
  opaque  = "ask"
}

locals {
  build = ["make", "go", "npm", "pytest"]
}

approval "acme" {
  approvers = ["group:acme-leads"]
  timeout   = "5m"
}

approval "globex" {
  approvers = ["group:globex-leads"]
  timeout   = "5m"
}

rule "read" {
  commands = ["ls", "cat", "head", "tail", "wc", "grep", "rg", "diff", "stat", "pwd", "echo", "printf"]
  action   = "allow"
  match    = ["cat a | head -1"]
}

rule "files" {
  commands = ["mkdir", "touch", "cp", "mv", "rm"]
  action   = "allow"
  match    = ["mkdir -p a", "rm a"]
  unless {
    flags_any = ["-r"]
  }
}

rule "git" {
  commands    = ["git"]
  subcommands = ["status", "diff", "log", "show", "add", "commit", "branch", "switch"]
  action      = "allow"
  match       = ["git status", "git commit -m x"]
  not_match   = ["git push"]
}

rule "acme stays at home" {
  commands = ["*"]
  action   = "deny"
  reason   = "Agents of acme work in /srv/acme."
  when {
    identity {
      users = ["tenant-acme"]
    }
  }
  unless {
    paths = ["/srv/acme/**", "/tmp/acme/**", "/dev/null"]
    cwd   = ["/srv/acme/**", "/tmp/acme/**"]
  }
}

rule "globex stays at home" {
  commands = ["*"]
  action   = "deny"
  reason   = "Agents of globex work in /srv/globex."
  when {
    identity {
      users = ["tenant-globex"]
    }
  }
  unless {
    paths = ["/srv/globex/**", "/tmp/globex/**", "/dev/null"]
    cwd   = ["/srv/globex/**", "/tmp/globex/**"]
  }
}

rule "acme builds" {
  commands = local.build
  action   = "allow"
  match    = ["make test", "npm ci"]
  when {
    identity {
      users = ["tenant-acme"]
    }
  }
}

rule "acme publishes when asked" {
  commands    = ["git", "npm"]
  subcommands = ["push", "publish"]
  action      = "ask"
  approval    = approval.acme
  reason      = "Leaves the house: a lead of acme decides."
  match       = ["git push", "npm publish"]
  when {
    identity {
      users = ["tenant-acme"]
    }
  }
}

rule "globex publishes when asked" {
  commands    = ["git"]
  subcommands = ["push"]
  action      = "ask"
  approval    = approval.globex
  reason      = "Leaves the house: a lead of globex decides."
  match       = ["git push"]
  when {
    identity {
      users = ["tenant-globex"]
    }
  }
}

test "acme builds at home" {
  argv    = ["make", "test"]
  cwd     = "/srv/acme/app"
  user    = "tenant-acme"
  verdict = "allow"
  rule    = "acme builds"
}

test "globex may not build" {
  argv    = ["make", "test"]
  cwd     = "/srv/globex/app"
  user    = "tenant-globex"
  verdict = "deny"
}

test "acme can't read globex" {
  argv    = ["cat", "/srv/globex/app/a.txt"]
  cwd     = "/srv/acme/app"
  user    = "tenant-acme"
  verdict = "deny"
  rule    = "acme stays at home"
}

test "not by a detour either" {
  command = "cd /srv/acme/app && cat ../../globex/app/a.txt"
  cwd     = "/srv/acme"
  user    = "tenant-acme"
  verdict = "deny"
}

test "a stranger" {
  argv    = ["make", "test"]
  cwd     = "/srv/acme/app"
  user    = "mallory"
  verdict = "deny"
}

test "globex asks its own leads" {
  argv    = ["git", "push"]
  cwd     = "/srv/globex/app"
  user    = "tenant-globex"
  verdict = "ask"
  rule    = "globex publishes when asked"
}
