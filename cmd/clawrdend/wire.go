package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/approval"
	"github.com/clawrden/clawrden/daemon"
	"github.com/clawrden/clawrden/executor/local"
	"github.com/clawrden/clawrden/executor/unit"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/peercred"
)

// queue is the approval queue as the daemon calls it: with tickets of its own type.
type queue struct{ *approval.Queue }

func (q queue) Add(r clawrden.Request, f clawrden.Facts, d clawrden.Decision, digest string, expires time.Time) (daemon.Ticket, error) {
	t, err := q.Queue.Add(r, f, d, digest, expires)
	if err != nil {
		return nil, err
	}
	return t, nil
}

func (q queue) Restore(a clawrden.Approval) (daemon.Ticket, error) {
	t, err := q.Queue.Restore(a)
	if err != nil {
		return nil, err
	}
	return t, nil
}

// localExecutor is the local executor as the daemon calls it.
type localExecutor struct{}

func (localExecutor) Boundary() clawrden.Boundary { return clawrden.BoundaryNone }

func (localExecutor) May(r *clawrden.Request, _ *clawrden.Decision) error { return local.May(r) }

func (localExecutor) Start(ctx context.Context, j *job.Job) (daemon.Process, error) {
	p, err := local.Start(ctx, j)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// unitExecutor is the unit executor as the daemon calls it.
type unitExecutor struct{ *unit.Executor }

func (u unitExecutor) Start(ctx context.Context, j *job.Job) (daemon.Process, error) {
	p, err := u.Executor.Start(ctx, j)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (u unitExecutor) Resume(ctx context.Context, id string) (daemon.Process, error) {
	p, err := u.Executor.Resume(ctx, id)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// launcher is where clawrden-launch was installed together with this program, or was built.
func launcher() string {
	self, err := os.Executable()
	if err != nil {
		return "/usr/lib/clawrden/clawrden-launch"
	}
	beside := filepath.Join(filepath.Dir(self), "clawrden-launch")
	if _, err := os.Stat(beside); err == nil {
		return beside
	}
	return filepath.Join(filepath.Dir(self), "../lib/clawrden/clawrden-launch")
}

// identify tells the HTTP door who is at the other end of a connection.
func identify(c net.Conn) (clawrden.Identity, error) {
	p, err := peercred.Of(c.(*net.UnixConn))
	if err != nil {
		return clawrden.Identity{}, err
	}
	defer p.Close()
	return p.Identity, nil
}
