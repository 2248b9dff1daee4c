# For programs that fetch and send: TCP to the ports of the web and of SSH, and the look-up of names. Needs Linux 6.7.
profile "network-client" {
  extends     = "default"
  description = "The default with TCP to the ports 22, 80 and 443 only, UDP for names, and nothing that listens."
  network {
    connect_tcp = [22, 80, 443]
    udp         = true
  }
}
