package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
)

// Sessions whose guard is stopped can't start anything. They are ended; or, where the operator wants that, they stand still until a
// guard has taken them up again:
//
//	guard stops ──▶ frozen ──▶ guard is back ──▶ thawed
//	                   └──▶ ended by its people, or by the kill switch

// placeOfSession is what is frozen of a session: its own unit, another one of agents, or its container. "" where it has no such place.
func placeOfSession(id *clawrden.Identity) string {
	switch {
	case id.Container != "":
		return placeContainer + ":" + id.Container
	case id.Unit != "" && strings.Contains(id.Cgroup, "/"+agentsSlice+"/"):
		return placeUnit + ":" + id.Unit
	}
	return ""
}

// freezable tells why a session that is about to begin couldn't stand still while there is no guard; nil where it can, or needn't.
func (d *Daemon) freezable(ctx context.Context, s *session) error {
	if d.o.Frozen == nil {
		return nil
	}
	const setting = `guard { on_stop = "freeze" } can't be held: `
	if placeOfSession(&s.Identity) == "" {
		return errors.New(setting + "the session is in no container and in no unit of " + agentsSlice)
	}
	if err := d.o.Frozen(ctx); err != nil {
		return fmt.Errorf(setting+"%v", err)
	}
	return nil
}

// freeze has a session stand still. What can't be is ended.
func (d *Daemon) freeze(ctx context.Context, s *session) bool {
	place := placeOfSession(&s.Identity)
	if d.o.Frozen == nil || place == "" {
		return false
	}
	s.still.Lock()
	defer s.still.Unlock()
	if !d.sessions.isOn(s) {
		return true // the guard is there again
	}
	ctx, cancel := context.WithTimeout(ctx, killTime)
	defer cancel()
	err := d.keep(ctx, place, Keeper.Pause)
	// A process that waits for the guard in the middle of an exec isn't called frozen, and the answer waits for that; it can't run either.
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		d.log.ErrorContext(ctx, "cannot freeze a session, so it will be ended", slog.String("session", s.Name), slog.Any("error", err))
		return false
	}
	d.log.WarnContext(ctx, "a session stands still until the guard is there again", slog.String("session", s.Name), slog.String("place", place))
	return true
}

// thaw lets a session go on that its guard has taken up again, unless the kill switch holds it.
func (d *Daemon) thaw(ctx context.Context, s *session) {
	place := placeOfSession(&s.Identity)
	if d.o.Frozen == nil || place == "" || s.peer == nil {
		return
	}
	if _, on := d.lock.locked(&s.Identity); on {
		return
	}
	s.still.Lock()
	defer s.still.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), killTime)
	defer cancel()
	if err := d.keep(ctx, place, Keeper.Resume); err != nil && !errors.Is(err, job.ErrGone) {
		d.log.ErrorContext(ctx, "cannot let a session go on", slog.String("session", s.Name), slog.Any("error", err))
	}
}
