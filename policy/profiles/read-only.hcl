# For looking around: nothing that outlives the command changes, and nothing leaves the machine.
profile "read-only" {
  extends     = "default"
  description = "Reads what its user may; writes nothing but its output, and has no sockets."
  syscalls {
    # Landlock has no rights for what is written beside a file's content.
    deny = [
      "@chown", "chmod", "fchmod", "fchmodat", "fchmodat2", "futimesat", "utime", "utimensat", "utimes",
      "fremovexattr", "fsetxattr", "lremovexattr", "lsetxattr", "removexattr", "removexattrat", "setxattr", "setxattrat",
    ]
  }
  filesystem {
    read_write = ["/dev/full", "/dev/null", "/dev/random", "/dev/tty", "/dev/urandom", "/dev/zero"]
  }
  network {
    mode = "none"
  }
}
