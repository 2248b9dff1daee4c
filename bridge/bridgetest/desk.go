// Package bridgetest holds a desk that writes down what a service hands in, for the tests of services. It is part of no program.
package bridgetest

import (
	"context"
	"sync"
	"testing" //nolint:depguard // this is for tests alone
	"time"

	"github.com/clawrden/clawrden/bridge"
)

// Desk takes everything.
type Desk struct {
	Clicks chan bridge.Click
	Said   chan string // tokens, commands
	Health chan error

	mu     sync.Mutex
	answer bridge.Reply
}

// Answer sets what everybody is told from now on.
func (d *Desk) Answer(r bridge.Reply) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answer = r
}

func (d *Desk) reply() bridge.Reply {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.answer
}

// New makes one that answers with yes.
func New() *Desk {
	return &Desk{Clicks: make(chan bridge.Click, 100), Said: make(chan string, 100), Health: make(chan error, 1000), answer: bridge.Reply{Text: "done", OK: true}}
}

// Click takes a button.
func (d *Desk) Click(_ context.Context, c bridge.Click) bridge.Reply {
	d.Clicks <- c
	return d.reply()
}

// Choose offers two ways, or none where the answer is no.
func (d *Desk) Choose(_ context.Context, c bridge.Click) (bridge.Choice, bridge.Reply) {
	d.Said <- "choose " + c.Person + " " + c.To + " " + c.Ref + " " + c.Value
	choice := bridge.Choice{Message: Ask(c.To)}
	if verb, _ := bridge.VerbOf(c.Value); verb == bridge.Grant {
		for _, far := range []string{"command_30m", "subcommand_session"} {
			choice.Offers = append(choice.Offers, bridge.Offer{Label: "label of " + far, Words: "covers " + Hostile, Value: c.Value + far})
		}
	}
	return choice, d.reply()
}

// Token takes a token.
func (d *Desk) Token(_ context.Context, token, comment string) bridge.Reply {
	d.Said <- "token " + token + " " + comment
	return d.reply()
}

// Queue takes that command.
func (d *Desk) Queue(_ context.Context, person, to string) bridge.Reply {
	d.Said <- "queue " + person + " " + to
	return d.reply()
}

// History takes that command.
func (d *Desk) History(_ context.Context, person, to string) bridge.Reply {
	d.Said <- "history " + person + " " + to
	return d.reply()
}

// Kill takes that command.
func (d *Desk) Kill(_ context.Context, person, to, reason string) bridge.Reply {
	d.Said <- "kill " + person + " " + to + " " + reason
	return d.reply()
}

// Healthy takes the state of a connection.
func (d *Desk) Healthy(err error) {
	select {
	case d.Health <- err:
	default:
	}
}

// Anew takes that a service has lost what it showed.
func (d *Desk) Anew(func(string) bool) {
	d.Said <- "anew"
}

// Next waits for what comes on a channel.
func Next[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(3 * time.Minute): // also on a busy machine
		t.Fatal("nothing came")
	}
	panic("unreachable")
}

// Run runs a service on a desk until the test ends.
func Run(t *testing.T, s bridge.Service) *Desk {
	t.Helper()
	desk := New()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, desk) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return desk
}

// Ask is a message about one ask, with a command that is hostile to whoever reads markup.
func Ask(to string) *bridge.Message {
	now := time.Now()
	return &bridge.Message{
		Key: "m1", To: to, Asks: []bridge.Ask{{
			ID: "ab12", Command: Hostile, Agent: "coder", Rule: "push", Reason: "look", Dir: "/srv", Lacking: 1, Created: now, Expires: now.Add(time.Minute), Revision: 1, Digest: "d",
		}},
		Buttons: []bridge.Button{{Label: "Approve", Verb: bridge.Approve, Value: "aNONCE"}, {Label: "Deny", Verb: bridge.Deny, Value: "dNONCE"}},
	}
}

// Hostile is markup of many kinds.
const Hostile = `git push '<!channel> <@U1> <https://evil|ok> *b* _i_ ` + "```x```" + ` [a](tg://user?id=1) </code><b>&amp;' :tada:`

// End is the same when it has been decided.
func End(m *bridge.Message) *bridge.Message {
	over := *m
	over.Asks = append([]bridge.Ask(nil), m.Asks...)
	over.Asks[0].End = &bridge.End{Outcome: "approved", By: "ann (control)", At: time.Now()}
	over.Buttons, over.Tokens = nil, nil
	return &over
}
