package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/internal/reach"
)

// offer is one way to have an approval remembered: what the person would be granting, or why it can't be had.
type offer struct {
	wish  clawrden.GrantWish
	grant clawrden.Grant
	err   error
}

// offersFor asks the daemon what each way would cover. Those that can't be had come last, and only their reason counts.
func offersFor(ctx context.Context, d *client.Client, p *clawrden.Pending) []offer {
	var can, cannot []offer
	for _, w := range reach.Wishes(p) {
		g, err := d.AddGrant(ctx, p.ID, w, true)
		if err != nil {
			if !slices.ContainsFunc(cannot, func(o offer) bool { return o.err.Error() == err.Error() }) {
				cannot = append(cannot, offer{wish: w, err: err})
			}
			continue
		}
		can = append(can, offer{wish: w, grant: g})
	}
	return append(can, cannot...)
}

// label says in a few words how far an offer reaches, and how much of the past it would have covered.
func (o *offer) label() string {
	return fmt.Sprintf("%s: %d of the last %d asks", reach.Says(o.wish), o.grant.Covered, o.grant.Of)
}

// granting is the part of the screen where a person chooses how far an approval is remembered.
type granting struct {
	id     string
	offers []offer // nil until the daemon has answered
	chosen int     // -1: none yet
	cut    bool    // what the chosen one covers didn't fit on the screen
}

// pressGranting takes a key while offers are shown: a digit chooses one and shows its words, a approves with it.
func (s *screen) pressGranting(k key, now time.Time) *decision {
	g := s.granting
	switch {
	case k == keyEscape || k == "g" || k == "q":
		s.granting, s.message = nil, "nothing is remembered"
	case s.selected != g.id:
		s.granting, s.message = nil, "the ask "+display.Line(g.id)+" is gone"
	case len(k) == 1 && k >= "1" && k <= "9":
		if i := int(k[0] - '1'); i < len(g.offers) && g.offers[i].err == nil {
			g.chosen, g.cut, s.message = i, false, ""
		}
	case k == "a" && g.chosen < 0:
		s.message = "choose one by its number first; Escape goes back"
	case k == "a" && g.cut:
		s.message = "too long to be seen here: use `clawrden approve " + display.Line(g.id) + " --for …`"
	case k == "a":
		d := s.approve(now)
		if d != nil {
			wish := g.offers[g.chosen].wish
			d.grant, s.granting = &wish, nil
		}
		return d
	}
	return nil
}

// grant begins to choose; the decision that it gives only asks what could be had.
func (s *screen) grant() *decision {
	i := s.index()
	if i < 0 || s.sent[s.selected] || s.tooLong() {
		return nil
	}
	s.granting, s.message = &granting{id: s.selected, chosen: -1}, ""
	return &decision{ask: s.queue[i], preview: true}
}

// offered takes the daemon's answer.
func (s *screen) offered(id string, offers []offer) {
	if s.granting == nil || s.granting.id != id {
		return
	}
	s.message, s.granting.offers = "", offers
	if !slices.ContainsFunc(offers, func(o offer) bool { return o.err == nil }) {
		s.granting = nil
		if len(offers) > 0 {
			s.message = "it can't be remembered: " + display.Line(offers[0].err.Error())
		}
	}
}

// viewGranting shows the offers, and in full the words of the chosen one.
func (s *screen) viewGranting(v *view, rows int) {
	g := s.granting
	var lines []string
	if i := s.find(g.id); i >= 0 {
		p := &s.queue[i]
		lines = append(lines, wrap("command  "+display.Command(argv(p.Command, p.Args, p.ArgsB64)), v.width)...)
	}
	lines = append(lines, "", "Approve, and remember it for:")
	if g.offers == nil {
		lines = append(lines, "…")
	}
	for i := range g.offers {
		o := &g.offers[i]
		mark := "  "
		if i == g.chosen {
			mark = "> "
		}
		if o.err != nil {
			lines = append(lines, wrap("   - "+display.Line(o.err.Error()), v.width)...)
			continue
		}
		lines = append(lines, fmt.Sprintf("%s%d %s", mark, i+1, o.label()))
	}
	if g.chosen >= 0 {
		lines = append(lines, "")
		lines = append(lines, wrap("covers   "+display.Line(g.offers[g.chosen].grant.Words), v.width)...)
	}
	g.cut = len(lines) > rows
	if g.cut {
		lines = append(lines[:max(rows-1, 0)], "… more than fits here")
	}
	for _, line := range lines {
		v.add("", line)
	}
}

// shownOffers are what the line mode of `watch` has shown of each ask, by id.
type shownOffers map[string][]offer

// showOffers lists the offers for an ask, each with all its words.
func (a *app) showOffers(ctx context.Context, d *client.Client, id string, shown shownOffers) error {
	p, err := d.Pending(ctx, id)
	if err != nil {
		return err
	}
	offers := offersFor(ctx, d, &p)
	shown[p.ID] = offers
	for i := range offers {
		o := &offers[i]
		if o.err != nil {
			_, err = fmt.Fprintf(a.stdout, "-  %s\n", display.Line(o.err.Error()))
		} else {
			_, err = fmt.Fprintf(a.stdout, "%d  %s\n   covers %s\n", i+1, o.label(), display.Line(o.grant.Words))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// approveWith approves an ask and has it remembered as the offer of that number says, which must have been shown.
func (a *app) approveWith(ctx context.Context, d *client.Client, id, number string, shown shownOffers) error {
	p, err := d.Pending(ctx, id)
	if err != nil {
		return err
	}
	offers := shown[p.ID]
	i := slices.IndexFunc(offers, func(o offer) bool {
		return o.err == nil && number == fmt.Sprint(slices.IndexFunc(offers, func(x offer) bool { return x.wish == o.wish })+1)
	})
	if i < 0 {
		return usageError{fmt.Errorf("there is no number %s for %s", display.Word(number), display.Line(p.ID)), "`grants " + display.Line(p.ID) + "` lists them"}
	}
	wish := offers[i].wish
	return a.decide(ctx, []string{p.ID}, "", "approved", func(d *client.Client, ctx context.Context, id string, answer clawrden.Answer) error {
		answer.Grant = &wish
		return d.Approve(ctx, id, answer)
	})
}
