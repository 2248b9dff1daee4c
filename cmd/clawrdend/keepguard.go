package main

import (
	"errors"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/guard"
)

// The guard leaves two descriptors of each session with systemd: the listener, and the pidfd of its first process. systemd forgets them
// by itself where it sees that the session has ended.
const (
	sessionPrefix = "session."
	firstPrefix   = "first."
)

// sessionStore is systemd's store for the guard; see FileDescriptorStoreMax= in clawrden-guard.service.
type sessionStore struct{}

// Keep returns once systemd has them: a guard that ended before that would lose the session.
func (sessionStore) Keep(name string, listener, first int) error {
	return errors.Join(
		notifyWith("FDSTORE=1\nFDNAME="+sessionPrefix+name, unix.UnixRights(listener)),
		notifyWith("FDSTORE=1\nFDNAME="+firstPrefix+name, unix.UnixRights(first)),
		notifyBarrier(),
	)
}

func (sessionStore) Drop(name string) {
	dropSocket(sessionPrefix + name)
	dropSocket(firstPrefix + name)
}

// storeTime is how long systemd may take to have seen what it was told.
const storeTime = 5 * time.Second

// notifyBarrier waits until systemd has seen all that it was told before (sd_notify_barrier(3)).
func notifyBarrier() error {
	if os.Getenv("NOTIFY_SOCKET") == "" {
		return nil
	}
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		return err
	}
	defer func() { _ = unix.Close(pipe[0]) }()
	err := notifyWith("BARRIER=1", unix.UnixRights(pipe[1]))
	_ = unix.Close(pipe[1])
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(storeTime); ; {
		fds := []unix.PollFd{{Fd: int32(pipe[0])}}
		n, err := unix.Poll(fds, int(max(0, time.Until(deadline).Milliseconds())))
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return err
		case n == 0:
			return errors.New("systemd did not take it in time")
		default:
			return nil
		}
	}
}

// takeSessions takes what an earlier life of the guard has left out of all that systemd has passed.
func takeSessions(files []*os.File) (kept []guard.Kept, rest []*os.File) {
	first := map[string]int{}
	for _, f := range files {
		if f == nil {
			rest = append(rest, f)
			continue
		}
		session, isSession := strings.CutPrefix(f.Name(), sessionPrefix)
		process, isFirst := strings.CutPrefix(f.Name(), firstPrefix)
		if !isSession && !isFirst {
			rest = append(rest, f)
			continue
		}
		fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
		_ = f.Close()
		switch {
		case err != nil:
		case isSession:
			kept = append(kept, guard.Kept{Name: session, Listener: fd, First: -1})
		case first[process] != 0:
			_ = unix.Close(fd)
		default:
			first[process] = fd
		}
	}
	for i := range kept {
		if fd, ok := first[kept[i].Name]; ok {
			kept[i].First = fd
			delete(first, kept[i].Name)
		}
	}
	for name, fd := range first { // its session has ended
		_ = unix.Close(fd)
		dropSocket(firstPrefix + name)
	}
	return kept, rest
}
