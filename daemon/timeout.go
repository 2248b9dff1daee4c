package daemon

import (
	"fmt"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/proctree"
	"github.com/clawrden/clawrden/protocol"
)

// timeGrace is how long a command whose time is over may take to end after SIGTERM, and a shim after its command was killed.
const timeGrace = 5 * time.Second

// timer ends a command whose time is over: SIGTERM, and after a grace SIGKILL, to all of it.
type timer struct {
	limit time.Duration
	over  atomic.Bool
	stop  chan struct{}
	done  chan struct{}
}

// terminator is a Process that can send a signal to all that its command has started; another one sends it to the command
// alone, but SIGKILL to all.
type terminator interface{ Terminate() }

// limitTime starts the clock. tell is called once the time is over, before any signal is sent. The timer has to be ended.
func limitTime(limit time.Duration, tell func(), steps ...func()) *timer {
	t := &timer{limit: limit, stop: make(chan struct{}), done: make(chan struct{})}
	if limit <= 0 {
		close(t.done)
		return t
	}
	go func() {
		defer close(t.done)
		if !t.wait(limit) {
			return
		}
		t.over.Store(true)
		tell()
		for i, step := range steps {
			if i > 0 && !t.wait(timeGrace) {
				return
			}
			step()
		}
	}()
	return t
}

// wait reports whether the time has passed and the command still runs.
func (t *timer) wait(d time.Duration) bool {
	clock := time.NewTimer(d)
	defer clock.Stop()
	select {
	case <-clock.C:
		return true
	case <-t.stop:
		return false
	}
}

// end stops the clock, and returns once no signal is sent any more.
func (t *timer) end() {
	close(t.stop)
	<-t.done
}

// ended reports whether the command ended because its time was over, by whoever watches the same limit.
func (t *timer) ended(exit job.Exit, begun time.Time) bool {
	byOther := t.limit > 0 && exit.Known && exit.Status.Signaled() && exit.Duration(begun) >= t.limit &&
		(exit.Status.Signal() == unix.SIGTERM || exit.Status.Signal() == unix.SIGKILL)
	return t.over.Load() || byOther
}

// timeText is what the caller is told, and the record.
func (c *call) timeText() string {
	by := ""
	if r := c.decision.Rule(); r != nil {
		by = fmt.Sprintf(" (rule %q at %s)", r.Name, r.Place())
	}
	return fmt.Sprintf("its time is over, %v%s", c.decision.Limits.Time, by)
}

func (c *call) timeRefusal() string {
	return fmt.Sprintf("%s was ended: %s\n%s", c.command(), c.timeText(), timeHint)
}

const timeHint = "a retry is ended after the same time; do less at once, or ask the operator for more"

// limitInPlace ends what a shim that stays runs, through its descendants: the shim itself tells the caller, and ends last.
func (c *call) limitInPlace(process int) *timer {
	id := &c.request.Identity
	root := []proctree.Root{{Pidfd: process, PID: id.PID, Start: id.Start}}
	return limitTime(c.decision.Limits.Time, func() { c.reply.refuse(protocol.ExitExpired, c.timeRefusal()) },
		func() { _ = proctree.Below(root, unix.SIGTERM) },
		func() { _ = proctree.KillBelow(root) },
		func() { _ = proctree.Kill(root) }) // it should have ended, and isn't what it seems
}

// limitTree ends a process that nobody can be told about, with all that descends from it: one of an earlier life of the
// daemon, or one that a guard holds. A time that is over already is over at once.
func limitTree(process int, id *clawrden.Identity, left time.Duration, limited bool) *timer {
	if limited {
		left = max(left, 1)
	}
	root := []proctree.Root{{Pidfd: process, PID: id.PID, Start: id.Start}}
	return limitTime(left, func() {},
		func() { _ = proctree.Terminate(root) },
		func() { _ = proctree.Kill(root) })
}

// limitElsewhere ends what an executor runs.
func (c *call) limitElsewhere(p Process) *timer {
	return limitTime(c.decision.Limits.Time, func() {},
		func() { terminate(p) },
		func() { p.Signal(syscall.SIGKILL) })
}

// limitable refuses a limit of time where the shim is too old to be held to it.
func (c *call) limitable() error {
	if c.decision.Limits.Time == 0 || c.executor != execMirror || c.request.Way == clawrden.WayGuard || c.request.Protocol >= protocol.VersionArgv {
		return nil
	}
	return fmt.Errorf("the rule limits how long it may run, to which this shim is too old to be held (protocol version %d); have the operator install the shim of this release", c.request.Protocol)
}
