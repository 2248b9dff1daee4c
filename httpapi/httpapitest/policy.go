package httpapitest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/clawrden/clawrden"
)

// Explained denies everything by the rule that is named after the tool.
func (c *Control) Explained(_ context.Context, _ clawrden.Caller, w clawrden.ExplainWish) (json.RawMessage, error) {
	if len(w.Argv) == 0 {
		return nil, fmt.Errorf("%w: a command starts with the name of its tool", clawrden.ErrBadRequest)
	}
	command := map[string]any{"command": w.Argv[0], "args": w.Argv[1:], "outer": -1, "verdict": "deny", "rule": "no-" + w.Argv[0], "rules": []string{}}
	return json.Marshal(map[string]any{"verdict": "deny", "rule": "no-" + w.Argv[0], "file": "a.hcl", "line": 7, "command": command, "nested": []string{}})
}

// CheckPolicy finds nothing wrong but with files that hold the word wrong.
func (c *Control) CheckPolicy(files map[string][]byte) (clawrden.PolicyCheck, error) {
	for name, text := range files {
		if strings.Contains(string(text), "wrong") {
			return clawrden.PolicyCheck{Diagnostics: "Error: " + name}, nil
		}
	}
	return clawrden.PolicyCheck{Valid: true, Digest: Digest, Rules: len(files)}, nil
}

// Profiles gives one profile.
func (c *Control) Profiles() []clawrden.ProfileInfo {
	return []clawrden.ProfileInfo{{Name: "offline", BuiltIn: true, Network: "none", Description: "no network"}}
}

// Profile gives it.
func (c *Control) Profile(name string) (*clawrden.Profile, error) {
	if name != "offline" {
		return nil, clawrden.Missing("there is no profile %s", name)
	}
	return &clawrden.Profile{Name: name}, nil
}

// Executions gives one for each session that SetSessions has set.
func (c *Control) Executions() []clawrden.Execution {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := []clawrden.Execution{}
	for i := range c.sessions {
		list = append(list, clawrden.Execution{
			ID: fmt.Sprint("run", i), Command: "make", Args: []string{}, Cwd: "/", Identity: Agent, Session: c.sessions[i].Name,
			Since: clawrden.Timestamp{Time: Epoch}, Rules: []clawrden.RuleRef{},
		})
	}
	return list
}
