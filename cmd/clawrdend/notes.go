package main

import (
	"context"
	"log/slog"
	"sync"

	"github.com/clawrden/clawrden/daemon"
	"github.com/clawrden/clawrden/internal/spool"
)

// takeNotes puts what root noted for the audit log into it, now and as it comes. A note that can't be recorded stays, and is
// tried again with the next one. It returns a function that ends it and waits.
func takeNotes(ctx context.Context, state string, records daemon.Log, log *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var ended sync.WaitGroup
	ended.Go(func() {
		err := spool.Watch(ctx, state, func() {
			if err := spool.Take(state, func(n *spool.Note) error { return records.AppendSync(n.Record()) }); err != nil {
				log.ErrorContext(ctx, "a note for the audit log was not taken up", slog.Any("error", err))
			}
		})
		if err != nil {
			log.ErrorContext(ctx, "notes for the audit log are taken up at the next start only", slog.Any("error", err))
		}
	})
	return func() {
		cancel()
		ended.Wait()
	}
}
