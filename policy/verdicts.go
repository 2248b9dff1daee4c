package policy

import "github.com/clawrden/clawrden"

// Verdicts says of the command and of each one inside it what the policy says, for a person who is asked about all of them.
func (p *Policy) Verdicts(f *clawrden.Facts) []clawrden.CommandVerdict {
	if len(f.Commands) == 0 {
		return nil
	}
	e := p.Explain(f)
	all := make([]clawrden.CommandVerdict, 0, 1+len(e.Nested))
	add := func(c *CommandExplanation) {
		all = append(all, clawrden.CommandVerdict{
			Command: c.Command, Args: c.Args, Via: c.Via, Outer: c.Outer, Opaque: c.Opaque,
			Verdict: c.Verdict, Rule: c.Rule, File: c.File, Line: c.Line,
		})
	}
	add(&e.Command)
	for i := range e.Nested {
		add(&e.Nested[i])
	}
	return all
}
