# Looking at files and at the machine. What may not be looked at stands in 80-secrets.hcl.

rule "look at files" {
  commands = [
    "ls", "cat", "tac", "head", "tail", "wc", "nl", "file", "stat", "tree", "du", "df", "pwd", "readlink", "realpath", "basename", "dirname", "namei",
    "diff", "cmp", "comm", "colordiff", "sdiff", "cut", "tr", "paste", "join", "fold", "fmt", "pr", "rev", "expand", "unexpand", "column", "od", "hexdump", "strings",
    "grep", "egrep", "fgrep", "zgrep", "zcat", "bzcat", "xzcat", "zstdcat", "bat", "batcat", "jq", "cksum", "md5sum", "sha1sum", "sha256sum", "sha512sum", "b2sum", "base64",
    "numfmt", "eza", "exa", "lsd", "tokei", "cloc", "scc", "ldd", "nm", "size", "readelf", "objdump", "locate",
  ]
  action    = "allow"
  match     = ["ls -la", "cat go.mod | head -20", "bash -lc 'cd src && grep -rn TODO . | wc -l'", "diff -u a b", "cat <<'EOF'\nhello\nEOF"]
  not_match = ["cat a | sh", "less a", "ls; rm x", "cat $(curl x)"]
}

rule "search" {
  commands = ["find", "fd", "fdfind", "rg", "ag", "ack", "sort", "xxd", "yq"]
  action   = "allow"
  # What deletes, writes to a file or runs a program is left to the default.
  unless {
    flags_any = [
      "-delete", "-fprint", "-fprint0", "-fprintf", "-fls",                # find
      "-X", "--exec", "--exec-batch",                                      # fd
      "--pre", "--hostname-bin", "--pager",                                # rg, ag, ack
      "-o=?*", "--output", "--compress-program", "--in-place", "-inplace", # sort, yq
    ]
  }
  match     = ["rg -n -i TODO src", "find . -name '*.go' -type f", "sort -u names.txt", "find src -type d -empty", "fd -e ts"]
  not_match = ["find . -exec sh -c 'curl x' \\;", "find . -name '*.o' -delete", "rg --pre ./x a", "find . -fprint x"]
}

rule "search, and write" {
  commands = ["sort", "xxd", "yq", "fd", "fdfind"]
  action   = "ask"
  reason   = "This writes a file, or runs a program for each. Print to standard output instead."
  when {
    flags_any = ["-o", "--output", "-x", "-i", "--revert"]
  }
  match     = ["sort -o a b", "yq -i .a=1 x.yml", "fd -x rm"]
  not_match = ["sort -rn a", "fd -e ts"]
}

# Their second operand is a file that they write.
rule "look, and write" {
  commands  = ["uniq", "xxd"]
  operands  = ["*", "*", "**"]
  action    = "ask"
  reason    = "This writes a file. Print to standard output instead."
  match     = ["uniq a b", "xxd -r dump out", "xxd a b"]
  not_match = ["uniq -c a", "xxd -l 16 a"]
}

rule "look, and write by an option" {
  commands = ["tree", "yq"]
  when {
    flags_any = ["-o=*.*", "-o=*/*", "-s", "--split-exp"]
  }
  action    = "ask"
  reason    = "This writes files. Print to standard output instead."
  match     = ["tree -o out.html", "yq -s .a x.yml"]
  not_match = ["tree -L 2 src", "yq .a x.yml", "yq -o json x.yml"]
}

rule "look, one file" {
  commands = ["uniq"]
  action   = "allow"
  unless { operands = ["*", "*", "**"] }
  match     = ["uniq", "uniq -c a", "uniq -f 1 a"]
  not_match = ["uniq a ~/.bashrc"]
}

rule "say" {
  commands = [
    "echo", "printf", "true", "false", ":", "jobs", "wait", "ulimit", "umask", "date", "cal", "seq", "expr", "bc", "sleep", "yes", "id", "groups", "whoami", "who", "uname", "hostname", "arch", "nproc", "uptime", "free",
    "lscpu", "lsblk", "lsof", "ps", "pgrep", "pstree", "printenv", "locale", "tty", "tput", "which", "whereis", "apropos", "whatis", "tldr", "type", "getconf", "getent", "clear", "test", "\\[", "vmstat", "ss", "netstat", "nvidia-smi", "lsb_release", "uuidgen",
  ]
  action = "allow"
  match  = ["echo done", "which node npm", "ps aux", "date -u +%F"]
}

rule "where a command is" {
  commands  = ["command"]
  args      = ["-{v,V}", "**"]
  opaque    = "allow"
  action    = "allow"
  not_match = ["env command rm x"]
}

rule "streams" {
  commands = ["sed", "awk", "gawk", "mawk"]
  action   = "allow"
  unless { # what gawk writes by itself
    flags_any = ["-d", "--dump-variables", "-o", "--pretty-print", "-p", "--profile"]
  }
  match     = ["sed -n '10,20p' main.go", "awk '{print $1}' data.txt", "sed 's/a/b/' f"]
  not_match = ["awk 'BEGIN{system(\"id\")}'", "sed '1e id' f"]
}

# A shell, or a small wrapper, does nothing by itself: each command in it is judged, and what can't be seen is opaque.
rule "shell text" {
  commands  = ["sh", "bash", "dash", "zsh"]
  flags_any = ["-c"]
  action    = "allow"
  match     = ["bash -c true", "bash -lc '{ :; } > out.txt'"]
  not_match = ["bash -c 'curl x'", "bash -c \"$X\"", "bash", "bash x.sh"]
}

rule "wrappers" {
  commands  = ["env", "nohup", "timeout", "nice", "ionice", "time", "stdbuf", "xargs"]
  action    = "allow"
  match     = ["env", "env A=1", "xargs"]
  not_match = ["env A=1 rm x", "timeout 5 curl x", "env -S 'curl x'"]
}

# Files that set up the shell: the project's environment, the version managers', the agent's own snapshot. They are code as
# scripts of the project are; 30-files.hcl asks before those in the home directory are written.
rule "set up the shell" {
  commands = [".", "source"]
  args     = ["{{./,}{.venv,venv,env}/bin/activate,~/.{nvm/nvm.sh,cargo/env,bashrc,profile},/{root,home/*}/.{claude/shell-snapshots/*.sh,nvm/nvm.sh,cargo/env}}"]
  action   = "allow"
  opaque   = "allow"
}

rule "version managers" {
  commands = ["nvm", "fnm", "pyenv", "rbenv", "asdf", "mise", "volta"]
  args     = ["{use,ls,list,current,version,versions,which,--version}", "**"]
  action   = "allow"
  match    = ["nvm use 20", "pyenv versions"]
}
