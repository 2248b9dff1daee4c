package unit

import (
	"context"
	"errors"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/pidfd"
)

// Wait waits for the end of the command's main process. systemd then ends what it has left behind.
func (p *Process) Wait() job.Exit {
	defer p.release()
	select {
	case <-p.ended:
	case <-p.stopping:
		return job.Exit{Source: clawrden.ExitUnknown, Left: true}
	}
	exit := p.exit
	if !exit.Known && p.pidfd >= 0 {
		exit.Status, exit.Known = pidfd.ExitStatus(p.pidfd) // systemd has looked first
	}
	if (!exit.Known || exit.Usage.CPU == nil) && p.isKept() {
		ctx, cancel := context.WithTimeout(context.Background(), endTime)
		defer cancel()
		// An error: the bus or systemd has been started anew meanwhile, so that the unit is forgotten.
		asked, err := p.ask(ctx)
		switch {
		case err == nil && exit.Known:
			exit.Usage = asked.Usage
		case err == nil:
			asked.Ended, exit = exit.Ended, asked
		}
	}
	if !exit.Known {
		exit.Source = clawrden.ExitUnknown
	}
	p.unref()
	return exit
}

// told takes the kernel's word. It is called at once when the process has ended: systemd counts what the unit has used in the same
// place, and removes it as it ends the unit.
func (p *Process) told() {
	if p.cgroup >= 0 {
		p.exit.Usage = usageOf(p.cgroup)
	}
	if p.proc >= 0 {
		p.exit.Status, p.exit.Known = pidfd.Unreaped(p.proc)
	}
	p.exit.Source, p.exit.Ended = clawrden.ExitKernel, time.Now()
}

// keep has systemd keep what it knows of the unit. The first milliseconds go without: it would cost a short command more than what
// it has used is worth.
func (p *Process) keep() {
	defer close(p.asked)
	ctx, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	b, err := p.e.connect()
	if err != nil || b.call(ctx, "RefUnit", p.name) != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept = !p.over; p.over {
		b.tell("UnrefUnit", p.name)
	}
}

// isKept reports whether systemd can still be asked.
func (p *Process) isKept() bool {
	if p.later != nil && !p.later.Stop() {
		<-p.asked
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kept
}

// unref lets systemd collect the unit.
func (p *Process) unref() {
	p.mu.Lock()
	kept := p.kept
	p.kept, p.over = false, true
	p.mu.Unlock()
	if !kept {
		return
	}
	if b, err := p.e.connect(); err == nil {
		b.tell("UnrefUnit", p.name)
	}
}

// keeps reports whether systemd has to keep what it knows of a unit's end from the start. Linux 6.15 tells how a process ended
// also when systemd has looked first.
func keeps() bool { return !pidfd.Supported() }

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
