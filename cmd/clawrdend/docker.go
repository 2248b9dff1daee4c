package main

import (
	"context"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/daemon"
	"github.com/clawrden/clawrden/executor/dockerx"
	"github.com/clawrden/clawrden/executor/mirror"
	"github.com/clawrden/clawrden/internal/job"
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
