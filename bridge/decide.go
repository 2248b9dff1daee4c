package bridge

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/internal/reach"
)

const (
	nonceLen   = 22
	maxComment = 1000 // bytes of what a person says to the agent
)

const outOfDate = "These buttons are out of date: what waits may have changed. Look at the newest message, or at `clawrden queue`."

// Click takes a button. Only somebody whom the settings have counts, only in the message that the button belongs to, and only
// while that shows what waits.
func (b *Bridge) Click(ctx context.Context, c Click) Reply {
	m, verb, rest, no := b.pressed(ctx, &c)
	switch {
	case no != "":
		return Reply{Text: no}
	case verb == Show:
		defer b.mu.Unlock()
		return b.single(m, rest)
	case verb == Details:
		defer b.mu.Unlock()
		return b.details(m)
	case verb == Grant:
		if w := wishOf(rest); w != nil {
			return b.decide(ctx, m, c.Person, verb, w, c.Comment)
		}
		b.mu.Unlock()
		return Reply{Text: "Choose how far it is to be remembered."}
	}
	return b.decide(ctx, m, c.Person, verb, nil, c.Comment)
}

// pressed finds the message that a button belongs to, and what it does; or says why it does nothing. Where there is a message, the lock is held.
func (b *Bridge) pressed(ctx context.Context, c *Click) (m *posted, verb Verb, rest, no string) {
	if len(c.Value) < 1+nonceLen || len(c.Value) > MaxValue {
		return nil, "", "", outOfDate
	}
	if !b.known(c.Person) {
		b.o.Log.WarnContext(ctx, "somebody answered whom the settings don't have", slog.String("person", display.Line(c.Person)))
		return nil, "", "", "You can't decide here: the settings (people of the bridge) don't have you."
	}
	verb, rest = Verb(c.Value[:1]), c.Value[1+nonceLen:]
	b.mu.Lock()
	m = b.book.byNonce(c.Value[1 : 1+nonceLen])
	if m == nil || m.To != c.To || m.Sent && m.Ref != c.Ref || m.List != (verb == Show) || rest != "" && verb != Show && verb != Grant {
		b.mu.Unlock()
		return nil, "", "", outOfDate
	}
	return m, verb, rest, ""
}

// Token takes a decision by a token. It counts once, for the person whose it is, and only while the message shows what waits.
func (b *Bridge) Token(ctx context.Context, token, comment string) Reply {
	nonce, _, _ := strings.Cut(token, ".")
	b.mu.Lock()
	m := b.book.byNonce(nonce)
	if m == nil || len(token) > 2*MaxValue || !b.traits().Tokens {
		b.mu.Unlock()
		return Reply{Text: outOfDate}
	}
	person, verb, wish, ok := b.owner(m, token)
	if !ok || slices.Contains(m.Spent, person) {
		b.mu.Unlock()
		return Reply{Text: "This token is wrong or has been used."}
	}
	return b.decide(ctx, m, person, verb, wish, comment)
}

// decide has the daemon decide. The lock is held, and let go.
func (b *Bridge) decide(ctx context.Context, m *posted, person string, verb Verb, wish *clawrden.GrantWish, comment string) Reply {
	a := b.book.Asks[m.Asks[0]]
	answer := clawrden.Answer{Revision: m.Revision, Digest: m.Digest, Comment: truncated(comment), Grant: wish}
	one := m.Nonce + " " + person
	switch {
	case a == nil || !a.Ended.IsZero():
		defer b.mu.Unlock()
		return already(a)
	case verb != Approve && verb != Deny && verb != Grant, verb == Grant && (a.pending == nil || !b.offered(a.pending, wish)):
		b.mu.Unlock()
		return Reply{Text: outOfDate}
	case b.busy[one]:
		b.mu.Unlock()
		return Reply{Text: "Your answer is on its way already."}
	case a.test != nil:
		defer b.mu.Unlock()
		return b.endTest(a, m, person, verb, answer.Comment)
	}
	b.busy[one] = true
	b.mu.Unlock()
	err := b.o.Daemon.Decide(ctx, person, a.ID, verb != Deny, answer)
	b.mu.Lock()
	delete(b.busy, one)
	if err == nil {
		m.Spent = append(m.Spent, person)
	}
	b.mu.Unlock()
	if err != nil {
		return Reply{Text: b.refusal(a.ID, err)}
	}
	b.changed()
	if err := b.keep(); err != nil {
		b.o.Log.ErrorContext(ctx, "the state can't be kept", slog.Any("error", err))
	}
	switch verb { //nolint:exhaustive // the others don't come here
	case Deny:
		return Reply{OK: true, Text: "Denied."}
	case Grant:
		return Reply{OK: true, Text: "Approved, and remembered: " + reach.Says(*wish) + "."}
	}
	return Reply{OK: true, Text: "Approved."}
}

// endTest ends a test, of which the daemon knows nothing. The lock is held.
func (b *Bridge) endTest(a *ask, m *posted, person string, verb Verb, comment string) Reply {
	outcome := clawrden.OutcomeApproved
	if verb == Deny {
		outcome = clawrden.OutcomeDenied
	}
	m.Spent = append(m.Spent, person)
	b.ended(a.ID, &End{Outcome: outcome, By: short(b.o.Bridge.People[person]) + " (test: nothing ran)", At: time.Now(), Comment: comment})
	b.changed()
	return Reply{OK: true, Text: "The test came back; nothing ran."}
}

// single has one ask of a list shown in a message of its own.
func (b *Bridge) single(list *posted, id string) Reply {
	a := b.book.Asks[id]
	switch {
	case a == nil || !slices.Contains(list.Asks, id):
		return Reply{Text: outOfDate}
	case !a.Ended.IsZero():
		return already(a)
	}
	for _, m := range b.book.Messages {
		if !m.List && m.To == list.To && slices.Contains(m.Asks, id) && !m.Abandoned {
			return Reply{Text: "It has a message of its own already."}
		}
	}
	m := &posted{Nonce: newNonce(), Route: list.Route, To: list.To, Asks: []string{id}, At: time.Now()}
	m.Key = "m" + m.Nonce
	b.book.Messages = append(b.book.Messages, m)
	b.changed()
	return Reply{OK: true, Text: "It is shown in a message of its own."}
}

// details tells one person what the message had no room for.
func (b *Bridge) details(m *posted) Reply {
	a := b.book.Asks[m.Asks[0]]
	if a == nil || a.pending == nil || b.o.Bridge.Show == clawrden.ShowMinimal {
		return Reply{Text: outOfDate}
	}
	v := b.view(a, clawrden.ShowFull)
	lines := append([]string{v.Command, "in " + v.Dir, "agent: " + v.Agent, "rule: " + v.Rule + " (" + v.Place + ")"}, v.More...)
	if v.Cut {
		lines = append(lines, "all of it: clawrden queue "+v.ID)
	}
	return Reply{OK: true, Text: strings.Join(lines, "\n")}
}

// known reports whether a person is one for whom this bridge decides.
func (b *Bridge) known(person string) bool {
	_, ok := b.o.Bridge.People[person]
	return ok && person != ""
}

func already(a *ask) Reply {
	if a == nil || a.end == nil {
		return Reply{Text: "It has ended already."}
	}
	return Reply{Text: "It has ended already: " + a.end.Words() + "."}
}

// refusal says why the daemon didn't take an answer.
func (b *Bridge) refusal(id string, err error) string {
	switch {
	case errors.Is(err, clawrden.ErrDecided), errors.Is(err, clawrden.ErrNotFound):
		b.mu.Lock()
		defer b.mu.Unlock()
		return already(b.book.Asks[id]).Text
	case errors.Is(err, clawrden.ErrStale):
		return outOfDate
	case errors.Is(err, client.ErrUnreachable):
		return "The daemon can't be reached, so nothing was decided. Try again, or decide on the host."
	}
	return "Not taken: " + short(err.Error())
}

func truncated(comment string) string {
	comment = strings.ToValidUTF8(strings.TrimSpace(comment), "")
	if len(comment) > maxComment {
		comment = strings.ToValidUTF8(comment[:maxComment], "")
	}
	return comment
}
