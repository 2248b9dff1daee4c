package httpapitest

import (
	"context"
	"fmt"
	"slices"

	"github.com/clawrden/clawrden"
)

// Grants gives what was added and not revoked.
func (c *Control) Grants() []clawrden.Grant {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.grants)
}

// AddGrant makes a grant of whatever is asked for, if it waits.
func (c *Control) AddGrant(_ context.Context, by clawrden.Caller, id string, w clawrden.GrantWish, preview bool) (clawrden.Grant, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i, err := c.find(id)
	if err != nil {
		return clawrden.Grant{}, err
	}
	if by.Identity.UID == c.waiting[i].Identity.UID {
		return clawrden.Grant{}, fmt.Errorf("%w: it is the requester's own user", clawrden.ErrNotAuthorized)
	}
	if w.For == "" {
		return clawrden.Grant{}, fmt.Errorf("%w: for how long?", clawrden.ErrBadRequest)
	}
	p := &c.waiting[i]
	if w.Scope == clawrden.ScopeSubcommand && len(p.Args) == 0 {
		return clawrden.Grant{}, fmt.Errorf("%w: %s has no subcommand here", clawrden.ErrBadRequest, p.Command)
	}
	if p.Command == "sh" {
		return clawrden.Grant{}, fmt.Errorf("%w: %s can't be granted: sh runs what it is told to", clawrden.ErrBadRequest, p.ID)
	}
	g := clawrden.Grant{
		Scope: w.Scope, Words: "exactly " + p.Command + " for " + w.For, Request: p.ID, By: clawrden.Approver{UID: by.Identity.UID, User: "root", Door: by.Door},
		Created: clawrden.Timestamp{Time: Epoch}, Expires: clawrden.Timestamp{Time: Epoch}, Tool: p.Command, Args: p.Args, Cwd: p.Cwd, Covered: 1, Of: len(c.waiting),
	}
	if preview {
		return g, nil
	}
	g.ID = fmt.Sprintf("g%d", len(c.grants)+1)
	c.grants = append(c.grants, g)
	c.called(by, "granted", p.ID, fmt.Sprintf("scope=%s for=%s", w.Scope, w.For))
	c.emit(clawrden.Event{Type: clawrden.LiveGranted, Grant: &g, Message: "root granted " + g.Words})
	return g, nil
}

// RevokeGrant takes one away.
func (c *Control) RevokeGrant(_ context.Context, by clawrden.Caller, id string) (clawrden.Grant, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.grants, func(g clawrden.Grant) bool { return g.ID == id })
	if i < 0 {
		return clawrden.Grant{}, clawrden.Missing("there is no grant %s", id)
	}
	g := c.grants[i]
	c.grants = slices.Delete(c.grants, i, i+1)
	c.called(by, "revoked", g.ID, "")
	c.emit(clawrden.Event{Type: clawrden.LiveRevoked, Grant: &g, Message: "root revoked the grant of " + g.Words})
	return g, nil
}
