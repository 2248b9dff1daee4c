# Checked: GNU tar 1.34, by --help. A list of files (-T) may hold options that choose files, but tar refuses
# those that run programs there; which files it names can't be seen here.

tool "tar" {
  also          = ["gtar"]
  abbreviate    = true
  bundled_first = true
  flags = [
    "-o", "-A", "--catenate", "--concatenate", "-c", "--create", "--delete", "-d", "--diff", "--compare", "-r", "--append",
    "--test-label", "-t", "--list", "-u", "--update", "-x", "--extract", "--get", "--check-device", "-G", "--incremental",
    "--ignore-failed-read", "--no-check-device", "--no-seek", "-n", "--seek", "-S", "--sparse", "--exclude-backups",
    "--exclude-caches", "--exclude-caches-all", "--exclude-vcs", "--exclude-vcs-ignores", "--no-null", "--no-recursion",
    "--no-unquote", "--no-verbatim-files-from", "--null", "--recursion", "--unquote", "--verbatim-files-from", "--anchored",
    "--ignore-case", "--no-anchored", "--no-ignore-case", "--no-wildcards", "--no-wildcards-match-slash", "--wildcards",
    "--wildcards-match-slash", "--keep-directory-symlink", "--keep-newer-files", "-k", "--keep-old-files",
    "--no-overwrite-dir", "--overwrite", "--overwrite-dir", "--recursive-unlink", "--remove-files", "--skip-old-files", "-U",
    "--unlink-first", "-W", "--verify", "--no-ignore-command-error", "-O", "--to-stdout", "--clamp-mtime",
    "--delay-directory-restore", "-m", "--touch", "--no-delay-directory-restore", "--no-same-owner", "--no-same-permissions",
    "--numeric-owner", "-p", "--preserve-permissions", "--same-permissions", "--same-owner", "-s", "--preserve-order",
    "--same-order", "--acls", "--no-acls", "--no-selinux", "--no-xattrs", "--selinux", "--xattrs", "--force-local", "-M",
    "--multi-volume", "-B", "--read-full-records", "-i", "--ignore-zeros", "--old-archive", "--portability", "--posix", "-a",
    "--auto-compress", "-j", "--bzip2", "-J", "--xz", "--lzip", "--lzma", "--lzop", "--no-auto-compress", "--zstd", "-z",
    "--gzip", "--gunzip", "--ungzip", "-Z", "--compress", "--uncompress", "--hard-dereference", "-h", "--dereference",
    "--one-file-system", "-P", "--absolute-names", "--full-time", "-l", "--check-links", "-R", "--block-number",
    "--show-omitted-dirs", "--show-snapshot-field-ranges", "--show-transformed-names", "--show-stored-names", "--utc", "-v",
    "--verbose", "-w", "--interactive", "--confirmation", "--restrict",
  ]
  value_flags = [
    "--hole-detection", "--level", "--sparse-version", "--exclude", "--exclude-caches-under", "--exclude-tag",
    "--exclude-tag-all", "--exclude-tag-under", "--ignore-command-error", "--to-command", "--group", "--mode", "--mtime",
    "--owner", "--sort", "--xattrs-exclude", "--xattrs-include", "-F", "--info-script", "--new-volume-script", "-L",
    "--tape-length", "--rmt-command", "--rsh-command", "-b", "--blocking-factor", "--record-size", "-H", "--format",
    "--pax-option", "-V", "--label", "-I", "--use-compress-program", "-K", "--starting-file", "--newer-mtime", "-N",
    "--newer", "--after-date", "--suffix", "--strip-components", "--transform", "--xform", "--checkpoint-action",
    "--no-quote-chars", "--quote-chars", "--quoting-style", "--warning",
  ]
  optional_flags = ["--occurrence", "--one-top-level", "--atime-preserve", "--backup", "--checkpoint", "--totals"]
  path_flags = [
    "-f", "--file", "-g", "--listed-incremental", "-T", "--files-from", "-X", "--exclude-from", "--add-file",
    "--exclude-ignore", "--exclude-ignore-recursive", "--index-file", "--volno-file", "--group-map", "--owner-map",
  ]
  chdir_flags = ["-C", "--directory"]
  escape_flags = [
    "-I", "--use-compress-program", "--to-command", "--checkpoint-action", "-F", "--info-script", "--new-volume-script",
    "--rmt-command", "--rsh-command",
  ]
  safe_values = {
    "-I"                     = ["gzip", "bzip2", "xz", "zstd", "lz4", "lzip", "lzop", "pigz", "pixz", "pbzip2"]
    "--use-compress-program" = ["gzip", "bzip2", "xz", "zstd", "lz4", "lzip", "lzop", "pigz", "pixz", "pbzip2"]
    "--checkpoint-action"    = ["dot", "echo", "ttyout", "bell"]
  }
  info_flags = ["--help", "--usage", "--version", "--show-defaults"]
  same = [
    ["-A", "--catenate", "--concatenate"], ["-c", "--create"], ["-d", "--diff", "--compare"], ["-r", "--append"],
    ["-t", "--list"], ["-u", "--update"], ["-x", "--extract", "--get"], ["-g", "--listed-incremental"],
    ["-G", "--incremental"], ["-n", "--seek"], ["-S", "--sparse"], ["-C", "--directory"], ["-T", "--files-from"],
    ["-X", "--exclude-from"], ["-k", "--keep-old-files"], ["-U", "--unlink-first"], ["-W", "--verify"], ["-O", "--to-stdout"],
    ["-m", "--touch"], ["-p", "--preserve-permissions", "--same-permissions"], ["-s", "--preserve-order", "--same-order"],
    ["-f", "--file"], ["-F", "--info-script", "--new-volume-script"], ["-L", "--tape-length"], ["-M", "--multi-volume"],
    ["-b", "--blocking-factor"], ["-B", "--read-full-records"], ["-i", "--ignore-zeros"],
    ["-H", "--format"], ["--old-archive", "--portability"],
    ["-V", "--label"], ["-a", "--auto-compress"], ["-I", "--use-compress-program"], ["-j", "--bzip2"], ["-J", "--xz"],
    ["-z", "--gzip", "--gunzip", "--ungzip"], ["-Z", "--compress", "--uncompress"], ["-h", "--dereference"],
    ["-K", "--starting-file"], ["-N", "--newer", "--after-date"], ["-P", "--absolute-names"], ["--transform", "--xform"],
    ["-l", "--check-links"], ["-R", "--block-number"], ["--show-transformed-names", "--show-stored-names"],
    ["-v", "--verbose"], ["-w", "--interactive", "--confirmation"],
  ]
  operands = ["path"]
}
