package daemon

import (
	"crypto/subtle"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

// An ask whose daemon has gone is taken up by the next one. Its caller is absent until it comes back with its ticket:
//
//	          ┌── the ticket ─────────▶ waits as before; what was decided meanwhile reaches it
//	absent ───┤
//	          └── the grace is over ──▶ cancelled, recorded

// defaultGrace is how long a daemon that has started waits for the callers of an earlier life: a shim tries again each second.
const defaultGrace = 30 * time.Second

// absent is one such ask. Once it is taken out of absents it belongs to who took it.
type absent struct {
	kept   *keptAsk
	ticket Ticket
	// recorded says that the log has it as decided to run: the life before ended between that and the execution.
	recorded bool
	running  bool      // and what is kept of the commands in flight has it too
	until    time.Time // end of the grace
	timer    *time.Timer
}

type absents struct {
	mu sync.Mutex
	of map[string]*absent
	// back are those whose caller has come back and not yet brought the queue what only it has.
	back   map[string]bool
	closed bool
	busy   sync.WaitGroup // those that are given up right now
}

// put waits for a caller until its grace is over, and then calls over.
func (s *absents) put(a *absent, over func(*absent)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return // the next life has its file
	}
	if s.of == nil {
		s.of = map[string]*absent{}
	}
	delete(s.back, a.kept.Record.ID)
	s.of[a.kept.Record.ID] = a
	a.timer = time.AfterFunc(time.Until(a.until), func() {
		s.mu.Lock()
		mine := !s.closed && s.of[a.kept.Record.ID] == a
		if mine {
			delete(s.of, a.kept.Record.ID)
			s.busy.Add(1)
		}
		s.mu.Unlock()
		if mine {
			defer s.busy.Done()
			over(a)
		}
	})
}

// errTicket is all that a stranger hears, so that it can't find out which requests there are.
var errTicket = errors.New("the ticket that was shown is of no request that waits for this process: it has ended, or was another's")

// take gives the ask of a ticket to the process that it was given to.
func (s *absents) take(t *protocol.Ticket, id *clawrden.Identity) (*absent, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.of[t.ID()]
	if a == nil {
		return nil, errTicket
	}
	was := a.kept.Record.Identity
	same := subtle.ConstantTimeCompare([]byte(a.kept.Secret), []byte(secretOf(t.Secret()))) == 1
	if !same || was.PID != id.PID || was.Start != id.Start || was.UID != id.UID {
		return nil, errTicket
	}
	s.comesBack(t.ID(), a)
	return a, nil
}

// find gives a process the ask that it waits for without knowing: the life before ended when it had written the ask down and not
// yet handed out its ticket, and the shim has sent the same command again.
func (s *absents) find(p pidStart, uid uint32, words string) *absent {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, a := range s.of {
		was := a.kept.Record.Identity
		if (pidStart{was.PID, was.Start}) == p && was.UID == uid && a.kept.Words == words {
			s.comesBack(id, a)
			return a
		}
	}
	return nil
}

// comesBack takes one off the list.
func (s *absents) comesBack(id string, a *absent) {
	delete(s.of, id)
	a.timer.Stop()
	if s.back == nil {
		s.back = map[string]bool{}
	}
	s.back[id] = true
}

// isBack says that the caller of an ask has brought all, or never will.
func (s *absents) isBack(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.back, id)
}

// has reports whether an ask's caller isn't back, so that the queue doesn't have all of it.
// none reports whether nobody is waited for, which is so most of the time.
func (s *absents) none() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.of) == 0
}

func (s *absents) has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.of[id] != nil || s.back[id]
}

// close stops waiting; the next life begins anew.
func (s *absents) close() {
	s.mu.Lock()
	s.closed = true
	for _, a := range s.of {
		a.timer.Stop()
	}
	s.mu.Unlock()
	s.busy.Wait()
}

// waitFor waits for the caller of an ask.
func (d *Daemon) waitFor(a *absent) {
	d.absent.put(a, func(a *absent) { d.giveUp(a, "its caller did not come back after the daemon's restart") })
}

// giveUp ends an ask whose caller doesn't come back.
func (d *Daemon) giveUp(a *absent, why string) {
	id := a.kept.Record.ID
	if a.recorded {
		if !a.running {
			r := a.kept.Record
			was := a.ticket.Result()
			r.Args, r.ArgsB64 = clawrden.Words(was.Request.Args())
			r.Decision, r.Executor, r.Boundary = clawrden.OutcomeApproved, execMirror, clawrden.BoundaryNone
			d.neverRan(&r)
		}
		d.endAsk(id)
		return
	}
	_, _ = d.o.Queue.Cancel(id, why)
	now := a.ticket.Result()
	r := a.kept.Record
	r.Args, r.ArgsB64 = clawrden.Words(now.Request.Args())
	r.Approver, r.Votes, r.Comment, r.WaitedMS = now.By, votesOf(&now), now.Comment, time.Since(now.Created).Milliseconds()
	switch now.State {
	case clawrden.StateDenied:
		r.Decision = clawrden.OutcomeDenied
	case clawrden.StateExpired:
		r.Decision = clawrden.OutcomeExpired
	case clawrden.StateApproved:
		r.Decision, r.Reason = clawrden.OutcomeCancelled, "it was approved, but "+why
	case clawrden.StateCancelled, clawrden.StatePending:
		r.Decision = clawrden.OutcomeCancelled
	}
	if d.record(&r) == nil {
		d.live.publish(clawrden.Event{Type: clawrden.LiveDecided, Entry: entryOf(&r)})
	}
	d.endAsk(id)
}

// endAsk ends what is kept of an ask: its caller has been told, or won't be.
func (d *Daemon) endAsk(id string) {
	d.absent.isBack(id)
	var memory *clawrden.Memory
	if m, ok := d.o.Queue.Memory(id); ok {
		memory = &m
	}
	if err := d.asks.end(id, memory); err != nil {
		d.log.Warn("cannot keep how a request ended", slog.String("id", id), slog.Any("error", err))
	}
}
