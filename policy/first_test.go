package policy

import (
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

const inOrderPolicy = `
policy {
  combine       = "first"
  default       = "ask"
  allowed_paths = ["/srv/**"]
}
rule "force" {
  commands = ["git"]
  patterns = ["push --force", "push * main"]
  action   = "deny"
  match    = ["git push --force", "git -C x push origin main"]
}
rule "any" {
  commands = ["g*"]
  action   = "allow"
}
rule "never" {
  commands = ["git"]
  action   = "deny"
}
rule "shells" {
  commands = ["sh"]
  action   = "allow"
}`

func TestFirst(t *testing.T) {
	p := mustParse(t, inOrderPolicy)
	for _, tt := range []struct {
		cwd  string
		argv []string
		want clawrden.Verdict
		rule string
	}{
		{"/srv/x", []string{"git", "push", "--force", "x"}, clawrden.Deny, "force"},
		{"/srv/x", []string{"git", "push", "origin", "main"}, clawrden.Deny, "force"},
		{"/srv/x", []string{"git", "push", "origin", "other"}, clawrden.Allow, "any"},
		{"/srv/x", []string{"sh", "-c", "git push --force"}, clawrden.Allow, "shells"},
		{"/srv/x", []string{"rm", "/etc/passwd"}, clawrden.Ask, ""},
		{"/srv/x", []string{"gcc", "/etc/passwd"}, clawrden.Allow, "any"},
		{"/etc", []string{"gcc"}, clawrden.Deny, "allowed_paths"},
	} {
		f := p.Understand(&clawrden.Request{Tool: tt.argv[0], Argv: tt.argv, Cwd: tt.cwd})
		d, e := p.Decide(&f), p.Explain(&f)
		name := ""
		if r := d.Rule(); r != nil {
			name = r.Name
		}
		if d.Verdict != tt.want || name != tt.rule || e.Verdict != d.Verdict || e.Rule != name {
			t.Errorf("%q in %s: %v by %q (explained as %v by %q), want %v by %q", tt.argv, tt.cwd, d.Verdict, name, e.Verdict, e.Rule, tt.want, tt.rule)
		}
	}
}

func TestFirstLint(t *testing.T) {
	diags := mustParse(t, inOrderPolicy).Lint()
	if !strings.Contains(diags.Error(), "Unreachable rule") {
		t.Errorf("nothing says that a rule is never reached: %v", diags)
	}
}

func TestFirstIsOneFile(t *testing.T) {
	for name, files := range map[string]map[string][]byte{
		"all of them must stand in that file": {"a.hcl": []byte(inOrderPolicy), "b.hcl": []byte("rule \"x\" {\n  commands = [\"x\"]\n  action = \"deny\"\n}\n")},
		"easily evaded":                       {"a.hcl": []byte("rule \"x\" {\n  commands = [\"x\"]\n  patterns = [\"x\"]\n  action = \"deny\"\n}\n")},
		"empty pattern fits":                  {"a.hcl": []byte("policy {\n  combine = \"first\"\n}\nrule \"x\" {\n  commands = [\"x\"]\n  patterns = [\" \"]\n  action = \"deny\"\n}\n")},
	} {
		if _, diags := Parse(files); !strings.Contains(strings.ToLower(diags.Error()), name) {
			t.Errorf("want %q: %v", name, diags)
		}
	}
}
