package daemon

import (
	"errors"
	"fmt"
	"log/slog"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/peercred"
	"github.com/clawrden/clawrden/protocol"
)

// What an executor runs may outlive the daemon, and so does the shim that waits for it. Each finds the next life by itself:
//
//	command ── Resume ──▶ followed to its end ─────────────┐
//	shim ──── Attach ──▶ known by its process ──▶ signals ─┴▶ exit status
//
// No ticket is needed: the kernel says which process asks, and what it can have is the end of its own command. An end is kept for
// the shim as long as callers of an earlier life are waited for.

// attachVersion is the first protocol whose shim comes back for what runs elsewhere.
const attachVersion = 3

// afar is a command of an earlier life that an executor ran for a shim.
type afar struct {
	id, command string
	uid         uint32
	over        chan struct{} // closed when it has ended, or isn't followed any more

	// Below is set before over is closed.
	exit job.Exit
	why  string // nobody knows how it ended
	code int    // in place of its exit status, with refusal
	text string

	signals chan syscall.Signal // for who follows it
}

// expects notes a command whose shim comes back; nil if it has none that does.
func (d *Daemon) expects(k *keptRun) *afar {
	id := k.Record.Identity
	if !k.Comes || k.Boot != d.boot || d.boot == "" {
		return nil
	}
	a := &afar{id: k.Record.ID, command: k.Record.Command, uid: id.UID, over: make(chan struct{}), signals: make(chan syscall.Signal)}
	d.flights.mu.Lock()
	defer d.flights.mu.Unlock()
	if d.flights.away == nil {
		d.flights.away = map[pidStart]*afar{}
	}
	p := pidStart{id.PID, id.Start}
	if was := d.flights.away[p]; was != nil && was.id == a.id {
		return was
	}
	d.flights.away[p] = a
	return a
}

// ended tells the shim of an end, now or when it comes.
func (d *Daemon) ended(k *keptRun, a *afar, exit job.Exit, why string) {
	if a == nil {
		return
	}
	a.exit, a.why = exit, why
	close(a.over)
	p := pidStart{k.Record.Identity.PID, k.Record.Identity.Start}
	time.AfterFunc(d.o.Grace, func() {
		d.flights.mu.Lock()
		defer d.flights.mu.Unlock()
		if d.flights.away[p] == a {
			delete(d.flights.away, p)
		}
	})
}

// endedAfar keeps for its shim how a command ended that isn't followed in this life.
func (d *Daemon) endedAfar(k *keptRun, exit job.Exit, why string) {
	d.ended(k, d.expects(k), exit, why)
}

// exitOf is the exit that is on record.
func exitOf(e *clawrden.Entry) job.Exit {
	exit := job.Exit{Source: e.ExitSource}
	switch {
	case e.ExitCode != nil:
		exit.Known, exit.Status = true, syscall.WaitStatus(uint32(*e.ExitCode)&0xff<<8)
	case e.Signal != "":
		if n := unix.SignalNum(e.Signal); n != 0 {
			exit.Known, exit.Status = true, syscall.WaitStatus(n)
		}
	}
	return exit
}

// errAttach answers a process for which nothing runs.
var errAttach = errors.New("the process asks how its command ends, and none of it runs elsewhere, or its end was long ago; an operator finds it in the history")

// takeBackRunning passes signals on to what runs elsewhere for a shim that lost its daemon, and tells it the end.
func (d *Daemon) takeBackRunning(c *call) {
	d.flights.mu.Lock()
	a := d.flights.away[c.process()]
	d.flights.mu.Unlock()
	if a == nil || a.uid != c.peer.UID {
		d.refuseMalformed(c, malformed{err: errAttach})
		return
	}
	c.elsewhere.Store(true)
	c.reply.started(c)
	for {
		select {
		case f := <-c.frames:
			if f.typ != protocol.TypeSignal || f.number == 0 || f.number > 64 {
				continue
			}
			select {
			case a.signals <- syscall.Signal(f.number):
			case <-a.over:
			case <-c.stopping:
				return
			}
		case <-a.over:
			c.tell(a)
			return
		case <-c.hungUp:
			return
		case <-c.stopping:
			return // the next life tells it
		}
	}
}

// tell says how a command ended.
func (c *call) tell(a *afar) {
	switch {
	case a.exit.Left:
	case a.code != 0:
		c.reply.refuse(a.code, a.text)
	case !a.exit.Known && a.why != "":
		c.reply.refuse(protocol.ExitFailed, fmt.Sprintf("nobody knows how %s ended: %s\nlook at what it has done before a retry", a.command, a.why))
	default:
		c.reply.exited(c, a.exit)
	}
}

// attend does for a command of an earlier life what its shim wants: it passes signals on, and ends the command with its caller.
func (d *Daemon) attend(k *keptRun, a *afar, p Process, over <-chan struct{}) {
	if a == nil {
		return
	}
	id := k.Record.Identity
	caller, err := peercred.Reopen(id.PID, id.Start)
	gone := make(<-chan struct{})
	switch {
	case errors.Is(err, peercred.ErrGone):
		terminate(p)
	case err == nil:
		defer func() { _ = unix.Close(caller) }()
		defer d.watch.Forget(caller)
		gone, err = d.watch.Exited(caller)
	}
	if err != nil && !errors.Is(err, peercred.ErrGone) {
		d.log.Warn("the caller of a command of the daemon's last life can't be watched", slog.String("id", k.Record.ID), slog.Any("error", err))
	}
	for {
		select {
		case sig := <-a.signals:
			p.Signal(sig)
		case <-gone:
			terminate(p)
			gone = nil
		case <-over:
			return
		}
	}
}

// limitAfar ends a command of an earlier life once its time is over. A time that is over already is over at once.
func limitAfar(k *keptRun, p Process) *timer {
	left := time.Duration(0)
	if k.Limit > 0 {
		left = max(k.Limit-time.Since(k.Begun), 1)
	}
	return limitTime(left, func() {}, func() { terminate(p) }, func() { p.Signal(syscall.SIGKILL) })
}

// terminate asks all of a command to end, as far as its executor can.
func terminate(p Process) {
	if all, ok := p.(terminator); ok {
		all.Terminate()
		return
	}
	p.Signal(syscall.SIGTERM)
}
