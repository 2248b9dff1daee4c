package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"syscall"
	"time"

	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/protocol"
)

// Resumer is an executor whose commands outlive the daemon.
type Resumer interface {
	// Resume takes up a request's command that an earlier life has started; job.ErrGone if it is there no more. The context's
	// end is the daemon's.
	Resume(ctx context.Context, id string) (Process, error)
}

// How often an executor is asked that can't tell yet: the bus may be started later than the daemon.
const (
	resumeTries = 30
	resumePause = time.Second
)

func (d *Daemon) resumes(executor string) bool {
	_, ok := d.o.Executors[executor].(Resumer)
	return ok
}

// followsElsewhere takes up one command that an executor runs, if it is still there.
func (d *Daemon) followsElsewhere(k keptRun) bool {
	ctx, cancel := context.WithCancel(context.Background())
	r, _ := d.o.Executors[k.Record.Executor].(Resumer)
	p, err := r.Resume(ctx, k.Record.ID)
	if errors.Is(err, job.ErrGone) {
		cancel()
		return false
	}
	leave := d.agents.adopt(k.Record.Identity)
	a := d.expects(&k)
	go func() {
		select {
		case <-d.ending:
		case <-ctx.Done():
		}
		cancel()
	}()
	d.following.Go(func() {
		defer cancel()
		defer leave()
		for try := 1; err != nil && !errors.Is(err, job.ErrGone) && try < resumeTries; try++ {
			select {
			case <-time.After(resumePause):
			case <-d.ending:
				return
			}
			p, err = r.Resume(ctx, k.Record.ID)
		}
		if err != nil {
			d.log.WarnContext(ctx, "a command of the daemon's last life can't be followed", slog.String("id", k.Record.ID), slog.Any("error", err))
			d.endedUnseen(k)
			d.removeFlight(k.Record.ID)
			return
		}
		d.resumed(k, p, a)
	})
	return true
}

// resumed follows one such command to its end, or to this daemon's.
func (d *Daemon) resumed(k keptRun, p Process, a *afar) {
	r := k.Record
	defer d.running.resumed(&k, p)()
	if _, locked := d.lock.locked(r.Identity); locked && !d.spares() {
		p.Signal(syscall.SIGKILL) // the life before ended before it came to that
	}
	over := make(chan struct{})
	d.following.Go(func() { d.attend(&k, a, p, over) })
	clock := limitAfar(&k, p)
	exit := p.Wait()
	clock.end()
	close(over)
	if exit.Left {
		return
	}
	if r.TimedOut = clock.over.Load(); r.TimedOut {
		r.Reason = k.Limits
	}
	r.Recording = d.recordingOf(r.ID)
	d.finish(&r, k.Begun, exit, nil)
	d.removeFlight(r.ID)
	if a != nil && r.TimedOut {
		a.code, a.text = protocol.ExitExpired, fmt.Sprintf("%s was ended: %s\n%s", a.command, k.Limits, timeHint)
	}
	d.ended(&k, a, exit, "")
}
