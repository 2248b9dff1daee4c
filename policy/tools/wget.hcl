# Checked: GNU Wget 1.21, by --help. Settings given by -e are those of the configuration file, which may name programs; -nd and
# the like are read as letters.

tool "wget" {
  abbreviate = true
  flags = [
    "-n", "-b", "--background", "-d", "--debug", "-q", "--quiet", "-v", "--verbose", "--no-verbose", "-F", "--force-html",
    "--no-config", "--retry-connrefused", "--no-clobber", "--no-netrc", "-c", "--continue", "--show-progress", "-N",
    "--timestamping", "--no-if-modified-since", "--no-use-server-timestamps", "-S", "--server-response", "--spider",
    "--random-wait", "--no-proxy", "--no-dns-cache", "--ignore-case", "-4", "--inet4-only", "-6", "--inet6-only",
    "--ask-password", "--no-iri", "--unlink", "--xattr", "--no-directories", "-x", "--force-directories",
    "--no-host-directories", "--protocol-directories", "--no-cache", "-E", "--adjust-extension", "--ignore-length",
    "--max-redirect", "--save-headers", "--no-http-keep-alive", "--no-cookies", "--keep-session-cookies",
    "--content-disposition", "--content-on-error", "--auth-no-challenge", "--https-only", "--no-check-certificate",
    "--no-hsts", "--no-remove-listing", "--no-glob", "--no-passive-ftp", "--preserve-permissions", "--retr-symlinks",
    "--ftps-implicit", "--ftps-resume-ssl", "--ftps-clear-data-connection", "--ftps-fallback-to-ftp", "--warc-cdx",
    "--no-warc-compression", "--no-warc-digests", "--no-warc-keep-log", "-r", "--recursive", "--delete-after", "-k",
    "--convert-links", "--convert-file-only", "-K", "--backup-converted", "-m", "--mirror", "-p", "--page-requisites",
    "--strict-comments", "--follow-ftp", "-H", "--span-hosts", "-L", "--relative", "--trust-server-names", "--no-parent",
  ]
  value_flags = [
    "-e", "--execute", "--report-speed", "-B", "--base", "-t", "--tries", "--retry-on-http-error", "--start-pos",
    "--progress", "-T", "--timeout", "--dns-timeout", "--connect-timeout", "--read-timeout", "-w", "--wait", "--waitretry",
    "-Q", "--quota", "--bind-address", "--limit-rate", "--restrict-file-names", "--prefer-family", "--user", "--password",
    "--use-askpass", "--local-encoding", "--remote-encoding", "--cut-dirs", "--http-user", "--http-password",
    "--default-page", "--header", "--compression", "--proxy-user", "--proxy-password", "--referer", "-U", "--user-agent",
    "--post-data", "--method", "--body-data", "--secure-protocol", "--certificate-type", "--private-key-type",
    "--pinnedpubkey", "--ciphers", "--ftp-user", "--ftp-password", "--warc-header", "--warc-max-size", "-l", "--level",
    "--backups", "-A", "--accept", "-R", "--reject", "--accept-regex", "--reject-regex", "--regex-type", "-D", "--domains",
    "--exclude-domains", "--follow-tags", "--ignore-tags", "-I", "--include-directories", "-X", "--exclude-directories",
  ]
  path_flags = [
    "-o", "--output-file", "-a", "--append-output", "-i", "--input-file", "--config", "--rejected-log", "-O",
    "--output-document", "-P", "--directory-prefix", "--load-cookies", "--save-cookies", "--post-file", "--body-file",
    "--certificate", "--private-key", "--ca-certificate", "--ca-directory", "--crl-file", "--hsts-file", "--warc-file",
    "--warc-dedup", "--warc-tempdir",
  ]
  escape_flags = ["-e", "--execute", "--use-askpass", "--config"]
  safe_values = {
    "-e"        = ["robots=off", "use_proxy=*"]
    "--execute" = ["robots=off", "use_proxy=*"]
  }
  info_flags = ["-V", "--version", "-h", "--help"]
  same = [
    ["-b", "--background"], ["-e", "--execute"], ["-o", "--output-file"], ["-a", "--append-output"], ["-d", "--debug"],
    ["-q", "--quiet"], ["-v", "--verbose"], ["-i", "--input-file"], ["-F", "--force-html"], ["-B", "--base"],
    ["-t", "--tries"], ["-O", "--output-document"], ["-c", "--continue"], ["-N", "--timestamping"],
    ["-S", "--server-response"], ["-T", "--timeout"], ["-w", "--wait"], ["-Q", "--quota"], ["-4", "--inet4-only"],
    ["-6", "--inet6-only"], ["-x", "--force-directories"], ["-P", "--directory-prefix"], ["-E", "--adjust-extension"],
    ["-U", "--user-agent"], ["-r", "--recursive"], ["-l", "--level"], ["-k", "--convert-links"], ["-K", "--backup-converted"],
    ["-m", "--mirror"], ["-p", "--page-requisites"], ["-A", "--accept"], ["-R", "--reject"], ["-D", "--domains"],
    ["-H", "--span-hosts"], ["-L", "--relative"], ["-I", "--include-directories"], ["-X", "--exclude-directories"],
  ]
  operands = ["any"]
}
