package convert_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/convert"
)

// both gives the policy that the daemon makes of a YAML file, and the one that a person gets of it.
func both(t testing.TB, text string) (memory, written *policy.Policy) {
	t.Helper()
	memory, diags := policy.Options{Convert: convert.JSON}.Parse(map[string][]byte{"policy.yaml": []byte(text)})
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, text)
	}
	form, diags := convert.Read("policy.yaml", []byte(text))
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, text)
	}
	written, diags = policy.Parse(map[string][]byte{"policy.hcl": form.HCL()})
	if diags.HasErrors() {
		t.Fatalf("%v\n%s\n%s", diags, text, form.HCL())
	}
	return memory, written
}

func judge(p *policy.Policy, tool string, args []string, cwd string) clawrden.Decision {
	f := p.Understand(&clawrden.Request{Tool: tool[strings.LastIndexByte(tool, '/')+1:], Argv: append([]string{tool}, args...), Cwd: cwd})
	return p.Decide(&f)
}

const example = `# An example.
default_action: ask
allowed_paths:
  - "/app/*"
  - /home/*/work/*
rules:
  - command: rm
    action: deny
    args: ["-rf /", "-rf /*"]
    reason: "Costs ${everything}"
  - command: 'git'
    action: deny
    patterns:
      - push --force
      - push * main
    timeout: 5m
  - {command: git, action: allow}
  - command: "test-*"
    action: allow
  - command: sh
    action: allow
  - command: true
    action: allow
  - command: chmod
    action: deny
    patterns: [777, "{a}"]
`

func TestExample(t *testing.T) {
	memory, written := both(t, example)
	tests := []struct {
		cwd, command string
		want         clawrden.Verdict
		line         int
	}{
		{"/app", "git status", clawrden.Allow, 17},
		{"/app/a/b", "git push --force origin", clawrden.Deny, 11},
		{"/app", "git push origin main", clawrden.Deny, 11},
		{"/app", "git push origin other", clawrden.Allow, 17},
		{"/app", "rm -rf /", clawrden.Deny, 7},
		{"/app", "rm -rf /srv", clawrden.Deny, 7},
		{"/app", "rm -rf build", clawrden.Ask, 2},
		{"/app", "test-all x", clawrden.Allow, 18},
		{"/app", "test", clawrden.Ask, 2},
		{"/app", "true", clawrden.Allow, 22},
		{"/app", "chmod 777 f", clawrden.Deny, 24},
		{"/app", "chmod x{a}y f", clawrden.Deny, 24},
		{"/app", "sh -c rm", clawrden.Allow, 20},
		{"/etc", "git status", clawrden.Deny, 3},
		{"/application", "git status", clawrden.Deny, 3},
		{"/home/me/work/x/y", "git status", clawrden.Allow, 17},
		{"/home/me/other", "git status", clawrden.Deny, 3},
	}
	for _, tt := range tests {
		words := strings.Fields(tt.command)
		d := judge(memory, words[0], words[1:], tt.cwd)
		line := 0
		if r := d.Rule(); r != nil {
			line = r.Line
		}
		if d.Verdict != tt.want || line != tt.line && line != 0 {
			t.Errorf("%s in %s: %v by line %d (%s), want %v by line %d", tt.command, tt.cwd, d.Verdict, line, d.Reason, tt.want, tt.line)
		}
		if w := judge(written, words[0], words[1:], tt.cwd); w.Verdict != tt.want {
			t.Errorf("%s in %s, as written: %v, want %v", tt.command, tt.cwd, w.Verdict, tt.want)
		}
	}
}

// TestWrittenForm is what a person gets; with UPDATE set it is written anew.
func TestWrittenForm(t *testing.T) {
	form, diags := convert.Read("policy.yaml", []byte(example))
	if len(diags) != 1 || diags[0].Subject.Start.Line != 16 {
		t.Fatalf("not one warning, about the timeout: %v", diags)
	}
	const name = "testdata/example.hcl"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(name, form.HCL(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(form.HCL())); d != "" {
		t.Error(d)
	}
}

// TestDecidesTheSame compares random policies and commands with the reference. The words are few, so that rules match.
func TestDecidesTheSame(t *testing.T) {
	rounds := 400
	if testing.Short() {
		rounds = 50
	}
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		ref, text := randomPolicy(r)
		memory, written := both(t, text)
		for range 40 {
			tool, args, cwd := randomCommand(r)
			compare(t, ref, text, memory, written, tool, args, cwd)
		}
	}
}

func compare(t *testing.T, ref *yamlPolicy, text string, memory, written *policy.Policy, tool string, args []string, cwd string) {
	t.Helper()
	want, rule := ref.decide(tool, args, cwd)
	for form, p := range map[string]*policy.Policy{"memory": memory, "written": written} {
		d := judge(p, tool, args, cwd)
		if d.Verdict != want {
			t.Fatalf("%s: %s %q in %s: %v (%v %s), want %v by rule %d\n%s", form, tool, args, cwd, d.Verdict, d.Rules, d.Reason, want, rule, text)
		}
		if got := d.Rule(); rule >= 0 && (got == nil || !strings.HasPrefix(strings.TrimLeft(got.Name, "0"), fmt.Sprint(rule+1)+" ")) {
			t.Fatalf("%s: %s %q in %s: by %v, want rule %d\n%s", form, tool, args, cwd, got, rule, text)
		}
	}
}

var (
	tools     = []string{"git", "rm", "sh", "env", "npm", "[", "true", "x{y}", "/usr/bin/git", "cd", "find"}
	someGlobs = []string{"git", "rm", "*", "g*", "?m", "[gn]*", "[!g]*", "[", "true", "x{y}", "x{*", `\*`, "sh", "env", "npm", "find"}
	words     = []string{"push", "-rf", "--force", "/", "/etc/x", "origin", "a b", "", "main", "-c", "rm -rf /", "{}", "$HOME", "p*", "\xff", "ü", ";", "-exec", "777"}
	patterns  = []string{"push", "push *", "-rf /", "-rf /*", "* main", "--force", "--f*", "[", "?", "a b", "-c rm*", "{}", "${x}", "%{if}", `\`, "[a-m]*", "ü", "7*7", "push origin"}
	dirs      = []string{"/", "/app", "/app/a", "/app/a/b", "/application", "/srv/x/y", "/home/me/w", "/{a}/b"}
	pathsOf   = []string{"/app/*", "/app", "/srv/*/y", "/*", "/home/*/w/*", "/a?p/*", "/srv/**", "/{a}/*", "/**/b", "/app/"}
)

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func randomPolicy(r *rand.Rand) (*yamlPolicy, string) {
	verdicts := []clawrden.Verdict{clawrden.Allow, clawrden.Ask, clawrden.Deny}
	p := &yamlPolicy{def: pick(r, verdicts)}
	var b strings.Builder
	late := r.IntN(4) == 0 // keys may come in any order
	top := func() { fmt.Fprintf(&b, "default_action: %s\n", p.def) }
	if !late {
		top()
	}
	if r.IntN(2) == 0 {
		b.WriteString("allowed_paths:\n")
		for range 1 + r.IntN(3) {
			p.paths = append(p.paths, pick(r, pathsOf))
			fmt.Fprintf(&b, "- %s\n", quoted(p.paths[len(p.paths)-1]))
		}
	}
	b.WriteString("rules:\n")
	for range r.IntN(8) {
		rule := yamlRule{command: pick(r, someGlobs), action: pick(r, verdicts)}
		for range r.IntN(3) {
			rule.patterns = append(rule.patterns, pick(r, patterns))
		}
		p.rules = append(p.rules, rule)
		fmt.Fprintf(&b, "  - command: %s\n    action: %s\n", quoted(rule.command), rule.action)
		if len(rule.patterns) > 0 {
			b.WriteString("    patterns:\n")
			for _, x := range rule.patterns {
				fmt.Fprintf(&b, "    - %s\n", quoted(x))
			}
		}
	}
	if late {
		top()
	}
	return p, b.String()
}

// quoted is YAML's single quotes: nothing but ' is special.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func randomCommand(r *rand.Rand) (tool string, args []string, cwd string) {
	for range r.IntN(5) {
		args = append(args, pick(r, words))
	}
	return pick(r, tools), args, pick(r, dirs)
}

func TestWrong(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", "", "1:1: Empty policy"},
		{"only a comment", "# nothing\n", "1:1: Empty policy"},
		{"not YAML", "rules:\n  - command: [git\n", "2:14: Invalid YAML"},
		{"tab", "rules:\n\t- command: git\n", "2:1: Invalid YAML"},
		{"not UTF-8", "a: \xff\n", "1:1: Not text"},
		{"a list", "- a\n", "1:1: Wrong type of value"},
		{"a text", "hello\n", "1:1: Wrong type of value"},
		{"unknown key", "default_acton: deny\n", "1:1: Unknown key"},
		{"unknown key of a rule", "rules:\n- command: git\n  action: deny\n  pattern: [a]\n", "4:3: Unknown key"},
		{"unknown action", "rules:\n- command: git\n  action: alow\n", "3:11: Unknown action"},
		{"unknown default", "default_action: maybe\n", "1:17: Unknown action"},
		{"no action", "rules:\n- command: git\n", "2:10: Incomplete rule"},
		{"no command", "rules:\n- action: deny\n", "2:9: Incomplete rule"},
		{"empty command", "rules:\n- command: ''\n  action: deny\n", "2:12: Missing value"},
		{"command is a list", "rules:\n- command: [git]\n  action: deny\n", "2:12: Wrong type of value"},
		{"path as command", "rules:\n- command: /usr/bin/git\n  action: deny\n", "2:12: Not a tool's name"},
		{"line as command", "rules:\n- command: git push\n  action: deny\n", "2:12: Not a tool's name"},
		{"patterns is a text", "rules:\n- command: git\n  action: deny\n  patterns: push\n", "4:13: Wrong type of value"},
		{"empty pattern", "rules:\n- command: git\n  action: deny\n  patterns: [push, ' ']\n", "4:20: Empty pattern"},
		{"a pattern is a list", "rules:\n- command: git\n  action: deny\n  patterns:\n  - [a]\n", "5:5: Wrong type of value"},
		{"both", "rules:\n- command: git\n  action: deny\n  patterns: [a]\n  args: [a]\n", "2:10: Said twice"},
		{"twice", "default_action: deny\ndefault_action: ask\n", "2:1: Invalid YAML"},
		{"rules is a mapping", "rules:\n  git: deny\n", "2:6: Wrong type of value"},
		{"a rule is a text", "rules:\n- git\n", "2:3: Wrong type of value"},
		{"relative path", "allowed_paths: [app]\n", "1:17: Not a path"},
		{"dots", "allowed_paths: [/app/../x]\n", "1:17: Not a path"},
		{"bad set", "allowed_paths: ['/a[/b']\n", "1:17: Not a path"},
		{"duration", "rules:\n- command: git\n  action: deny\n  timeout: 5\n", "4:12: Not a duration"},
		{"two documents", "default_action: deny\n---\ndefault_action: ask\n", "3:15: Two documents"},
		{"unknown alias", "rules: *x\n", "1:8: Unknown alias"},
		{"merge", "a: &a\n  command: git\nrules:\n- <<: *a\n  action: deny\n", ""},
		{"deep", strings.Repeat("[", 300), "1:1: Nested too deeply"},
		{"deep dashes", strings.Repeat("- ", 300), "1:1: Nested too deeply"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, diags := convert.Read("p.yaml", []byte(tt.text))
			if !diags.HasErrors() {
				t.Fatalf("it is taken: %v", diags)
			}
			var got []string
			for _, d := range diags {
				got = append(got, fmt.Sprintf("%d:%d: %s", d.Subject.Start.Line, d.Subject.Start.Column, d.Summary))
			}
			if tt.want != "" && !slices.Contains(got, tt.want) {
				t.Errorf("%q, want %q: %v", got, tt.want, diags)
			}
		})
	}
}

func TestAnchors(t *testing.T) {
	memory, written := both(t, "default_action: deny\nallowed_paths: &p ['/*']\nrules:\n- command: git\n  action: allow\n  patterns: &x [a, b]\n- command: hg\n  action: allow\n  patterns: *x\n")
	for _, p := range []*policy.Policy{memory, written} {
		if d := judge(p, "hg", []string{"b"}, "/"); d.Verdict != clawrden.Allow {
			t.Errorf("%v", d)
		}
	}
}

// A YAML file stands alone, and needs a converter.
func TestAlone(t *testing.T) {
	files := map[string][]byte{"a.yaml": []byte("default_action: ask\n"), "b.hcl": []byte("policy {\n  default = \"deny\"\n}\n")}
	if _, diags := (policy.Options{Convert: convert.JSON}).Parse(files); !diags.HasErrors() || !strings.Contains(diags.Error(), "stands alone") {
		t.Error(diags)
	}
	delete(files, "b.hcl")
	if _, diags := policy.Parse(files); !diags.HasErrors() || !strings.Contains(diags.Error(), "policy convert") {
		t.Error(diags)
	}
	p, diags := policy.Options{Convert: convert.JSON}.Parse(files)
	if diags.HasErrors() || !strings.Contains(diags.Error(), "YAML form") {
		t.Error(diags)
	}
	if f := p.Files(); len(f) != 1 || f[0].Text != "default_action: ask\n" {
		t.Errorf("%v", f)
	}
}

// FuzzConvert checks that no file panics, and that what is taken becomes a policy that both forms agree on.
func FuzzConvert(f *testing.F) {
	f.Add(example, "git push")
	for seed := range 20 {
		_, text := randomPolicy(rand.New(rand.NewPCG(uint64(seed), 1)))
		f.Add(text, "rm -rf /")
	}
	f.Fuzz(func(t *testing.T, text, command string) {
		form, diags := convert.Read("p.yaml", []byte(text))
		if diags.HasErrors() {
			return
		}
		words := strings.Fields(command)
		if len(words) == 0 || strings.Contains(words[0], "/") {
			return
		}
		memory, written := both(t, text)
		a, b := judge(memory, words[0], words[1:], "/app"), judge(written, words[0], words[1:], "/app")
		ref := yamlPolicy{def: form.Default, paths: form.AllowedPaths}
		for _, r := range form.Rules {
			ref.rules = append(ref.rules, yamlRule{command: r.Command, action: r.Action, patterns: r.Patterns})
		}
		want, _ := ref.decide(words[0], words[1:], "/app")
		if a.Verdict != b.Verdict || a.Verdict != want {
			t.Errorf("%v in memory, %v as written, want %v", a, b, want)
		}
	})
}
