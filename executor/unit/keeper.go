package unit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/clawrden/clawrden/internal/job"
)

// Keeper pauses, continues and ends whole units, those of agents too, for the kill switch. job.ErrGone is for a unit in
// which nothing lives.
type Keeper struct{ *Executor }

// Pause freezes all of a unit.
func (k Keeper) Pause(ctx context.Context, name string) error {
	return k.do(ctx, name, "pause", "FreezeUnit", name)
}

// Resume continues all of a unit.
func (k Keeper) Resume(ctx context.Context, name string) error {
	return k.do(ctx, name, "continue", "ThawUnit", name)
}

// Kill ends all of a unit at once, a paused one too.
func (k Keeper) Kill(ctx context.Context, name string) error {
	return k.do(ctx, name, "kill", "KillUnit", name, "all", int32(syscall.SIGKILL))
}

func (k Keeper) do(ctx context.Context, name, what, method string, args ...any) error {
	b, err := k.connect()
	switch {
	case errors.Is(err, errNoSystemd) && !systemdBooted():
		return job.ErrGone
	case errors.Is(err, errNoSystemd):
		return fmt.Errorf("cannot %s unit %s: this daemon doesn't see the host's systemd", what, name)
	case err != nil:
		return err
	}
	err = b.call(ctx, method, args...)
	switch {
	case err == nil:
		return nil
	case isGone(err):
		return job.ErrGone
	}
	return fmt.Errorf("cannot %s unit %s: %w", what, name, err)
}

// systemdBooted reports whether the first process is systemd, whether or not its bus can be reached from here; without it there
// are no units.
func systemdBooted() bool {
	comm, err := os.ReadFile("/proc/1/comm")
	return err != nil || strings.TrimSpace(string(comm)) == "systemd"
}
