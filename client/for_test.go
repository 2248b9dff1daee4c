package client_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// Who asks for somebody is shown what is routed to it: asks, their past, their events, and nothing else. The stand-in routes
// what the rule with the person's name asks about.
func TestFor(t *testing.T) {
	all, control := open(t)
	ctx := t.Context()
	control.Ask("ab12", "git", "push")
	control.Ask("cd34", "rm", "x")
	control.Ran("ef56", clawrden.OutcomeAllow, 0, "ls")
	c := all.For("ask-git")
	if q, err := c.Queue(ctx); err != nil || len(q) != 1 || q[0].ID != "ab12" {
		t.Errorf("queue %+v, %v", q, err)
	}
	if p, err := c.Pending(ctx, "ab"); err != nil || p.ID != "ab12" {
		t.Errorf("what is routed to it: %+v, %v", p, err)
	}
	if p, err := c.Pending(ctx, "cd"); !errors.Is(err, clawrden.ErrNotFound) {
		t.Errorf("what isn't: %+v, %v", p, err)
	}
	if past, _, err := c.History(ctx, clawrden.HistoryFilter{}); err != nil || len(past) != 0 {
		t.Errorf("history %+v, %v", past, err)
	}
	if e, err := c.Entry(ctx, "ef56"); !errors.Is(err, clawrden.ErrNotFound) {
		t.Errorf("an entry: %+v, %v", e, err)
	}
	for what, ask := range map[string]func() error{
		"policy":   func() error { _, err := c.Policy(ctx); return err },
		"grants":   func() error { _, err := c.Grants(ctx); return err },
		"agents":   func() error { _, err := c.Agents(ctx); return err },
		"sessions": func() error { _, err := c.Sessions(ctx); return err },
	} {
		if err := ask(); !errors.Is(err, clawrden.ErrNotAuthorized) {
			t.Errorf("%s: %v", what, err)
		}
	}
	s, err := c.Events(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	control.Ask("gh78", "rm", "y")
	control.Ask("ij90", "git", "pull")
	if e, err := s.Next(); err != nil || e.Pending == nil || e.Pending.ID != "ij90" {
		t.Errorf("the first event: %+v, %v", e, err)
	}
	if _, err := all.For(strings.Repeat("x", clawrden.MaxPerson+1)).Queue(ctx); !errors.Is(err, clawrden.ErrBadRequest) {
		t.Errorf("a long name: %v", err)
	}
	if q, err := all.Queue(ctx); err != nil || len(q) != 4 {
		t.Errorf("everything: %+v, %v", q, err)
	}
}
