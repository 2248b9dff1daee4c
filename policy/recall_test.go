package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

const recallPolicy = `
policy {
  default = "ask"
}
rule "ci" {
  commands = ["make"]
  env_any  = ["CI=1"]
  action   = "allow"
}
rule "no proxies" {
  commands = ["curl"]
  env_any  = ["*_proxy=http://*"]
  action   = "deny"
}
rule "named" {
  commands = ["npm"]
  env_any  = ["TOKEN"]
  action   = "deny"
}
rule "often" {
  commands = ["wget"]
  action   = "deny"
  when {
    rate {
      over   = 3
      within = "1m"
    }
  }
}`

func TestRecall(t *testing.T) {
	p := mustParse(t, recallPolicy)
	tests := []struct {
		tool   string
		env    []string
		counts map[string]int
		want   clawrden.Verdict
		sure   bool
	}{
		{"make", nil, nil, clawrden.Ask, true},
		{"make", []string{"CI"}, nil, clawrden.Ask, false},
		{"make", []string{"CI=1"}, nil, clawrden.Allow, true},
		{"curl", []string{"http_proxy"}, nil, clawrden.Deny, false},
		{"curl", []string{"CI"}, nil, clawrden.Ask, true},
		{"npm", []string{"TOKEN"}, nil, clawrden.Deny, true},
		{"wget", nil, nil, clawrden.Deny, false},
		{"wget", nil, map[string]int{"often": 2}, clawrden.Ask, true},
		{"wget", nil, map[string]int{"often": 4}, clawrden.Deny, true},
	}
	for _, tt := range tests {
		f := p.Understand(&clawrden.Request{Tool: tt.tool, Argv: []string{tt.tool}, Cwd: "/", Env: tt.env})
		f.Counts = tt.counts
		if d, low := p.Recall(&f); d.Verdict != tt.want || (d.Verdict == low.Verdict) != tt.sure {
			t.Errorf("%s with %q and %v: %v to %v, want %v, sure %v", tt.tool, tt.env, tt.counts, d.Verdict, low.Verdict, tt.want, tt.sure)
		}
	}
}

func TestCompare(t *testing.T) {
	old := mustParse(t, recallPolicy)
	updated := mustParse(t, `
policy {
  default = "deny"
}
rule "ci" {
  commands = ["make", "ninja"]
  env_any  = ["CI=1"]
  action   = "allow"
}
rule "named" {
  commands = ["npm"]
  env_any  = ["TOKEN"]
  action   = "deny"
}
rule "new" {
  commands = ["ls"]
  action   = "allow"
  unless {
    cwd = ["/etc/**"]
  }
}
environment {
  strip = ["AWS_*"]
  set   = { PAGER = ["cat"] }
}
kill_switch {
  on_engage = "freeze"
  trip {
    denials = 5
    within  = "1m"
  }
}`)
	got := Compare(old, updated)
	for i := range got {
		got[i].File, got[i].Line = "", 0
	}
	want := []Change{
		{Kind: "changed", Block: "policy", Old: []string{"default ask", "opaque ask"}, New: []string{"default deny", "opaque deny"}},
		{Kind: "changed", Block: "rule", Name: "ci", Old: []string{`commands ["make"]`}, New: []string{`commands ["make", "ninja"]`}},
		{Kind: "added", Block: "rule", Name: "new", Old: []string{}, New: []string{`commands ["ls"]`, "action allow", `unless cwd ["/etc/**"]`}},
		{Kind: "removed", Block: "rule", Name: "no proxies", Old: []string{`commands ["curl"]`, "action deny", `env_any ["*_proxy=http://*"]`}, New: []string{}},
		{Kind: "removed", Block: "rule", Name: "often", Old: []string{`commands ["wget"]`, "action deny", "rate over 3 within 1m0s"}, New: []string{}},
	}
	want = append(want,
		Change{Kind: "changed", Block: "environment", Old: []string{}, New: []string{`strip ["AWS_*"]`, `set PAGER="cat"`}},
		Change{Kind: "changed", Block: "kill_switch", Old: []string{"running kill"}, New: []string{"running pause", "trip 5 denials within 1m0s, scope agent"}},
	)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if c := Compare(old, old); len(c) != 0 {
		t.Errorf("a policy differs from itself: %v", c)
	}
}
