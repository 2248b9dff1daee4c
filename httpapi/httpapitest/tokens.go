package httpapitest

import (
	"context"
	"fmt"
	"slices"

	"github.com/clawrden/clawrden"
)

// Secret is the secret of every token.
const Secret = "clawrden_0123456789"

// Tokens gives what was added and not revoked.
func (c *Control) Tokens() []clawrden.Token {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.tokens)
}

// AddToken makes any token that isn't there yet.
func (c *Control) AddToken(_ context.Context, by clawrden.Caller, w clawrden.TokenWish) (clawrden.Token, string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	life, _ := w.Check()
	t := clawrden.Token{
		Name: w.Name, Scope: w.Scope, Team: w.Team, UID: by.Identity.UID, User: w.User,
		Created: clawrden.Timestamp{Time: Epoch}, Expires: clawrden.Timestamp{Time: Epoch.Add(life)},
	}
	if c.fault != nil {
		return t, "", c.fault
	}
	if slices.ContainsFunc(c.tokens, func(t clawrden.Token) bool { return t.Name == w.Name }) {
		return t, "", fmt.Errorf("%w: token %s", clawrden.ErrExists, w.Name)
	}
	c.tokens = append(c.tokens, t)
	c.called(by, "added token", t.Name, t.Scope)
	return t, Secret, nil
}

// RevokeToken takes one away.
func (c *Control) RevokeToken(_ context.Context, by clawrden.Caller, name string) (clawrden.Token, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.tokens, func(t clawrden.Token) bool { return t.Name == name })
	if i < 0 {
		return clawrden.Token{}, clawrden.Missing("there is no token %s", name)
	}
	t := c.tokens[i]
	c.tokens = slices.Delete(c.tokens, i, i+1)
	c.called(by, "revoked token", name)
	return t, nil
}

// Link makes the same link for everybody.
func (c *Control) Link(_ uint32, user string) (clawrden.Login, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if user == "" {
		user = "root"
	}
	return clawrden.Login{URL: "http://abc.localhost:8080/login#code", User: user, Expires: clawrden.Timestamp{Time: Epoch}}, c.fault
}
