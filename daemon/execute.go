package daemon

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/pidfd"
	"github.com/clawrden/clawrden/protocol"
)

// reapTime is how long the kernel is given to tell how a command ended, once it has: it knows only when the parent has
// asked, which may be never.
const reapTime = 2 * time.Second

// staying says whether shims are to stay as parents of their tools, because the kernel doesn't tell how others' children
// end.
func staying(e ExitStatus) (bool, error) {
	switch e {
	case ExitShim:
		return true, nil
	case ExitKernel:
		if !pidfd.Supported() {
			return false, errors.New(`cannot use mirror.exit_status = "kernel": this kernel doesn't tell how a process ended (Linux 6.15 does); use "auto" or "shim"`)
		}
		return false, nil
	case ExitAuto, "":
		return !pidfd.Supported(), nil
	}
	return false, fmt.Errorf("cannot use mirror.exit_status = %q: it is auto, kernel or shim", e)
}

// execute runs the command and returns when it has ended, or can't be followed any more.
func (d *Daemon) execute(ctx context.Context, c *call) job.Exit {
	c.begun = time.Now()
	leave, err := d.agents.run(&c.request.Identity)
	if err != nil {
		return d.unrun(c, protocol.ExitFailed, err)
	}
	defer leave()
	if e := d.o.Executors[c.executor]; e != nil {
		return d.runElsewhere(ctx, c, e)
	}
	return d.runInPlace(c)
}

// unrun answers a command that was recorded as allowed and then could not be started.
func (d *Daemon) unrun(c *call, code int, err error) job.Exit {
	c.failed = err
	c.reply.refuse(code, fmt.Sprintf("%s was not run: %v", clawrden.Text(c.request.Tool), err))
	return job.Exit{Source: clawrden.ExitUnknown}
}

// runInPlace hands the tool to the shim and follows what becomes of it. The agent's descriptors are given up first: a
// reader of its pipe must not have to wait for the daemon.
func (d *Daemon) runInPlace(c *call) job.Exit {
	if !d.o.Unchanged(c.tool) {
		return d.unrun(c, protocol.ExitFailed, errors.New("it was changed while it was judged; try again"))
	}
	var argv []string // the caller's own
	if c.edited != nil || c.whole {
		argv = c.request.Argv
	}
	t, err := d.tapInPlace(c)
	if err != nil {
		return d.unrun(c, codeOf(err), err)
	}
	defer t.leave()
	frame, fds, err := d.o.Plan(c.tool, argv, protocol.Exec{Stay: d.stays(c), Tree: c.bounded(), Stdio: t.replaced(), Env: c.execEnv()})
	if err == nil {
		fds, err = t.join(fds)
	}
	if err != nil {
		return d.unrun(c, protocol.ExitFailed, err)
	}
	c.begun = time.Now()
	if err := d.takeOff(c); err != nil {
		return d.unrun(c, protocol.ExitFailed, err)
	}
	process := c.peer.Pidfd
	errand, err := d.errandOf(c, frame, fds)
	if err != nil {
		return d.unrun(c, protocol.ExitFailed, err)
	}
	defer d.steps.send(errand)()
	defer d.running.inPlace(c, process)()
	if why, locked := d.lock.locked(&c.request.Identity); locked {
		return d.unrun(c, protocol.ExitDenied, errors.New(why))
	}
	if err := d.removed(c); err != nil {
		return d.unrun(c, protocol.ExitDenied, err)
	}
	return d.handOver(c, t, frame, fds)
}

// stays reports whether the shim is to stay as parent: where the kernel tells nothing; or what it runs is limited, since nobody
// would be left to be told; or its output takes another way, which nobody may believe at its end before the output is there.
func (d *Daemon) stays(c *call) bool { return d.stay || c.bounded() || c.wantsTap() }

// bounded reports whether the command may have to be ended by the daemon, with all that it has started.
func (c *call) bounded() bool { return c.decision.Limits.Time > 0 || c.decision.Limits.Output > 0 }

// handOver sends the shim what it is to run, and returns when that has ended, or can't be followed any more.
func (d *Daemon) handOver(c *call, t *tapped, frame []byte, fds []int) job.Exit {
	process := c.peer.Pidfd
	c.closeDescriptors()
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	_ = c.conn.SetWriteDeadline(time.Now().Add(replyTime))
	_, _, err := c.conn.WriteMsgUnix(frame, rights, nil)
	t.handed()
	if err != nil {
		c.passed, _ = t.end()
		c.failed = fmt.Errorf("the caller went away before it was run")
		return job.Exit{Source: clawrden.ExitUnknown}
	}
	c.closeTool()
	c.slim()
	clock := c.limitInPlace(process)
	defer clock.end()
	defer c.boundInPlace(process, t)()
	d.heardBeside(c)
	if exit, ended := c.untilExec(); ended || c.parted {
		if ended {
			c.passedInPlace(t, clock)
		}
		if c.timedOut = clock.over.Load(); c.timedOut && ended {
			c.untilGone()
		}
		return exit
	}
	if c.timedOut = clock.over.Load(); d.stays(c) {
		// The shim said nothing and is gone: killed, or not an honest one.
		c.passedInPlace(t, clock)
		return job.Exit{Source: clawrden.ExitUnknown}
	}
	_ = c.conn.Close()
	exit, ended := d.follow(process, c.stopping, nil)
	c.parted = !ended
	return exit
}

// slim lets go of what is only needed to decide: a command may run for days.
func (c *call) slim() {
	c.facts = clawrden.Facts{Exe: c.facts.Exe}
	c.request.Env = nil
	argv := make([]string, len(c.request.Argv))
	for i, w := range c.request.Argv {
		argv[i] = strings.Clone(w) // each word of a request keeps the whole request in memory
	}
	c.request.Argv = argv
	c.approval = nil
	c.leaveLarge()
}

// untilExec waits for the connection's end, which is the exec; or for the shim's word that there was none, or how a tool
// below it ended.
func (c *call) untilExec() (exit job.Exit, ended bool) {
	for {
		select {
		case f := <-c.frames:
			if exit, ended = c.said(f); ended {
				return exit, true
			}
		case <-c.hungUp:
			// What it said last may have come together with the end.
			for {
				select {
				case f := <-c.frames:
					if exit, ended = c.said(f); ended {
						return exit, true
					}
					continue
				default:
				}
				return job.Exit{}, false
			}
		case <-c.stopping:
			c.parted = true // it has been handed over, and the next life follows it
			return job.Exit{}, false
		}
	}
}

// untilGone waits until the shim has ended, after all that it ran.
func (c *call) untilGone() {
	select {
	case <-c.hungUp:
	case <-c.stopping:
	}
}

// said reads the shim's last words. They are the agent's claim, and recorded as such.
func (c *call) said(f frame) (job.Exit, bool) {
	if f.typ == protocol.TypeFinished {
		return job.Exit{Status: syscall.WaitStatus(f.number), Known: true, Source: clawrden.ExitShim}, true
	}
	if f.typ == protocol.TypeFailed {
		c.failed = fmt.Errorf("the shim could not run it: %v", syscall.Errno(f.number))
		return job.Exit{Source: clawrden.ExitShim}, true
	}
	return job.Exit{}, false
}

// follow waits for the end of a process that isn't a child, and asks the kernel how it ended. For a command of an earlier life
// the shim that stayed may say so, too. ended is false where it runs on without this daemon, or never ran.
func (d *Daemon) follow(process int, stopping <-chan struct{}, earlier *flight) (exit job.Exit, ended bool) {
	unknown := job.Exit{Source: clawrden.ExitUnknown}
	over, err := d.watch.Exited(process)
	if err != nil {
		return unknown, true
	}
	var said chan job.Exit
	var back chan struct{}
	if earlier != nil {
		said, back = earlier.said, earlier.back
	}
	select {
	case <-over:
	case exit := <-said:
		d.watch.Forget(process)
		return exit, true
	case <-back:
		d.watch.Forget(process)
		return unknown, false
	case <-stopping:
		d.watch.Forget(process)
		return unknown, false
	}
	unknown.Ended = time.Now()
	reaped, err := d.watch.HungUp(process)
	if err != nil {
		return unknown, true
	}
	defer d.watch.Forget(process)
	limit := time.NewTimer(reapTime)
	defer limit.Stop()
	select {
	case <-reaped:
	case <-limit.C:
	case <-stopping:
	}
	status, known := pidfd.ExitStatus(process)
	if !known {
		return unknown, true
	}
	return job.Exit{Status: status, Known: true, Source: clawrden.ExitKernel, Ended: unknown.Ended}, true
}

// runElsewhere runs the command by an executor, on the agent's descriptors or, in plain mode, on pipes.
func (d *Daemon) runElsewhere(ctx context.Context, c *call, e Executor) job.Exit {
	stdio, finish, err := c.reply.stdio(c)
	if err != nil {
		return d.unrun(c, protocol.ExitFailed, err)
	}
	t, err := d.tap(c, stdio)
	if err != nil {
		finish()
		return d.unrun(c, protocol.ExitFailed, err)
	}
	defer t.leave()
	// The shim is told first: a signal that it gets once the command runs is the command's, and not its own to die of.
	if err := d.takeOff(c); err != nil {
		finish()
		return d.unrun(c, protocol.ExitFailed, err)
	}
	c.elsewhere.Store(true)
	c.reply.started(c)
	j := &job.Job{
		Request: c.runRequest(), Decision: &c.decision, Exe: &c.facts.Exe, Tool: c.tool, Stdio: t.stdio, Terminal: t.terminal, Cwd: c.cwd,
		Umask: c.peer.Umask(), Home: c.facts.Home, Stopping: c.stopping,
	}
	if c.entry != nil {
		j.Entry = &c.entry.Entry
		defer d.enter(c)()
	}
	p, err := e.Start(ctx, j)
	t.handed()
	if err != nil {
		finish()
		return d.unrun(c, codeOf(err), err)
	}
	defer d.running.elsewhere(c, p)()
	if g, ok := p.(gapped); ok {
		c.gaps = g.Gaps()
	}
	if _, locked := d.lock.locked(&c.request.Identity); locked || d.removed(c) != nil {
		p.Signal(syscall.SIGKILL) // the switch was thrown, or the agent removed, before it could be found among the running
	}
	done := make(chan struct{})
	go d.passSignals(c, p, t, done)
	c.closeDescriptors()
	clock := c.limitElsewhere(p)
	d.heardBeside(c)
	exit := t.wait(p)
	clock.end()
	close(done)
	if c.parted = exit.Left; c.parted {
		finish()
		return exit
	}
	exit.Ended = time.Now()
	if c.timedOut = clock.ended(exit, c.begun); c.timedOut {
		p.Signal(syscall.SIGKILL) // what the command has left behind
	}
	c.passed, c.overflowed = t.end()
	finish()
	if c.timedOut {
		c.reply.refuse(protocol.ExitExpired, c.timeRefusal())
		return exit
	}
	if c.overflowed {
		c.reply.refuse(protocol.ExitDenied, c.overflowRefusal())
		return exit
	}
	c.reply.exited(c, exit)
	return exit
}

// codeOf is the shim's exit code for a command that an executor didn't start: the launcher's, where that one says it.
func codeOf(err error) int {
	var coded interface{ Code() int }
	switch {
	case errors.As(err, &coded):
		return coded.Code()
	case errors.As(err, &job.NotRunError{}):
		return protocol.ExitDenied
	}
	return protocol.ExitFailed
}

// passSignals sends on what the shim received, until the command has ended.
func (d *Daemon) passSignals(c *call, p Process, t *tapped, done <-chan struct{}) {
	for {
		select {
		case f := <-c.frames:
			switch {
			case f.typ != protocol.TypeSignal || f.number == 0 || f.number > 64:
			case t.terminal && syscall.Signal(f.number) == syscall.SIGWINCH:
				t.tap.WindowChanged() // its own terminal tells it
			default:
				p.Signal(syscall.Signal(f.number))
			}
		case <-done:
			return
		}
	}
}
