package bridge

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
)

// testTime is how long a test can be answered.
const testTime = 5 * time.Minute

// follow keeps the book's asks as the daemon has them, until ctx ends. A daemon that isn't there is waited for.
func (b *Bridge) follow(ctx context.Context) error {
	for failures := 0; ; failures++ {
		err := b.o.Daemon.Follow(ctx, 0, client.Follower{
			Connected: func(ctx context.Context) error { failures = 0; return b.sync(ctx) },
			Event:     func(e clawrden.Event) error { return b.event(ctx, &e) },
			Lost:      func(why error) { b.o.Log.WarnContext(ctx, "lost the daemon", slog.Any("error", why)) },
		})
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was to end
		}
		b.o.Log.WarnContext(ctx, "can't follow the daemon", slog.Any("error", err))
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(retrying(failures)):
		}
	}
}

// sync reads the whole queue: what the book has beside has ended meanwhile.
func (b *Bridge) sync(ctx context.Context) error {
	queue, err := b.o.Daemon.Queue(ctx)
	if err != nil {
		return err
	}
	waits := make(map[string]bool, len(queue))
	b.mu.Lock()
	for i := range queue {
		waits[queue[i].ID] = true
		b.waiting(&queue[i], false, false)
		if a := b.book.Asks[queue[i].ID]; a != nil && !a.known {
			a.full = false // it couldn't be had whole; it is asked for again
		}
	}
	var gone []string
	for id, a := range b.book.Asks {
		if !waits[id] && a.end == nil && a.test == nil && (a.Ended.IsZero() || b.book.open(id)) {
			gone = append(gone, id)
		}
	}
	b.mu.Unlock()
	for _, id := range gone {
		e, err := b.o.Daemon.Entry(ctx, id)
		switch {
		case err == nil:
			b.mu.Lock()
			b.decided(&e)
			b.mu.Unlock()
		case errors.Is(err, clawrden.ErrNotFound), errors.Is(err, clawrden.ErrNotAuthorized):
			b.mu.Lock()
			b.ended(id, &End{At: time.Now()})
			b.mu.Unlock()
		default:
			return err
		}
	}
	b.changed()
	b.tellSoon() // a daemon that was started anew knows nothing of this bridge
	return b.keep()
}

// event takes one event into the book.
func (b *Bridge) event(ctx context.Context, e *clawrden.Event) error {
	switch {
	case e.Type == clawrden.LivePending && e.Pending != nil, e.Type == clawrden.LiveEscalated && e.Pending != nil:
		p, known := e.Pending, false
		if full, err := b.o.Daemon.Pending(ctx, p.ID); err == nil {
			p, known = &full, true // an event is shortened, and has no look at the commands inside
		} else if errors.Is(err, clawrden.ErrDecided) || errors.Is(err, clawrden.ErrNotFound) {
			return nil // its end comes as an event
		}
		b.mu.Lock()
		b.waiting(p, e.Type == clawrden.LiveEscalated, known)
		b.mu.Unlock()
	case e.Type == clawrden.LiveDecided && e.Entry != nil:
		b.mu.Lock()
		b.decided(e.Entry)
		b.mu.Unlock()
	case e.Type == clawrden.LiveBridgeTest && e.Test != nil && b.isFor(e.Test):
		b.mu.Lock()
		b.tested(e.Test)
		b.mu.Unlock()
	default:
		return nil
	}
	b.changed()
	return b.keep()
}

// waiting notes an ask that waits; whole if it is all that the daemon has of it. The lock is held.
func (b *Bridge) waiting(p *clawrden.Pending, escalated, whole bool) {
	a := b.book.Asks[p.ID]
	if a == nil {
		if b.book.waiting() >= maxAsks {
			b.o.Log.Warn("too many asks are followed; one is left out, and can be decided locally", slog.String("id", p.ID))
			return
		}
		a = &ask{ID: p.ID}
		b.book.Asks[p.ID] = a
	}
	if a.end != nil || !a.Ended.IsZero() {
		return // events come in order; this one is older
	}
	switch {
	case a.pending == nil, a.pending.Revision < p.Revision, a.pending.Revision == p.Revision && (whole || p.Commands != nil):
		a.pending, a.full, a.known = p, whole || p.Commands != nil, whole
	}
	a.Escalated = a.Escalated || escalated
}

// decided notes how an ask ended. The lock is held.
func (b *Bridge) decided(e *clawrden.Entry) {
	a := b.book.Asks[e.ID]
	if a == nil {
		return // the policy's own decisions aren't followed
	}
	if a.pending == nil {
		a.pending = &clawrden.Pending{
			ID: e.ID, Command: e.Command, Args: e.Args, ArgsB64: e.ArgsB64, ArgsCut: e.ArgsCut, Cwd: e.Cwd, Identity: e.Identity,
			Rules: e.Rules, Reason: e.Reason, Session: e.Session,
		}
	}
	b.ended(e.ID, &End{Outcome: e.Decision, By: whoDecided(e.Approver), At: e.Timestamp.Time, Comment: e.Comment})
}

func (b *Bridge) ended(id string, end *End) {
	a := b.book.Asks[id]
	if a.Ended.IsZero() {
		a.Ended = time.Now()
	}
	a.end = end
}

// isFor reports whether a test is for this bridge. Of the programs on people's desktops it is for one person's.
func (b *Bridge) isFor(t *clawrden.BridgeTest) bool {
	if t.Bridge != b.o.Bridge.Name {
		return false
	}
	if b.o.UID == nil || t.UID == nil {
		return b.o.UID == t.UID
	}
	return *b.o.UID == *t.UID
}

// tested notes a test. The lock is held.
func (b *Bridge) tested(t *clawrden.BridgeTest) {
	now := time.Now()
	a := &ask{ID: t.ID, test: t, pending: &clawrden.Pending{
		ID: t.ID, Command: "echo", Args: []string{"this", "is", "a", "test"}, Cwd: "/", Digest: t.ID, Revision: 1, Lacking: 1,
		Rules: []clawrden.RuleRef{{Name: "test", Action: clawrden.Ask}}, Reason: "clawrden bridge test " + t.Bridge,
		Identity: clawrden.Identity{User: "nobody", UID: 65534}, Created: clawrden.Timestamp{Time: now}, Expires: clawrden.Timestamp{Time: now.Add(testTime)},
	}}
	b.book.Asks[t.ID] = a
}

// keep writes the book down, and what is too old out of it. A book that can't be kept ends the bridge: after a restart it would
// send twice.
func (b *Bridge) keep() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.book.forget(time.Now(), b.traits().Late)
	return b.book.save()
}
