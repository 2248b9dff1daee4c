# Interpreters: code in an argument or on standard input is opaque. A program file is named, but what it does isn't known.
# Checked: python 3.11, node 20, perl 5.36, gawk 5.2 and mawk 1.3, by --help.

tool "python" {
  also          = ["python2", "python3", "python2.*", "python3.*", "pypy", "pypy3"]
  flags         = ["-b", "-B", "-d", "-E", "-i", "-I", "-O", "-OO", "-P", "-q", "-s", "-S", "-u", "-v", "-x", "-R", "-t"]
  value_flags   = ["-c", "-m", "-W", "-X", "--check-hash-based-pycs"]
  operand_flags = ["-m"]
  last_flags    = ["-c", "-m"]
  escape_flags  = ["-c", "-i"]
  tool_values   = { "-m" = ["pip"] }
  escape_values = {
    "-m" = [
      "code", "pip.*", "timeit", "pdb", "bdb", "asyncio", "idlelib", "idlelib.*", "IPython", "ptpython", "bpython", "runpy", "trace",
      "cProfile", "profile", "pydoc", "_*", "turtledemo*",
    ]
  }
  info_flags      = ["-V", "--version", "-h", "--help", "-VV", "--help-env", "--help-xoptions", "--help-all", "-?"]
  stop_at_operand = true
  stdin           = true
  operands        = ["program", "any"]
}

tool "node" {
  also = ["nodejs"]
  flags = [
    "-i", "--interactive", "--watch", "--test", "--enable-source-maps", "--no-warnings", "--experimental-strip-types",
    "--abort-on-uncaught-exception", "--allow-addons", "--allow-child-process", "--allow-wasi", "--allow-worker",
    "--build-snapshot", "-c", "--check", "--completion-bash", "--cpu-prof", "--disable-wasm-trap-handler",
    "--disallow-code-generation-from-strings", "--enable-etw-stack-walking", "--enable-fips", "--experimental-eventsource",
    "--experimental-import-meta-resolve", "--experimental-network-imports", "--experimental-network-inspection",
    "--experimental-permission", "--experimental-print-required-tla", "--experimental-test-coverage",
    "--experimental-test-module-mocks", "--experimental-vm-modules", "--experimental-websocket", "--expose-gc",
    "--force-context-aware", "--force-fips", "--force-node-api-uncaught-exceptions-policy", "--frozen-intrinsics",
    "--heap-prof", "--huge-max-old-generation-size", "--insecure-http-parser", "--interpreted-frames-native-stack",
    "--jitless", "--no-addons", "--no-deprecation", "--no-experimental-detect-module", "--no-experimental-fetch",
    "--no-experimental-global-customevent", "--no-experimental-global-webcrypto", "--no-experimental-repl-await",
    "--no-experimental-require-module", "--no-extra-info-on-fatal-exception", "--no-force-async-hooks-checks",
    "--no-global-search-paths", "--enable-network-family-autoselection", "--no-network-family-autoselection",
    "--node-memory-debug", "--openssl-legacy-provider", "--openssl-shared-config", "--pending-deprecation",
    "--preserve-symlinks", "--preserve-symlinks-main", "--prof", "--prof-process", "--report-compact",
    "--report-exclude-network", "--report-on-fatalerror", "--report-on-signal", "--test-force-exit", "--test-only",
    "--throw-deprecation", "--tls-max-v1.2", "--tls-max-v1.3", "--tls-min-v1.0", "--tls-min-v1.1", "--tls-min-v1.2",
    "--tls-min-v1.3", "--trace-atomics-wait", "--trace-deprecation", "--trace-exit", "--trace-promises", "--trace-sigint",
    "--trace-sync-io", "--trace-tls", "--trace-uncaught", "--trace-warnings", "--track-heap-objects", "--use-bundled-ca",
    "--use-openssl-ca", "--v8-options", "--watch-preserve-output", "--zero-fill-buffers",
    "--experimental-default-config-file", "--entry-url",
  ]
  value_flags = [
    "-e", "--eval", "-p", "--print", "-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions",
    "--allow-fs-read", "--allow-fs-write", "--cpu-prof-interval", "--cpu-prof-name", "--disable-proto", "--disable-warning",
    "--dns-result-order", "--experimental-default-type", "--experimental-wasm-modules", "--heap-prof-interval",
    "--heap-prof-name", "--heapsnapshot-near-heap-limit", "--heapsnapshot-signal", "--input-type", "--debug-port",
    "--inspect-port", "--inspect-publish-uid", "--max-http-header-size", "--network-family-autoselection-attempt-timeout",
    "--policy-integrity", "--report-filename", "--report-signal", "--report-uncaught-exception", "--secure-heap",
    "--secure-heap-min", "--test-concurrency", "--test-name-pattern", "--test-reporter", "--test-shard", "--test-timeout",
    "--title", "--tls-cipher-list", "--trace-event-categories", "--trace-event-file-pattern", "--trace-require-module",
    "--unhandled-rejections", "--use-largepages", "--v8-pool-size", "--run", "--test-global-setup", "--test-skip-pattern",
    "--stack-trace-limit", "--localstorage-file", "--max-old-space-size-percentage",
  ]
  optional_flags = ["--inspect", "--inspect-brk", "--inspect-wait"]
  path_flags = [
    "--env-file", "--env-file-if-exists", "--build-snapshot-config", "--cpu-prof-dir", "--diagnostic-dir",
    "--experimental-policy", "--experimental-sea-config", "--heap-prof-dir", "--icu-data-dir", "--openssl-config",
    "--redirect-warnings", "--report-directory", "--report-dir", "--snapshot-blob", "--test-reporter-destination",
    "--tls-keylog", "--watch-path", "--experimental-config-file",
  ]
  escape_flags = [
    "-e", "--eval", "-p", "--print", "-r", "--require", "--import", "--loader", "--experimental-loader", "-i",
    "--interactive", "--env-file", "--inspect", "--inspect-brk", "--inspect-wait", "--env-file-if-exists", "--snapshot-blob",
    "--openssl-config", "--test-reporter", "--experimental-policy", "--watch-path", "--build-snapshot-config", "--run",
    "--experimental-config-file", "--experimental-default-config-file", "--entry-url", "--prof-process",
  ]
  info_flags = ["-v", "--version", "-h", "--help"]
  same = [
    ["-e", "--eval"], ["-p", "--print"], ["-r", "--require"], ["-c", "--check"], ["-C", "--conditions"],
    ["--loader", "--experimental-loader"], ["--debug-port", "--inspect-port"], ["-i", "--interactive"],
    ["--enable-network-family-autoselection", "--no-network-family-autoselection"], ["--report-directory", "--report-dir"],
  ]
  stop_at_operand = true
  stdin           = true
  operands        = ["program", "any"]
}

tool "perl" {
  also            = ["perl5", "perl5.*"]
  flags           = ["-a", "-c", "-f", "-l", "-n", "-p", "-s", "-S", "-t", "-T", "-u", "-U", "-w", "-W", "-X", "-g"]
  value_flags     = ["-e", "-E", "-I"]
  optional_flags  = ["-i", "-0", "-F", "-m", "-M", "-d", "-D", "-C", "-x"]
  escape_flags    = ["-e", "-E", "-m", "-M", "-d", "-x", "-I"]
  info_flags      = ["-v", "-V", "--version", "--help"]
  stop_at_operand = true
  stdin           = true
  operands        = ["program", "any"]
}

tool "awk" {
  also       = ["gawk", "mawk", "nawk", "original-awk"]
  abbreviate = true
  flags = [
    "-b", "--characters-as-bytes", "-c", "--traditional", "-C", "--copyright", "-g", "--gen-pot", "-I", "--trace", "-M",
    "--bignum", "-N", "--use-lc-numeric", "-n", "--non-decimal-data", "-O", "--optimize", "-P", "--posix", "-r",
    "--re-interval", "-s", "--no-optimize", "-S", "--sandbox", "-t", "--lint-old", "-k", "--csv",
  ]
  value_flags    = ["-F", "--field-separator", "-v", "--assign", "-e", "--source", "-i", "--include", "-l", "--load", "-E", "--exec", "-W"]
  optional_flags = ["-d", "--dump-variables", "-D", "--debug", "-L", "--lint", "-o", "--pretty-print", "-p", "--profile"]
  operand_flags  = ["-f", "--file", "-e", "--source", "-E", "--exec"]
  path_flags     = ["-f", "--file", "-d", "--dump-variables", "-o", "--pretty-print", "-p", "--profile"]
  escape_flags   = ["-f", "--file", "-e", "--source", "-i", "--include", "-l", "--load", "-E", "--exec", "-D", "--debug", "-W"]
  info_flags     = ["--version", "-V", "--help", "-h"]
  same = [
    ["-F", "--field-separator"], ["-f", "--file"], ["-v", "--assign"], ["-e", "--source"], ["-d", "--dump-variables"],
    ["-o", "--pretty-print"], ["-p", "--profile"], ["-i", "--include"], ["-l", "--load"], ["-E", "--exec"], ["-D", "--debug"],
    ["-L", "--lint"],
  ]
  stop_at_operand = true
  operands        = ["awk", "path"]
}
