package unit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/pidfd"
	"github.com/clawrden/clawrden/launch"
)

const (
	// endTime is how long systemd may take to say how a command ended that has ended.
	endTime = 5 * time.Second
	// keepTime is how long a command runs before systemd is asked to keep what it will know of its end.
	keepTime = 20 * time.Millisecond
)

// Process is a command that runs in a unit.
type Process struct {
	e    *Executor
	name string
	gaps []string

	ended    <-chan struct{} // the main process has
	stopping <-chan struct{} // the daemon is

	mu     sync.Mutex
	pidfd  int      // of the main process; -1 once it isn't needed any more
	proc   int      // its /proc directory; -1 without
	cgroup int      // the unit's; -1 without
	kept   bool     // systemd keeps what it knows of the unit, until unref
	over   bool     // nobody needs that any more
	exit   job.Exit // by the kernel's word
	lost   error    // why its end can't be waited for
	undo   func() bool
	later  *time.Timer   // until keep is called
	asked  chan struct{} // closed when keep is done
}

// process is a unit's that has no main process yet.
func (e *Executor) process(name string) *Process {
	return &Process{e: e, name: name, pidfd: -1, proc: -1, cgroup: -1}
}

// Place names the unit, for the kill switch.
func (p *Process) Place() string { return "unit:" + p.name }

// follow watches the main process, and stops the unit at the context's end.
func (p *Process) follow(ctx context.Context, stopping <-chan struct{}) error {
	if p.pidfd < 0 {
		return errors.New("the launcher gave no pidfd: this needs Linux 5.3")
	}
	if p.lost != nil {
		return p.lost
	}
	p.stopping = stopping
	if !p.kept {
		p.asked = make(chan struct{})
		p.later = time.AfterFunc(keepTime, p.keep)
	}
	p.undo = context.AfterFunc(ctx, func() {
		select {
		case <-stopping: // it outlives the daemon
		default:
			p.stop()
		}
	})
	return nil
}

// look takes hold of what will tell how the main process ends: before it can.
func (p *Process) look(fd int) {
	p.pidfd = fd
	if p.proc = pidfd.Proc(fd); p.proc >= 0 {
		p.cgroup = openCgroup(p.proc, p.name)
	}
	ended := make(chan struct{})
	p.ended = ended
	p.lost = p.e.watch.OnExit(fd, func() { p.told(); close(ended) })
}

// Gaps are what of the profile nothing holds, as its best_effort lets it.
func (p *Process) Gaps() []string { return p.gaps }

// Terminate ends the command and all that it has started: SIGTERM, and after stopTime SIGKILL.
func (p *Process) Terminate() { p.stop() }

// stop has systemd end all of the unit: SIGTERM, and after stopTime SIGKILL. Without a bus it is killed at once, as far as
// that can be done.
func (p *Process) stop() {
	b, err := p.e.connect()
	if err != nil {
		p.Signal(syscall.SIGKILL)
		return
	}
	b.tell("StopUnit", p.name, "replace")
}

// release lets go of the process. Signals come to nothing afterwards.
func (p *Process) release() {
	if p.undo != nil {
		p.undo()
	}
	if p.later != nil {
		p.later.Stop()
	}
	if p.pidfd >= 0 {
		p.e.watch.Forget(p.pidfd)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, fd := range []*int{&p.pidfd, &p.proc, &p.cgroup} {
		if *fd >= 0 {
			_ = unix.Close(*fd)
			*fd = -1
		}
	}
}

// terminalSignals are those that a terminal sends to all of a job.
var terminalSignals = []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTSTP, syscall.SIGCONT, syscall.SIGWINCH, syscall.SIGHUP}

// Signal sends a signal to the command; SIGKILL to all of its unit.
func (p *Process) Signal(sig syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pidfd < 0 {
		return
	}
	toAll := sig == syscall.SIGKILL
	if slices.Contains(terminalSignals, sig) {
		// The main process leads a group of its own. Linux 6.9 can tell all of that; before it all of the unit is told.
		const processGroup = 4 // PIDFD_SIGNAL_PROCESS_GROUP
		toAll = errors.Is(unix.PidfdSendSignal(p.pidfd, sig, nil, processGroup), unix.EINVAL)
	} else {
		_ = unix.PidfdSendSignal(p.pidfd, sig, nil, 0)
	}
	if sig == syscall.SIGKILL && p.cgroup >= 0 {
		sweep(p.cgroup)
	}
	if toAll {
		go func() {
			if b, err := p.e.connect(); err == nil {
				b.tell("KillUnit", p.name, "all", int32(sig))
			}
		}()
	}
}

// abandon ends a unit whose command was never run, and gives the error to show for it.
func (p *Process) abandon(err error) error {
	defer p.release()
	defer p.e.forget(p.name)
	if refusal, ok := errors.AsType[*launch.Refusal](err); ok {
		return refusal
	}
	if !p.kept {
		return fmt.Errorf("systemd could not set up the unit, or its launcher ended too early (%w); journalctl -u %s has the reason", err, p.name)
	}
	ctx, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	b, connErr := p.e.connect()
	if connErr != nil {
		return err
	}
	got, _ := b.get(ctx, p.name, question{service, "Result"}, question{service, "ExecMainStatus"})
	result, _ := got["Result"].Value().(string)
	status, _ := got["ExecMainStatus"].Value().(int32)
	if result != "" && result != "success" {
		return fmt.Errorf("systemd could not set up the unit: result %s, status %d; journalctl -u %s has the reason", result, status, p.name)
	}
	return err
}

// forget ends a unit, if it still runs, and lets systemd collect it.
func (e *Executor) forget(name string) {
	if b, err := e.connect(); err == nil {
		b.tell("KillUnit", name, "all", int32(syscall.SIGKILL))
		b.tell("UnrefUnit", name)
	}
}
