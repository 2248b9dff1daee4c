package replay_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/replay"
)

// What today's policy says of a command of the past, beside what was said then.
func TestAgain(t *testing.T) {
	const text = `
policy { default = "deny" }
rule "uname" {
  commands = ["uname"]
  action   = "allow"
  when { env_any = ["CI=true"] }
}
rule "make" {
  commands = ["make"]
  action   = "ask"
}
rule "night" {
  commands = ["ls"]
  action   = "allow"
}
`
	p, diags := policy.Options{}.Parse(map[string][]byte{"a.hcl": []byte(text)})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	allow := clawrden.Allow
	record := func(tool string, change func(*clawrden.Record)) *clawrden.Record {
		r := &clawrden.Record{
			Event: clawrden.EventDecided, ID: "abc", Command: tool, Args: []string{"x"}, Cwd: "/", Identity: &clawrden.Identity{UID: 1000},
			Verdict: &allow, Decision: clawrden.OutcomeAllow, Rules: []clawrden.RuleRef{{Name: "old", Action: allow, File: "old.hcl", Line: 3}}, Policy: "then",
		}
		if change != nil {
			change(r)
		}
		return r
	}
	for name, test := range map[string]struct {
		record  *clawrden.Record
		now     clawrden.Verdict
		mildly  string
		same    bool
		unknown string
	}{
		"the same":         {record("ls", nil), clawrden.Allow, "", true, ""},
		"asked now":        {record("make", nil), clawrden.Ask, "", false, ""},
		"denied now":       {record("rm", nil), clawrden.Deny, "", false, ""},
		"hinges":           {record("uname", func(r *clawrden.Record) { r.EnvNames = []string{"CI"} }), clawrden.Deny, "allow", false, "hinges"},
		"no such variable": {record("uname", nil), clawrden.Deny, "", false, ""},
		"masked":           {record("ls", func(r *clawrden.Record) { r.Masked = []int{0, 2} }), clawrden.Allow, "", true, "arguments 1, 3"},
		"edited":           {record("ls", func(r *clawrden.Record) { r.EditedBy = &clawrden.Approver{} }), clawrden.Allow, "", true, "changed the arguments"},
		"granted":          {record("ls", func(r *clawrden.Record) { r.Grant = "g1" }), clawrden.Allow, "", true, "grant"},
		"cut":              {record("ls", func(r *clawrden.Record) { r.PathsCut = true }), clawrden.Allow, "", true, "more paths"},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := replay.Again(p, test.record)
			if err != nil {
				t.Fatal(err)
			}
			mildly := ""
			if a.Mildly != nil {
				mildly = a.Mildly.String()
			}
			if a.Now.Verdict != test.now || mildly != test.mildly || a.Same != test.same || a.Then.Verdict != clawrden.Allow || a.Then.Policy != "then" || a.Now.Policy != p.Digest() {
				t.Errorf("%+v, mildly %q", a, mildly)
			}
			said := strings.Join(a.Unknown, "; ")
			if test.unknown == "" && said != "" || !strings.Contains(said, test.unknown) {
				t.Errorf("unknown: %q", said)
			}
			var e policy.Explanation
			if err := json.Unmarshal(a.Explanation, &e); err != nil || e.Command.Command != test.record.Command {
				t.Errorf("%v: %s", err, a.Explanation)
			}
		})
	}
	for _, r := range []*clawrden.Record{nil, {}, {Event: clawrden.EventFinished, Command: "ls"}} {
		if _, err := replay.Again(p, r); !errors.Is(err, replay.ErrNoDecision) {
			t.Errorf("%+v: %v", r, err)
		}
	}
}
