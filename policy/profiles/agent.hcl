# For a session as a whole: the agent itself, and all that it starts. It reads what its user may and writes its working directory, tools'
# caches and agents' own state; of what the user's other programs start from it writes nothing. Private keys for ssh it doesn't read.
profile "agent" {
  extends     = "default"
  description = "For sessions: as default, and writes tools' caches and agents' own state below the home directory."
  best_effort = true
  filesystem {
    read_only = ["/"]
    read_write = [
      "cwd", "/tmp", "/var/tmp", "/dev/shm",
      "/dev/full", "/dev/null", "/dev/ptmx", "/dev/pts", "/dev/random", "/dev/tty", "/dev/urandom", "/dev/zero",
      "~/.cache", "~/.cargo/git", "~/.cargo/registry", "~/.gradle/caches", "~/.m2/repository", "~/.npm", "~/.local/share/pnpm", "~/go/pkg",
      "~/.aider", "~/.claude", "~/.claude.json", "~/.codex", "~/.copilot", "~/.cursor", "~/.gemini", "~/.goose", "~/.local/share/opencode",
    ]
    # Keys: with them it would get a shell of its user's on this host or another one, outside the session.
    hidden = ["~/.ssh"]
  }
}
