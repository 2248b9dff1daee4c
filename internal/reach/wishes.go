package reach

import (
	"fmt"
	"slices"
	"time"

	"github.com/clawrden/clawrden"
)

// How long people are offered to have an approval remembered, where the policy allows it.
const (
	offerTime = 30 * time.Minute
	offerRule = "30d" // for what is written into the policy
)

// Wishes are the ways to have the approval of an ask remembered that make sense to offer, the narrowest first. The daemon
// knows which of them can be had.
func Wishes(p *clawrden.Pending) []clawrden.GrantWish {
	span, rules := offerTime, len(p.Demands) > 0
	for _, d := range p.Demands {
		if d.Grants == nil {
			rules = false
			continue
		}
		longest := time.Duration(0)
		for _, g := range d.Grants {
			if t, err := time.ParseDuration(g); err == nil {
				longest = max(longest, t)
			}
		}
		span, rules = min(span, longest), rules && slices.Contains(d.Grants, string(clawrden.ScopeRule))
	}
	var out []clawrden.GrantWish
	for _, scope := range []clawrden.Scope{clawrden.ScopeCommand, clawrden.ScopeSubcommand} {
		if span > 0 {
			out = append(out, clawrden.GrantWish{Scope: scope, For: short(span)})
		}
		out = append(out, clawrden.GrantWish{Scope: scope, For: clawrden.ForSession})
	}
	if rules {
		out = append(out, clawrden.GrantWish{Scope: clawrden.ScopeRule, For: offerRule}, clawrden.GrantWish{Scope: clawrden.ScopeRuleSubcommand, For: offerRule})
	}
	return out
}

// short writes 30m0s as 30m.
func short(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}

// Says puts a wish into a few words: how far it reaches, and for how long.
func Says(w clawrden.GrantWish) string {
	reach := map[clawrden.Scope]string{
		clawrden.ScopeCommand: "exactly this", clawrden.ScopeSubcommand: "this subcommand in this directory",
		clawrden.ScopeRule: "exactly this, written into the policy", clawrden.ScopeRuleSubcommand: "this subcommand in this directory, written into the policy",
	}[w.Scope]
	span := "for " + w.For
	if w.For == clawrden.ForSession {
		span = "for the agent's session"
	}
	return reach + ", " + span
}
