package client

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/clawrden/clawrden"
)

// Explain tells how the decision on a command comes about that is only thought of: the JSON of `clawrden policy explain`.
func (c *Client) Explain(ctx context.Context, w clawrden.ExplainWish) (e json.RawMessage, err error) {
	err = c.post(ctx, "/api/policy/explain", w, &e)
	return e, err
}

// CheckPolicy tells what is wrong with files by their names, if they were the policy.
func (c *Client) CheckPolicy(ctx context.Context, files map[string]string) (p clawrden.PolicyCheck, err error) {
	err = c.post(ctx, "/api/policy/check", map[string]any{"files": files}, &p)
	return p, err
}

// Profiles tells of the profiles in force, by name.
func (c *Client) Profiles(ctx context.Context) (p []clawrden.ProfileInfo, err error) {
	_, err = c.get(ctx, "/api/profiles", nil, &p)
	return p, err
}

// Profile gives one of them.
func (c *Client) Profile(ctx context.Context, name string) (p clawrden.Profile, err error) {
	_, err = c.get(ctx, "/api/profiles/"+url.PathEscape(name), nil, &p)
	return p, err
}

// Executions gives the commands that run, oldest first.
func (c *Client) Executions(ctx context.Context) (e []clawrden.Execution, err error) {
	_, err = c.get(ctx, "/api/executions", nil, &e)
	return e, err
}
