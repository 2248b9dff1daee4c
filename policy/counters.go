package policy

import "github.com/clawrden/clawrden"

// Counters lists the rate conditions of the policy.
func (p *Policy) Counters() []clawrden.Counter { return p.counters }

// Counts lists the rate conditions that count this request: those whose rule names one of its commands.
func (p *Policy) Counts(f *clawrden.Facts) []clawrden.Counter {
	var out []clawrden.Counter
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
