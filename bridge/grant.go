package bridge

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/reach"
)

// Choose asks the daemon how far somebody may have an approval remembered, and what each way would cover. Nothing is decided by it.
func (b *Bridge) Choose(ctx context.Context, c Click) (Choice, Reply) {
	m, verb, rest, no := b.pressed(ctx, &c)
	if no != "" {
		return Choice{}, Reply{Text: no}
	}
	a := b.book.Asks[m.Asks[0]]
	if a == nil || !a.Ended.IsZero() || a.pending == nil {
		defer b.mu.Unlock()
		return Choice{}, already(a)
	}
	nonce, id, wishes := m.Nonce, a.ID, b.wishes(a.pending)
	choice := Choice{Message: b.render(m)}
	b.changed() // where rendering has found another state than what is shown
	current, test := m.Nonce == nonce && choice.Message != nil, a.test != nil
	b.mu.Unlock()
	switch {
	case !current, rest != "", verb != Grant && verb != Back:
		return Choice{}, Reply{Text: outOfDate}
	case verb == Back:
		return choice, Reply{OK: true}
	case test:
		return Choice{}, Reply{Text: "This is a test, and nothing of it is remembered."}
	}
	why := "the settings or the policy don't let it."
	for _, w := range wishes {
		g, err := b.o.Daemon.Preview(ctx, c.Person, id, w)
		if err != nil {
			why = b.refusal(id, err)
			continue
		}
		choice.Offers = append(choice.Offers, Offer{Label: reach.Says(w), Words: covers(&g), Value: string(Grant) + nonce + wishValue(w)})
	}
	if len(choice.Offers) == 0 {
		return Choice{}, Reply{Text: "It can't be remembered: " + why}
	}
	return choice, Reply{OK: true}
}

// wishes are the ways to have an approval remembered that a message offers: where settings and policy have it, and one approval is enough.
// Which of them can be had, the daemon says.
func (b *Bridge) wishes(p *clawrden.Pending) []clawrden.GrantWish {
	never := func(d clawrden.Demand) bool {
		return d.People() > 1 || d.Grants != nil && !slices.ContainsFunc(d.Grants, lasts)
	}
	if !slices.Contains(b.o.Bridge.Rights, string(clawrden.RightGrant)) || slices.ContainsFunc(p.Demands, never) {
		return nil
	}
	return reach.Wishes(p)
}

// offered reports whether a wish is one that a message has offered.
func (b *Bridge) offered(p *clawrden.Pending, w *clawrden.GrantWish) bool {
	return w != nil && slices.Contains(b.wishes(p), *w)
}

// hasTokens reports whether messages carry tokens.
func (b *Bridge) hasTokens() bool { return b.traits().Tokens && b.o.Bridge.Reply != "" }

// looksAhead reports whether the daemon has still to be asked what each way to have an ask remembered would cover: what can't be had
// has no button, and tokens say what they cover. The lock is held.
func (b *Bridge) looksAhead(a *ask) bool {
	return a.test == nil && a.pending != nil && a.end == nil && a.offered != a.pending.Revision+1 && len(b.wishes(a.pending)) > 0
}

// mayGrant reports whether the button for remembering is there. A test has it, to be seen. The lock is held.
func (b *Bridge) mayGrant(a *ask) bool {
	return len(a.offers) > 0 || a.test != nil && len(b.wishes(a.pending)) > 0
}

// lookAhead asks the daemon that, of a few asks; true if there are more to ask about.
func (b *Bridge) lookAhead(ctx context.Context) bool {
	b.mu.Lock()
	var want []*clawrden.Pending
	for _, a := range b.inOrder() {
		if b.looksAhead(a) && len(want) < maxList {
			want = append(want, a.pending)
		}
	}
	b.mu.Unlock()
	for _, p := range want {
		id := p.ID
		var offers []GrantToken
		for _, w := range b.wishes(p) {
			if g, err := b.previewed(ctx, id, w); err == nil {
				offers = append(offers, GrantToken{GrantWish: w, Says: reach.Says(w), Covers: covers(&g)})
			}
		}
		b.mu.Lock()
		if a := b.book.Asks[id]; a != nil {
			a.offers, a.offered = offers, p.Revision+1
		}
		b.mu.Unlock()
	}
	return len(want) == maxList && ctx.Err() == nil
}

// previewed asks what a way would cover, for the first of the bridge's people who may have it.
func (b *Bridge) previewed(ctx context.Context, id string, w clawrden.GrantWish) (g clawrden.Grant, err error) {
	for _, person := range slices.Sorted(maps.Keys(b.o.Bridge.People)) {
		if g, err = b.o.Daemon.Preview(ctx, person, id, w); !errors.Is(err, clawrden.ErrNotAuthorized) {
			break
		}
	}
	return g, err
}

// wishValue is a wish in a button's value or a token, and wishOf reads it; nil where it is none.
func wishValue(w clawrden.GrantWish) string { return string(w.Scope) + "_" + w.For }

func wishOf(value string) *clawrden.GrantWish {
	scope, span, ok := strings.Cut(value, "_")
	if !ok {
		return nil
	}
	return &clawrden.GrantWish{Scope: clawrden.Scope(scope), For: span}
}

// lasts reports whether a policy's word lets an approval be remembered.
func lasts(grant string) bool { return grant != "once" }
