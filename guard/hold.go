package guard

import (
	"bytes"
	"context"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/peercred"
)

// glance is how often a held process is looked at: signals don't end a process in its stop, so that the worker has to.
const glance = 100 * time.Millisecond

// Exit statuses of what doesn't run, as the shim's.
const (
	exitExpired = 124
	exitFailed  = 125
	exitDenied  = 126
)

// hold waits for a person's verdict while the process stands in its stop. there is false where it has died meanwhile, and been
// reaped, or been let go.
func (t *tracee) hold(ctx context.Context, h *Held, pid int, later <-chan Verdict) (v Verdict, there bool) {
	s := t.session
	if int(s.held.Add(1)) > s.o.Holds {
		s.held.Add(-1)
		return Verdict{Code: exitDenied, Text: strconv.Itoa(s.o.Holds) + " commands of this session wait for a person already\nwait until some are decided, then try again"}, true
	}
	defer s.held.Add(-1)
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		select {
		case v := <-later:
			return v, true
		case <-ctx.Done():
			return Verdict{Code: exitDenied, Text: "the guard was restarted while this waited for a person\nrun the same again: what is decided meanwhile holds for it"}, true
		case <-tick.C:
		}
		if n, status, err := wait(unix.WNOHANG); err != nil || n == pid && (status.Exited() || status.Signaled()) {
			return v, false
		}
		if sig := fatal(h.Proc); sig != 0 {
			// It would have died of this outside the stop. Let it: the signal waits for it behind an exit of our own.
			if writeStub(pid, &stub{code: 128 + int(sig)}) != nil {
				t.kill(pid)
			} else {
				t.detach(pid, 0)
			}
			return v, false
		}
	}
}

// deadly are the signals whose default action ends a process. An exec has put every handler back to the default.
const deadly = ^uint64(1<<(unix.SIGCHLD-1) | 1<<(unix.SIGCONT-1) | 1<<(unix.SIGURG-1) | 1<<(unix.SIGWINCH-1) |
	1<<(unix.SIGSTOP-1) | 1<<(unix.SIGTSTP-1) | 1<<(unix.SIGTTIN-1) | 1<<(unix.SIGTTOU-1))

// fatal gives a pending signal that would end the process, 0 if there is none.
func fatal(proc int) unix.Signal {
	b, err := peercred.ReadAt(proc, "status", 8192)
	if err != nil {
		return unix.SIGKILL
	}
	set := (hexadecimal(b, "SigPnd:") | hexadecimal(b, "ShdPnd:")) &^ hexadecimal(b, "SigIgn:") &^ hexadecimal(b, "SigBlk:") & deadly
	for n := unix.Signal(1); n <= 64; n++ {
		if set&(1<<(n-1)) != 0 {
			return n
		}
	}
	return 0
}

// hexadecimal reads a field of /proc/PID/status, 0 where it isn't there.
func hexadecimal(status []byte, name string) uint64 { return number(status, name, 16) }

func decimal(status []byte, name string) uint64 { return number(status, name, 10) }

func number(status []byte, name string, base int) uint64 {
	_, rest, ok := bytes.Cut(status, []byte("\n"+name))
	if !ok {
		return 0
	}
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	n, err := strconv.ParseUint(string(bytes.TrimSpace(line)), base, 64)
	if err != nil {
		return 0
	}
	return n
}
