package unit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/pidfd"
	"github.com/clawrden/clawrden/launch"
)

// endTime is how long systemd may take to say how a command ended that has ended.
const endTime = 5 * time.Second

// Process is a command that runs in a unit.
type Process struct {
	e    *Executor
	name string
	gaps []string

	ended    <-chan struct{} // the main process has
	stopping <-chan struct{} // the daemon is

	mu    sync.Mutex
	pidfd int // of the main process; -1 once it isn't needed any more
	undo  func() bool
}

// Place names the unit, for the kill switch.
func (p *Process) Place() string { return "unit:" + p.name }

// follow watches the main process, and stops the unit at the context's end.
func (p *Process) follow(ctx context.Context, stopping <-chan struct{}) error {
	if p.pidfd < 0 {
		return errors.New("the launcher gave no pidfd: this needs Linux 5.3")
	}
	var err error
	if p.ended, err = p.e.watch.Exited(p.pidfd); err != nil {
		return err
	}
	p.stopping = stopping
	p.undo = context.AfterFunc(ctx, func() {
		select {
		case <-stopping: // it outlives the daemon
		default:
			p.stop()
		}
	})
	return nil
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

// Wait waits for the end of the command's main process. systemd then ends what it has left behind.
func (p *Process) Wait() job.Exit {
	defer p.release()
	unknown := job.Exit{Source: clawrden.ExitUnknown}
	select {
	case <-p.ended:
	case <-p.stopping:
		p.e.watch.Forget(p.pidfd)
		return job.Exit{Source: clawrden.ExitUnknown, Left: true}
	}
	unknown.Ended = time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	exit, err := p.ask(ctx)
	if err == nil {
		exit.Ended = unknown.Ended
		return exit
	}
	// The bus or systemd has been started anew meanwhile, so the unit is forgotten. Newer kernels know, too.
	if status, ok := pidfd.ExitStatus(p.pidfd); ok {
		return job.Exit{Status: status, Known: true, Source: clawrden.ExitKernel, Ended: unknown.Ended}
	}
	return unknown
}

// ask has systemd say how the command ended. It has been told by the kernel when the pidfd has, so it mostly knows at once.
func (p *Process) ask(ctx context.Context) (job.Exit, error) {
	const first, most = time.Millisecond, 100 * time.Millisecond
	for wait := first; ; wait = min(2*wait, most) {
		b, err := p.e.connect()
		if err != nil {
			return job.Exit{}, err
		}
		got, err := b.get(ctx, p.name, endQuestions...)
		if err != nil {
			return job.Exit{}, err
		}
		if state, _ := got["LoadState"].Value().(string); state == "not-found" {
			return job.Exit{}, errForgotten
		}
		if exit, ok := exitOf(got); ok {
			b.tell("UnrefUnit", p.name)
			return exit, nil
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return job.Exit{}, ctx.Err()
		}
	}
}

// errForgotten says that systemd has lost sight of a unit, as it does when its bus is started anew.
var errForgotten = errors.New("systemd doesn't know the unit any more")

// endQuestions are answered one after the other, by a unit that may end before them or be forgotten in between. When it has
// ended is asked first and how last: what lies between is of one and the same end only where both are known.
var endQuestions = []question{
	{unitIface, "LoadState"},
	{service, "ExecMainExitTimestampMonotonic"},
	{service, "ExecMainStatus"},
	{service, "Result"},
	{service, "CPUUsageNSec"},
	{service, "MemoryPeak"},
	{service, "IOReadBytes"},
	{service, "IOWriteBytes"},
	{service, "ExecMainCode"},
}

// exitOf makes an exit of systemd's properties; false while the main process runs.
func exitOf(got map[string]dbus.Variant) (job.Exit, bool) {
	const exited, killed, dumped, core = 1, 2, 3, 0x80 // CLD_*, and the bit of a wait status
	code, _ := got["ExecMainCode"].Value().(int32)
	status, known := got["ExecMainStatus"].Value().(int32)
	ended, _ := got["ExecMainExitTimestampMonotonic"].Value().(uint64)
	if ended == 0 || !known || code != exited && status <= 0 {
		return job.Exit{}, false
	}
	exit := job.Exit{Known: true, Source: clawrden.ExitExecutor}
	switch code {
	case exited:
		exit.Status = syscall.WaitStatus(uint32(status) & 0xff << 8) //nolint:gosec // 8 bits of it
	case killed:
		exit.Status = syscall.WaitStatus(uint32(status) & 0x7f) //nolint:gosec // 7 bits of it
	case dumped:
		exit.Status = syscall.WaitStatus(uint32(status)&0x7f | core) //nolint:gosec // 7 bits of it
	default:
		return job.Exit{}, false
	}
	number := func(name string) *uint64 {
		n, ok := got[name].Value().(uint64)
		if !ok || n == ^uint64(0) { // systemd's "not known"
			return nil
		}
		return &n
	}
	exit.Usage = clawrden.Usage{CPU: number("CPUUsageNSec"), Memory: number("MemoryPeak"), Read: number("IOReadBytes"), Written: number("IOWriteBytes")}
	return exit, true
}

// release lets go of the process. Signals come to nothing afterwards.
func (p *Process) release() {
	if p.undo != nil {
		p.undo()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pidfd >= 0 {
		_ = unix.Close(p.pidfd)
		p.pidfd = -1
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
		_ = unix.PidfdSendSignal(p.pidfd, sig, nil, 0) // when the main process is dead systemd ends the rest, but gently
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
	if refusal, ok := errors.AsType[*launch.Refusal](err); ok {
		p.e.forget(p.name)
		return refusal
	}
	ctx, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	b, connErr := p.e.connect()
	if connErr != nil {
		return err
	}
	got, _ := b.get(ctx, p.name, question{service, "Result"}, question{service, "ExecMainStatus"}, question{unitIface, "ActiveState"})
	p.e.forget(p.name)
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
