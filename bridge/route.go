package bridge

import (
	"time"

	"github.com/clawrden/clawrden"
)

// route is one route, with its hours read.
type route struct {
	clawrden.Route
	hours, quiet clawrden.Hours
}

func parseRoute(r clawrden.Route) (route, error) {
	hours, err := clawrden.ParseHours(r.Hours)
	if err != nil {
		return route{}, err
	}
	quiet, err := clawrden.ParseHours(r.Quiet)
	return route{r, hours, quiet}, err
}

// takes reports whether an ask goes by this route: by who asks, by the rules, and by when it came.
func (r *route) takes(p *clawrden.Pending) bool {
	return clawrden.Routed(r.Rules, r.Agents, &p.Identity, p.Rules) && r.hours.Hold(p.Created.Local())
}

// holds reports whether an ask is held back now.
func (r *route) holds(p *clawrden.Pending, now time.Time) bool {
	if r.quiet.Always() || !r.quiet.Hold(now.Local()) {
		return false
	}
	return len(r.Urgent) == 0 || !clawrden.Routed(r.Urgent, nil, &p.Identity, p.Rules)
}

// place is somewhere that an ask goes to.
type place struct {
	Route     string
	To        string
	Escalated bool
}

// places are all that an ask goes to now, and when that may change next; zero if it won't.
func (b *Bridge) places(a *ask, now time.Time) (all []place, next time.Time) {
	if b.traits().Own && a.test == nil && (!a.known || a.pending.Barred != "") {
		return nil, next
	}
	soonest := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	for i := range b.routes {
		r := &b.routes[i]
		if a.test == nil && !r.takes(a.pending) {
			continue
		}
		if a.test == nil && r.holds(a.pending, now) {
			soonest(now.Truncate(time.Minute).Add(time.Minute))
			continue
		}
		all = append(all, place{r.Name, r.To, false})
		if r.EscalateTo == "" || a.test != nil {
			continue
		}
		at := a.pending.Created.Add(r.EscalateAfter)
		switch {
		case a.Escalated || r.EscalateAfter > 0 && !now.Before(at):
			all = append(all, place{r.Name, r.EscalateTo, true})
		case r.EscalateAfter > 0:
			soonest(at)
		}
	}
	return all, next
}

// remind is how often a message of this route is repeated; 0 for never.
func (b *Bridge) remind(name string) time.Duration {
	for i := range b.routes {
		if b.routes[i].Name == name {
			return b.routes[i].Remind
		}
	}
	return 0
}
