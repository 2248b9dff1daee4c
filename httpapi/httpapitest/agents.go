package httpapitest

import (
	"context"
	"fmt"
	"slices"

	"github.com/clawrden/clawrden"
)

// Agents gives what was added and not removed.
func (c *Control) Agents() []clawrden.Agent {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.agents)
}

// AddAgent registers any agent that isn't there yet; the user nobody-such doesn't exist.
func (c *Control) AddAgent(_ context.Context, by clawrden.Caller, w clawrden.AgentWish) (clawrden.Agent, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := clawrden.Agent{
		Name: w.Name, User: w.User, Unit: w.Unit, Container: w.Container, Socket: "/run/clawrden/agents/" + w.Name + "/shim.sock",
		Added: &clawrden.Timestamp{Time: Epoch}, By: &clawrden.Approver{UID: by.Identity.UID, User: "root", Door: by.Door},
	}
	switch {
	case c.fault != nil:
		return a, c.fault
	case w.User == "nobody-such":
		return a, fmt.Errorf("%w: there is no user nobody-such on this host", clawrden.ErrBadRequest)
	case c.findAgent(w.Name) >= 0:
		return a, fmt.Errorf("%w: agent %s; `clawrden agent list` shows it", clawrden.ErrExists, w.Name)
	}
	c.agents = append(c.agents, a)
	c.called(by, "added agent", a.Name, a.Who())
	a.Start = "env CLAWRDEN_SOCKET=" + a.Socket + " COMMAND"
	return a, nil
}

// RemoveAgent takes one away.
func (c *Control) RemoveAgent(_ context.Context, by clawrden.Caller, name string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.findAgent(name)
	if i < 0 {
		return "", clawrden.Missing("there is no agent %s", name)
	}
	c.agents = slices.Delete(c.agents, i, i+1)
	c.called(by, "removed agent", name)
	return "0 running commands were killed, 0 waiting requests were cancelled", nil
}

func (c *Control) findAgent(name string) int {
	return slices.IndexFunc(c.agents, func(a clawrden.Agent) bool { return a.Name == name })
}
