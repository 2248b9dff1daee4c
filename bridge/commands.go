package bridge

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

const maxRows = 15 // of a queue or history told in a chat

// allowed says why somebody can't ask here; "" if that is all right. Nothing is told to strangers, or in strange places.
func (b *Bridge) allowed(person, to string) string {
	place := slices.ContainsFunc(b.routes, func(r route) bool { return r.To == to || r.EscalateTo == to })
	if !b.known(person) || !place {
		return "This bridge doesn't answer you here."
	}
	return ""
}

// Queue tells what waits, as far as it goes to that place.
func (b *Bridge) Queue(_ context.Context, person, to string) Reply {
	if no := b.allowed(person, to); no != "" {
		return Reply{Text: no}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var lines []string
	for _, a := range b.inOrder() {
		if a.pending == nil || !a.Ended.IsZero() {
			continue
		}
		places, _ := b.places(a, time.Now())
		if slices.ContainsFunc(places, func(p place) bool { return p.To == to }) {
			v := b.view(a, b.o.Bridge.Show)
			lines = append(lines, v.ID+"  "+v.Line())
		}
	}
	return listed(lines, "Nothing waits.")
}

// Line is an ask in one line.
func (a *Ask) Line() string {
	if a.Command == "" {
		return "a command of " + a.Agent + ", rule " + a.Rule
	}
	shown, _ := display.Text(a.Command, shownText)
	return shown
}

// History tells what was decided last, as far as it goes to that place.
func (b *Bridge) History(ctx context.Context, person, to string) Reply {
	if no := b.allowed(person, to); no != "" {
		return Reply{Text: no}
	}
	entries, err := b.o.Daemon.History(ctx, person, maxRows)
	if err != nil {
		return Reply{Text: b.refusal("", err)}
	}
	var lines []string
	for i := range entries {
		e := &entries[i]
		if !slices.ContainsFunc(b.routes, func(r route) bool {
			return (r.To == to || r.EscalateTo == to) && clawrden.Routed(r.Rules, r.Agents, &e.Identity, e.Rules)
		}) {
			continue
		}
		words := "a command"
		if b.o.Bridge.Show != clawrden.ShowMinimal {
			words, _ = display.Brief(append([]string{e.Command}, clawrden.RawWords(e.Args, e.ArgsB64)...), shownText)
		}
		lines = append(lines, fmt.Sprintf("%s %s %s  %s", e.Timestamp.Local().Format("15:04"), display.Line(e.ID), e.Decision, words))
	}
	return listed(lines, "Nothing was decided yet.")
}

// Kill throws the kill switch, for whom the settings give the bridge that right.
func (b *Bridge) Kill(ctx context.Context, person, to, reason string) Reply {
	if no := b.allowed(person, to); no != "" {
		return Reply{Text: no}
	}
	if !slices.Contains(b.o.Bridge.Rights, string(clawrden.RightKill)) {
		return Reply{Text: "This bridge hasn't the right to kill; the settings can give it (rights)."}
	}
	message, err := b.o.Daemon.Kill(ctx, person, truncated(reason))
	if err != nil {
		return Reply{Text: b.refusal("", err)}
	}
	return Reply{OK: true, Text: short(message)}
}

func listed(lines []string, none string) Reply {
	if len(lines) == 0 {
		return Reply{OK: true, Text: none}
	}
	if more := len(lines) - maxRows; more > 0 {
		lines = append(lines[:maxRows], fmt.Sprintf("and %d more", more))
	}
	return Reply{OK: true, Text: strings.Join(lines, "\n")}
}
