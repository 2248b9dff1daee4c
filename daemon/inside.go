package daemon

import (
	"context"
	"log/slog"
	"runtime/debug"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/agentroot"
)

// inside looks at files in the caller's own root. They may never answer, so it happens beside, for a limited time; what isn't found by
// then is the zero value.
func inside[T any](ctx context.Context, d *Daemon, c *call, look func(context.Context, *agentroot.Root) T) (found T) {
	proc, err := unix.FcntlInt(uintptr(c.peer.Proc), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return found
	}
	ctx, cancel := context.WithTimeout(ctx, d.agents.limits.ResolveTime)
	defer cancel()
	answer, id := make(chan T, 1), c.request.Identity
	go func() {
		defer close(answer)
		defer func() { _ = unix.Close(proc) }()
		defer func() {
			if v := recover(); v != nil {
				d.log.ErrorContext(ctx, "looking at the caller's files failed", slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
			}
		}()
		root, err := agentroot.Open(proc, agentroot.Options{Identity: &id})
		if err != nil {
			return
		}
		defer root.Close()
		answer <- look(ctx, root)
	}()
	select {
	case found = <-answer:
	case <-ctx.Done():
	}
	return found
}
