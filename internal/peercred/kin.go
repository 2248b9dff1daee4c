package peercred

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// maxAncestors bounds the walk towards PID 1.
const maxAncestors = 128

// Descends reports whether a process, or one that it descends from, is what is looked for by its effective uid and gid and
// its groups. A child that gave itself another parent isn't found. Where a process on the way can't be read nothing is
// certain, and it says yes.
func Descends(pid int, is func(uid, gid uint32, groups []uint32) bool) bool {
	const tries = 8 // an ancestor that ends in mid-walk has its children taken over by another
	for range tries {
		if yes, sure := descends(pid, is); sure {
			return yes
		}
	}
	return true
}

func descends(pid int, is func(uid, gid uint32, groups []uint32) bool) (yes, sure bool) {
	for range maxAncestors {
		if pid <= 0 {
			return false, true
		}
		status, stat, err := statusOf(pid)
		if err != nil {
			return false, false
		}
		uid, gid, groups, err := parseStatus(status)
		if err != nil || is(uid, gid, groups) {
			return true, true
		}
		if _, pid, err = ParseStat(stat); err != nil {
			return true, true
		}
	}
	return true, true
}

func statusOf(pid int) (status, stat []byte, err error) {
	proc, err := unix.Open("/proc/"+strconv.Itoa(pid), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = unix.Close(proc) }()
	const maxStatus = 1 << 20 // 65,536 groups of up to 11 characters
	if status, err = ReadAt(proc, "status", maxStatus); err != nil || len(status) == 0 {
		return nil, nil, unix.ESRCH
	}
	if stat, err = ReadAt(proc, "stat", 4096); err != nil || len(stat) == 0 {
		return nil, nil, unix.ESRCH
	}
	return status, stat, nil
}

// OnHostButMounts reports whether a process's user and pid namespaces were the host's when it was looked at, whatever its mount
// namespace: so stand most services of the host.
func (p *Peer) OnHostButMounts() bool { return p.hostUsers }

// governedSlices hold agents and what is run for them.
var governedSlices = []string{"clawrden-agents.slice", "clawrden-jobs.slice"}

// InGovernedSlice reports whether a cgroup is in the slice of the agents or of the jobs.
func InGovernedSlice(cgroup string) bool {
	for _, name := range governedSlices {
		if strings.Contains(cgroup+"/", "/"+name+"/") {
			return true
		}
	}
	return false
}
