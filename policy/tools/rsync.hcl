# Checked: rsync 3.5, by --help. The remote shell (-e) is a command line to which the host is added, and is judged as one.

tool "rsync" {
  flags = [
    "-h", "--verbose", "-v", "--quiet", "-q", "--no-motd", "--checksum", "-c", "--archive", "-a", "--no-OPTION",
    "--recursive", "-r", "--inc-recursive", "--i-r", "--no-inc-recursive", "--no-i-r", "--relative", "-R",
    "--no-implied-dirs", "--backup", "-b", "--update", "-u", "--inplace", "--append", "--append-verify", "--dirs", "-d",
    "--old-dirs", "--old-d", "--mkpath", "--links", "-l", "--copy-links", "-L", "--copy-unsafe-links", "--safe-links",
    "--insecure-links", "--munge-links", "--copy-dirlinks", "-k", "--keep-dirlinks", "-K", "--hard-links", "-H", "--perms",
    "-p", "--executability", "-E", "--acls", "-A", "--xattrs", "-X", "--owner", "-o", "--group", "-g", "--devices",
    "--copy-devices", "--write-devices", "--specials", "--drop-D", "-D", "--times", "-t", "--atimes", "-U", "--open-noatime",
    "--crtimes", "-N", "--omit-dir-times", "-O", "--omit-link-times", "-J", "--super", "--fake-super", "--sparse", "-S",
    "--preallocate", "--dry-run", "-n", "--whole-file", "-W", "--no-whole-file", "--no-W", "--one-file-system", "-x",
    "--existing", "--ignore-non-existing", "--ignore-existing", "--remove-source-files", "--del", "--delete",
    "--delete-before", "--delete-during", "--delete-delay", "--delete-after", "--delete-excluded", "--ignore-missing-args",
    "--delete-missing-args", "--ignore-errors", "--force", "--partial", "--delay-updates", "--prune-empty-dirs", "-m",
    "--numeric-ids", "--ignore-times", "-I", "--size-only", "--fuzzy", "-y", "--compress", "-z", "--cvs-exclude", "-C", "-F",
    "--from0", "-0", "--old-args", "--secluded-args", "-s", "--trust-sender", "--blocking-io", "--stats", "--8-bit-output",
    "-8", "--human-readable", "--progress", "-P", "--itemize-changes", "-i", "--list-only", "--fsync", "--ipv4", "-4",
    "--ipv6", "-6", "--daemon", "--server", "--sender",
  ]
  value_flags = [
    "--info", "--debug", "--stderr", "--suffix", "--confine-root", "--chmod", "--checksum-choice", "--block-size", "-B",
    "--rsync-path", "--max-delete", "--max-size", "--min-size", "--max-alloc", "--usermap", "--groupmap", "--chown",
    "--timeout", "--contimeout", "--modify-window", "--compress-choice", "--compress-level", "--compress-threads",
    "--skip-compress", "--filter", "-f", "--exclude", "--include", "--copy-as", "--address", "--port", "--sockopts",
    "--outbuf", "--remote-option", "-M", "--out-format", "--log-file-format", "--bwlimit", "--stop-after", "--stop-at",
    "--protocol", "--iconv", "--checksum-seed", "--config", "--dparam",
  ]
  path_flags = [
    "--files-from", "--exclude-from", "--include-from", "--password-file", "--log-file", "--partial-dir", "--temp-dir", "-T",
    "--backup-dir", "--compare-dest", "--copy-dest", "--link-dest", "--write-batch", "--only-write-batch", "--read-batch",
    "--early-input",
  ]
  shell_flags  = ["-e", "--rsh"]
  escape_flags = ["--rsync-path", "-M", "--remote-option", "--early-input", "--daemon", "--server"]
  safe_values  = { "--rsync-path" = ["rsync", "/usr/bin/rsync"] }
  info_flags   = ["--help", "-V", "--version"]
  same = [
    ["--verbose", "-v"], ["--quiet", "-q"], ["--checksum", "-c"], ["--archive", "-a"], ["--recursive", "-r"],
    ["--inc-recursive", "--i-r"], ["--relative", "-R"], ["--backup", "-b"], ["--update", "-u"], ["--dirs", "-d"],
    ["--links", "-l"], ["--copy-links", "-L"], ["--copy-dirlinks", "-k"], ["--keep-dirlinks", "-K"], ["--hard-links", "-H"],
    ["--perms", "-p"], ["--executability", "-E"], ["--acls", "-A"], ["--xattrs", "-X"], ["--owner", "-o"], ["--group", "-g"],
    ["--times", "-t"], ["--atimes", "-U"], ["--crtimes", "-N"], ["--omit-dir-times", "-O"], ["--omit-link-times", "-J"],
    ["--sparse", "-S"], ["--dry-run", "-n"], ["--whole-file", "-W"], ["--no-whole-file", "--no-W"],
    ["--one-file-system", "-x"], ["--block-size", "-B"], ["--rsh", "-e"], ["--prune-empty-dirs", "-m"],
    ["--ignore-times", "-I"], ["--temp-dir", "-T"], ["--fuzzy", "-y"], ["--compress", "-z"], ["--cvs-exclude", "-C"],
    ["--filter", "-f"], ["--from0", "-0"], ["--secluded-args", "-s"], ["--8-bit-output", "-8"], ["--itemize-changes", "-i"],
    ["--remote-option", "-M"], ["--ipv4", "-4"], ["--ipv6", "-6"],
  ]
  operands = ["remote"]
}
