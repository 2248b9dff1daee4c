// Package bridge is what all bridges share: it follows the daemon's events, says in an outside service what waits for a person, keeps
// each message true until the ask has ended, and brings people's answers back.
//
// It works by state and not by events: the book says which asks there are and which messages stand where, and the outbox sends, edits
// and reminds until the one agrees with the other. A service that is down, a restart of the bridge or of the daemon only make that
// later. The daemon decides: a bridge that errs, or is taken over, can't decide more than the settings give it.
//
// It must never send environment values or output, never decide for somebody whom the settings don't have, never by a message that
// no longer shows what waits, and never keep a command in its files. cmd/clawrden-bridge runs it; the rooms below it speak the
// services.
package bridge

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
)

// Options are what a bridge is made of.
type Options struct {
	Bridge  clawrden.Bridge
	Routes  []clawrden.Route
	Daemon  Daemon
	Service Service
	State   string  // file that the book is kept in
	UID     *uint32 // whose own program it is; nil for a bridge of the settings
	Log     *slog.Logger
}

// Daemon is what a bridge asks of the daemon; see [Remote]. person is for whom; "" for the bridge itself.
type Daemon interface {
	Follow(ctx context.Context, since uint64, f client.Follower) error
	Queue(ctx context.Context) ([]clawrden.Pending, error)
	Pending(ctx context.Context, id string) (clawrden.Pending, error)
	Entry(ctx context.Context, id string) (clawrden.Entry, error)
	History(ctx context.Context, person string, most int) ([]clawrden.Entry, error)
	Decide(ctx context.Context, person, id string, approve bool, a clawrden.Answer) error
	Preview(ctx context.Context, person, id string, w clawrden.GrantWish) (clawrden.Grant, error)
	Kill(ctx context.Context, person, reason string) (message string, err error)
	Report(ctx context.Context, r clawrden.BridgeReport) error
}

// Bridge runs between one daemon and one service.
type Bridge struct {
	o      Options
	routes []route
	wake   chan struct{} // something changed: the outbox looks again
	tell   chan struct{} // the daemon should hear of it

	mu     sync.Mutex
	book   book
	health health
	busy   map[string]bool // decisions on their way, by message and person: the second click of two waits for nobody
}

// New makes a bridge, with the book of its life before.
func New(o Options) (*Bridge, error) {
	b := &Bridge{o: o, wake: make(chan struct{}, 1), tell: make(chan struct{}, 1), busy: make(map[string]bool)}
	for _, r := range o.Routes {
		if r.Bridge != o.Bridge.Name {
			continue
		}
		parsed, err := parseRoute(r)
		if err != nil {
			return nil, err
		}
		b.routes = append(b.routes, parsed)
	}
	var err error
	b.book, err = readBook(o.State)
	return b, err
}

// Run works until the context ends. A message that is on its way then is waited for, so that the next life knows of it.
func (b *Bridge) Run(outer context.Context) error {
	ctx, cancel := context.WithCancelCause(outer)
	defer cancel(nil)
	var parts sync.WaitGroup
	run := func(part func(context.Context) error) {
		parts.Go(func() {
			if err := part(ctx); err != nil && ctx.Err() == nil {
				cancel(err)
			}
		})
	}
	run(b.follow)
	run(b.send)
	run(b.report)
	run(func(ctx context.Context) error { return b.o.Service.Run(ctx, b) })
	parts.Wait()
	if outer.Err() != nil {
		return nil // it was to end, by a signal or otherwise: no failure
	}
	return context.Cause(ctx)
}

// changed wakes the outbox.
func (b *Bridge) changed() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// retrying is how long to wait after so many failures in a row.
func retrying(failures int) time.Duration {
	return min(time.Second<<min(failures, 8), longestRetry)
}

const longestRetry = 2 * time.Minute // between attempts at a service that is down
