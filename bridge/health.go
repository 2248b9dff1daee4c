package bridge

import (
	"context"
	"log/slog"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// health is how the bridge is.
type health struct {
	link    error // of the service's own connection; nil: up
	trouble error // of the last sending that failed, until one goes well
	waiting int   // messages that are still to be sent
	test    string
}

// Healthy takes whether the service's own connection is up.
func (b *Bridge) Healthy(err error) {
	b.mu.Lock()
	before := b.health.link
	b.health.link = err
	b.mu.Unlock()
	if (before == nil) != (err == nil) {
		if err != nil {
			b.o.Log.Warn("the service can't be reached", slog.Any("error", err))
		}
		b.changed()
		b.tellSoon()
	}
}

// Anew has all that waits shown again, under the references that are kept, else as new.
func (b *Bridge) Anew(kept func(ref string) bool) {
	b.mu.Lock()
	for _, m := range b.book.Messages {
		if m.Final || m.Abandoned || !m.Sent {
			continue
		}
		m.Shown = ""
		if !kept(m.Ref) {
			m.Sent, m.Ref = false, ""
		}
	}
	b.mu.Unlock()
	b.changed()
}

func (b *Bridge) sendTrouble(err error) {
	b.health.trouble = err
	b.tellSoon()
}

func (b *Bridge) sendWell(m *posted) {
	b.health.trouble = nil
	b.health.waiting = max(b.health.waiting-1, 0)
	for _, id := range m.Asks {
		if a := b.book.Asks[id]; a != nil && a.test != nil {
			b.health.test = id
		}
	}
	b.tellSoon()
}

func (b *Bridge) tellSoon() {
	select {
	case b.tell <- struct{}{}:
	default:
	}
}

// report tells the daemon how the bridge is, whenever that changes and before the daemon takes silence for death.
func (b *Bridge) report(ctx context.Context) error {
	tick := time.NewTicker(clawrden.BridgeSilence / 3)
	defer tick.Stop()
	for {
		b.mu.Lock()
		r := clawrden.BridgeReport{Up: true, Waiting: b.health.waiting, Test: b.health.test}
		for _, err := range []error{b.health.trouble, b.health.link} {
			if err != nil {
				r.Up, r.Detail = false, display.Line(err.Error())
			}
		}
		b.mu.Unlock()
		if err := b.o.Daemon.Report(ctx, r); err != nil && ctx.Err() == nil {
			b.o.Log.WarnContext(ctx, "can't report to the daemon", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-b.tell:
		}
	}
}
