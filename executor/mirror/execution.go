package mirror

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/executor/dockerx"
	"github.com/clawrden/clawrden/executor/relay"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/peercred"
	"github.com/clawrden/clawrden/internal/pidfd"
)

// awayTime is how long an engine may be away before nobody knows how a command ended.
const awayTime = 2 * time.Minute

// Execution is a command that the engine runs in a container.
type Execution struct {
	exec   *dockerx.Exec
	helper *relay.Relay
	mount  unix.Stat_t // the container's mount namespace: what its processes are known by

	mu      sync.Mutex
	pidfd   int              // -1 until the engine has told
	waiting []syscall.Signal // that came before
	last    bool             // nothing is sent any more
	over    chan struct{}    // closed then
}

func follow(ctx context.Context, x *dockerx.Exec, helper *relay.Relay, who *peercred.Peer) *Execution {
	e := &Execution{exec: x, helper: helper, pidfd: -1, over: make(chan struct{})}
	_ = unix.Fstatat(who.Proc, "ns/mnt", &e.mount, 0) // without it no process is known, and none is signalled
	stop := context.AfterFunc(ctx, func() { e.Signal(syscall.SIGKILL) })
	own := context.WithoutCancel(ctx) // the engine is still asked how a killed command ended
	go func() {
		defer stop()
		e.find(own)
		e.serve(own)
	}()
	return e
}

// find asks the engine for the process, which it knows some time after it was told to start it, and sends it what came
// meanwhile.
func (e *Execution) find(ctx context.Context) {
	const first, most = 60 * time.Millisecond, 120 * time.Millisecond // what an engine needs to start one; asking earlier holds it up
	for wait := first; ; wait = min(2*wait, most) {
		select {
		case <-e.helper.Done:
			return
		case <-e.over:
			return
		case <-time.After(wait):
		}
		if s, err := e.exec.State(ctx); err == nil && s.PID > 0 {
			e.hold(s.PID)
			return
		}
	}
}

// hold opens the process, if it is one of the container.
func (e *Execution) hold(pid int) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return
	}
	var st unix.Stat_t
	// The number can't have passed on between the two, or the process is gone and nothing is sent to it.
	if unix.Stat("/proc/"+strconv.Itoa(pid)+"/ns/mnt", &st) != nil || st.Dev != e.mount.Dev || st.Ino != e.mount.Ino {
		_ = unix.Close(fd)
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.last {
		_ = unix.Close(fd)
		return
	}
	e.pidfd = fd
	for _, sig := range e.waiting {
		_ = unix.PidfdSendSignal(fd, sig, nil, 0)
	}
	e.waiting = nil
}

// serve does what the helper says, until the command has ended.
func (e *Execution) serve(ctx context.Context) {
	for broken := e.helper.Broken; ; {
		select {
		case s := <-e.helper.Resized:
			_ = e.exec.Resize(ctx, s.Rows, s.Columns)
		case <-broken:
			broken = nil
			e.Signal(syscall.SIGPIPE)
		case <-e.helper.Done:
			return
		case <-e.over:
			return
		}
	}
}

// maxWaiting is how many signals wait for a command that hasn't started.
const maxWaiting = 64

// Signal sends a signal to the command's first process. A change of the terminal's size is passed on as such.
func (e *Execution) Signal(sig syscall.Signal) {
	if sig == syscall.SIGWINCH && e.helper.TTY {
		e.helper.WindowChanged()
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.last:
	case e.pidfd >= 0:
		_ = unix.PidfdSendSignal(e.pidfd, sig, nil, 0)
	case len(e.waiting) < maxWaiting:
		e.waiting = append(e.waiting, sig)
	}
}

// Wait returns when the command has ended and its output was copied. The kernel tells how it ended where it can, else the
// engine, which writes death by a signal as 128 and its number.
func (e *Execution) Wait() job.Exit {
	<-e.helper.Done
	state, ok := e.ended()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.last = true
	close(e.over)
	e.helper.Close()
	exit := job.Exit{Source: clawrden.ExitUnknown}
	if ok {
		exit = job.Exit{Status: syscall.WaitStatus(state.Code << 8), Known: true, Source: clawrden.ExitExecutor}
	}
	if e.pidfd >= 0 {
		if status, known := pidfd.ExitStatus(e.pidfd); known {
			exit.Status, exit.Known, exit.Source = status, true, clawrden.ExitKernel
		}
		_ = unix.Close(e.pidfd)
		e.pidfd = -1
	}
	return exit
}

// ended waits until the engine says that the command doesn't run any more: a moment after its output has ended, or later
// if the helper was ended.
func (e *Execution) ended() (dockerx.ExecState, bool) {
	last := time.Now()
	for wait := time.Millisecond; ; wait = min(2*wait, time.Second) {
		s, err := e.exec.State(context.Background())
		switch {
		case err == nil && !s.Running:
			return s, true
		case err == nil:
			last = time.Now()
		case errors.Is(err, dockerx.ErrNotFound): // an engine that was restarted, and its container with it
			return s, false
		case time.Since(last) > awayTime:
			return s, false
		}
		<-time.After(wait)
	}
}
