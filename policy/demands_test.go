package policy

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

const demandsPolicy = `
policy { default = "deny" }
approval "two" {
  approvers  = ["user:alice", "group:wheel"]
  quorum     = 2
  on_timeout = "deny"
}
approval "slow" {
  timeout        = "10m"
  approvers      = ["group:wheel"]
  escalate_to    = ["group:oncall"]
  escalate_after = "45s"
}
approval "brief" { timeout = "10s" }
approval "self" { self_approval = true }
approval "open" { edit_args = true }
rule "open" {
  commands = ["h"]
  action   = "ask"
  approval = approval.open
}
rule "plain" {
  commands = ["a", "b", "c", "sh"]
  action   = "ask"
}
rule "two" {
  commands = ["b", "c"]
  action   = "ask"
  approval = approval.two
}
rule "slow" {
  commands = ["c", "d"]
  action   = "ask"
  approval = approval.slow
}
rule "brief" {
  commands = ["e"]
  action   = "ask"
  approval = approval.brief
}
rule "self" {
  commands = ["f"]
  action   = "ask"
  approval = approval.self
}
rule "never" {
  commands = ["g"]
  action   = "deny"
  approval = approval.two
}
`

// TestDemands: what each of several rules demands is demanded, also of nested commands.
func TestDemands(t *testing.T) {
	none := clawrden.Demand{}
	two := clawrden.Demand{Name: "two", Approvers: []string{"user:alice", "group:wheel"}, Quorum: 2}
	slow := clawrden.Demand{Name: "slow", Approvers: []string{"group:wheel"}, Escalate: []string{"group:oncall"}, After: 45 * time.Second}
	p := mustParse(t, demandsPolicy)
	for line, want := range map[string][]clawrden.Demand{
		"a":            nil,
		"b":            {two, none},
		"c":            {two, none, slow},
		"d":            {slow},
		"e":            nil,
		"f":            {{Name: "self", Self: true}},
		"g":            nil,
		"h":            {{Name: "open", EditArgs: true}},
		"env b":        {two, none},
		"sh -c 'a; d'": {none, slow},
	} {
		d := p.Decide(facts(t, p, "/", line))
		if diff := cmp.Diff(want, d.Demands); diff != "" {
			t.Errorf("%s: %s", line, diff)
		}
	}
}

func TestSelfApprovalOfThePolicy(t *testing.T) {
	p := mustParse(t, "policy {\n  default = \"ask\"\n  self_approval = true\n}\n")
	d := p.Decide(facts(t, p, "/", "make"))
	if diff := cmp.Diff([]clawrden.Demand{{Self: true}}, d.Demands); diff != "" {
		t.Error(diff)
	}
}

// Whoever lists people behind a bridge that isn't there is told so, and nobody else answers in their place.
func TestApproversBehindBridges(t *testing.T) {
	text := "approval \"a\" {\n  approvers = [\"group:wheel\", \"slack:U012AB\"]\n}\n"
	_, diags := Parse(map[string][]byte{"a.hcl": []byte(text)})
	if diags.HasErrors() || len(diags) == 0 || diags[0].Summary != "Bridge not available" {
		t.Errorf("%v", diags)
	}
	if _, diags = (Options{Bridges: []string{"slack"}}).Parse(map[string][]byte{"a.hcl": []byte(text)}); diags.HasErrors() {
		t.Errorf("%v", diags)
	}
}
