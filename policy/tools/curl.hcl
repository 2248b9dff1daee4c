# Checked: curl 7.88, by --help all; newer options by the manual of 8.15. A config file may hold any option, and an engine is code.

tool "curl" {
  abbreviate = true
  flags = [
    "--anyauth", "-a", "--append", "--basic", "--cert-status", "--compressed", "--compressed-ssh", "--create-dirs", "--crlf",
    "--digest", "-q", "--disable", "--disable-eprt", "--disable-epsv", "--disallow-username-in-url", "--doh-cert-status",
    "--doh-insecure", "-f", "--fail", "--fail-early", "--fail-with-body", "--false-start", "--form-escape",
    "--ftp-create-dirs", "--ftp-pasv", "--ftp-pret", "--ftp-skip-pasv-ip", "--ftp-ssl-ccc", "--ftp-ssl-control", "-G",
    "--get", "-g", "--globoff", "--haproxy-protocol", "-I", "--head", "--http0.9", "-0", "--http1.0", "--http1.1", "--http2",
    "--http2-prior-knowledge", "--http3", "--http3-only", "--ignore-content-length", "-i", "--include", "-k", "--insecure",
    "-4", "--ipv4", "-6", "--ipv6", "-j", "--junk-session-cookies", "-l", "--list-only", "-L", "--location",
    "--location-trusted", "--mail-rcpt-allowfails", "--metalink", "--negotiate", "-n", "--netrc", "--netrc-optional",
    "--next", "--no-alpn", "-N", "--no-buffer", "--no-clobber", "--no-keepalive", "--no-npn", "--no-progress-meter",
    "--no-sessionid", "--ntlm", "--ntlm-wb", "-Z", "--parallel", "--parallel-immediate", "--path-as-is", "--post301",
    "--post302", "--post303", "--progress-bar", "--proxy-anyauth", "--proxy-basic", "--proxy-digest", "--proxy-insecure",
    "--proxy-negotiate", "--proxy-ntlm", "--proxy-ssl-allow-beast", "--proxy-ssl-auto-client-cert", "--proxy-tlsv1", "-p",
    "--proxytunnel", "--raw", "-J", "--remote-header-name", "-O", "--remote-name", "--remote-name-all", "-R", "--remote-time",
    "--remove-on-error", "--retry-all-errors", "--retry-connrefused", "--sasl-ir", "-S", "--show-error", "-s", "--silent",
    "--socks5-basic", "--socks5-gssapi", "--socks5-gssapi-nec", "--ssl", "--ssl-allow-beast", "--ssl-auto-client-cert",
    "--ssl-no-revoke", "--ssl-reqd", "--ssl-revoke-best-effort", "-2", "--sslv2", "-3", "--sslv3", "--styled-output",
    "--suppress-connect-headers", "--tcp-fastopen", "--tcp-nodelay", "--tftp-no-options", "-1", "--tlsv1", "--tlsv1.0",
    "--tlsv1.1", "--tlsv1.2", "--tlsv1.3", "--tr-encoding", "--trace-time", "-B", "--use-ascii", "-v", "--verbose", "--xattr",
    "-:", "--ca-native", "--proxy-ca-native", "--follow", "--mptcp", "--skip-existing", "--trace-ids",
  ]
  value_flags = [
    "--aws-sigv4", "--cert-type", "--ciphers", "--connect-timeout", "--connect-to", "-C", "--continue-at",
    "--create-file-mode", "--curves", "--data-raw", "--delegation", "--dns-interface", "--dns-ipv4-addr", "--dns-ipv6-addr",
    "--dns-servers", "--doh-url", "--engine", "--expect100-timeout", "--form-string", "--ftp-account",
    "--ftp-alternative-to-user", "--ftp-method", "-P", "--ftp-port", "--ftp-ssl-ccc-mode", "--happy-eyeballs-timeout-ms",
    "--hostpubmd5", "--hostpubsha256", "--interface", "--keepalive-time", "--key-type", "--krb", "--limit-rate",
    "--local-port", "--login-options", "--mail-auth", "--mail-from", "--mail-rcpt", "--max-filesize", "--max-redirs", "-m",
    "--max-time", "--noproxy", "--oauth2-bearer", "--parallel-max", "--pass", "--pinnedpubkey", "--preproxy", "--proto",
    "--proto-default", "--proto-redir", "-x", "--proxy", "--proxy-cert-type", "--proxy-ciphers", "--proxy-key-type",
    "--proxy-pass", "--proxy-pinnedpubkey", "--proxy-service-name", "--proxy-tls13-ciphers", "--proxy-tlsauthtype",
    "--proxy-tlspassword", "--proxy-tlsuser", "-U", "--proxy-user", "--proxy1.0", "-Q", "--quote", "-r", "--range", "--rate",
    "-e", "--referer", "-X", "--request", "--request-target", "--resolve", "--retry", "--retry-delay", "--retry-max-time",
    "--sasl-authzid", "--service-name", "--socks4", "--socks4a", "--socks5", "--socks5-gssapi-service", "--socks5-hostname",
    "-Y", "--speed-limit", "-y", "--speed-time", "-t", "--telnet-option", "--tftp-blksize", "-z", "--time-cond", "--tls-max",
    "--tls13-ciphers", "--tlsauthtype", "--tlspassword", "--tlsuser", "-u", "--user", "-A", "--user-agent", "-h", "--help",
    "--expand-url", "--expand-data", "--expand-output", "--ech", "--ip-tos", "--keepalive-cnt", "--vlan-priority",
    "--variable", "--haproxy-clientip", "--ipfs-gateway", "--trace-config",
  ]
  path_flags = [
    "-o", "--output", "--output-dir", "-T", "--upload-file", "-D", "--dump-header", "-c", "--cookie-jar", "--trace",
    "--trace-ascii", "--cacert", "--capath", "--crlfile", "--netrc-file", "-K", "--config", "--unix-socket",
    "--abstract-unix-socket", "--stderr", "--etag-save", "--etag-compare", "--libcurl", "--hsts", "--alt-svc",
    "--random-file", "--egd-file", "--key", "--proxy-key", "--proxy-cacert", "--proxy-capath", "--proxy-crlfile", "--pubkey",
  ]
  guess_flags = [
    "-d", "--data", "--data-ascii", "--data-binary", "--data-urlencode", "--json", "-F", "--form", "-H", "--header",
    "--proxy-header", "-b", "--cookie", "-E", "--cert", "--proxy-cert", "-w", "--write-out", "--url", "--url-query",
  ]
  escape_flags = ["-K", "--config", "--engine"]
  info_flags   = ["-V", "--version", "-M", "--manual"]
  same = [
    ["-a", "--append"], ["-E", "--cert"], ["-K", "--config"], ["-C", "--continue-at"], ["-b", "--cookie"],
    ["-c", "--cookie-jar"], ["-d", "--data"], ["-q", "--disable"], ["-D", "--dump-header"], ["-f", "--fail"],
    ["-F", "--form"], ["-P", "--ftp-port"], ["-G", "--get"], ["-g", "--globoff"], ["-I", "--head"], ["-H", "--header"],
    ["-0", "--http1.0"], ["-i", "--include"], ["-k", "--insecure"], ["-4", "--ipv4"], ["-6", "--ipv6"],
    ["-j", "--junk-session-cookies"], ["-l", "--list-only"], ["-L", "--location"], ["-m", "--max-time"], ["-n", "--netrc"],
    ["-N", "--no-buffer"], ["-o", "--output"], ["-Z", "--parallel", "--parallel-immediate"], ["-x", "--proxy"],
    ["-U", "--proxy-user"], ["-p", "--proxytunnel"], ["-Q", "--quote"], ["-r", "--range"], ["-e", "--referer"],
    ["-J", "--remote-header-name"], ["-O", "--remote-name"], ["-R", "--remote-time"], ["-X", "--request"],
    ["-S", "--show-error"], ["-s", "--silent"], ["-Y", "--speed-limit"], ["-y", "--speed-time"], ["-2", "--sslv2"],
    ["-3", "--sslv3"], ["-t", "--telnet-option"], ["-z", "--time-cond"], ["-1", "--tlsv1"], ["--trace-ascii", "--trace"],
    ["-T", "--upload-file"], ["-B", "--use-ascii"], ["-u", "--user"], ["-A", "--user-agent"], ["-v", "--verbose"],
    ["-w", "--write-out"], ["-h", "--help"], ["-V", "--version"],
  ]
  operands = ["any"]
}
