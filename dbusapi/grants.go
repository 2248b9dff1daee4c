package dbusapi

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden"
)

// showGrant is a grant as a{sv}, so that it can say more one day. An agent chose the words of the command: all text is one
// printable line.
func showGrant(g *clawrden.Grant) map[string]dbus.Variant {
	values := map[string]any{
		"id": printable(g.ID, maxText), "scope": printable(string(g.Scope), maxText), "words": printable(g.Words, maxGrant),
		"request": printable(g.Request, maxText), "by": printable(g.By.User, maxText), "by_uid": g.By.UID,
		"agent_uid": g.UID, "used": uint32(max(0, g.Used)), "covered": uint32(max(0, g.Covered)), "of": uint32(max(0, g.Of)),
		"created_usec": uint64(max(0, g.Created.UnixMicro())), "expires_usec": uint64(max(0, g.Expires.UnixMicro())),
	}
	out := make(map[string]dbus.Variant, len(values))
	for name, v := range values {
		out[name] = dbus.MakeVariant(v)
	}
	return out
}

// grantsFor are the grants that a caller is shown.
func (l *life) grantsFor(c *call) []clawrden.Grant {
	sees := l.control.Sees(c.by)
	return slices.DeleteFunc(l.control.Grants(), func(g clawrden.Grant) bool { return sees != nil && !sees(&clawrden.Identity{Agent: g.Agent}, nil) })
}

func (l *life) listGrants(_ context.Context, c *call) ([]any, error) {
	grants := l.grantsFor(c)
	out, size := make([]map[string]dbus.Variant, 0, len(grants)), 0
	for i := range grants {
		const fields = 512 // bytes of all but the words
		if size += len(grants[i].Words) + fields; size > maxList {
			break
		}
		out = append(out, showGrant(&grants[i]))
	}
	return []any{out}, nil
}

// aboutNewGrant makes the preview of what is asked for: it refuses whoever couldn't approve the request alone, and gives the
// password prompt its words.
func (l *life) aboutNewGrant(ctx context.Context, c *call) error {
	id, o := c.text(0), c.options(1)
	scope, err := o.word("scope", maxText)
	if err == nil {
		c.wish.For, err = o.word("for", maxText)
	}
	if err == nil {
		c.preview, err = o.flag("preview")
	}
	if err == nil {
		err = o.end()
	}
	switch {
	case err != nil:
		return err
	case !validID(id):
		return fmt.Errorf("%w: an id has at most 8 lowercase letters and digits", clawrden.ErrNotFound)
	}
	c.wish.Scope = clawrden.Scope(scope)
	g, err := l.control.AddGrant(ctx, c.by, id, c.wish, true)
	if err != nil {
		return err
	}
	c.target = g.Request
	c.details = map[string]string{"change": "allow " + printable(g.Words, maxChange)}
	return nil
}

func (l *life) addGrant(ctx context.Context, c *call) ([]any, error) {
	g, err := l.control.AddGrant(ctx, c.by, c.target, c.wish, c.preview)
	if err != nil {
		return nil, err
	}
	return []any{showGrant(&g)}, nil
}

// aboutGrant finds the grant that is to end, for the words of the prompt.
func (l *life) aboutGrant(_ context.Context, c *call) error {
	id := c.text(0)
	if err := c.options(1).end(); err != nil {
		return err
	}
	found := 0
	for _, g := range l.grantsFor(c) {
		if id == "" || !strings.HasPrefix(g.ID, id) {
			continue
		}
		found++
		c.target = g.ID
		c.details = map[string]string{"change": "no longer allow " + printable(g.Words, maxChange)}
		if g.ID == id {
			return nil
		}
	}
	switch found {
	case 0:
		return clawrden.Missing("there is no grant %s", printable(id, maxText))
	case 1:
		return nil
	}
	return fmt.Errorf("%w: several grants begin with %s", clawrden.ErrAmbiguous, printable(id, maxText))
}

func (l *life) revokeGrant(ctx context.Context, c *call) ([]any, error) {
	_, err := l.control.RevokeGrant(ctx, c.by, c.target)
	return nil, err
}
