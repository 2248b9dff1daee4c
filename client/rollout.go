package client

import (
	"context"
	"net/url"

	"github.com/clawrden/clawrden"
)

// Stage gives the candidate of the policy, running or ended; clawrden.ErrNotFound where there is none.
func (c *Client) Stage(ctx context.Context) (s clawrden.Stage, err error) {
	_, err = c.get(ctx, "/api/policy/stage", nil, &s)
	return s, err
}

// StagePolicy has a candidate judge beside the policy in force.
func (c *Client) StagePolicy(ctx context.Context, w clawrden.StageWish) (s clawrden.Stage, err error) {
	err = c.post(ctx, "/api/policy/stage", w, &s)
	return s, err
}

// EndStage ends it.
func (c *Client) EndStage(ctx context.Context) (s clawrden.Stage, err error) {
	err = c.post(ctx, "/api/policy/stage/end", nil, &s)
	return s, err
}

// Promote puts the candidate in force; clawrden.ErrLooser where it may let more run and the order doesn't say that this was seen.
func (c *Client) Promote(ctx context.Context, o clawrden.PolicyOrder) (v clawrden.PolicyVersion, err error) {
	err = c.post(ctx, "/api/policy/promote", o, &v)
	return v, err
}

// Rollback puts an earlier version in force again.
func (c *Client) Rollback(ctx context.Context, o clawrden.PolicyOrder) (v clawrden.PolicyVersion, err error) {
	err = c.post(ctx, "/api/policy/rollback", o, &v)
	return v, err
}

// PolicyVersions gives the policies that were in force, the newest first.
func (c *Client) PolicyVersions(ctx context.Context) (v []clawrden.PolicyVersion, err error) {
	_, err = c.get(ctx, "/api/policy/versions", nil, &v)
	return v, err
}

// PolicyVersion gives one of them, with its files.
func (c *Client) PolicyVersion(ctx context.Context, id string) (v clawrden.PolicyVersion, err error) {
	_, err = c.get(ctx, "/api/policy/versions/"+url.PathEscape(id), nil, &v)
	return v, err
}
