package policy_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/approval"
	"github.com/clawrden/clawrden/internal/reach"
	"github.com/clawrden/clawrden/policy"
)

const grantable = `
policy {
  default = "deny"
  opaque  = "ask"
}
approval "open" { grants = ["30m", "rule"] }
approval "closed" { grants = ["30m"] }
rule "push" {
  commands    = ["git"]
  subcommands = ["push", "fetch"]
  action      = "ask"
  approval    = approval.open
}
rule "forced" {
  commands  = ["git"]
  flags_any = ["--force"]
  action    = "ask"
  approval  = approval.open
}
rule "fixed" {
  commands  = ["git"]
  flags_any = ["--mirror"]
  action    = "ask"
  approval  = approval.open
  grantable = false
}
rule "tags" {
  commands  = ["git"]
  flags_any = ["--tags"]
  action    = "ask"
  approval  = approval.closed
}
rule "never" {
  commands  = ["git"]
  flags_any = ["--delete"]
  action    = "deny"
}
rule "interpreters" {
  commands = ["sh", "python3", "env"]
  action   = "ask"
  approval = approval.open
}
`

var written = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// question is one command as an agent sends it.
type question struct {
	argv []string
	cwd  string
	env  []string
	id   clawrden.Identity
	exe  string
	sum  string
	at   time.Time
}

func first() question {
	return question{
		argv: []string{"git", "push", "origin"}, cwd: "/src", env: []string{"PATH=/bin"}, id: clawrden.Identity{UID: 1000, User: "dev"},
		exe: "/usr/bin/git", sum: strings.Repeat("a", 64), at: written,
	}
}

func (q *question) request() clawrden.Request {
	tool := q.argv[0][strings.LastIndexByte(q.argv[0], '/')+1:]
	return clawrden.Request{ID: "req", Tool: tool, Argv: q.argv, Cwd: q.cwd, Env: q.env, Identity: q.id, Way: clawrden.WayShim, Received: q.at}
}

func (q *question) facts(p *policy.Policy) clawrden.Facts {
	r := q.request()
	f := p.Understand(&r)
	f.Exe = clawrden.Executable{Path: q.exe, Resolved: q.exe, SHA256: q.sum}
	for i := range f.Paths {
		if w := f.Paths[i].Word; strings.HasPrefix(w, "/") {
			f.Paths[i].Resolved = w
		} else {
			f.Paths[i].Resolved = filepath.Join(q.cwd, w)
		}
	}
	return f
}

func parsed(t *testing.T, files ...string) *policy.Policy {
	t.Helper()
	texts := map[string][]byte{}
	for i, f := range files {
		texts[fmt.Sprintf("%d.hcl", i)] = []byte(f)
	}
	p, diags := policy.Parse(texts)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return p
}

// preview is the grant that a person is shown for a question.
func preview(t *testing.T, p *policy.Policy, q question, scope clawrden.Scope) (clawrden.Grant, error) {
	t.Helper()
	store, err := approval.OpenGrants(filepath.Join(t.TempDir(), "grants.json"))
	if err != nil {
		t.Fatal(err)
	}
	r, f := q.request(), q.facts(p)
	d := p.Decide(&f)
	d.Unlower()
	if d.Verdict != clawrden.Ask {
		return clawrden.Grant{}, fmt.Errorf("it is %s", d.Verdict)
	}
	store.Use(&r, &f, &d)
	return store.Preview("req", clawrden.GrantWish{Scope: scope, For: "30d"}, clawrden.Approver{UID: 1001, User: "alice", Door: "control"})
}

// write gives the grant as it is kept, with a fixed time.
func write(t *testing.T, g clawrden.Grant) string {
	t.Helper()
	g.ID, g.Created, g.Expires = "k2m9", clawrden.Timestamp{Time: written}, clawrden.Timestamp{Time: written.AddDate(0, 0, 30)}
	g.Words = reach.WrittenWords(&g)
	text, err := policy.FormatGrants([]clawrden.Grant{g})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// variations are what can differ between the question that was granted and another.
var variations = map[string]struct {
	change       func(*question)
	exact, wider bool // what still covers it
}{
	"nothing":            {func(*question) {}, true, true},
	"a shell's notes":    {func(q *question) { q.env = append(slices.Clone(q.env), "SHLVL=2", "_=/bin/git") }, true, true},
	"another time":       {func(q *question) { q.at = written.AddDate(0, 0, 30).Add(-time.Second) }, true, true},
	"its end":            {func(q *question) { q.at = written.AddDate(0, 0, 30) }, false, false},
	"no time":            {func(q *question) { q.at = time.Time{} }, false, false},
	"another remote":     {func(q *question) { q.argv = []string{"git", "push", "upstream"} }, false, true},
	"a path inside":      {func(q *question) { q.argv = []string{"git", "push", "./x"} }, false, true},
	"a path outside":     {func(q *question) { q.argv = []string{"git", "push", "/etc"} }, false, false},
	"another subcommand": {func(q *question) { q.argv = []string{"git", "fetch", "origin"} }, false, false},
	"one more rule":      {func(q *question) { q.argv = []string{"git", "push", "--force", "origin"} }, false, false},
	"what is fixed":      {func(q *question) { q.argv = []string{"git", "push", "--mirror", "origin"} }, false, false},
	"what isn't offered": {func(q *question) { q.argv = []string{"git", "push", "--tags", "origin"} }, false, false},
	"what is denied":     {func(q *question) { q.argv = []string{"git", "push", "--delete", "origin"} }, false, false},
	"the user":           {func(q *question) { q.id.UID++ }, false, false},
	"the container":      {func(q *question) { q.id.Container = strings.Repeat("c", 64) }, false, false},
	"the agent":          {func(q *question) { q.id.Agent = "a" }, false, false},
	"the cgroup":         {func(q *question) { q.id.Cgroup = "/other" }, true, true},
	"the directory":      {func(q *question) { q.cwd = "/src/b" }, false, false},
	"the environment":    {func(q *question) { q.env = []string{"PATH=/bin", "GIT_SSH_COMMAND=evil"} }, false, false},
	"the file":           {func(q *question) { q.exe = "/tmp/git" }, false, false},
	"its content":        {func(q *question) { q.sum = strings.Repeat("b", 64) }, false, false},
	"a wrapper":          {func(q *question) { q.argv = []string{"env", "git", "push", "origin"} }, false, false},
	"a shell":            {func(q *question) { q.argv = []string{"sh", "-c", "git push origin"} }, false, false},
	"a path to it":       {func(q *question) { q.argv = append([]string{"/usr/bin/git"}, q.argv[1:]...) }, true, true},
}

func TestWrittenGrantCovers(t *testing.T) {
	plain := parsed(t, grantable)
	for scope, wider := range map[clawrden.Scope]bool{clawrden.ScopeRule: false, clawrden.ScopeRuleSubcommand: true} {
		g, err := preview(t, plain, first(), scope)
		if err != nil {
			t.Fatal(err)
		}
		p := parsed(t, grantable, write(t, g))
		for name, row := range variations {
			q := first()
			row.change(&q)
			f := q.facts(p)
			before := plain.Decide(&f)
			d := p.Decide(&f)
			want := row.exact
			if wider {
				want = row.wider
			}
			covered := d.Grant != ""
			if covered != want || covered != (d.Verdict == clawrden.Allow) {
				t.Errorf("%s, %s: covered %v by %q, want %v", scope, name, d.Verdict, d.Grant, want)
			}
			if !covered {
				if diff := cmp.Diff(before.Rules, d.Rules); diff != "" || before.Verdict != d.Verdict {
					t.Errorf("%s, %s: a grant that doesn't cover it changes it: %s", scope, name, diff)
				}
				continue
			}
			if before.Verdict != clawrden.Ask {
				t.Errorf("%s, %s: it lowers %s", scope, name, before.Verdict)
			}
			if d.Grant != "k2m9" || d.Rules[0].Name != "grant k2m9" || d.Rules[0].Line == 0 || d.Rules[1].Name != before.Rules[0].Name {
				t.Errorf("%s, %s: %+v", scope, name, d)
			}
			d.Unlower()
			before.Policy, before.Reason, d.Policy = "", "", ""
			if diff := cmp.Diff(before, d); diff != "" {
				t.Errorf("%s, %s: it can't be taken back: %s", scope, name, diff)
			}
		}
	}
}

// TestWrittenGrantsCoverNoMoreThanTheirPreview puts variations together at random: what a written grant covers would have been
// previewed in the same words.
func TestWrittenGrantsCoverNoMoreThanTheirPreview(t *testing.T) {
	plain := parsed(t, grantable)
	rnd := rand.New(rand.NewPCG(3, 4))
	var names []string
	for name := range variations {
		names = append(names, name)
	}
	slices.Sort(names)
	some := func() question {
		q := first()
		for range rnd.IntN(3) {
			variations[names[rnd.IntN(len(names))]].change(&q)
		}
		return q
	}
	covered := 0
	const rounds = 400
	for range rounds {
		scope := []clawrden.Scope{clawrden.ScopeRule, clawrden.ScopeRuleSubcommand}[rnd.IntN(2)]
		g, err := preview(t, plain, some(), scope)
		if err != nil {
			continue
		}
		text := write(t, g)
		p := parsed(t, grantable, text)
		for range 5 {
			next := some()
			f := next.facts(p)
			if p.Decide(&f).Grant == "" {
				continue
			}
			covered++
			again, err := preview(t, plain, next, scope)
			if err != nil {
				t.Fatalf("%+v is covered and couldn't be granted itself: %v", next, err)
			}
			if got := write(t, again); got != text {
				t.Fatalf("covers what it didn't tell of:\n%s\n%s", text, got)
			}
		}
	}
	if covered < rounds/20 {
		t.Errorf("only %d were covered: the test tests little", covered)
	}
}

// What a person can't have written, and why.
func TestRulesThatAreNotWritten(t *testing.T) {
	p := parsed(t, grantable)
	for says, argv := range map[string][]string{
		"grantable = false":              {"git", "push", "--mirror"},
		"doesn't offer written rules":    {"git", "push", "--tags"},
		"sh runs what it is told to":     {"sh", "x"},
		"env runs what it is told to":    {"env", "git", "push"},
		"python3 runs what it is told":   {"python3", "x.py"},
		"characters that can't be shown": {"git", "push", "\xff"},
	} {
		q := first()
		q.argv = argv
		if _, err := preview(t, p, q, clawrden.ScopeRule); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", argv, err, says)
		}
	}
	q := first()
	if _, err := preview(t, parsed(t, strings.ReplaceAll(grantable, `, "rule"]`, `]`)), q, clawrden.ScopeRule); err == nil {
		t.Error("written where no approval block offers it")
	}
}

// Words that HCL would take for something else, or change, come back as they were, or aren't written.
func TestHostileWordsInGrants(t *testing.T) {
	plain := parsed(t, grantable)
	for _, word := range []string{"${path.root}", "%{if true}", `a"b\`, "line\nbreak", "tab\t", "\u202e", "</EOT", "$${x}", "", "ÄÖ"} {
		q := first()
		q.argv = []string{"git", "push", word}
		g, err := preview(t, plain, q, clawrden.ScopeRule)
		if err != nil {
			t.Fatalf("%q: %v", word, err)
		}
		p := parsed(t, grantable, write(t, g))
		f := q.facts(p)
		if d := p.Decide(&f); d.Grant == "" {
			t.Errorf("%q isn't covered by its own grant", word)
		}
	}
	q := first()
	q.argv = []string{"git", "push", "A\u0308"} // which cty would compose
	g, err := preview(t, plain, q, clawrden.ScopeRule)
	if err != nil {
		t.Fatal(err)
	}
	g.ID = "k2m9"
	if _, err := policy.FormatGrants([]clawrden.Grant{g}); err == nil {
		t.Error("a word is changed by being written")
	}
	g.By.User, g.Args = "x\n}\nrule \"evil\" {", []string{"push"}
	g.Words = reach.WrittenWords(&g)
	text, err := policy.FormatGrants([]clawrden.Grant{g})
	if err != nil {
		t.Fatal(err)
	}
	if n := parsed(t, string(text)).Rules(); n != 0 {
		t.Errorf("a name became %d rules", n)
	}
}

func TestGrantsAreShown(t *testing.T) {
	plain := parsed(t, grantable)
	g, err := preview(t, plain, first(), clawrden.ScopeRule)
	if err != nil {
		t.Fatal(err)
	}
	text := write(t, g)
	p := parsed(t, grantable, text)
	for name, row := range map[string]struct {
		change  func(*question)
		lacks   string
		verdict clawrden.Verdict
	}{
		"covered":         {func(*question) {}, "", clawrden.Allow},
		"another":         {func(q *question) { q.argv = []string{"git", "push"} }, "it is for other arguments", clawrden.Ask},
		"expired":         {func(q *question) { q.at = written.AddDate(1, 0, 0) }, "it has expired", clawrden.Ask},
		"the environment": {func(q *question) { q.env = nil }, "it is for another environment", clawrden.Ask},
	} {
		q := first()
		row.change(&q)
		f := q.facts(p)
		e := p.Explain(&f)
		if len(e.Grants) != 1 || e.Grants[0].Lacks != row.lacks || e.Grants[0].ID != "k2m9" || e.Verdict != row.verdict {
			t.Errorf("%s: %v %+v", name, e.Verdict, e.Grants)
		}
	}
	changes := policy.Compare(plain, p)
	if len(changes) != 1 || changes[0].Kind != "added" || changes[0].Block != "grant" || changes[0].Name != "k2m9" || !strings.Contains(changes[0].New[0], "exactly git push origin") {
		t.Errorf("%+v", changes)
	}
	if changes = policy.Compare(p, plain); len(changes) != 1 || changes[0].Kind != "removed" {
		t.Errorf("%+v", changes)
	}
	if tools, all := policy.Touched(plain, p); all || !tools["git"] {
		t.Errorf("%v %v", tools, all)
	}
	q := first()
	f := q.facts(p)
	f.Env = []string{"PATH"} // as a record has it
	if high, low := p.Recall(&f); high.Verdict != clawrden.Ask || low.Verdict != clawrden.Allow {
		t.Errorf("recalled as %v to %v", high.Verdict, low.Verdict)
	}
	for without, want := range map[string]string{"rule \"push\"": "no such rule", "": ""} {
		text := grantable
		if without != "" {
			text = strings.Replace(text, without, "rule \"pushes\"", 1)
		}
		var found []string
		for _, d := range parsed(t, text, write(t, g)).Lint() {
			if d.Summary == "Grant without effect" {
				found = append(found, d.Detail)
			}
		}
		if (want == "") != (len(found) == 0) || want != "" && !strings.Contains(found[0], want) {
			t.Errorf("without %q: %q", without, found)
		}
	}
	if found := parsed(t, strings.Replace(grantable, "approval    = approval.open", "grantable = false", 1), write(t, g)).Lint(); !slices.ContainsFunc(found, func(d *hcl.Diagnostic) bool { return strings.Contains(d.Detail, "forbids grants") }) {
		t.Errorf("%v", found)
	}
}

// FuzzFormatGrants writes what an agent and a person may have chosen: it is refused, or means the same when it is read.
func FuzzFormatGrants(f *testing.F) {
	for _, word := range []string{"push", "${x}", "a\"b\\", "\n}\nrule \"r\" {", "A\u0308", "\xff", "*/", "<<EOT\n", "%{"} {
		f.Add(word, word, "/"+word)
	}
	sum := strings.Repeat("a", 64)
	f.Fuzz(func(t *testing.T, arg, name, cwd string) {
		g := clawrden.Grant{
			ID: "k2m9", Scope: clawrden.ScopeRule, Tool: "git", Args: []string{arg, ""}, Cwd: cwd, Exe: "/usr/bin/git", SHA256: sum, EnvSHA256: sum, DemandsSHA256: sum,
			Rules: []string{name}, By: clawrden.Approver{User: name}, Request: "req", Expires: clawrden.Timestamp{Time: written}, Created: clawrden.Timestamp{Time: written},
		}
		g.Words = reach.WrittenWords(&g)
		text, err := policy.FormatGrants([]clawrden.Grant{g})
		if err != nil {
			return
		}
		p, diags := policy.Parse(map[string][]byte{"g.hcl": text})
		if diags.HasErrors() {
			t.Fatalf("%v\n%s", diags, text)
		}
		got := p.Grants()
		if p.Rules() != 0 || len(got) != 1 || got[0].Args[0] != arg || got[0].Cwd != cwd || got[0].Rules[0] != name {
			t.Fatalf("%q %q %q became %+v with %d rules", arg, name, cwd, got, p.Rules())
		}
	})
}
