package main

import (
	"context"

	"github.com/clawrden/clawrden/executor/dockerx"
)

// containers is the container engine as the daemon's identify step asks it.
type containers struct{ *dockerx.Confirmer }

func (c containers) Confirm(ctx context.Context, proc int, id string) (string, error) {
	found, err := c.Confirmer.Confirm(ctx, proc, id)
	if err != nil {
		return "", err
	}
	return found.Image, nil
}
