package unit

import (
	"bytes"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/peercred"
)

const (
	// sweeps is how often a cgroup is looked through: what is started while that goes on dies in the next. systemd, which is told,
	// too, ends what can multiply faster than that.
	sweeps = 8
	// mostProcs bounds what is read of a cgroup's processes in one look, in bytes.
	mostProcs = 1 << 20
)

// sweep kills all that is in a cgroup, without systemd or a bus. It needs no more than to read the cgroup: the daemon can't
// write there.
func sweep(cgroup int) {
	for range sweeps {
		found := procs(cgroup)
		if len(found) == 0 {
			return
		}
		held := make(map[int]int, len(found))
		for _, pid := range found {
			if fd, err := unix.PidfdOpen(pid, 0); err == nil {
				held[pid] = fd
			}
		}
		// What has such a number now, and stands in the cgroup still, is what is held.
		for _, pid := range procs(cgroup) {
			if fd, ok := held[pid]; ok {
				_ = unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0)
			}
		}
		for _, fd := range held {
			_ = unix.Close(fd)
		}
	}
}

// procs are the processes of a cgroup.
func procs(cgroup int) (pids []int) {
	b, err := peercred.ReadAt(cgroup, "cgroup.procs", mostProcs)
	if err != nil {
		return nil
	}
	for line := range bytes.Lines(b) {
		if pid, err := strconv.Atoi(string(bytes.TrimSpace(line))); err == nil && pid > 0 {
			pids = append(pids, pid)
		}
	}
	return pids
}
