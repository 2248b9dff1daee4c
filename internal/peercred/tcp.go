package peercred

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// A TCP connection within one host has two sockets, and the kernel's tables tell whose the other one is: /proc/PID/net/tcp
// has both addresses, the user who made it, and an inode, which is among the descriptors of the processes that hold it.

const (
	maxTable   = 64 << 20 // bytes of one such table: about 400,000 connections
	maxHolders = 64       // processes that hold one socket: a browser has a few
)

// ErrElsewhere says that the other end of a connection is not on this host.
var ErrElsewhere = errors.New("the caller isn't on this host")

// OfTCP gives who holds the other end of a TCP connection, all of them. What has a loopback address is looked for in the
// listener's network, everything else in all networks of this host, containers' too; ErrElsewhere if it is in none.
// ErrHidden says that no process could be seen to hold it; uid is then all that is known.
func OfTCP(conn *net.TCPConn) (holders []clawrden.Identity, uid uint32, err error) {
	theirs, ours, err := endpoints(conn)
	if err != nil {
		return nil, 0, err
	}
	if theirs.Addr().IsLoopback() {
		pid, err := networkOf(conn)
		if err != nil {
			return nil, 0, err
		}
		uid, inode, err := socketIn(pid, theirs, ours)
		if err != nil {
			return nil, 0, err
		}
		return holdersOf(uid, inode)
	}
	// A socket that was found and whose holder can't be seen is an error, and never another machine.
	seen, found := map[string]bool{}, ErrElsewhere
	err = processes(func(pid int) bool {
		link, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/ns/net")
		if err != nil || seen[link] {
			return true
		}
		seen[link] = true
		u, inode, err := socketIn(pid, theirs, ours)
		switch {
		case errors.Is(err, ErrGone):
			found = err
			return false
		case err != nil:
			return true
		}
		holders, uid, found = holdersOf(u, inode)
		return false
	})
	if err == nil {
		err = found
	}
	// Who was here and has closed its end, perhaps with all of its network, is not another machine either.
	if errors.Is(err, ErrElsewhere) && !established(conn) {
		err = ErrGone
	}
	if err != nil {
		return nil, uid, err
	}
	return holders, uid, nil
}

// established reports whether both ends of a connection are open.
func established(conn syscall.Conn) bool {
	const tcpEstablished = 1 // include/net/tcp_states.h
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	open := false
	err = raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		open = err == nil && info.State == tcpEstablished
	})
	return err == nil && open
}

func endpoints(conn *net.TCPConn) (theirs, ours netip.AddrPort, err error) {
	r, ok1 := conn.RemoteAddr().(*net.TCPAddr)
	l, ok2 := conn.LocalAddr().(*net.TCPAddr)
	if !ok1 || !ok2 {
		return theirs, ours, errors.New("cannot tell the connection's addresses")
	}
	plain := func(a netip.AddrPort) netip.AddrPort {
		return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
	}
	return plain(r.AddrPort()), plain(l.AddrPort()), nil
}

// networkOf names a process that stands in the network of a socket: this one, or PID 1, from whom a daemon with a network of
// its own has its listeners.
func networkOf(conn syscall.Conn) (pid int, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	var theirs uint64
	var inner error
	if err := raw.Control(func(fd uintptr) {
		theirs, inner = unix.GetsockoptUint64(int(fd), unix.SOL_SOCKET, unix.SO_NETNS_COOKIE)
	}); err != nil {
		return 0, err
	}
	own, err := ownNetwork()
	switch {
	case inner != nil || err != nil: // before Linux 5.14
		return 0, fmt.Errorf("cannot tell the connection's network: %v", errors.Join(inner, err))
	case own == theirs:
		return os.Getpid(), nil
	}
	return 1, nil
}

func ownNetwork() (uint64, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer func() { _ = unix.Close(fd) }()
	return unix.GetsockoptUint64(fd, unix.SOL_SOCKET, unix.SO_NETNS_COOKIE)
}

// socketIn finds the socket with these addresses in the network of a process; ErrElsewhere if it isn't there, ErrGone if nobody
// holds it any more.
func socketIn(pid int, local, remote netip.AddrPort) (uid uint32, inode string, err error) {
	for _, name := range []string{"tcp", "tcp6"} {
		f, err := os.Open("/proc/" + strconv.Itoa(pid) + "/net/" + name)
		if err != nil {
			if name == "tcp6" && isGone(err) { // a kernel without IPv6
				continue
			}
			return 0, "", fmt.Errorf("cannot look for the caller: %v", err)
		}
		uid, inode, ok := findSocket(io.LimitReader(f, maxTable), local, remote)
		_ = f.Close()
		if ok && inode == "0" {
			return 0, "", ErrGone // it was closed, and waits for its end
		}
		if ok {
			return uid, inode, nil
		}
	}
	return 0, "", ErrElsewhere
}

// findSocket looks through a table of the kernel's:
//
//	sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode …
//	0:  0100007F:1F90 0100007F:D0B2 01 00000000:00000000 00:00000000 00000000  1000        0 35021 …
//
// A row that can't be read is passed over: it can't be the one.
func findSocket(table io.Reader, local, remote netip.AddrPort) (uid uint32, inode string, ok bool) {
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) < 10 {
			continue
		}
		l, ok1 := parseEndpoint(f[1])
		r, ok2 := parseEndpoint(f[2])
		if !ok1 || !ok2 || l != local || r != remote {
			continue
		}
		n, err := strconv.ParseUint(f[7], 10, 32)
		if err != nil {
			continue
		}
		return uint32(n), f[9], true
	}
	return 0, "", false
}

// parseEndpoint reads an address as the kernel prints it: words of 32 bits in the machine's own order, and the port.
func parseEndpoint(text string) (netip.AddrPort, bool) {
	host, port, ok := strings.Cut(text, ":")
	if !ok || len(host) != 8 && len(host) != 32 {
		return netip.AddrPort{}, false
	}
	p, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		return netip.AddrPort{}, false
	}
	b := make([]byte, 0, 16)
	for i := 0; i < len(host); i += 8 {
		w, err := strconv.ParseUint(host[i:i+8], 16, 32)
		if err != nil {
			return netip.AddrPort{}, false
		}
		b = binary.NativeEndian.AppendUint32(b, uint32(w))
	}
	addr, _ := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(addr.Unmap(), uint16(p)), true
}

// holdersOf gives the processes that have a socket among their descriptors.
func holdersOf(uid uint32, inode string) (holders []clawrden.Identity, _ uint32, err error) {
	want := "socket:[" + inode + "]"
	var found []int
	err = processes(func(pid int) bool {
		if holds(pid, want) {
			found = append(found, pid)
		}
		return len(found) <= maxHolders
	})
	if err != nil {
		return nil, uid, err
	}
	if len(found) > maxHolders {
		return nil, uid, fmt.Errorf("more than %d processes hold the connection", maxHolders)
	}
	for _, pid := range found {
		p := &Peer{Pidfd: -1, Proc: -1, Identity: clawrden.Identity{PID: pid}}
		if p.Pidfd, err = unix.PidfdOpen(pid, 0); err != nil {
			continue // it has ended since
		}
		err = p.look(nil)
		p.Close()
		switch {
		case errors.Is(err, ErrGone):
			continue
		case err != nil:
			return nil, uid, err
		}
		holders = append(holders, p.Identity)
	}
	if len(holders) == 0 {
		return nil, uid, ErrHidden
	}
	return holders, uid, nil
}

// processes calls f with the number of each process until it says false.
func processes(f func(pid int) bool) error {
	dir, err := os.Open("/proc")
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	for {
		names, err := dir.Readdirnames(256)
		for _, name := range names {
			if pid, err := strconv.Atoi(name); err == nil && !f(pid) {
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// holds reports whether a process has a descriptor with this name.
func holds(pid int, want string) bool {
	dir, err := os.Open("/proc/" + strconv.Itoa(pid) + "/fd")
	if err != nil {
		return false
	}
	defer func() { _ = dir.Close() }()
	buf := make([]byte, 64) // longer than any socket's
	for {
		names, err := dir.Readdirnames(1024)
		for _, name := range names {
			n, err := unix.Readlinkat(int(dir.Fd()), name, buf)
			if err == nil && string(buf[:n]) == want {
				return true
			}
		}
		if err != nil {
			return false
		}
	}
}
