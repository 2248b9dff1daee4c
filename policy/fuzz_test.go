package policy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

// wrappers turn a command into one that runs it in another way.
var wrappers = map[string]func(argv []string) []string{
	"env":     func(a []string) []string { return append([]string{"env", "A=1"}, a...) },
	"env -C":  func(a []string) []string { return append([]string{"env", "-C", "/srv/ws"}, a...) },
	"nice":    func(a []string) []string { return append([]string{"nice", "-n", "3"}, a...) },
	"nohup":   func(a []string) []string { return append([]string{"nohup"}, a...) },
	"timeout": func(a []string) []string { return append([]string{"timeout", "-k", "1", "5"}, a...) },
	"sudo":    func(a []string) []string { return append([]string{"sudo", "-u", "x"}, a...) },
	"xargs":   func(a []string) []string { return append([]string{"xargs", "-n1"}, a...) },
	"docker":  func(a []string) []string { return append([]string{"docker", "exec", "c"}, a...) },
	"busybox": func(a []string) []string { return append([]string{"busybox"}, a...) },
	"find":    func(a []string) []string { return append(append([]string{"find", ".", "-exec"}, a...), ";") },
	"setsid":  func(a []string) []string { return append([]string{"setsid", "-w"}, a...) },
	"stdbuf":  func(a []string) []string { return append([]string{"stdbuf", "-oL"}, a...) },
	"ionice":  func(a []string) []string { return append([]string{"ionice", "-c", "3"}, a...) },
	"taskset": func(a []string) []string { return append([]string{"taskset", "-c", "0"}, a...) },
	"strace":  func(a []string) []string { return append([]string{"strace", "-f", "-e", "open"}, a...) },
	"flock":   func(a []string) []string { return append([]string{"flock", "-w", "1", "lock"}, a...) },
	"chroot":  func(a []string) []string { return append([]string{"chroot", "--userspec=a:b", "root"}, a...) },
	"unshare": func(a []string) []string { return append([]string{"unshare", "-rm"}, a...) },
	"nsenter": func(a []string) []string { return append([]string{"nsenter", "-t", "1", "-m"}, a...) },
	"pkexec":  func(a []string) []string { return append([]string{"pkexec", "--user", "x"}, a...) },
	"doas":    func(a []string) []string { return append([]string{"doas", "-u", "x"}, a...) },
	"runuser": func(a []string) []string { return append([]string{"runuser", "-u", "x", "--"}, a...) },
	"xvfb":    func(a []string) []string { return append([]string{"xvfb-run", "-a"}, a...) },
	"uv":      func(a []string) []string { return append([]string{"uv", "run"}, a...) },
	"bundle":  func(a []string) []string { return append([]string{"bundle", "exec"}, a...) },
	"kubectl": func(a []string) []string {
		return append([]string{"kubectl", "-n", "x", "exec", "-it", "p", "--"}, a...)
	},
	"podman":   func(a []string) []string { return append([]string{"podman", "container", "exec", "c"}, a...) },
	"compose":  func(a []string) []string { return append([]string{"docker", "compose", "-f", "x", "exec", "c"}, a...) },
	"ssh":      func(a []string) []string { return []string{"ssh", "-p", "22", "host", quoteAll(a)} },
	"watch":    func(a []string) []string { return []string{"watch", "-n", "1", quoteAll(a)} },
	"script":   func(a []string) []string { return []string{"script", "-qc", quoteAll(a), "log"} },
	"su":       func(a []string) []string { return []string{"su", "x", "-c", quoteAll(a)} },
	"flock -c": func(a []string) []string { return []string{"flock", "lock", "-c", quoteAll(a)} },
	"sh":       func(a []string) []string { return []string{"sh", "-c", quoteAll(a)} },
	"bash": func(a []string) []string {
		return []string{"bash", "-lc", "cd . && " + quoteAll(a) + " | cat"}
	},
}

func quoteAll(argv []string) string {
	out := make([]string, len(argv))
	for i, w := range argv {
		out[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
	}
	return strings.Join(out, " ")
}

// understood judges argv as the daemon would.
func understood(p *Policy, argv []string) (*clawrden.Facts, clawrden.Decision) {
	f := p.Understand(&clawrden.Request{Tool: argv[0], Argv: argv, Cwd: "/srv/ws"})
	return &f, p.Decide(&f)
}

// wrappable reports whether a wrapper runs the words as they are: the name must be one, and words of the wrapper's own
// language must not be among them.
func wrappable(argv []string) bool {
	for i := 0; i < len(argv[0]); i++ {
		if c := argv[0][i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	switch argv[0] { // to a shell these are no programs
	case "cd", "chdir", "pushd", "popd", "eval", "trap", "exec", "command", "builtin", "export", "declare", "typeset", "readonly", "local", "nocorrect", "noglob":
		return false
	}
	if quiet[argv[0]] || murky[argv[0]] != "" {
		return false
	}
	for _, w := range argv {
		if w == ";" || w == "+" || strings.Contains(w, "{}") {
			return false
		}
	}
	return argv[0] != ""
}

// FuzzDecide checks that no words make the policy panic, that explanations agree with decisions, that no wrapper makes a
// verdict milder, and that a further deny doesn't either.
func FuzzDecide(f *testing.F) {
	for _, tt := range nestedVerdicts {
		argv, err := splitLine(tt.line)
		if err != "" {
			f.Fatal(err)
		}
		f.Add(strings.Join(argv, "\x00"))
	}
	p := mustParse(f, nestedPolicy)
	more := mustParse(f, nestedPolicy+`
rule "one more deny" {
  commands  = ["git", "cat"]
  flags_any = ["-x", "--force"]
  action    = "deny"
}`)
	f.Fuzz(func(t *testing.T, words string) {
		argv := strings.Split(words, "\x00")
		if argv[0] == "" || len(words) > 4096 {
			return
		}
		facts, d := understood(p, argv)
		if d.Verdict == clawrden.Invalid {
			t.Errorf("%q: no verdict", argv)
		}
		checkExplanation(t, p, facts, d)
		if _, m := understood(more, argv); m.Verdict.Strictness() < d.Verdict.Strictness() {
			t.Errorf("%q: a further deny makes %v of %v", argv, m.Verdict, d.Verdict)
		}
		if !wrappable(argv) || facts.Overflow != "" {
			return
		}
		for name, wrap := range wrappers {
			if _, w := understood(p, wrap(argv)); w.Verdict.Strictness() < d.Verdict.Strictness() {
				t.Errorf("%q: %s makes %v (%s) of %v (%s)", argv, name, w.Verdict, w.Reason, d.Verdict, d.Reason)
			}
		}
	})
}

func checkExplanation(t *testing.T, p *Policy, f *clawrden.Facts, d clawrden.Decision) {
	t.Helper()
	e := p.Explain(f)
	if diff := cmp.Diff(d, e.Decision); diff != "" {
		t.Errorf("%q: the explanation disagrees:\n%s", f.Args, diff)
	}
	if e.Verdict != d.Verdict || len(e.Nested) != len(f.Commands)-1 {
		t.Errorf("%q: explained as %v with %d nested, want %v with %d", f.Args, e.Verdict, len(e.Nested), d.Verdict, len(f.Commands)-1)
	}
}

// FuzzShell gives shell text in several dialects.
func FuzzShell(f *testing.F) {
	for _, tt := range nestedVerdicts {
		f.Add(tt.line)
	}
	p := mustParse(f, nestedPolicy)
	f.Fuzz(func(t *testing.T, text string) {
		for _, shell := range []string{"bash", "sh", "zsh", "ksh"} {
			if _, d := understood(p, []string{shell, "-c", text}); d.Verdict == clawrden.Invalid {
				t.Errorf("%s -c %q: no verdict", shell, text)
			}
		}
	})
}

// FuzzParse gives whatever may stand in a policy file.
func FuzzParse(f *testing.F) {
	for _, s := range []string{ // small ones: the engine minimizes what it finds
		"policy {\n default = \"ask\"\n opaque = \"deny\"\n}",
		"rule \"r\" {\n commands = [\"rm\"]\n action = \"deny\"\n when {\n flags_any = [\"-r\"]\n }\n unless {\n paths = [\"/a/**\"]\n }\n}",
		"rule \"r\" {\n commands = [\"git\"]\n action = \"allow\"\n match = [\"sh -c 'git x'\"]\n}",
		"locals {\n a = [\"x\"]\n b = concat(local.a, [var.v])\n}\nvariable \"v\" {\n default = \"y\"\n}",
		"tool \"t\" {\n value_flags = [\"-c\"]\n operands = [\"path\"]\n subcommand \"s\" {}\n}",
		"test \"t\" {\n command = \"rm x\"\n verdict = \"deny\"\n}",
	} {
		f.Add(s, false)
	}
	f.Add(`{"policy": {"default": "ask"}, "rule": {"x": {"commands": ["git"], "action": "allow"}}}`, true)
	f.Add("profile \"p\" {\n  syscalls {\n    deny = [\"kill: arg0 == 1\", \"@mount\"]\n  }\n  filesystem {\n    read_only = [\"/usr\", \"cwd\"]\n  }\n  network {\n    connect_tcp = [443]\n  }\n  limits {\n    memory = \"1GiB\"\n  }\n}\n", false)
	f.Fuzz(func(_ *testing.T, text string, asJSON bool) {
		name := "f.hcl"
		if asJSON {
			name = "f.hcl.json"
		}
		p, diags := Parse(map[string][]byte{name: []byte(text)})
		_ = WriteDiagnostics(&strings.Builder{}, p, diags, 80, false)
		if _, d := understood(p, []string{"git", "push"}); diags.HasErrors() && d.Verdict != clawrden.Deny {
			panic("a policy with errors doesn't deny")
		}
	})
}

// TestOrderHasNoSay loads the same blocks in several orders and files.
func TestOrderHasNoSay(t *testing.T) {
	blocks := strings.Split(strings.TrimSpace(strings.ReplaceAll(nestedPolicy, "\n}\n", "\n}\n\x00")), "\x00")
	forward, backward := map[string][]byte{}, map[string][]byte{}
	for i, b := range blocks {
		forward[fmt.Sprintf("%02d.hcl", i)] = []byte(b)
		backward[fmt.Sprintf("%02d.hcl", 99-i)] = []byte(b)
	}
	p, diags := Parse(forward)
	q, more := Parse(backward)
	if diags.HasErrors() || more.HasErrors() {
		t.Fatal(printed(p, diags), printed(q, more))
	}
	for _, tt := range nestedVerdicts {
		a, b := p.Decide(facts(t, p, "/srv/ws", tt.line)), q.Decide(facts(t, q, "/srv/ws", tt.line))
		if a.Verdict != b.Verdict || a.Reason != b.Reason || len(a.Rules) != len(b.Rules) {
			t.Errorf("%s: %v (%s) or %v (%s) by the order of files", tt.line, a.Verdict, a.Reason, b.Verdict, b.Reason)
			continue
		}
		for i := range a.Rules {
			if a.Rules[i].Name != b.Rules[i].Name {
				t.Errorf("%s: rule %d is %q or %q by the order of files", tt.line, i, a.Rules[i].Name, b.Rules[i].Name)
			}
		}
	}
}
