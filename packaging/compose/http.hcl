# Settings of the daemon with HTTP. hosts are the names by which browsers and programs call it.
http {
  certificate = "/etc/clawrden/tls/certificate.pem"
  key         = "/etc/clawrden/tls/key.pem"
  hosts       = ["agents.test"]
}
