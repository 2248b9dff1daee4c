package main

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

func sockets() []operation {
	socket := func(family, kind, protocol int) func() error {
		return func() error {
			fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC, protocol)
			if err == nil {
				err = unix.Close(fd)
			}
			return err
		}
	}
	connect := func(port int) func() error {
		return func() error {
			fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
			if err != nil {
				return err
			}
			return unix.Connect(fd, &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}})
		}
	}
	reached := []error{unix.ECONNREFUSED} // nobody listens: it was let through
	return []operation{
		{name: "a pair of local sockets", try: func() error {
			_, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
			return err
		}},
		{name: "a local socket", try: socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)},
		{name: "listen on a local socket of its own", try: func() error {
			_ = os.Remove("socket")
			l, err := net.Listen("unix", "socket")
			if err == nil {
				err = l.Close()
			}
			return err
		}},
		{name: "connect to an abstract socket outside", try: func() error {
			fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
			if err != nil {
				return err
			}
			return unix.Connect(fd, &unix.SockaddrUnix{Name: outside})
		}, host: true},
		{name: "a TCP socket", try: socket(unix.AF_INET, unix.SOCK_STREAM, 0)},
		{name: "a TCP socket of IPv6", try: socket(unix.AF_INET6, unix.SOCK_STREAM, 0), fine: []error{unix.EAFNOSUPPORT}},
		{name: "a UDP socket", try: socket(unix.AF_INET, unix.SOCK_DGRAM, 0)},
		{name: "connect to TCP port 443", try: connect(443), fine: reached},
		{name: "connect to TCP port 25", try: connect(25), fine: reached},
		{name: "connect to TCP port 5432", try: connect(5432), fine: reached},
		{name: "listen on a TCP port", try: func() error {
			l, err := net.Listen("tcp4", "127.0.0.1:47113")
			if err == nil {
				err = l.Close()
			}
			return err
		}, fine: []error{unix.EADDRINUSE}},
		{name: "send by UDP", try: func() error {
			c, err := net.Dial("udp4", "127.0.0.1:53")
			if err == nil {
				_, err = c.Write([]byte("x"))
			}
			return err
		}, fine: reached},
		{name: "multipath TCP", try: socket(unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_MPTCP), fine: []error{unix.EPROTONOSUPPORT}},
		{name: "SCTP", try: socket(unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_SCTP), fine: []error{unix.EPROTONOSUPPORT}},
		{name: "a raw socket", try: socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP)},
		{name: "the routing table (netlink)", try: socket(unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE)},
		{name: "the audit system (netlink)", try: socket(unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_AUDIT), fine: []error{unix.EPROTONOSUPPORT}},
		{name: "packets of the wire", try: socket(unix.AF_PACKET, unix.SOCK_RAW, 0), fine: []error{unix.EAFNOSUPPORT}},
		{name: "the hypervisor (vsock)", try: socket(unix.AF_VSOCK, unix.SOCK_STREAM, 0), fine: []error{unix.EAFNOSUPPORT}},
		{name: "the kernel's cryptography (AF_ALG)", try: socket(unix.AF_ALG, unix.SOCK_SEQPACKET, 0), fine: []error{unix.EAFNOSUPPORT}},
		{name: "Bluetooth", try: socket(unix.AF_BLUETOOTH, unix.SOCK_RAW, 0), fine: []error{unix.EAFNOSUPPORT, unix.EPROTONOSUPPORT}},
	}
}
