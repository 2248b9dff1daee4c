package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// keptPrefix begins the names of the sockets that systemd keeps for the daemon while it restarts: whoever calls them
// meanwhile is served afterwards. See FileDescriptorStoreMax= in clawrden.service.
const keptPrefix = "agent-"

// keepSocket leaves a copy of a listener with systemd, if it is there to take it.
func keepSocket(name string, l *net.UnixListener) error {
	raw, err := l.SyscallConn()
	if err != nil {
		return fmt.Errorf("cannot keep the socket over a restart: %w", err)
	}
	var told error
	err = raw.Control(func(fd uintptr) { told = notifyWith("FDSTORE=1\nFDPOLL=0\nFDNAME="+name, unix.UnixRights(int(fd))) })
	return errors.Join(err, told)
}

// takeKept takes the sockets that an earlier life has left out of all that systemd has passed. Those of agents that are known
// no longer are forgotten.
func (s sockets) takeKept(known func(agent string) bool) sockets {
	kept := sockets{}
	for name, ls := range s {
		agent, ok := strings.CutPrefix(name, keptPrefix)
		switch {
		case !ok:
			continue
		case known(agent):
			kept[name] = ls
		default:
			for _, l := range ls {
				_ = l.Close()
			}
			dropSocket(name)
		}
		delete(s, name)
	}
	return kept
}

// dropSocket has systemd forget it.
func dropSocket(name string) { _ = notifyWith("FDSTOREREMOVE=1\nFDNAME="+name, nil) }

// notifyWith is sd_notify with descriptors.
func notifyWith(words string, rights []byte) error {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return nil
	}
	if path[0] == '@' {
		path = "\x00" + path[1:] // an abstract name
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		defer func() { _ = unix.Close(fd) }()
		err = unix.Sendmsg(fd, []byte(words), rights, &unix.SockaddrUnix{Name: path}, unix.MSG_NOSIGNAL)
	}
	if err != nil {
		return fmt.Errorf("cannot tell systemd: %w", err)
	}
	return nil
}
