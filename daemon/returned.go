package daemon

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

// parts reports whether a call is left to the daemon's next life: this one is stopping, and the shim comes back to the next, or the
// guard asks that again.
func (c *call) parts() bool {
	select {
	case <-c.stopping:
		return (c.version >= 3 || c.held != nil) && !c.can && c.connected()
	default:
		return false
	}
}

// takeBack is the first step of a caller that shows a ticket: it becomes the request that it was, or is denied.
func (d *Daemon) takeBack(c *call) {
	a, err := d.absent.take(&c.ticket, &c.request.Identity)
	if err != nil {
		c.deny(protocol.ExitDenied, err.Error())
		c.hint = "run the command again; it is judged as a new one"
		return
	}
	d.join(c, a)
}

// join makes a call the request that it was.
func (d *Daemon) join(c *call, a *absent) {
	id := a.kept.Record.ID
	if a.running {
		d.flights.forget(id) // it is here, so it wasn't run
		a.running = false
	}
	c.back, c.recorded, c.kept, c.request.ID = a, a.recorded, true, id
}

// rejoin does so for a shim that comes back without the ticket that it was about to get, and gives it another. One that was about
// to be told to run its command hasn't run it.
func (d *Daemon) rejoin(c *call) {
	if !c.again || c.back != nil || c.ticket != (protocol.Ticket{}) {
		return
	}
	a := d.absent.find(c.process(), c.peer.UID, wordsOf(&c.facts, &c.request))
	if a == nil {
		d.flights.again(c.process())
		return
	}
	d.join(c, a)
	if err := d.ticketFor(c, a.kept); err == nil {
		err = d.asks.reticket(c.request.ID, a.kept.Secret)
		if err != nil {
			d.log.Error("a request can't be kept over another restart", slog.String("id", c.request.ID), slog.Any("error", err))
		}
	}
	c.fresh = true
}

// rejoinHeld does so for what the guard still holds and had asked an earlier life about.
func (d *Daemon) rejoinHeld(c *call) {
	if d.absent.none() {
		return
	}
	if a := d.absent.find(c.process(), c.peer.UID, wordsOf(&c.facts, &c.request)); a != nil {
		d.join(c, a)
	}
}

// lapses keeps an ask whose process has ended with the guard: the agent is told to run the same again, which a decision made until
// then is for.
func (d *Daemon) lapses(c *call, ticket Ticket) bool {
	r, held := c.reply.(*heldReply)
	if !held || !r.lost.Load() || !c.kept {
		return false
	}
	k, err := d.asks.get(c.request.ID)
	if err != nil || !d.o.Queue.Lapse(c.request.ID) {
		return false
	}
	c.kept = false
	d.following.Go(func() {
		select {
		case <-ticket.Done():
			d.giveUp(&absent{kept: k, ticket: ticket}, "its process ended with the guard, which was restarted")
		case <-d.ending: // the next life finds its file, and no process
		}
	})
	return true
}

// compare makes sure that a caller that came back has brought the command that it waits for. If not, its ask stays as it is.
func (d *Daemon) compare(c *call) {
	d.rejoin(c)
	if c.back == nil || wordsOf(&c.facts, &c.request) == c.back.kept.Words {
		return
	}
	d.waitFor(c.back)
	c.back, c.recorded, c.kept = nil, false, false
	id := c.request.ID
	d.name(c)
	c.deny(protocol.ExitDenied, fmt.Sprintf("the ticket that was shown is of another command (request %s)", id))
	c.hint = "run the command again; it is judged as a new one"
}

// goOnWaiting waits for the end of the ask that a caller came back for. over is true where that settled the outcome; else what was
// approved is to be compared with what would run now.
func (d *Daemon) goOnWaiting(ctx context.Context, c *call) (over bool) {
	kept, id := c.back.kept, c.request.ID
	switch {
	case c.decision.Verdict != clawrden.Allow && c.decision.Verdict != clawrden.Ask:
		_, _ = d.o.Queue.Cancel(id, "it is denied now")
		c.outcome = clawrden.OutcomeDeny
		return true
	case c.digest != kept.Record.Digest:
		_, _ = d.o.Queue.Cancel(id, "what it would run has changed")
		was := c.back.ticket.Result()
		c.approval = &was
		return false
	}
	if d.o.Grants != nil {
		d.o.Grants.Note(&c.request, &c.facts, &c.decision)
	}
	d.o.Queue.Return(c.request, c.facts)
	d.absent.isBack(id)
	if c.held != nil {
		defer d.holds.put(id, c.held)()
	}
	c.reply.waiting(c, id, kept.Expires)
	if !d.wait(ctx, c, c.back.ticket) {
		return true
	}
	d.change(c)
	d.resolve(ctx, c)
	d.evaluate(ctx, c)
	return false
}
