package policy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

// Each command of a pipeline has a verdict of its own, with the rule that gave it and its place.
func TestVerdicts(t *testing.T) {
	p := parsed(t, `policy { default = "deny" }
rule "reads" {
  commands = ["ls"]
  action   = "allow"
}
rule "pushes" {
  commands = ["git"]
  action   = "ask"
}
`)
	r := clawrden.Request{Tool: "sh", Argv: []string{"sh", "-c", "ls -l && git push"}, Cwd: "/src", Way: clawrden.WayShim}
	f := p.Understand(&r)
	type row struct {
		Command, Via, Verdict, Rule string
		Line, Outer                 int
	}
	var got []row
	for _, c := range p.Verdicts(&f) {
		got = append(got, row{c.Command, c.Via, c.Verdict, c.Rule, c.Line, c.Outer})
	}
	want := []row{
		{Command: "sh", Outer: -1},
		{Command: "ls", Via: "sh -c", Verdict: "allow", Rule: "reads", Line: 2},
		{Command: "git", Via: "sh -c", Verdict: "ask", Rule: "pushes", Line: 6},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := p.Verdicts(&clawrden.Facts{}); got != nil {
		t.Errorf("nothing was understood, and verdicts are %v", got)
	}
}
