# The default without any way out: no sockets at all, since a local one would reach services that have the network.
profile "offline" {
  extends     = "default"
  description = "The default without sockets."
  network {
    mode = "none"
  }
}
