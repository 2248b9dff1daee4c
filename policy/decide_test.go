package policy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/clawrden/clawrden"
)

// mustParse compiles one file or fails the test with the diagnostics as a person would see them.
func mustParse(t testing.TB, src string) *Policy {
	t.Helper()
	p, diags := Options{Executors: []string{"mirror", "local", "unit", "ghost"}, Enforces: Enforceable}.Parse(map[string][]byte{"test.hcl": []byte(src)})
	if diags.HasErrors() {
		t.Fatal(printed(p, diags))
	}
	return p
}

func printed(p *Policy, diags hcl.Diagnostics) string {
	var b strings.Builder
	_ = WriteDiagnostics(&b, p, diags, 0, false)
	return b.String()
}

// facts understands a command line as splitLine reads it.
func facts(t testing.TB, p *Policy, cwd, line string) *clawrden.Facts {
	t.Helper()
	argv, err := splitLine(line)
	if err != "" {
		t.Fatalf("%q: %s", line, err)
	}
	f := p.Understand(&clawrden.Request{Tool: argv[0], Argv: argv, Cwd: cwd})
	return &f
}

const firstPolicy = `
policy {
  default = "deny"
}
rule "git" {
  commands = ["git"]
  action   = "allow"
}
rule "push" {
  commands = ["git"]
  args     = ["push", "**"]
  action   = "ask"
  reason   = "Publishes commits."
  approval = approval.slow
  unless {
    args = ["push", "origin", "agent/*"]
  }
}
rule "no force" {
  commands = ["git"]
  when {
    args = ["push", "--force", "**"]
  }
  action = "deny"
}
rule "echo here" {
  commands = ["echo"]
  cwd      = ["/srv/**"]
  action   = "allow"
  executor = executor.local
}
approval "slow" {
  timeout = "15m"
}
`

func TestDecide(t *testing.T) {
	p := mustParse(t, firstPolicy)
	tests := []struct {
		cwd, line string
		verdict   clawrden.Verdict
		rules     string // names, the deciding one first
	}{
		{"/srv", "git status", clawrden.Allow, "git"},
		{"/srv", "git", clawrden.Allow, "git"},
		{"/srv", "git push", clawrden.Ask, "push git"},
		{"/srv", "git push origin main", clawrden.Ask, "push git"},
		{"/srv", "git push origin agent/x", clawrden.Allow, "git"},
		{"/srv", "git push origin agent/x main", clawrden.Ask, "push git"},
		{"/srv", "git push --force", clawrden.Deny, "no force push git"},
		{"/srv", "git push --force origin main", clawrden.Deny, "no force push git"},
		{"/srv", "echo hello", clawrden.Allow, "echo here"},
		{"/srv/a/b", "echo", clawrden.Allow, "echo here"},
		{"/srv2", "echo hello", clawrden.Deny, ""},
		{"", "echo hello", clawrden.Deny, ""},
		{"/srv", "ls", clawrden.Deny, ""},
	}
	for _, tt := range tests {
		d := p.Decide(facts(t, p, tt.cwd, tt.line))
		var names []string
		for _, r := range d.Rules {
			names = append(names, r.Name)
		}
		if d.Verdict != tt.verdict || strings.Join(names, " ") != tt.rules {
			t.Errorf("%s $ %s: %v by %q (%s), want %v by %q", tt.cwd, tt.line, d.Verdict, names, d.Reason, tt.verdict, tt.rules)
		}
		if d.Policy != p.Digest() || d.Policy == "" {
			t.Errorf("%s: policy digest %q", tt.line, d.Policy)
		}
	}
}

func TestDecisionCarriesTheRule(t *testing.T) {
	p := mustParse(t, firstPolicy)
	got := p.Decide(facts(t, p, "/srv", "git push"))
	want := clawrden.Decision{
		Verdict: clawrden.Ask, Reason: "Publishes commits.", Approval: "slow", Timeout: 15 * 60 * 1000, Policy: p.Digest(),
		Rules: []clawrden.RuleRef{
			{Name: "push", Action: clawrden.Ask, File: "test.hcl", Line: 9},
			{Name: "git", Action: clawrden.Allow, File: "test.hcl", Line: 5},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := p.Decide(facts(t, p, "/srv", "echo")); got.Executor != "local" {
		t.Errorf("executor %q, want local", got.Executor)
	}
}

func TestAllowedPaths(t *testing.T) {
	p := mustParse(t, `
policy {
  default       = "allow"
  allowed_paths = ["/srv/**", "/tmp/**"]
}`)
	tests := []struct {
		cwd, line string
		verdict   clawrden.Verdict
	}{
		{"/srv", "cat a", clawrden.Allow},
		{"/srv/x", "cat ../y /tmp/z", clawrden.Allow},
		{"/srv", "cat ../etc/passwd", clawrden.Deny},
		{"/srv", "cat /etc/passwd", clawrden.Deny},
		{"/srv", "cc -I/etc x.c", clawrden.Deny},
		{"/srv", "dd if=/dev/sda", clawrden.Deny},
		{"/srv", "x --config=/etc/x", clawrden.Deny},
		{"/srv", "curl https://example.org/a", clawrden.Allow},
		{"/srv", "curl file:///etc/passwd", clawrden.Deny},
		{"/etc", "true", clawrden.Deny},
		{"", "true", clawrden.Deny},
	}
	for _, tt := range tests {
		d := p.Decide(facts(t, p, tt.cwd, tt.line))
		if d.Verdict != tt.verdict {
			t.Errorf("%s $ %s: %v (%s), want %v", tt.cwd, tt.line, d.Verdict, d.Reason, tt.verdict)
		}
	}
	f := facts(t, p, "/srv", "cat link")
	f.Paths[1].Resolved = "/etc/shadow"
	if d := p.Decide(f); d.Verdict != clawrden.Deny || d.Rules[0].Name != "allowed_paths" {
		t.Errorf("a link out of the allowed paths: %+v", d)
	}
	f.Paths[1].Resolved, f.Paths[1].Err = "", "too many links"
	if d := p.Decide(f); d.Verdict != clawrden.Deny {
		t.Errorf("a path that can't be resolved: %+v", d)
	}
}

func TestPolicyThatDeniesAll(t *testing.T) {
	bad, diags := Parse(map[string][]byte{"a.hcl": []byte(`rule "x" { }`)})
	if !diags.HasErrors() {
		t.Fatal("no errors")
	}
	empty, diags := Load(Source{Layers: []string{t.TempDir(), t.TempDir() + "/missing"}})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	none, diags := Parse(nil)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	for name, p := range map[string]*Policy{"zero": {}, "bad": bad, "empty": empty, "none": none} {
		f := facts(t, p, "/", "true")
		if d := p.Decide(f); d.Verdict != clawrden.Deny || d.Reason == "" {
			t.Errorf("%s: %+v, want a deny with its reason", name, d)
		}
	}
	if d := none.Decide(&clawrden.Facts{}); d.Verdict != clawrden.Deny {
		t.Errorf("facts without a command: %+v", d)
	}
}

func TestCommandByPath(t *testing.T) {
	p := mustParse(t, `
rule "system tools" {
  commands = ["/usr/bin/*"]
  action   = "allow"
}
rule "not in tmp" {
  commands = ["/tmp/**"]
  action   = "deny"
}`)
	tests := []struct {
		exe     clawrden.Executable
		verdict clawrden.Verdict
		rule    string
	}{
		{clawrden.Executable{Path: "/usr/bin/x", Resolved: "/usr/bin/x"}, clawrden.Allow, "system tools"},
		{clawrden.Executable{Path: "/bin/x", Resolved: "/usr/bin/x"}, clawrden.Allow, "system tools"},
		{clawrden.Executable{Path: "/usr/bin/x", Resolved: "/opt/x"}, clawrden.Deny, ""},
		{clawrden.Executable{Path: "/tmp/x", Resolved: "/usr/bin/x"}, clawrden.Deny, "not in tmp"},
		{clawrden.Executable{}, clawrden.Deny, "not in tmp"},
	}
	for _, tt := range tests {
		f := facts(t, p, "/", "x")
		f.Exe = tt.exe
		d := p.Decide(f)
		name := ""
		if r := d.Rule(); r != nil {
			name = r.Name
		}
		if d.Verdict != tt.verdict || name != tt.rule {
			t.Errorf("%+v: %v by %q, want %v by %q", tt.exe, d.Verdict, name, tt.verdict, tt.rule)
		}
	}
}

// TestOpaqueDefault asks what becomes of hidden commands where the policy doesn't say.
func TestOpaqueDefault(t *testing.T) {
	const anything, strict = `
rule "any" {
  commands = ["*"]
  action   = "allow"
}`, `
rule "rm" {
  commands = ["rm"]
  action   = "ask"
}`
	tests := []struct {
		policy string
		want   clawrden.Verdict
	}{
		{"policy {\n  default = \"allow\"\n}", clawrden.Allow},
		{anything, clawrden.Allow},
		{"policy {\n  default = \"allow\"\n}" + strict, clawrden.Ask},
		{anything + strict, clawrden.Deny},
		{"policy {\n  default = \"ask\"\n}", clawrden.Ask},
		{"policy {\n  default = \"allow\"\n  allowed_paths = [\"/**\"]\n}", clawrden.Ask},
		{"policy {\n  default = \"allow\"\n  opaque = \"deny\"\n}", clawrden.Deny},
		{"", clawrden.Deny},
	}
	for _, tt := range tests {
		p := mustParse(t, tt.policy)
		if d := p.Decide(facts(t, p, "/", `bash -c '$(echo rm) -rf /'`)); d.Verdict != tt.want {
			t.Errorf("%s\n%v (%s), want %v", tt.policy, d.Verdict, d.Reason, tt.want)
		}
	}
}
