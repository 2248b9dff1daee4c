package dbusapi

import (
	"context"
	"errors"
	"fmt"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// row is one request of ListRequests.
type row struct {
	ID      string
	Command string
	Who     string
	Object  dbus.ObjectPath
}

func (l *life) listRequests(_ context.Context, c *call) ([]any, error) {
	waiting, sees := l.control.Queue(), l.control.Sees(c.by)
	out := make([]row, 0, len(waiting))
	size := 0
	for i := range waiting {
		p := &waiting[i]
		if sees != nil && !sees(&p.Identity, p.Rules) {
			continue
		}
		command, _ := display.Brief(append([]string{p.Command}, clawrden.RawWords(p.Args, p.ArgsB64)...), maxRow)
		r := row{p.ID, command, who(&p.Identity), pathOf(p.ID)}
		if size += len(r.ID) + len(r.Command) + len(r.Who) + len(r.Object) + 40; size > maxList {
			break
		}
		out = append(out, r)
	}
	return []any{out}, nil
}

func (l *life) getRequest(_ context.Context, c *call) ([]any, error) {
	p, err := l.find(c.text(0))
	p, err = l.shown(c, p, err)
	if err != nil {
		return nil, err
	}
	return []any{pathOf(p.ID)}, nil
}

// find gives a pending request by its id or a unique prefix. What can't be an id is no request's.
func (l *life) find(id string) (clawrden.Pending, error) {
	if !validID(id) {
		return clawrden.Pending{}, fmt.Errorf("%w: an id has at most 8 lowercase letters and digits", clawrden.ErrNotFound)
	}
	return l.control.Pending(id)
}

// shown refuses a request that isn't for a caller, in the words for one that isn't there.
func (l *life) shown(c *call, p clawrden.Pending, err error) (clawrden.Pending, error) {
	if err != nil {
		return p, err
	}
	if sees := l.control.Sees(c.by); sees != nil && !sees(&p.Identity, p.Rules) {
		return clawrden.Pending{}, fmt.Errorf("%w: %s", clawrden.ErrNotFound, p.ID)
	}
	return p, nil
}

// aboutArgument is for methods whose first argument is a request's id.
func (l *life) aboutArgument(_ context.Context, c *call) error {
	p, err := l.find(c.text(0))
	p, err = l.shown(c, p, err)
	return l.about(c, c.text(0), &p, err)
}

// about settles which request a call decides, from what looking for it gave. One that has ended may be decided all the same,
// if it has expired: the daemon knows. Nobody is asked for a password then, since there is nothing to show.
func (l *life) about(c *call, id string, p *clawrden.Pending, err error) error {
	switch {
	case errors.Is(err, clawrden.ErrDecided):
		c.target = id
		c.ended = true
	case err != nil:
		return err
	default:
		c.target, c.pending = p.ID, p
	}
	return l.control.MayDecide(c.by, c.target)
}

func (l *life) approve(ctx context.Context, c *call) ([]any, error) {
	a, err := c.options(1).answer("")
	if err != nil {
		return nil, err
	}
	return nil, l.control.Approve(ctx, c.by, c.target, a)
}

func (l *life) deny(ctx context.Context, c *call) ([]any, error) {
	a, err := c.options(2).answer(c.text(1))
	if err != nil {
		return nil, err
	}
	return nil, l.control.Deny(ctx, c.by, c.target, a)
}

func (l *life) kill(ctx context.Context, c *call) ([]any, error) {
	reason := c.text(0)
	if len(reason) > maxComment {
		return nil, fmt.Errorf("%w: the reason has more than %d bytes", clawrden.ErrBadRequest, maxComment)
	}
	o := c.options(1)
	agent, err := o.word("agent", maxAgent)
	if err != nil {
		return nil, err
	}
	if err := o.end(); err != nil {
		return nil, err
	}
	result, err := l.control.Kill(ctx, c.by, clawrden.KillOrder{Agent: agent, Reason: reason})
	return []any{printable(result.Message, maxText)}, err
}

func (l *life) unlock(ctx context.Context, c *call) ([]any, error) {
	o := c.options(0)
	agent, err := o.word("agent", maxAgent)
	if err != nil {
		return nil, err
	}
	if err := o.end(); err != nil {
		return nil, err
	}
	_, err = l.control.Unlock(ctx, c.by, agent)
	return nil, err
}

func (l *life) reload(ctx context.Context, c *call) ([]any, error) {
	if err := c.options(0).end(); err != nil {
		return nil, err
	}
	return nil, l.control.Reload(ctx, c.by)
}

func (l *life) explain(ctx context.Context, c *call) ([]any, error) {
	argv, _ := c.msg.Body[0].([]string)
	if len(argv) == 0 || len(argv) > maxExplain {
		return nil, fmt.Errorf("%w: a command has 1 to %d words", clawrden.ErrBadRequest, maxExplain)
	}
	o := c.options(1)
	cwd, err := o.word("cwd", maxMessage)
	if err != nil {
		return nil, err
	}
	if err := o.end(); err != nil {
		return nil, err
	}
	d, err := l.control.Explain(ctx, c.by, argv, cwd)
	if err != nil {
		return nil, err
	}
	return []any{map[string]dbus.Variant{
		"verdict":  dbus.MakeVariant(d.Verdict.String()),
		"reason":   dbus.MakeVariant(printable(d.Reason, maxText)),
		"rules":    dbus.MakeVariant(rulesOf(d.Rules)),
		"executor": dbus.MakeVariant(printable(d.Executor, maxText)),
		"policy":   dbus.MakeVariant(printable(d.Policy, maxDigest)),
	}}, nil
}
