package policy

import (
	"slices"

	"github.com/clawrden/clawrden"
)

// A record holds every fact but the values of the environment, and the counters of the rules that there were then. Recall
// judges by such facts, and knows when what is missing would have mattered.

// mask says what is assumed of conditions that hinge on what a record lacks.
type mask uint8

const (
	unmasked mask = iota
	strictest
	mildest
)

// Recall judges facts from a record, where Env holds names without values, as Decide does. Where the decision hinges on what
// the record lacks, it gives the strictest and the mildest one that are possible; else both are the same.
func (p *Policy) Recall(f *clawrden.Facts) (high, low clawrden.Decision) {
	if !p.recalls {
		d := p.Decide(f)
		return d, d
	}
	h, l := *p, *p
	h.masked, l.masked = strictest, mildest
	return h.Decide(f), l.Decide(f)
}

// UsesTime reports whether a rule asks for the time of day, or a grant ends at some time.
func (p *Policy) UsesTime() bool {
	return len(p.grants) > 0 || p.anyPred(func(q pred) bool { _, ok := q.(*timePred); return ok })
}

// hinges reports whether a predicate asks for what a record lacks.
func hinges(q pred) bool {
	switch q := q.(type) {
	case *ratePred:
		return true
	case *envPred:
		for i := range q.vars {
			if q.vars[i].value != nil {
				return true
			}
		}
	}
	return false
}

func (p *Policy) anyPred(is func(pred) bool) bool {
	for _, r := range p.rules {
		if slices.ContainsFunc(r.when, is) {
			return true
		}
		for _, u := range r.unless {
			if slices.ContainsFunc(u, is) {
				return true
			}
		}
	}
	return false
}

// recalled answers for a predicate that hinges on missing facts: what makes a rule that denies or asks match, and one
// that allows not, is the strictest.
func (v *view) recalled() truth {
	return truthOf((v.strict != v.excuse) == (v.masked == strictest))
}
