package peercred

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// OfPID identifies a process by its number, for callers on the message bus, where the bus's word about a connection stands
// for a socket. The bus learnt the number when the connection was made: a process that isn't there any more, or runs as
// another user than uid by now, is ErrGone. What no number can tell is whether a process of the same user has
// taken it over since; who may decide is therefore never settled by the process alone, but by its user first.
func OfPID(pid int, uid uint32) (*Peer, error) {
	if pid <= 0 {
		return nil, ErrHidden
	}
	p := &Peer{Pidfd: -1, Proc: -1, Identity: clawrden.Identity{UID: uid, PID: pid}}
	var err error
	if p.Pidfd, err = unix.PidfdOpen(pid, 0); err != nil {
		return nil, ErrGone
	}
	if err := p.look(&uid); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Reopen holds on to a process that was known before by its number and the time at which it started, in clock ticks since the
// boot; ErrGone if it isn't there any more, whoever has its number now.
func Reopen(pid int, start uint64) (pidfd int, err error) {
	if pid <= 0 {
		return -1, ErrGone
	}
	fd, err := unix.PidfdOpen(pid, 0)
	switch {
	case err != nil && (isGone(err) || errors.Is(err, unix.EINVAL)):
		return -1, ErrGone
	case err != nil:
		return -1, fmt.Errorf("cannot hold on to process %d: %v", pid, err)
	}
	// Read after the pidfd was opened: if it says so, both are that process's.
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err == nil {
		var now uint64
		if now, _, err = ParseStat(stat); err == nil && now == start {
			return fd, nil
		}
	}
	_ = unix.Close(fd)
	return -1, ErrGone
}

// look reads what /proc says of the process that the pidfd refers to. It must run as uid, if that is given.
func (p *Peer) look(uid *uint32) error {
	var err error
	p.Proc, err = unix.Open("/proc/"+strconv.Itoa(p.PID), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil && !isGone(err) {
		return fmt.Errorf("cannot look at the caller: %v", err)
	}
	if err != nil || !p.Alive() {
		return ErrGone
	}
	stat, err := ReadOnce(p.Proc, "stat", 4096)
	if err != nil || len(stat) == 0 {
		return ErrGone
	}
	if p.Start, p.Parent, err = ParseStat(stat); err != nil {
		return err
	}
	const maxStatus = 1 << 20 // 65,536 groups of up to 11 characters
	status, err := ReadOnce(p.Proc, "status", maxStatus)
	if err != nil || len(status) == 0 {
		return ErrGone
	}
	now, gid, groups, err := parseStatus(status)
	switch {
	case err != nil:
		return err
	case uid != nil && now != *uid:
		return ErrGone
	}
	p.UID, p.GID, p.Groups = now, gid, groups
	p.Cgroup = cgroups.of(p.cgroup, p.Proc)
	p.Unit, p.Container = unitOf(p.Cgroup)
	p.HostNS = p.onHost()
	return nil
}

// parseStatus reads the effective uid and gid and the supplementary groups from /proc/PID/status. The name in its first line
// has its line ends escaped by the kernel.
func parseStatus(status []byte) (uid, gid uint32, groups []uint32, err error) {
	found := 0
	for line := range bytes.Lines(status) {
		name, rest, _ := bytes.Cut(line, []byte(":"))
		switch string(name) {
		case "Uid", "Gid":
			n, err := effective(rest)
			if err != nil {
				return 0, 0, nil, err
			}
			if string(name) == "Uid" {
				uid = n
			} else {
				gid = n
			}
			found++
		case "Groups":
			for f := range bytes.FieldsSeq(rest) {
				n, err := strconv.ParseUint(string(f), 10, 32)
				if err != nil {
					return 0, 0, nil, fmt.Errorf("cannot read /proc/PID/status: %v", err)
				}
				groups = append(groups, uint32(n))
			}
			found++
		}
		if found == 3 { // what follows is of no use here
			return uid, gid, groups, nil
		}
	}
	return 0, 0, nil, fmt.Errorf("cannot read /proc/PID/status: Uid, Gid or Groups is missing")
}

// effective is the second of the ids: real, effective, saved, of the file system.
func effective(ids []byte) (uint32, error) {
	n := 0
	for f := range bytes.FieldsSeq(ids) {
		if n++; n == 2 {
			id, err := strconv.ParseUint(string(f), 10, 32)
			if err != nil {
				return 0, fmt.Errorf("cannot read /proc/PID/status: %v", err)
			}
			return uint32(id), nil
		}
	}
	return 0, fmt.Errorf("cannot read /proc/PID/status: there are %d ids", n)
}
