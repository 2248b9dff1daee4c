# For compilers, package managers and test suites, which run code of others: they see the system and the working directory, and of the
# home directory only the caches of tools. Keys and tokens there stay out of sight.
profile "build" {
  extends     = "default"
  description = "Sees the system, the working directory and tools' caches, but nothing else of the home directory; has the network."
  filesystem {
    read_only = [
      "/bin", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/nix", "/opt", "/proc", "/run/systemd/resolve", "/sbin", "/sys", "/usr", "/var/lib/dpkg", "/var/lib/rpm",
      "~/.cargo/bin", "~/.config/git/attributes", "~/.config/git/config", "~/.config/git/ignore", "~/.gitconfig", "~/.local/bin", "~/.local/lib", "~/.nvm", "~/.rustup", "~/go/bin", "~/sdk",
    ]
    read_write = [
      "cwd", "/tmp", "/var/tmp", "/dev/shm",
      "/dev/full", "/dev/null", "/dev/ptmx", "/dev/pts", "/dev/random", "/dev/tty", "/dev/urandom", "/dev/zero",
      "~/.cache", "~/.cargo/git", "~/.cargo/registry", "~/.gradle/caches", "~/.m2/repository", "~/.npm/_cacache", "~/.npm/_logs", "~/go/pkg",
    ]
  }
}
