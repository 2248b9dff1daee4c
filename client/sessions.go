package client

import (
	"context"

	"github.com/clawrden/clawrden"
)

// Sessions gives the guard sessions that run, by name.
func (c *Client) Sessions(ctx context.Context) (s []clawrden.Session, err error) {
	_, err = c.get(ctx, "/api/sessions", nil, &s)
	return s, err
}
