# Guard sessions (`clawrden run`): there every program that is started is judged, by whatever path, also those that shells, build
# tools and git start by themselves. So a shell's text needn't be seen through (what it starts comes to its own stop), and the
# helpers of compilers and of git are spoken of here. Nothing in this file has a say in commands that come by a shim.

# What the session was started with: whoever started it has chosen that. What other rules deny or ask about stays so.
rule "the agent of a session" {
  commands = ["*"]
  ways     = ["guard"]
  depth    = [0]
  exe_any  = ["plain", "writable"] # agents are often installed in their user's home directory
  action   = "allow"
  opaque   = "allow"
}

rule "shell text of a session" {
  commands  = ["sh", "bash", "dash", "zsh", "ksh"]
  ways      = ["guard"]
  flags_any = ["-c"]
  action    = "allow"
  opaque    = "allow"
}

rule "text that a shell of a session reads" {
  commands = ["eval"]
  ways     = ["guard"]
  action   = "allow"
  opaque   = "allow"
}

rule "terminals within a session" {
  commands = ["tmux", "screen", "script", "utempter"]
  ways     = ["guard"]
  action   = "allow"
  opaque   = "allow"
  unless { # a server of somebody else's
    flags_any    = ["-S"]
    operands_any = ["*/*"]
  }
}

# Compilers, and the stages that they start.
rule "stages of a build" {
  commands = [
    "cc1", "cc1plus", "cc1obj", "f951", "go1", "gnat1", "lto1", "lto-wrapper", "collect2", "ld.*", "*-ld", "lld", "rust-lld", "gcc-*", "g++-*", "clang-*", "c89", "c99", "cpp", "objcopy", "dwp", "conftest",
    "*-linux-gnu*-{gcc,g++,cpp,ld,as,ar,nm,strip,ranlib,objcopy,objdump}{,-*}", "*-linux-musl*-{gcc,g++,cpp,ld,as,ar,nm,strip,ranlib,objcopy,objdump}{,-*}",
  ]
  ways   = ["guard"]
  action = "allow"
  opaque = "allow" # a word among theirs may be the name of a tool
  record = "count"
}

rule "what compilers look into binaries with" {
  commands = ["nm", "objdump", "size", "readelf"]
  ways     = ["guard"]
  action   = "allow"
  opaque   = "allow" # gcc-nm names a plug-in
  record   = "count"
}

rule "stages of go" {
  commands = ["**/pkg/tool/*/{compile,asm,link,cgo,vet,cover,pack,buildid,fix,nm,objdump,test2json,covdata,preprofile,addr2line,doc,pprof,trace}"]
  ways     = ["guard"]
  action   = "allow"
  opaque   = "allow"
  record   = "count"
}

rule "go's own telemetry" {
  commands = ["go"]
  ways     = ["guard"]
  parent   = ["go"]
  args     = ["\\*\\* telemetry \\*\\*"]
  action   = "allow"
  opaque   = "allow"
}

# What a build has made runs as scripts of the project do.
rule "programs of a build" {
  commands = ["/tmp/go-build*/**", "**/.cache/go-build/**", "**/target/{debug,release,*/debug,*/release}/**", "**/node_modules/**", "**/*.{js,mjs,cjs,ts,py,rb,pl,php}"]
  ways     = ["guard"]
  exe_any  = ["plain", "writable"]
  action   = "allow"
  opaque   = "allow"
}

rule "programs of packages" {
  commands = ["node", "bun", "deno"]
  ways     = ["guard"]
  operands = ["**/node_modules/**", "**"]
  action   = "allow"
  opaque   = "allow"
}

rule "helpers of shell scripts" {
  commands = ["gettext", "gettext.sh", "envsubst", "ngettext", "run-parts", "tset", "stty", "dircolors", "lesspipe", "logname", "mesg", "locale-check", "chronic", "flock", "setsid", "pathchk", "tsort", "shuf", "link", "sync", "cmp", "sleep", "install", "m4"]
  ways     = ["guard"]
  action   = "allow"
  record   = "count"
}

# Programs that git starts to do what it was allowed to do. The words of git's own commands are judged where the agent gives them;
# that git pushes, or writes where nothing may be written, is asked about or denied all the same.
rule "git's own helpers" {
  commands = ["git"]
  ways     = ["guard"]
  parent   = ["git", "git-*"]
  action   = "allow"
  opaque   = "allow"
  record   = "count"
}

rule "git's own helpers, by their names" {
  commands = ["git-remote-{http,https,ftp,ftps}", "git-http-fetch", "git-merge-*", "git-sh-*"]
  ways     = ["guard"]
  parent   = ["git", "git-*"]
  action   = "allow"
  opaque   = "allow"
  record   = "count"
}

# What answers git at the other end, here or on another host; to reach that is another rule's.
rule "git's other end" {
  commands = ["git-upload-pack", "git-receive-pack", "git-upload-archive"]
  ways     = ["guard"]
  action   = "allow"
}

rule "git over ssh" {
  commands   = ["ssh"]
  ways       = ["guard"]
  parent     = ["git"]
  operands   = ["*", "git-{upload,receive}-pack '*'"]
  flags_only = ["-o=SendEnv=GIT_PROTOCOL", "-p", "-4", "-6"]
  action     = "allow"
  opaque     = "allow"
}

rule "git's hooks" {
  commands = ["**/.git/hooks/*", "**/.husky/**"]
  ways     = ["guard"]
  parent   = ["git"]
  action   = "allow"
}

rule "git's scripts" {
  commands = ["git-submodule", "git-sh-setup", "git-sh-i18n", "git-sh-i18n--envsubst"]
  ways     = ["guard"]
  args     = ["{status,summary}", "**"]
  action   = "allow"
}

rule "what git's scripts ask of git" {
  commands = ["git"]
  ways     = ["guard"]
  args     = ["submodule--helper", "{status,summary}", "**"]
  action   = "allow"
  opaque   = "allow"
}

rule "git's texts for messages" { # where gettext isn't installed
  commands = ["git"]
  ways     = ["guard"]
  args     = ["sh-i18n--envsubst", "**"]
  action   = "allow"
  opaque   = "allow"
  record   = "count"
}

rule "git's texts for messages, by the program's name" {
  commands = ["git-sh-i18n--envsubst"]
  ways     = ["guard"]
  action   = "allow"
  record   = "count"
}

rule "where git's programs are" {
  commands = ["git"]
  ways     = ["guard"]
  args     = ["--exec-path"]
  action   = "allow"
  opaque   = "allow"
}

test "an agent starts in its session" {
  argv       = ["my-agent", "--yolo"]
  way        = "guard"
  started_by = []
  verdict    = "allow"
  rule       = "the agent of a session"
}

test "an agent of one's own starts, too" {
  argv       = ["my-agent", "--yolo"]
  way        = "guard"
  exe_kinds  = ["writable"]
  started_by = []
  verdict    = "allow"
}

test "a copy called like an allowed command" {
  argv       = ["ls"]
  way        = "guard"
  exe_kinds  = ["writable"]
  started_by = ["?bash"]
  verdict    = "ask"
}

test "the program loader" {
  argv       = ["ld-linux-x86-64.so.2", "/usr/bin/curl"]
  way        = "guard"
  exe_kinds  = ["loader"]
  started_by = ["?bash"]
  verdict    = "deny"
  rule       = "exe_any"
}

test "and nothing else that nobody knows" {
  argv       = ["my-agent", "--yolo"]
  way        = "guard"
  started_by = ["?node"]
  verdict    = "ask"
}

test "what is denied is denied to the agent itself" {
  argv       = ["sudo", "id"]
  way        = "guard"
  started_by = []
  verdict    = "deny"
  rule       = "privileges"
}

test "what isn't known of a shell's text comes to its own stop" {
  argv       = ["bash", "-c", "x=$(cat list); $x --all"]
  way        = "guard"
  started_by = ["?node"]
  cwd        = "/home/dev/project"
  verdict    = "allow"
}

test "git tidies up" {
  argv       = ["git", "gc", "--auto", "--quiet"]
  way        = "guard"
  started_by = ["git", "?bash"]
  verdict    = "allow"
  rule       = "git's own helpers"
}

test "the agent doesn't" {
  argv       = ["git", "gc", "--auto", "--quiet"]
  way        = "guard"
  started_by = ["?bash"]
  verdict    = "ask"
  rule       = "git, what can't be undone"
}

test "nor by a git that may run what it says" {
  argv       = ["git", "gc", "--auto", "--quiet"]
  way        = "guard"
  started_by = ["?git", "?bash"]
  verdict    = "ask"
  rule       = "git, what can't be undone"
}

test "git may start ssh" {
  argv       = ["ssh", "-o", "SendEnv=GIT_PROTOCOL", "git@host", "git-upload-pack 'x/y.git'"]
  way        = "guard"
  started_by = ["git", "?bash"]
  verdict    = "allow"
  rule       = "git over ssh"
}

test "git doesn't push by itself" {
  argv       = ["git", "push", "origin", "x"]
  way        = "guard"
  started_by = ["git", "?bash"]
  verdict    = "ask"
  rule       = "git push"
}

test "the agent may not" {
  argv       = ["ssh", "-o", "SendEnv=GIT_PROTOCOL", "git@host", "git-upload-pack 'x/y.git'"]
  way        = "guard"
  started_by = ["?bash"]
  verdict    = "ask"
  rule       = "other machines"
}

test "nor git anything else" {
  argv       = ["ssh", "-o", "ProxyCommand=./x", "git@host", "git-upload-pack 'x/y.git'"]
  way        = "guard"
  started_by = ["git", "?bash"]
  verdict    = "ask"
}
