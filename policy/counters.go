package policy

import (
	"time"

	"github.com/clawrden/clawrden"
)

// Counter is a rule's rate condition. The daemon counts, for each caller, the commands that Counts names, and stamps how
// many there were within the window, this one included, into Facts.Counts under the rule's name.
type Counter struct {
	Rule   string
	Within time.Duration
}

// Counters lists the rate conditions of the policy.
func (p *Policy) Counters() []Counter { return p.counters }

// Counts lists the rate conditions that count this request: those whose rule names one of its commands.
func (p *Policy) Counts(f *clawrden.Facts) []Counter {
	var out []Counter
	for _, c := range p.counters {
		for _, r := range p.rules {
			if r.ref.Name == c.Rule && p.namesAny(r, f) {
				out = append(out, c)
			}
		}
	}
	return out
}

func (p *Policy) namesAny(r *rule, f *clawrden.Facts) bool {
	for i := range f.Commands {
		v := view{facts: f, index: i, cmd: &f.Commands[i], paths: pathsOf(f, i), strict: true}
		if r.named(&v) != no {
			return true
		}
	}
	return false
}
