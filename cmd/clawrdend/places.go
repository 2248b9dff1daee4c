package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/clawrden/clawrden/internal/divert"
)

// mendFile is what has systemd start clawrden-diverted.service, which may write where tools are; the daemon may not.
const mendFile = "mend-diverted"

// watchPlaces looks after tools in whose places shims are: a package manager that knows of no diversions puts its new tool there, and
// that one would pass no policy. It returns a function that ends it and waits.
func watchPlaces(ctx context.Context, state, run string, log *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var ended sync.WaitGroup
	ended.Go(func() {
		h := &divert.Host{Dir: filepath.Join(state, filepath.Base(divert.Dir))}
		if err := h.Watch(ctx, func(wrong []divert.Diversion) { askMend(ctx, wrong, run, log) }); err != nil {
			log.ErrorContext(ctx, "nobody looks whether diverted tools keep their shims; clawrden doctor does when it is run", slog.Any("error", err))
		}
	})
	return func() {
		cancel()
		ended.Wait()
	}
}

// askMend asks for a repair, and says which tools it is for.
func askMend(ctx context.Context, wrong []divert.Diversion, run string, log *slog.Logger) {
	if len(wrong) == 0 {
		log.InfoContext(ctx, "every diverted tool has its shim again")
		return
	}
	paths := make([]string, 0, len(wrong))
	for i := range wrong {
		paths = append(paths, wrong[i].Path)
	}
	log.WarnContext(ctx, "tools are not governed in their own places any more; clawrden-diverted.service puts the shims back, or run clawrden shims repair",
		slog.String("tools", strings.Join(paths, " ")))
	f, err := os.OpenFile(filepath.Join(run, mendFile), os.O_WRONLY|os.O_CREATE, 0o600)
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		log.ErrorContext(ctx, "cannot ask for their repair; run clawrden shims repair", slog.Any("error", err))
	}
}
