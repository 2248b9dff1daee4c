# For looking around: nothing that outlives the command changes, and nothing leaves the machine.
profile "read-only" {
  extends     = "default"
  description = "Reads what its user may; writes nothing but its output, and has no sockets."
  filesystem {
    read_write = ["/dev/full", "/dev/null", "/dev/random", "/dev/tty", "/dev/urandom", "/dev/zero"]
  }
  network {
    mode = "none"
  }
}
