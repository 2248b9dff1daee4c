package peercred

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/pidfd"
)

// OfPidfd identifies the process that a pidfd refers to. It takes over the descriptor, also where it fails.
func OfPidfd(fd int) (*Peer, error) {
	p := &Peer{Pidfd: fd, Proc: -1}
	pid, cgroup, err := pidOf(fd)
	if err == nil {
		p.Identity = clawrden.Identity{PID: pid}
		p.cgroup = cgroup
		err = p.look(nil)
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// pidOf reads the number of the process in this pid namespace, and that of its cgroup, 0 where the kernel doesn't tell it.
func pidOf(fd int) (pid int, cgroup uint64, err error) {
	if pid, cgroup = pidfd.PIDAndCgroup(fd); pid > 0 {
		return pid, cgroup, nil
	}
	pid, err = numberOf(fd)
	return pid, 0, err
}

// numberOf is pidOf for older kernels.
func numberOf(fd int) (int, error) {
	b, err := os.ReadFile("/proc/self/fdinfo/" + strconv.Itoa(fd))
	if err != nil {
		return 0, err
	}
	_, rest, ok := bytes.Cut(b, []byte("\nPid:"))
	if !ok {
		return 0, fmt.Errorf("cannot identify a process: %w", unix.EBADF)
	}
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	pid, err := strconv.Atoi(string(bytes.TrimSpace(line)))
	switch {
	case err != nil:
		return 0, err
	case pid == 0:
		return 0, ErrHidden
	case pid < 0:
		return 0, ErrGone
	}
	return pid, nil
}
