package policy_test

import (
	"strings"
	"testing"

	"github.com/clawrden/clawrden/policy"
)

func TestLooser(t *testing.T) {
	const base = "policy {\n  default = \"ask\"\n}\n"
	rule := func(name, action string, more ...string) string {
		return "rule \"" + name + "\" {\n  commands = [\"git\"]\n  action = \"" + action + "\"\n" + strings.Join(more, "\n") + "\n}\n"
	}
	for name, test := range map[string]struct {
		old, updated string
		want         []string // beginnings
	}{
		"the same":                  {base, base, nil},
		"an allow comes":            {base, base + rule("a", "allow"), []string{`added rule "a"`}},
		"a deny comes":              {base, base + rule("a", "deny"), nil},
		"an ask comes":              {base, base + rule("a", "ask"), nil},
		"an ask where denied":       {"", rule("a", "ask"), []string{`added rule "a"`}},
		"an allow goes":             {base + rule("a", "allow"), base, nil},
		"a deny goes":               {base + rule("a", "deny"), base, []string{`removed rule "a"`}},
		"an ask goes":               {base + rule("a", "ask"), base, []string{`removed rule "a"`}},
		"a sandbox goes":            {base + rule("a", "allow", "profile = profile.offline", "executor = executor.unit"), base, []string{`removed rule "a"`}},
		"a rule changes":            {base + rule("a", "deny"), base + rule("a", "allow"), []string{`changed rule "a"`}},
		"a reason changes":          {base + rule("a", "deny"), base + rule("a", "deny", "reason = \"x\""), nil},
		"a stricter default":        {base, "policy {\n  default = \"deny\"\n}\n", nil},
		"a milder default":          {"policy {\n  default = \"deny\"\n}\n", base, []string{"changed policy"}},
		"observe":                   {base, "policy {\n  default = \"ask\"\n  mode = \"observe\"\n}\n", []string{"changed policy"}},
		"an approval weakens":       {base + "approval \"x\" {\n  quorum = 2\n}\n" + rule("a", "ask", "approval = approval.x"), base + "approval \"x\" {\n  quorum = 1\n}\n" + rule("a", "ask", "approval = approval.x"), []string{`changed approval "x": - quorum 2; + quorum 1`}},
		"an executor changes":       {base + "executor \"x\" {\n  kind = \"unit\"\n  user = \"a\"\n}\n", base + "executor \"x\" {\n  kind = \"unit\"\n  user = \"b\"\n}\n", []string{`changed executor "x": - user a; + user b`}},
		"a grammar comes":           {base, base + "tool \"mytool\" {\n}\n", []string{"changed tool"}},
		"allow goes, default allow": {"policy {\n  default = \"allow\"\n}\n" + rule("a", "allow"), "policy {\n  default = \"allow\"\n}\n", []string{`removed rule "a"`}},
	} {
		t.Run(name, func(t *testing.T) {
			o := policy.Options{Enforces: policy.Enforceable}
			old, diags := o.Parse(map[string][]byte{"p.hcl": []byte(test.old)})
			updated, more := o.Parse(map[string][]byte{"p.hcl": []byte(test.updated)})
			if diags.HasErrors() || more.HasErrors() {
				t.Fatal(diags, more)
			}
			got := policy.Looser(old, updated)
			if len(got) != len(test.want) {
				t.Fatalf("%q, want %q", got, test.want)
			}
			for i, w := range test.want {
				if !strings.HasPrefix(got[i], w) {
					t.Errorf("%q, want %q", got[i], w)
				}
			}
		})
	}
}
