package daemon

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

// maxAsks is how often one request may be put before people again, because what it would run has changed meanwhile.
const maxAsks = 3

// await settles the outcome: by the verdict, or by a person where the verdict is ask. After an approval everything is
// looked at again, and what differs from what was shown is asked for again.
func (d *Daemon) await(ctx context.Context, c *call) {
	asked := 0
	if c.back != nil {
		c.digest = digestOf(&c.facts, &c.request)
		if d.goOnWaiting(ctx, c) {
			return
		}
		asked = 1
	}
	for ; ; asked++ {
		c.digest = digestOf(&c.facts, &c.request)
		switch c.decision.Verdict {
		case clawrden.Allow:
			if asked == 0 || c.approval.Digest == c.digest {
				c.outcome = outcomeOf(c)
				return
			}
			c.decision.Verdict = clawrden.Ask // what was approved is not what is allowed now
			continue
		case clawrden.Ask:
			if asked > 0 && c.approval.Digest == c.digest && clawrden.SameDemands(c.approval.Decision.Demands, c.decision.Demands) {
				c.outcome = clawrden.OutcomeApproved
				return
			}
		case clawrden.Deny, clawrden.Invalid:
			c.outcome = clawrden.OutcomeDeny
			return
		}
		if asked > 0 {
			if err := d.askAnew(c); err != nil {
				c.outcome = clawrden.OutcomeDeny
				return
			}
		}
		if asked == maxAsks {
			c.deny(protocol.ExitDenied, "what it would run kept changing while approval was asked for")
			c.outcome = clawrden.OutcomeDeny
			return
		}
		if asked == 0 && (d.remembered(c) || d.granted(c)) {
			return
		}
		if !d.ask(ctx, c) {
			return
		}
		d.change(c)
		d.resolve(ctx, c)
		d.evaluate(ctx, c)
	}
}

// remembered settles the outcome by what people have said of the same request before: a refusal that is still fresh, or
// an approval that came after the request had expired.
func (d *Daemon) remembered(c *call) bool {
	if was, until, ok := d.o.Queue.Refused(&c.request, &c.facts, &c.decision); ok {
		c.approval, c.remembered, c.outcome = &was, was.ID, clawrden.OutcomeDenied
		c.hint = "it was refused before, as request " + was.ID + ", and is not shown to a person again until " + until.Local().Format("15:04:05") + "; do something else"
		return true
	}
	was, ok := d.o.Queue.Once(&c.request.Identity, c.digest)
	if !ok {
		return false
	}
	if err := d.keepMemory(was.ID); err != nil { // it is used up, also for another life: it was for one time
		d.log.Error("an approval that came late can't be used", slog.String("id", was.ID), slog.Any("error", err))
		return false
	}
	if !clawrden.SameDemands(was.Decision.Demands, c.decision.Demands) {
		return false
	}
	c.approval, c.remembered, c.outcome = &was, was.ID, clawrden.OutcomeApproved
	return true
}

// name gives the request its id. Without one it is denied.
func (d *Daemon) name(c *call) {
	id, err := d.o.NewID()
	if err != nil {
		c.deny(protocol.ExitFailed, "cannot make a request id: "+err.Error())
		return
	}
	c.request.ID = id
}

// askAnew ends an approval of what isn't what would run now: it goes on record as cancelled, and the request goes on under
// another id, since an id names one question.
func (d *Daemon) askAnew(c *call) error {
	outcome, decision, digest, facts := c.outcome, c.decision, c.digest, c.facts
	c.outcome, c.decision, c.digest = clawrden.OutcomeCancelled, c.approval.Decision, c.approval.Digest
	c.facts = c.approval.Facts
	c.decision.Reason = "what it would run has changed since it was approved; it is asked for again"
	err := d.recordDecided(c)
	c.outcome, c.decision, c.digest, c.facts = outcome, decision, digest, facts
	if err != nil {
		c.deny(protocol.ExitFailed, "the audit log can't be written: "+err.Error())
		return err
	}
	d.heard(c)
	c.recorded = false
	d.name(c)
	if c.decision.Verdict == clawrden.Deny {
		return errNoID
	}
	return nil
}

var errNoID = errors.New("no request id")

func outcomeOf(c *call) clawrden.Outcome {
	if c.approval != nil {
		return clawrden.OutcomeApproved
	}
	return clawrden.OutcomeAllow
}

// ask puts the request before people and waits; it reports whether it was approved. Else the outcome is set.
func (d *Daemon) ask(ctx context.Context, c *call) bool {
	timeout := d.o.AskTimeout
	if c.decision.Timeout > 0 {
		timeout = time.Duration(c.decision.Timeout) * time.Millisecond
	}
	expires := time.Now().Add(timeout)
	if why := d.nobody(&c.request.Identity, &c.decision); why != "" {
		c.deny(protocol.ExitDenied, why)
		c.hint = "a retry will be denied too; an operator has to change the policy"
		c.outcome = clawrden.OutcomeDeny
		return false
	}
	if c.held != nil {
		defer d.holds.put(c.request.ID, c.held)()
	}
	ticket, err := d.enqueue(c, expires)
	if err != nil {
		c.outcome = clawrden.OutcomeDeny
		return false
	}
	d.live.publish(clawrden.Event{Type: clawrden.LivePending, Pending: pendingOf(c, expires)})
	c.reply.waiting(c, c.request.ID, expires)
	return d.wait(ctx, c, ticket)
}

// enqueue puts the request where people see it, once another life of the daemon could go on with it; else it is denied.
func (d *Daemon) enqueue(c *call, expires time.Time) (Ticket, error) {
	err := d.o.Queue.Room(&c.request, &c.facts)
	if err == nil {
		if err := d.keepAsk(c, expires); err != nil {
			c.deny(protocol.ExitFailed, "nobody is asked, because the request can't be kept over a restart: "+err.Error())
			c.hint = "an operator has to mend the state directory; a retry helps only then"
			return nil, err
		}
		var ticket Ticket
		if ticket, err = d.o.Queue.Add(c.request, c.facts, c.decision, c.digest, expires); err == nil {
			return ticket, nil
		}
	}
	c.deny(protocol.ExitDenied, err.Error())
	c.hint = "wait until some of them are decided, then try again"
	return nil, err
}

// keepAsk writes what another life of the daemon needs to go on with this ask, and makes the caller's ticket.
func (d *Daemon) keepAsk(c *call, expires time.Time) error {
	r := d.decidedRecord(c)
	r.Args, r.ArgsB64 = nil, nil // whole, as they are, in Argv
	k := &keptAsk{
		Boot: d.boot, Words: wordsOf(&c.facts, &c.request), Record: *r, Tool: []byte(c.request.Tool), Argv: keptBytes(c.request.Argv),
		Cwd: []byte(c.request.Cwd), Protocol: c.version, Decision: keptDecision(c.decision), State: clawrden.StatePending, Revision: 1,
		Received: c.request.Received, Created: time.Now(), Expires: expires,
	}
	if err := d.ticketFor(c, k); err != nil {
		return err
	}
	c.kept = true
	return d.asks.keep(k)
}

// ticketFor makes a ticket for a caller that can come back, and keeps what it will be known by.
func (d *Daemon) ticketFor(c *call, k *keptAsk) error {
	c.ticket = protocol.Ticket{}
	if c.version < 3 {
		return nil
	}
	var secret [16]byte
	rand.Read(secret[:]) // never fails: the runtime ends the process instead
	ok := false
	if c.ticket, ok = protocol.NewTicket(c.request.ID, secret); !ok {
		return fmt.Errorf("%q can't be on a ticket", c.request.ID)
	}
	k.Secret = secretOf(secret[:])
	return nil
}

// heard ends what is kept of the call's ask: the caller has its answer.
func (d *Daemon) heard(c *call) {
	if c.kept {
		c.kept = false
		d.endAsk(c.request.ID)
	}
}

// heardBeside does so while the command runs: its end, which may come sooner, is not to be kept waiting for the disk.
func (d *Daemon) heardBeside(c *call) {
	if c.kept {
		c.kept = false
		id := c.request.ID
		d.work.Go(func() { d.endAsk(id) })
	}
}

// keepMemory writes what is remembered of an ask that has ended.
func (d *Daemon) keepMemory(id string) error {
	m, ok := d.o.Queue.Memory(id)
	if !ok {
		return nil
	}
	defer d.asks.lock(id)()
	return d.asks.remember(&m)
}

// goneAway is why an ask is cancelled whose caller has ended.
const goneAway = "the caller went away"

// wait waits for the end of an ask and reports whether it was approved. Else the outcome is set; or, where the daemon stops
// and the shim comes back to the next one, the call has parted.
func (d *Daemon) wait(ctx context.Context, c *call, ticket Ticket) bool {
	c.leaveLarge() // the queue has limits of its own
	c.closeTool()  // it is looked at again before it runs, and a copy of it may be large
	whole := d.waitsWhole(c, ticket)
	if !whole && d.waitLightly(c, ticket) {
		return false
	}
	if whole {
		defer d.lights.whole.Add(-1)
	}
	stopped := d.escalations(c, ticket)
	asked := time.Now()
	defer func() { c.waited += time.Since(asked) }()
	select {
	case <-ticket.Done():
	case <-ctx.Done():
		if c.parts() || d.lapses(c, ticket) {
			stopped()
			c.parted = true
			return false
		}
		why := goneAway
		if c.connected() {
			why = "the daemon is stopping"
		}
		if _, err := d.o.Queue.Cancel(c.request.ID, why); err != nil && !errors.Is(err, clawrden.ErrDecided) {
			d.log.DebugContext(ctx, "cannot cancel an ask")
		}
		<-ticket.Done()
	}
	stopped()
	return c.ended(ctx, ticket)
}

// ended takes over how an ask ended, and reports whether it was approved. It is apart so that what waits has a small stack.
func (c *call) ended(ctx context.Context, ticket Ticket) bool {
	result := ticket.Result()
	c.approval = &result
	switch result.State {
	case clawrden.StateApproved:
		if ctx.Err() == nil {
			return true
		}
		c.outcome = clawrden.OutcomeCancelled
	case clawrden.StateDenied:
		c.outcome = clawrden.OutcomeDenied
	case clawrden.StateExpired:
		c.outcome = clawrden.OutcomeExpired
	case clawrden.StateCancelled, clawrden.StatePending:
		c.outcome = clawrden.OutcomeCancelled
	}
	return false
}

// connected reports whether the other end is still there, as far as is known.
func (c *call) connected() bool {
	select {
	case <-c.hungUp:
		return false
	default:
		return true
	}
}
