package policy

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

// removed gives what of an environment a command doesn't get, and all that it gets.
func removed(t *testing.T, p *Policy, line string, elsewhere bool, env []string) (names, got []string) {
	t.Helper()
	d := p.Decide(facts(t, p, "/w", line))
	c := p.Environ(&d, elsewhere, env)
	return c.Removed, c.Apply(env)
}

var environ = []string{"PATH=/bin", "LD_PRELOAD=/tmp/x.so", "GIT_SSH_COMMAND=ssh -i key", "SECRET=1", "LC_ALL=C", "FOO=1", "notavariable"}

func TestEnviron(t *testing.T) {
	const rules = `
policy { default = "allow" }
rule "git" {
  commands = ["git"]
  action   = "allow"
  pass_env = ["GIT_SSH_COMMAND", "SECRET", "LD_*"]
}
rule "push" {
  commands    = ["git"]
  subcommands = ["push"]
  action      = "ask"
  pass_env    = ["GIT_SSH_COMMAND"]
}
rule "plain" {
  commands = ["make"]
  action   = "allow"
}
`
	env := environ
	for _, tt := range []struct {
		name, block, line string
		elsewhere         bool
		want              string // what is removed
		set               string
	}{
		{"in place what is dangerous", "", "make all", false, "LD_PRELOAD GIT_SSH_COMMAND", ""},
		{"the default's decision passes nothing", "", "curl x", false, "LD_PRELOAD GIT_SSH_COMMAND", ""},
		{"a rule passes some", "", "git fetch", false, "", ""},
		{"all rules have to", "", "git push", false, "LD_PRELOAD", ""},
		{"elsewhere a list", "", "make all", true, "LD_PRELOAD GIT_SSH_COMMAND SECRET FOO notavariable", ""},
		{"elsewhere a rule passes more", "", "git fetch", true, "FOO notavariable", ""},
		{"a pass list", `pass = ["PATH", "FOO"]`, "make all", false, "LD_PRELOAD GIT_SSH_COMMAND SECRET LC_ALL", ""},
		{"a pass list elsewhere", `pass = ["PATH", "FOO"]`, "make all", true, "LD_PRELOAD GIT_SSH_COMMAND SECRET LC_ALL notavariable", ""},
		{"a star isn't a name", `pass = ["*"]`, "make all", false, "LD_PRELOAD GIT_SSH_COMMAND", ""},
		{"a beginning is", `pass = ["LD_*", "*"]`, "make all", false, "GIT_SSH_COMMAND", ""},
		{"strip is stronger", "strip = [\"SECRET\", \"LD_*\"]", "git fetch", false, "LD_PRELOAD SECRET", ""},
		{"set", "set = { \"FOO\" = [\"2\"], \"GIT_CONFIG_NOSYSTEM\" = [\"1\"] }", "git fetch", false, "", "FOO=2 GIT_CONFIG_NOSYSTEM=1"},
	} {
		block := ""
		if tt.block != "" {
			block = "environment {\n  " + tt.block + "\n}\n"
		}
		p := mustParse(t, rules+block)
		names, got := removed(t, p, tt.line, tt.elsewhere, env)
		want := strings.Fields(tt.want)
		if diff := cmp.Diff(want, append([]string{}, names...)); diff != "" {
			t.Errorf("%s: removed\n%s", tt.name, diff)
		}
		for _, e := range env {
			name, _, _ := strings.Cut(e, "=")
			if slices.Contains(got, e) == (slices.Contains(want, name) || strings.Contains(" "+tt.set, " "+name+"=")) && name != "notavariable" {
				t.Errorf("%s: %s is in %q", tt.name, name, got)
			}
		}
		for e := range strings.FieldsSeq(tt.set) {
			if !slices.Contains(got, e) {
				t.Errorf("%s: %s isn't in %q", tt.name, e, got)
			}
		}
	}
}

// What is set twice is left out twice, and a policy without a word about the environment changes an ordinary one in nothing.
func TestEnvironTwice(t *testing.T) {
	p := mustParse(t, `policy { default = "allow" }`)
	names, got := removed(t, p, "ls", false, []string{"LD_PRELOAD=a", "A=1", "LD_PRELOAD=b", "LD_AUDIT=\xff"})
	if diff := cmp.Diff([]string{"LD_PRELOAD", "LD_AUDIT"}, names); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"A=1"}, got); diff != "" {
		t.Error(diff)
	}
	d := clawrden.Decision{}
	c := p.Environ(&d, false, []string{"PATH=/bin", "HOME=/root", "EDITOR=vim", "PAGER=less", "PYTHONPATH=src", "ENV=production", "GIT_DIR=x", "GIT_INDEX_FILE=y"})
	if !c.Empty() {
		t.Errorf("%+v", c)
	}
}

func TestDangerous(t *testing.T) {
	for assignment, want := range map[string]bool{
		"LD_LIBRARY_PATH=/x": true, "LDFLAGS=-L": false, "BASH_ENV=/x": true, "BASH_FUNC_ls%%=() { x; }": true, "DOCKER_HOST=tcp://x": true,
		"KUBECONFIG=": true, "GIT_PAGER=cat": false, "GIT_PAGER=": false, "GIT_PAGER=cat /etc/x": true, "GIT_PAGER=sh -c x": true, "GIT_EDITOR=true": false,
		"GIT_CONFIG_GLOBAL=/dev/null": false, "GIT_CONFIG_GLOBAL=/tmp/x": true, "GIT_CONFIG_NOSYSTEM=1": false, "GIT_CONFIG_COUNT=1": true, "GIT_CONFIG_KEY_0=x": true,
		"NODE_OPTIONS=--max-old-space-size=4096": false, "NODE_OPTIONS=--max-old-space-size=4096 --require /x": true, "NODE_OPTIONS=--no-warnings": false, "NODE_OPTIONS=": true,
		"JAVA_TOOL_OPTIONS=-Xmx2g -Dfile.encoding=UTF-8": false, "JAVA_TOOL_OPTIONS=-javaagent:/x": true, "JAVA_TOOL_OPTIONS=-Xmx2g;x": true,
		"GIT_AUTHOR_NAME=x": false, "GIT_DIR=/x": false, "ENV=x": false, "=x": false,
	} {
		name, value, _ := strings.Cut(assignment, "=")
		if got := dangerous(name, value); got != want {
			t.Errorf("%s: %v", assignment, got)
		}
	}
}

func FuzzEnviron(f *testing.F) {
	f.Add("LD_PRELOAD=x\x00A=b\x00=\x00==", true)
	f.Add("GIT_PAGER=cat\x00GIT_PAGER", false)
	for _, elsewhere := range []bool{true, false} {
		f.Add(strings.Join(environ, "\x00"), elsewhere)
		f.Add("LD_PRELOAD=a\x00A=1\x00LD_PRELOAD=b\x00B=2\x00B=3", elsewhere)
	}
	p, diags := Parse(map[string][]byte{"a.hcl": []byte("policy { default = \"allow\" }\nenvironment {\n  pass = [\"A*\", \"GIT_*\"]\n  set = { \"B\" = [\"1\"] }\n}\n")})
	if diags.HasErrors() {
		f.Fatal(diags)
	}
	f.Fuzz(func(t *testing.T, words string, elsewhere bool) {
		env := strings.Split(words, "\x00")
		c := p.Environ(&clawrden.Decision{}, elsewhere, env)
		got := c.Apply(env)
		if len(got) != len(env)-len(c.Drop)+len(c.Set) || !slices.IsSorted(c.Drop) {
			t.Errorf("%q gives %q by %+v", env, got, c)
		}
		for _, e := range got {
			name, value, isVar := strings.Cut(e, "=")
			if isVar && strings.HasPrefix(name, "LD_") || name == "B" && value != "1" {
				t.Errorf("%q is left of %q", e, env)
			}
		}
	})
}

// BenchmarkEnviron is what each command pays: the environment of an ordinary shell.
func BenchmarkEnviron(b *testing.B) {
	p, _ := Parse(map[string][]byte{"a.hcl": []byte(`policy { default = "allow" }`)})
	var env []string
	for name := range strings.FieldsSeq("SHELL PWD LOGNAME HOME LANG TERM USER SHLVL PATH MAIL _ OLDPWD LS_COLORS XDG_DATA_DIRS SSH_CLIENT SSH_TTY EDITOR PAGER NVM_DIR GOPATH") {
		env = append(env, name+"=something")
	}
	d := clawrden.Decision{}
	for b.Loop() {
		p.Environ(&d, false, env)
	}
}

// In a guard session a command in place keeps what tools set for what they start, unless the policy strips it.
func TestEnvironInSession(t *testing.T) {
	env := []string{"LD_LIBRARY_PATH=target/debug", "GIT_EXEC_PATH=/x", "GIT_CONFIG_KEY_0=a", "LD_PRELOAD=x.so", "BASH_ENV=x"}
	for block, want := range map[string]string{
		"": "LD_PRELOAD BASH_ENV",
		"environment {\n  strip = [\"LD_*\"]\n}\n": "LD_LIBRARY_PATH LD_PRELOAD BASH_ENV",
	} {
		p := mustParse(t, "policy { default = \"allow\" }\n"+block)
		f := facts(t, p, "/w", "make all")
		f.Way = clawrden.WayGuard
		d := p.Decide(f)
		if c := p.Environ(&d, false, env); strings.Join(c.Removed, " ") != want {
			t.Errorf("%q: removed %q, want %q", block, c.Removed, want)
		}
		if c := p.Environ(&d, true, env); len(c.Removed) != len(env) {
			t.Errorf("%q: elsewhere, removed %q", block, c.Removed)
		}
	}
}
