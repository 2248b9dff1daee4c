package bridge

import (
	"context"
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

// mayGrant reports whether the button for remembering is there.
func (b *Bridge) mayGrant(p *clawrden.Pending) bool { return len(b.wishes(p)) > 0 }

// offered reports whether a wish is one that a message has offered.
func (b *Bridge) offered(p *clawrden.Pending, w *clawrden.GrantWish) bool {
	return w != nil && slices.Contains(b.wishes(p), *w)
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
