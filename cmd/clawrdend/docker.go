package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"syscall"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/config"
	"github.com/clawrden/clawrden/daemon"
	"github.com/clawrden/clawrden/executor/dockerx"
	"github.com/clawrden/clawrden/executor/ghost"
	"github.com/clawrden/clawrden/executor/mirror"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/users"
)

// containers is the container engine as the daemon's identify step asks it.
type containers struct{ *dockerx.Confirmer }

func (c containers) Confirm(ctx context.Context, proc int, id string) (name, image string, err error) {
	found, err := c.Confirmer.Confirm(ctx, proc, id)
	if err != nil {
		return "", "", err
	}
	return found.Name, found.Image, nil
}

// dockerExecutor is mirror via docker as the daemon calls it.
type dockerExecutor struct{ *mirror.Docker }

func (dockerExecutor) Boundary() clawrden.Boundary { return clawrden.BoundaryNone }

func (e dockerExecutor) May(r *clawrden.Request, _ *clawrden.Decision) error { return e.Docker.May(r) }

func (e dockerExecutor) Start(ctx context.Context, j *job.Job) (daemon.Process, error) {
	p, err := e.Docker.Start(ctx, j)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// ghostExecutor is the ghost executor as the daemon calls it.
type ghostExecutor struct{ *ghost.Executor }

func (g ghostExecutor) Start(ctx context.Context, j *job.Job) (daemon.Process, error) {
	p, err := g.Executor.Start(ctx, j)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// containerKeeper stops and ends agents' containers for the kill switch.
type containerKeeper struct{ *dockerx.Engine }

func (k containerKeeper) Pause(ctx context.Context, id string) error {
	return k.gone(k.Engine.Pause(ctx, id))
}

func (k containerKeeper) Resume(ctx context.Context, id string) error {
	return k.gone(k.Engine.Resume(ctx, id))
}

func (k containerKeeper) Kill(ctx context.Context, id string) error {
	return k.gone(k.Engine.Kill(ctx, id, int(syscall.SIGKILL)))
}

func (containerKeeper) gone(err error) error {
	if errors.Is(err, dockerx.ErrNotFound) || errors.Is(err, dockerx.ErrNotRunning) {
		return job.ErrGone
	}
	return err
}

// openGhosts makes the ghost executor.
func openGhosts(c *config.Config, engine *dockerx.Engine, known *dockerx.Confirmer, db *users.DB, log *slog.Logger) (*ghost.Executor, error) {
	dir, err := filepath.Abs(filepath.Join(c.Paths.State, "ghosts"))
	if err != nil {
		return nil, err
	}
	return ghost.Open(ghost.Options{Engine: engine, Confirm: known, Launcher: launcher(), Dir: dir, Log: log, User: func(name string) (uid, gid uint32, ok bool) {
		u, err := db.UserByName(name)
		return u.UID, u.GID, err == nil
	}})
}
