# Checked: OpenSSH 9.2, by the usage lines; -P of ssh is newer. ssh reads options behind the host too, up to the command. An option
# -o whose value isn't named here may run a program, as ProxyCommand, LocalCommand, KnownHostsCommand and Match exec do. An inner
# command runs elsewhere, so that ssh is no carrier.

tool "ssh" {
  flags = [
    "-4", "-6", "-A", "-a", "-C", "-f", "-G", "-g", "-K", "-k", "-M", "-N", "-n", "-q", "-s", "-T", "-t", "-v", "-X", "-x",
    "-Y", "-y",
  ]
  value_flags  = ["-B", "-b", "-c", "-D", "-e", "-J", "-L", "-l", "-m", "-O", "-o", "-p", "-P", "-Q", "-R", "-W", "-w"]
  path_flags   = ["-E", "-F", "-I", "-i", "-S"]
  escape_flags = ["-F", "-I", "-o"]
  safe_values = {
    "-o" = [
      "AddKeysToAgent=*", "AddressFamily=*", "BatchMode=*", "CheckHostIP=*", "Ciphers=*", "Compression=*", "ConnectTimeout=*",
      "ConnectionAttempts=*", "ForwardAgent=no", "HostKeyAlgorithms=*", "HostName=*", "HostKeyAlias=*", "IdentitiesOnly=*",
      "IdentityFile=*", "KbdInteractiveAuthentication=*", "KexAlgorithms=*", "LogLevel=*", "MACs=*",
      "NumberOfPasswordPrompts=*", "PasswordAuthentication=*", "PermitLocalCommand=no", "Port=*",
      "PreferredAuthentications=*", "ProxyCommand=none", "PubkeyAuthentication=*", "RequestTTY=*", "ServerAliveCountMax=*",
      "ServerAliveInterval=*", "StrictHostKeyChecking=*", "TCPKeepAlive=*", "UpdateHostKeys=*", "User=*",
      "UserKnownHostsFile=/dev/null", "GlobalKnownHostsFile=/dev/null", "VerifyHostKeyDNS=*", "VisualHostKey=*",
    ]
    "-F" = ["none", "/dev/null"]
  }
  info_flags = ["-V"]
  operands   = ["text", "shell"]
}

tool "scp" {
  flags        = ["-3", "-4", "-6", "-A", "-B", "-C", "-O", "-p", "-q", "-R", "-r", "-s", "-T", "-v"]
  value_flags  = ["-c", "-J", "-l", "-o", "-P", "-X"]
  path_flags   = ["-D", "-F", "-i", "-S"]
  escape_flags = ["-S", "-F", "-o", "-D"]
  safe_values = {
    "-o" = [
      "AddKeysToAgent=*", "AddressFamily=*", "BatchMode=*", "CheckHostIP=*", "Ciphers=*", "Compression=*", "ConnectTimeout=*",
      "ConnectionAttempts=*", "ForwardAgent=no", "HostKeyAlgorithms=*", "HostName=*", "HostKeyAlias=*", "IdentitiesOnly=*",
      "IdentityFile=*", "KbdInteractiveAuthentication=*", "KexAlgorithms=*", "LogLevel=*", "MACs=*",
      "NumberOfPasswordPrompts=*", "PasswordAuthentication=*", "PermitLocalCommand=no", "Port=*",
      "PreferredAuthentications=*", "ProxyCommand=none", "PubkeyAuthentication=*", "RequestTTY=*", "ServerAliveCountMax=*",
      "ServerAliveInterval=*", "StrictHostKeyChecking=*", "TCPKeepAlive=*", "UpdateHostKeys=*", "User=*",
      "UserKnownHostsFile=/dev/null", "GlobalKnownHostsFile=/dev/null", "VerifyHostKeyDNS=*", "VisualHostKey=*",
    ]
    "-F" = ["none", "/dev/null"]
    "-S" = ["ssh", "/usr/bin/ssh"]
  }
  operands = ["remote"]
}

tool "sftp" {
  flags        = ["-4", "-6", "-A", "-a", "-C", "-f", "-N", "-p", "-q", "-r", "-v"]
  value_flags  = ["-B", "-c", "-J", "-l", "-o", "-P", "-R", "-X"]
  path_flags   = ["-b", "-D", "-F", "-i", "-S", "-s"]
  escape_flags = ["-S", "-F", "-o", "-D", "-b", "-s"]
  safe_values = {
    "-o" = [
      "AddKeysToAgent=*", "AddressFamily=*", "BatchMode=*", "CheckHostIP=*", "Ciphers=*", "Compression=*", "ConnectTimeout=*",
      "ConnectionAttempts=*", "ForwardAgent=no", "HostKeyAlgorithms=*", "HostName=*", "HostKeyAlias=*", "IdentitiesOnly=*",
      "IdentityFile=*", "KbdInteractiveAuthentication=*", "KexAlgorithms=*", "LogLevel=*", "MACs=*",
      "NumberOfPasswordPrompts=*", "PasswordAuthentication=*", "PermitLocalCommand=no", "Port=*",
      "PreferredAuthentications=*", "ProxyCommand=none", "PubkeyAuthentication=*", "RequestTTY=*", "ServerAliveCountMax=*",
      "ServerAliveInterval=*", "StrictHostKeyChecking=*", "TCPKeepAlive=*", "UpdateHostKeys=*", "User=*",
      "UserKnownHostsFile=/dev/null", "GlobalKnownHostsFile=/dev/null", "VerifyHostKeyDNS=*", "VisualHostKey=*",
    ]
    "-F" = ["none", "/dev/null"]
    "-S" = ["ssh", "/usr/bin/ssh"]
    "-s" = ["sftp"]
  }
  stdin    = true
  opaque   = true
  operands = ["remote"]
}
