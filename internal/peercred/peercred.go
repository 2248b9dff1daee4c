// Package peercred tells who is at the other end of a Unix socket, by the kernel's word alone: credentials, pidfd,
// groups, cgroup, system unit, namespaces.
//
// It must never take anything from a message. The daemon and the doors call it once a connection.
package peercred

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// ErrGone says that the peer is not there any more, so that nothing can be said of it.
var ErrGone = errors.New("the caller is gone")

// ErrHidden says that the peer is in a pid namespace that the daemon can't see into.
var ErrHidden = errors.New("the caller's process can't be seen from the daemon's pid namespace")

// Peer is a process that connected. It holds two descriptors until Close.
type Peer struct {
	clawrden.Identity
	Pidfd int // refers to the process for ever, also when its number is used again
	Proc  int // its /proc directory, O_PATH; reads fail once it is reaped

	hostUsers bool   // its user and pid namespaces are the host's, or were when it was looked at
	cgroup    uint64 // number of its cgroup, 0 where that isn't known
}

// Close releases the descriptors.
func (p *Peer) Close() {
	if p.Pidfd >= 0 {
		_ = unix.Close(p.Pidfd)
	}
	if p.Proc >= 0 {
		_ = unix.Close(p.Proc)
	}
	p.Pidfd, p.Proc = -1, -1
}

// Alive reports whether the process still exists (a zombie does).
func (p *Peer) Alive() bool {
	err := unix.PidfdSendSignal(p.Pidfd, 0, nil, 0)
	return err == nil || errors.Is(err, unix.EPERM)
}

// Of identifies the process that connected to the other end of conn.
func Of(conn *net.UnixConn) (*Peer, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	var p *Peer
	var inner error
	if err := raw.Control(func(fd uintptr) { p, inner = of(int(fd)) }); err != nil {
		return nil, err
	}
	return p, inner
}

func of(fd int) (*Peer, error) {
	cred, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil {
		return nil, fmt.Errorf("cannot read the caller's credentials: %v", err)
	}
	if cred.Pid <= 0 {
		return nil, ErrHidden
	}
	p := &Peer{Pidfd: -1, Proc: -1, Identity: clawrden.Identity{UID: cred.Uid, GID: cred.Gid, PID: int(cred.Pid)}}
	if p.Pidfd, err = peerPidfd(fd, int(cred.Pid)); err != nil {
		return nil, err
	}
	if err := p.fill(fd); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// fill reads what /proc says and makes sure that it says it of the process that the pidfd refers to.
func (p *Peer) fill(fd int) error {
	var err error
	p.Groups, err = peerGroups(fd)
	if err != nil {
		return err
	}
	p.Proc, err = unix.Open("/proc/"+strconv.Itoa(p.PID), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil && !isGone(err) {
		return fmt.Errorf("cannot look at the caller: %v", err)
	}
	if err != nil || !p.Alive() {
		return ErrGone
	}
	// From here on the directory is that process's: its number can't have been used again while the pidfd's was alive.
	stat, err := ReadOnce(p.Proc, "stat", 4096)
	if err != nil && !isGone(err) {
		return fmt.Errorf("cannot look at the caller: %v", err)
	}
	if err != nil || len(stat) == 0 {
		return ErrGone
	}
	if p.Start, p.Parent, err = ParseStat(stat); err != nil {
		return err
	}
	p.Cgroup = CgroupOf(p.Proc)
	p.Unit, p.Container = unitOf(p.Cgroup)
	p.HostNS = p.onHost()
	return nil
}

// soPeerPidfd is SO_PEERPIDFD (Linux 6.5, include/uapi/asm-generic/socket.h).
const soPeerPidfd = 77

// peerPidfd gets a pidfd from the socket; before 6.5 it opens one for the pid and looks at the peer again.
func peerPidfd(fd, pid int) (int, error) {
	n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, soPeerPidfd)
	if err == nil {
		return n, nil
	}
	switch {
	case errors.Is(err, unix.ENOPROTOOPT):
		return openPidfd(fd, pid)
	case isGone(err), errors.Is(err, unix.EINVAL): // EINVAL: it was reaped before this kernel kept pidfds for sockets
		return -1, ErrGone
	}
	return -1, fmt.Errorf("cannot hold on to the caller: %v", err) // out of descriptors, most likely
}

// isGone tells "there is no such process" from "there is no room to look".
func isGone(err error) bool {
	return errors.Is(err, unix.ESRCH) || errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENODATA)
}

// openPidfd is the way of kernels before 6.5. Between the connection and pidfd_open the number may have passed to another
// process: the sender's credentials on the message itself (SO_PASSCRED) are compared with this peer by the daemon.
func openPidfd(fd, pid int) (int, error) {
	n, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		if isGone(err) || errors.Is(err, unix.EINVAL) {
			return -1, ErrGone
		}
		return -1, fmt.Errorf("cannot hold on to the caller: %v", err)
	}
	again, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil || int(again.Pid) != pid {
		_ = unix.Close(n)
		return -1, ErrGone
	}
	return n, nil
}

// peerGroups reads SO_PEERGROUPS.
func peerGroups(fd int) ([]uint32, error) {
	const maxGroups = 65536
	groups := make([]uint32, 32)
	for {
		n, err := getsockoptGroups(fd, groups)
		switch {
		case errors.Is(err, unix.ERANGE) && len(groups) < maxGroups:
			groups = make([]uint32, len(groups)*8)
		case err != nil:
			return nil, fmt.Errorf("cannot read the caller's groups: %v", err)
		default:
			return groups[:n:n], nil
		}
	}
}

// ReadAt reads a file of a /proc directory, at most limit bytes.
func ReadAt(dir int, name string, limit int) ([]byte, error) {
	return readAt(dir, name, limit, readFull)
}

// ReadOnce reads a file of a /proc directory of which the kernel gives as much as there is room for at once, as it does of those that
// it makes in one piece: less than that is all, and isn't asked for again.
func ReadOnce(dir int, name string, limit int) ([]byte, error) { return readAt(dir, name, limit, read) }

func readAt(dir int, name string, limit int, first func(int, []byte) (int, error)) ([]byte, error) {
	fd, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = unix.Close(fd) }()
	var small [2048]byte // most files are smaller
	n, err := first(fd, small[:min(limit, len(small))])
	b := append(make([]byte, 0, n), small[:n]...)
	if err != nil || n < len(small) {
		return b, nil
	}
	for len(b) < limit {
		b = append(b, make([]byte, min(len(b), limit-len(b)))...)[:len(b)]
		room := b[len(b):min(cap(b), limit)]
		n, err = readFull(fd, room)
		b = b[:len(b)+n]
		if err != nil || n < len(room) {
			break
		}
	}
	return b, nil
}

// readFull reads until there is no more, or no room.
func readFull(fd int, b []byte) (n int, err error) {
	for n < len(b) {
		m, err := read(fd, b[n:])
		if m <= 0 || err != nil {
			return n, err
		}
		n += m
	}
	return n, nil
}

func read(fd int, b []byte) (int, error) {
	for {
		n, err := unix.Read(fd, b)
		if !errors.Is(err, unix.EINTR) {
			return max(n, 0), err
		}
	}
}

// ParseStat reads start time (clock ticks since boot, field 22) and parent (field 4) from /proc/PID/stat. The name in field
// 2 may hold anything, so it is skipped from the right.
func ParseStat(stat []byte) (start uint64, parent int, err error) {
	end := bytes.LastIndexByte(stat, ')')
	var fields [20][]byte
	n := 0
	for f := range bytes.FieldsSeq(stat[end+1:]) {
		if fields[n] = f; n == len(fields)-1 {
			n++
			break
		}
		n++
	}
	if end < 0 || n < len(fields) {
		return 0, 0, fmt.Errorf("cannot read /proc/PID/stat: %d fields", n)
	}
	if parent, err = strconv.Atoi(string(fields[1])); err != nil {
		return 0, 0, err
	}
	start, err = strconv.ParseUint(string(fields[19]), 10, 64)
	return start, parent, err
}

// CgroupOf reads the path in the unified hierarchy from a /proc directory; "" if there is none, or the process is gone.
func CgroupOf(proc int) string {
	b, err := ReadOnce(proc, "cgroup", 64<<10)
	if err != nil {
		return ""
	}
	return unified(b)
}

// unified is the path in the unified hierarchy: the line that starts with "0::".
func unified(cgroup []byte) string {
	for line := range strings.Lines(string(cgroup)) {
		if path, ok := strings.CutPrefix(line, "0::"); ok {
			return strings.TrimSuffix(path, "\n")
		}
	}
	return ""
}

// hostNamespaces are those that a process on the host stands in: this process's own, which never change, and PID 1's mount
// namespace, since a hardened service has one of its own.
var hostNamespaces = sync.OnceValue(func() map[string][]string {
	host := map[string][]string{}
	for _, at := range [...]struct{ proc, name string }{{"self", "user"}, {"self", "pid"}, {"self", "mnt"}, {"1", "mnt"}} {
		if id, err := os.Readlink("/proc/" + at.proc + "/ns/" + at.name); err == nil {
			host[at.name] = append(host[at.name], id)
		}
	}
	return host
})

// Namespace names the namespace that a process is in, by its /proc directory, as namespaces(7) does: "mnt:[4026531841]". To read the
// link takes half as long as to look at what it leads to.
func Namespace(proc int, name string) (string, error) {
	var b [64]byte
	n, err := unix.Readlinkat(proc, "ns/"+name, b[:])
	if err != nil {
		return "", err
	}
	return string(b[:n]), nil
}

// onHost reports whether a process's user, pid and mount namespaces are the host's. What can't be read isn't. A process of the
// daemon's own unit may have another mount namespace: systemd makes one for each command that it runs there, such as a reload.
func (p *Peer) onHost() bool {
	p.hostUsers = p.shares("user") && p.shares("pid")
	return p.hostUsers && (p.shares("mnt") || (p.inOwnUnit() && p.has("mnt")))
}

// shares reports whether a namespace of the process is the host's. One that can't be read isn't.
func (p *Peer) shares(name string) bool {
	theirs, err := Namespace(p.Proc, name)
	return err == nil && slices.Contains(hostNamespaces()[name], theirs)
}

// has reports whether a namespace of the process can be read.
func (p *Peer) has(name string) bool {
	_, err := Namespace(p.Proc, name)
	return err == nil
}

// ownCgroup is this process's own cgroup: a service stays in it.
var ownCgroup = sync.OnceValue(func() string {
	proc, err := unix.Open("/proc/self", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer func() { _ = unix.Close(proc) }()
	return CgroupOf(proc)
})

// inOwnUnit reports whether a process is one of the service that this process is: nobody but systemd puts one there.
func (p *Peer) inOwnUnit() bool {
	return strings.HasSuffix(p.Unit, ".service") && p.Container == "" && p.Cgroup == ownCgroup()
}
