package daemon

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/pidfd"
)

// The first asks wait whole: with their goroutines and descriptors, so that what is approved runs at once. Where more wait, the
// rest wait lightly. Of such a call the daemon keeps its connection and its file; its ask is in the queue like any other. Once
// that has ended the connection is closed, and the shim comes back with its ticket, as after a restart:
//
//	        ┌── decided, expired ──▶ the connection ends ──▶ absent, until the shim is back with its ticket
//	light ──┤
//	        └── the shim goes away ──▶ cancelled, recorded
type lights struct {
	whole atomic.Int64 // asks that wait whole

	mu     sync.Mutex
	of     map[*light]struct{}
	closed bool
}

// light is one call that waits so.
type light struct {
	id     string
	ticket Ticket
	conn   int    // its connection, as a descriptor of its own
	stop   func() // its escalations
}

// waitsWhole takes one of the places for asks that wait whole. It is false where all are taken, and the caller can come back.
func (d *Daemon) waitsWhole(c *call, ticket Ticket) bool {
	if d.lights.whole.Add(1) <= int64(d.agents.limits.WholeWaits) || c.version < 3 || !c.kept || c.held != nil || over(ticket) {
		return true
	}
	d.lights.whole.Add(-1)
	return false
}

// over reports whether an ask has ended.
func over(t Ticket) bool {
	select {
	case <-t.Done():
		return true
	default:
		return false
	}
}

// waitLightly lets go of all that a call holds but its connection. The call has parted where it returns true; else it waits
// whole after all.
func (d *Daemon) waitLightly(c *call, ticket Ticket) bool {
	raw, err := c.conn.SyscallConn()
	if err != nil {
		return false
	}
	l := &light{id: c.request.ID, ticket: ticket, conn: -1}
	err = raw.Control(func(fd uintptr) { l.conn, _ = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) })
	if err != nil || l.conn < 0 {
		return false
	}
	l.stop = d.escalations(c, ticket)
	if !d.lights.put(l) || d.watch.OnHangUp(l.conn, func() { d.cancelLight(l) }) != nil {
		d.lights.take(l)
		l.stop()
		_ = unix.Close(l.conn)
		return false
	}
	c.parted = true
	ticket.Then(func() { d.callBack(l) })
	return true
}

// callBack has the shim come back for the answer.
func (d *Daemon) callBack(l *light) {
	if !d.lights.take(l) {
		return
	}
	defer l.close(d.watch)
	kept, err := d.asks.get(l.id)
	if err != nil {
		d.loseLight(l, "what was kept of it while it waited can't be read", err)
		return
	}
	kept.Argv = nil // the queue has it
	a := &absent{kept: kept, ticket: l.ticket, until: time.Now().Add(d.o.Grace)}
	d.absent.put(a, func(a *absent) { d.giveUp(a, "its caller did not come back for the answer") })
}

// cancelLight ends the ask of a caller that has gone.
func (d *Daemon) cancelLight(l *light) {
	if !d.lights.take(l) {
		return
	}
	defer l.close(d.watch)
	kept, err := d.asks.get(l.id)
	if err != nil {
		d.loseLight(l, goneAway, err)
		return
	}
	d.giveUp(&absent{kept: kept, ticket: l.ticket}, goneAway)
}

// loseLight records the end of an ask whose file can't be read, as far as the queue knows it. Nothing runs for it: its shim, if it
// comes back, shows a ticket that is good for nothing.
func (d *Daemon) loseLight(l *light, why string, err error) {
	d.log.Error("a request that waited is lost", slog.String("id", l.id), slog.Any("error", err))
	_, _ = d.o.Queue.Cancel(l.id, why)
	now := l.ticket.Result()
	r := clawrden.Record{
		Event: clawrden.EventDecided, ID: l.id, Way: now.Request.Way, Command: clawrden.Text(now.Request.Tool), Cwd: clawrden.Text(now.Request.Cwd),
		Identity: &now.Request.Identity, Verdict: &now.Decision.Verdict, Decision: clawrden.OutcomeCancelled, Rules: now.Decision.Rules,
		Policy: now.Decision.Policy, Digest: now.Digest, Approver: now.By, Reason: why,
	}
	r.Args, r.ArgsB64 = clawrden.Words(now.Request.Args())
	if d.record(&r) == nil {
		d.live.publish(clawrden.Event{Type: clawrden.LiveDecided, Entry: entryOf(&r)})
	}
}

func (l *light) close(w *pidfd.Watcher) {
	l.stop()
	w.Forget(l.conn)
	_ = unix.Close(l.conn)
}

func (s *lights) put(l *light) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	if s.of == nil {
		s.of = map[*light]struct{}{}
	}
	s.of[l] = struct{}{}
	return true
}

// take gives a call to the first who comes for it.
func (s *lights) take(l *light) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.of[l]
	delete(s.of, l)
	return ok
}

// close leaves all of them to the daemon's next life.
func (s *lights) close(w *pidfd.Watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for l := range s.of {
		l.close(w)
	}
	clear(s.of)
}
