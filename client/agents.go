package client

import (
	"context"
	"net/url"

	"github.com/clawrden/clawrden"
)

// Agents gives the registered agents by name.
func (c *Client) Agents(ctx context.Context) (a []clawrden.Agent, err error) {
	_, err = c.get(ctx, "/api/agents", nil, &a)
	return a, err
}

// AddAgent registers an agent and gives it back with its socket and the line that starts it.
func (c *Client) AddAgent(ctx context.Context, w clawrden.AgentWish) (a clawrden.Agent, err error) {
	err = c.post(ctx, "/api/agents", w, &a)
	return a, err
}

// RemoveAgent takes an agent away by its whole name, and gives the daemon's sentence about what that ended.
func (c *Client) RemoveAgent(ctx context.Context, name string) (message string, err error) {
	var answer struct {
		Message string `json:"message"`
	}
	err = c.post(ctx, "/api/agents/"+url.PathEscape(name)+"/remove", nil, &answer)
	return answer.Message, err
}
