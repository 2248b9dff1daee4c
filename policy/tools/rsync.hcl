# Checked: rsync 3.2, by --help. The remote shell (-e) is a command line to which the host is added, and is judged as one.

tool "rsync" {
  flags       = ["-h", "--daemon", "--server", "--sender"]
  value_flags = ["--config", "--address", "--dparam", "--bwlimit", "--port", "--sockopts"]
  path_flags = [
    "--files-from", "--exclude-from", "--include-from", "--password-file", "--log-file", "--partial-dir", "--temp-dir", "-T",
    "--backup-dir", "--compare-dest", "--copy-dest", "--link-dest", "--write-batch", "--only-write-batch", "--read-batch",
    "--early-input",
  ]
  shell_flags  = ["-e", "--rsh"]
  escape_flags = ["--rsync-path", "-M", "--remote-option", "--early-input", "--daemon", "--server"]
  safe_values  = { "--rsync-path" = ["rsync", "/usr/bin/rsync"] }
  info_flags   = ["--help", "-V", "--version"]
  operands     = ["remote"]
}
