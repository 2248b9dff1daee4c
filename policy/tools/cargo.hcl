# Checked: cargo 1.95, by each subcommand's --help. A subcommand that isn't named here may be an alias or a program cargo-NAME.
# A setting may name a runner, a linker or a wrapper; a toolchain other than stable, beta, nightly or a number may be any program.
# Build scripts, macros and tests run what the sources say.

tool "cargo" {
  flags_anywhere = true
  closed         = true
  flags = [
    "-v", "--verbose...", "-q", "--quiet", "--locked", "--offline", "--frozen", "+stable", "+beta", "+nightly", "+.", "+0",
    "+1", "+2", "+3", "+4", "+5", "+6", "+7", "+8", "+9", "+a", "+b", "+c", "+d", "+e", "+f", "+g", "+h", "+i", "+j", "+k",
    "+l", "+m", "+n", "+o", "+p", "+q", "+r", "+s", "+t", "+u", "+v", "+w", "+x", "+y", "+z", "+_", "+-",
  ]
  value_flags = ["--explain", "--color", "--config", "-Z"]
  chdir_flags = ["-C"]
  escape_flags = [
    "--config", "-Z", "+a", "+b", "+c", "+d", "+e", "+f", "+g", "+h", "+i", "+j", "+k", "+l", "+m", "+n", "+o", "+p", "+q",
    "+r", "+s", "+t", "+u", "+v", "+w", "+x", "+y", "+z", "+_", "+-",
  ]
  safe_values = {
    "--config" = [
      "net.git-fetch-with-cli=*", "net.offline=*", "net.retry=*", "term.*=*", "profile.*=*", "build.jobs=*",
      "build.target-dir=*",
    ]
  }
  info_flags = ["-V", "--version", "-h", "--help", "--list"]
  same       = [["-V", "--version"], ["-v", "--verbose..."], ["-q", "--quiet"], ["-h", "--help"]]

  subcommand "add" {
    flags = [
      "--no-default-features", "--default-features", "--optional", "--no-optional", "--public", "--no-public", "-n",
      "--dry-run", "--ignore-rust-version", "--dev", "--build",
    ]
    value_flags = [
      "-F", "--features", "--rename", "-p", "--package", "--base", "--git", "--branch", "--tag", "--rev", "--registry",
      "--target",
    ]
    path_flags = ["--manifest-path", "--path"]
    same       = [["-F", "--features"], ["-n", "--dry-run"], ["-p", "--package"]]
    operands   = ["text"]
  }
  subcommand "bench" {
    flags = [
      "--no-run", "--no-fail-fast", "--workspace", "--all", "--lib", "--bins", "--examples", "--tests", "--benches",
      "--all-targets", "--all-features", "--no-default-features", "--unit-graph", "--timings", "--ignore-rust-version",
    ]
    value_flags = [
      "--message-format", "-p", "--package", "--exclude", "--bin", "--example", "--test", "--bench", "-F", "--features", "-j",
      "--jobs", "--profile", "--target",
    ]
    path_flags = ["--manifest-path", "--target-dir"]
    same       = [["-p", "--package"], ["-F", "--features"], ["-j", "--jobs"]]
    operands   = ["text"]
  }
  subcommand "build" {
    also = ["b"]
    flags = [
      "--future-incompat-report", "--workspace", "--all", "--lib", "--bins", "--examples", "--tests", "--benches",
      "--all-targets", "--all-features", "--no-default-features", "-r", "--release", "--keep-going", "--unit-graph",
      "--timings", "--ignore-rust-version",
    ]
    value_flags = [
      "--message-format", "-p", "--package", "--exclude", "--bin", "--example", "--test", "--bench", "-F", "--features",
      "--profile", "-j", "--jobs", "--target",
    ]
    path_flags = ["--manifest-path", "--target-dir", "--artifact-dir"]
    same       = [["-p", "--package"], ["-F", "--features"], ["-r", "--release"], ["-j", "--jobs"]]
    operands   = ["text"]
  }
  subcommand "check" {
    also = ["c"]
    flags = [
      "--future-incompat-report", "--workspace", "--all", "--lib", "--bins", "--examples", "--tests", "--benches",
      "--all-targets", "--all-features", "--no-default-features", "--keep-going", "-r", "--release", "--unit-graph",
      "--timings", "--ignore-rust-version",
    ]
    value_flags = [
      "--message-format", "-p", "--package", "--exclude", "--bin", "--example", "--test", "--bench", "-F", "--features", "-j",
      "--jobs", "--profile", "--target",
    ]
    path_flags = ["--manifest-path", "--target-dir"]
    same       = [["-p", "--package"], ["-F", "--features"], ["-j", "--jobs"], ["-r", "--release"]]
    operands   = ["text"]
  }
  subcommand "clean" {
    flags       = ["--doc", "-n", "--dry-run", "--workspace", "-r", "--release"]
    value_flags = ["-p", "--package", "--profile", "--target"]
    path_flags  = ["--manifest-path", "--target-dir"]
    same        = [["-n", "--dry-run"], ["-p", "--package"], ["-r", "--release"]]
    operands    = ["text"]
  }
  subcommand "clippy" {
    flags = [
      "--no-deps", "--fix", "--future-incompat-report", "--workspace", "--all", "--lib", "--bins", "--examples", "--tests",
      "--benches", "--all-targets", "--all-features", "--no-default-features", "--keep-going", "-r", "--release",
      "--unit-graph", "--timings", "--ignore-rust-version", "--allow-dirty", "--allow-staged",
    ]
    value_flags = [
      "-W", "--warn", "-A", "--allow", "-D", "--deny", "-F", "--forbid", "--message-format", "-p", "--package", "--exclude",
      "--bin", "--example", "--test", "--bench", "--features", "-j", "--jobs", "--profile", "--target", "--target-dir",
    ]
    path_flags = ["--manifest-path"]
    same = [
      ["-W", "--warn"], ["-A", "--allow"], ["-D", "--deny"], ["-F", "--forbid", "--features"], ["-p", "--package"],
      ["-j", "--jobs"], ["-r", "--release"],
    ]
    operands = ["text"]
  }
  subcommand "config" { operands = ["text"] }
  subcommand "doc" {
    also = ["d"]
    flags = [
      "--open", "--no-deps", "--document-private-items", "--workspace", "--all", "--all-features", "--no-default-features",
      "--lib", "--bins", "--examples", "--keep-going", "-r", "--release", "--unit-graph", "--timings",
      "--ignore-rust-version",
    ]
    value_flags = [
      "--message-format", "-p", "--package", "--exclude", "-F", "--features", "--bin", "--example", "-j", "--jobs",
      "--profile", "--target",
    ]
    path_flags = ["--manifest-path", "--target-dir"]
    same       = [["-p", "--package"], ["-F", "--features"], ["-j", "--jobs"], ["-r", "--release"]]
    operands   = ["text"]
  }
  subcommand "fetch" {
    value_flags = ["--target"]
    path_flags  = ["--manifest-path"]
    operands    = ["text"]
  }
  subcommand "fix" {
    flags = [
      "--edition", "--edition-idioms", "--broken-code", "--allow-no-vcs", "--allow-dirty", "--allow-staged", "--workspace",
      "--all", "--lib", "--bins", "--examples", "--tests", "--benches", "--all-targets", "--all-features",
      "--no-default-features", "--keep-going", "-r", "--release", "--timings", "--ignore-rust-version",
    ]
    value_flags = [
      "--message-format", "-p", "--package", "--exclude", "--bin", "--example", "--test", "--bench", "-F", "--features", "-j",
      "--jobs", "--profile", "--target",
    ]
    path_flags = ["--manifest-path", "--target-dir"]
    same       = [["-p", "--package"], ["-F", "--features"], ["-j", "--jobs"], ["-r", "--release"]]
    operands   = ["text"]
  }
  subcommand "fmt" {
    flags       = ["-v", "--verbose", "--all", "--check"]
    value_flags = ["-p", "--package", "--message-format"]
    path_flags  = ["--manifest-path"]
    same        = [["-v", "--verbose"], ["-p", "--package"]]
    operands    = ["path"]
  }
  subcommand "generate-lockfile" {
    flags       = ["--ignore-rust-version"]
    value_flags = ["--publish-time"]
    path_flags  = ["--manifest-path"]
    operands    = ["text"]
  }
  subcommand "help" { operands = ["text"] }
  subcommand "info" {
    value_flags = ["--index", "--registry"]
    operands    = ["text"]
  }
  subcommand "init" {
    flags       = ["--bin", "--lib"]
    value_flags = ["--vcs", "--edition", "--name", "--registry"]
    operands    = ["path"]
  }
  subcommand "install" {
    flags = [
      "-f", "--force", "-n", "--dry-run", "--no-track", "--debug", "--ignore-rust-version", "--bins", "--examples",
      "--all-features", "--no-default-features", "--keep-going", "--timings",
    ]
    value_flags = [
      "--index", "--registry", "--git", "--branch", "--tag", "--rev", "--message-format", "--bin", "--example", "-F",
      "--features", "-j", "--jobs", "--profile", "--target", "--version", "--vers",
    ]
    path_flags = ["--target-dir", "--path", "--root"]
    same       = [["-f", "--force"], ["-n", "--dry-run"], ["-F", "--features"], ["-j", "--jobs"], ["--version", "--vers"]]
    operands   = ["text"]
  }
  subcommand "locate-project" {
    flags       = ["--workspace"]
    value_flags = ["--message-format"]
    path_flags  = ["--manifest-path"]
    operands    = ["text"]
  }
  subcommand "login" {
    value_flags = ["--registry"]
    operands    = ["text"]
  }
  subcommand "logout" {
    value_flags = ["--registry"]
    operands    = ["text"]
  }
  subcommand "metadata" {
    flags       = ["--no-deps", "--all-features", "--no-default-features"]
    value_flags = ["--filter-platform", "--format-version", "-F", "--features"]
    path_flags  = ["--manifest-path"]
    same        = [["-F", "--features"]]
    operands    = ["text"]
  }
  subcommand "miri" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "new" {
    flags       = ["--bin", "--lib"]
    value_flags = ["--vcs", "--edition", "--name", "--registry"]
    operands    = ["path"]
  }
  subcommand "nextest" {
    opaque   = true
    operands = ["text"]
  }
  subcommand "owner" {
    flags       = ["-l", "--list"]
    value_flags = ["-a", "--add", "-r", "--remove", "--index", "--registry", "--token"]
    same        = [["-a", "--add"], ["-r", "--remove"], ["-l", "--list"]]
    operands    = ["text"]
  }
  subcommand "package" {
    flags = [
      "-l", "--list", "--no-verify", "--no-metadata", "--allow-dirty", "--exclude-lockfile", "--workspace", "--all-features",
      "--no-default-features", "--keep-going",
    ]
    value_flags = [
      "--index", "--registry", "--message-format", "-p", "--package", "--exclude", "-F", "--features", "--target", "-j",
      "--jobs",
    ]
    path_flags = ["--manifest-path", "--target-dir"]
    same       = [["-l", "--list"], ["-p", "--package"], ["-F", "--features"], ["-j", "--jobs"]]
    operands   = ["text"]
  }
  subcommand "pkgid" {
    value_flags = ["-p", "--package"]
    path_flags  = ["--manifest-path"]
    same        = [["-p", "--package"]]
    operands    = ["text"]
  }
  subcommand "publish" {
    flags = [
      "-n", "--dry-run", "--no-verify", "--allow-dirty", "--workspace", "--all-features", "--no-default-features",
      "--keep-going",
    ]
    value_flags = ["--index", "--registry", "-p", "--package", "--exclude", "-F", "--features", "-j", "--jobs", "--target"]
    path_flags  = ["--manifest-path", "--target-dir"]
    same        = [["-n", "--dry-run"], ["-p", "--package"], ["-F", "--features"], ["-j", "--jobs"]]
    operands    = ["text"]
  }
  subcommand "read-manifest" {
    path_flags = ["--manifest-path"]
    operands   = ["text"]
  }
  subcommand "remove" {
    also        = ["rm"]
    flags       = ["-n", "--dry-run", "--dev", "--build"]
    value_flags = ["--target", "-p", "--package"]
    path_flags  = ["--manifest-path"]
    same        = [["-n", "--dry-run"], ["-p", "--package"]]
    operands    = ["text"]
  }
  subcommand "report" { operands = ["text"] }
  subcommand "run" {
    also = ["r"]
    flags = [
      "--all-features", "--no-default-features", "--keep-going", "-r", "--release", "--unit-graph", "--timings",
      "--ignore-rust-version",
    ]
    value_flags     = ["--message-format", "-p", "--package", "--bin", "--example", "-F", "--features", "-j", "--jobs", "--profile", "--target"]
    path_flags      = ["--manifest-path", "--target-dir"]
    same            = [["-p", "--package"], ["-F", "--features"], ["-j", "--jobs"], ["-r", "--release"]]
    stop_at_operand = true
    operands        = ["any"]
  }
  subcommand "rustc" {
    flags = [
      "--future-incompat-report", "--lib", "--bins", "--examples", "--tests", "--benches", "--all-targets", "--all-features",
      "--no-default-features", "--keep-going", "-r", "--release", "--unit-graph", "--timings", "--ignore-rust-version",
    ]
    value_flags = [
      "--print", "--crate-type", "--message-format", "-p", "--package", "--bin", "--example", "--test", "--bench", "-F",
      "--features", "-j", "--jobs", "--profile", "--target",
    ]
    path_flags = ["--manifest-path", "--target-dir"]
    same       = [["-p", "--package"], ["-F", "--features"], ["-j", "--jobs"], ["-r", "--release"]]
    operands   = ["text"]
  }
  subcommand "rustdoc" {
    flags = [
      "--open", "--lib", "--bins", "--examples", "--tests", "--benches", "--all-targets", "--all-features",
      "--no-default-features", "--keep-going", "-r", "--release", "--unit-graph", "--timings", "--ignore-rust-version",
    ]
    value_flags = [
      "--message-format", "--output-format", "-p", "--package", "--bin", "--example", "--test", "--bench", "-F", "--features",
      "-j", "--jobs", "--profile", "--target",
    ]
    path_flags = ["--manifest-path", "--target-dir"]
    same       = [["-p", "--package"], ["-F", "--features"], ["-j", "--jobs"], ["-r", "--release"]]
    operands   = ["text"]
  }
  subcommand "search" {
    value_flags = ["--limit", "--index", "--registry"]
    operands    = ["text"]
  }
  subcommand "test" {
    also = ["t"]
    flags = [
      "--no-run", "--no-fail-fast", "--future-incompat-report", "--workspace", "--all", "--lib", "--bins", "--examples",
      "--tests", "--benches", "--all-targets", "--doc", "--all-features", "--no-default-features", "-r", "--release",
      "--unit-graph", "--timings", "--ignore-rust-version",
    ]
    value_flags = [
      "--message-format", "-p", "--package", "--exclude", "--bin", "--example", "--test", "--bench", "-F", "--features", "-j",
      "--jobs", "--profile", "--target",
    ]
    path_flags = ["--manifest-path", "--target-dir"]
    same       = [["-p", "--package"], ["-F", "--features"], ["-j", "--jobs"], ["-r", "--release"]]
    operands   = ["text"]
  }
  subcommand "tree" {
    flags = ["--no-dedupe", "-d", "--duplicates", "--workspace", "--all-features", "--no-default-features"]
    value_flags = [
      "-e", "--edges", "-i", "--invert", "--prune", "--depth", "--prefix", "--charset", "-f", "--format", "-p", "--package",
      "--exclude", "-F", "--features", "--target",
    ]
    path_flags = ["--manifest-path"]
    same = [
      ["-e", "--edges"], ["-i", "--invert"], ["-d", "--duplicates"], ["-f", "--format"], ["-p", "--package"],
      ["-F", "--features"],
    ]
    operands = ["text"]
  }
  subcommand "uninstall" {
    value_flags = ["-p", "--package", "--bin"]
    path_flags  = ["--root"]
    same        = [["-p", "--package"]]
    operands    = ["text"]
  }
  subcommand "update" {
    flags       = ["-n", "--dry-run", "--recursive", "-b", "--breaking", "-w", "--workspace", "--ignore-rust-version"]
    value_flags = ["--precise"]
    path_flags  = ["--manifest-path"]
    same        = [["-n", "--dry-run"], ["-b", "--breaking"], ["-w", "--workspace"]]
    operands    = ["text"]
  }
  subcommand "vendor" {
    flags       = ["--no-delete", "--respect-source-config", "--versioned-dirs"]
    value_flags = ["-s", "--sync"]
    path_flags  = ["--manifest-path"]
    same        = [["-s", "--sync"]]
    operands    = ["path"]
  }
  subcommand "verify-project" {
    path_flags = ["--manifest-path"]
    operands   = ["text"]
  }
  subcommand "version" { operands = ["text"] }
  subcommand "yank" {
    flags       = ["--undo"]
    value_flags = ["--index", "--registry", "--token", "--version", "--vers"]
    same        = [["--version", "--vers"]]
    operands    = ["text"]
  }
}
