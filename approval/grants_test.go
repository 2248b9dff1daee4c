package approval

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/reach"
)

// push is an ask that can be granted.
type push struct {
	r clawrden.Request
	f clawrden.Facts
	d clawrden.Decision
}

func pushed(id string, args ...string) *push {
	if args == nil {
		args = []string{"push", "origin"}
	}
	p := &push{r: request(id, 1000, "/agent"), d: clawrden.Decision{Verdict: clawrden.Ask, Rules: []clawrden.RuleRef{{Name: "push"}}}}
	p.r.Argv = append([]string{"git"}, args...)
	p.f = clawrden.Facts{
		Tool: "git", Args: args, Cwd: p.r.Cwd, Exe: clawrden.Executable{Path: "/bin/git", Resolved: "/usr/bin/git", SHA256: "aa"},
		Commands: []clawrden.CommandFact{{Tool: "git", Args: args, Subcommands: []string{"push"}, Parent: -1}},
	}
	return p
}

func (p *push) asked() asked { return askedOf(&p.r, &p.f, &p.d) }

func open(t *testing.T) *Grants {
	t.Helper()
	g, err := OpenGrants(filepath.Join(t.TempDir(), "grants.json"))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *Grants) use(p *push) bool {
	_, ok := g.Use(&p.r, &p.f, &p.d)
	return ok
}

// changes are what can differ between an ask that was granted and the next one; each with the scopes that still cover it.
var changes = map[string]struct {
	change              func(*push)
	command, subcommand bool
}{
	"nothing":               {func(*push) {}, true, true},
	"where a shell stands":  {func(p *push) { p.r.Env = append(p.r.Env, "SHLVL=3", "_=/bin/git", "OLDPWD=/") }, true, true},
	"its cgroup":            {func(p *push) { p.r.Identity.Cgroup = "/other" }, true, true},
	"an argument":           {func(p *push) { p.r.Argv = []string{"git", "push", "--force"} }, false, true},
	"one word of two":       {func(p *push) { p.r.Argv = []string{"git", "push origin"} }, false, true},
	"a path inside":         {func(p *push) { p.f.Paths = []clawrden.PathFact{{Word: "a", Resolved: "/src/a"}} }, true, true},
	"the directory itself":  {func(p *push) { p.f.Paths = []clawrden.PathFact{{Word: ".", Resolved: "/src"}} }, true, true},
	"a path outside":        {func(p *push) { p.f.Paths = []clawrden.PathFact{{Word: "/etc", Resolved: "/etc"}} }, true, false},
	"a path beside":         {func(p *push) { p.f.Paths = []clawrden.PathFact{{Word: "../srcs", Resolved: "/srcs"}} }, true, false},
	"a path unknown":        {func(p *push) { p.f.Paths = []clawrden.PathFact{{Word: "$x", Unknown: true}} }, true, false},
	"a path unresolved":     {func(p *push) { p.f.Paths = []clawrden.PathFact{{Word: "x", Err: "loop"}} }, true, false},
	"the subcommand":        {func(p *push) { p.f.Commands[0].Subcommands = []string{"pull"} }, true, false},
	"a deeper subcommand":   {func(p *push) { p.f.Commands[0].Subcommands = []string{"push", "all"} }, true, false},
	"the user":              {func(p *push) { p.r.Identity.UID++ }, false, false},
	"the container":         {func(p *push) { p.r.Identity.Container = "c" }, false, false},
	"the agent":             {func(p *push) { p.r.Identity.Agent = "a" }, false, false},
	"the tool":              {func(p *push) { p.r.Tool = "hg" }, false, false},
	"the file":              {func(p *push) { p.f.Exe.Resolved = "/tmp/git" }, false, false},
	"its content":           {func(p *push) { p.f.Exe.SHA256 = "bb" }, false, false},
	"its interpreter":       {func(p *push) { p.f.Exe.Interpreter = &clawrden.Executable{SHA256: "cc"} }, false, false},
	"the directory":         {func(p *push) { p.r.Cwd = "/src/b" }, false, false},
	"the environment":       {func(p *push) { p.r.Env = append(p.r.Env, "GIT_SSH_COMMAND=evil") }, false, false},
	"one rule more":         {func(p *push) { p.d.Rules = append(p.d.Rules, clawrden.RuleRef{Name: "force"}) }, false, false},
	"another rule":          {func(p *push) { p.d.Rules = []clawrden.RuleRef{{Name: "force"}} }, false, false},
	"who must approve":      {func(p *push) { p.d.Demands = []clawrden.Demand{{Name: "sec", Approvers: []string{"group:sec"}}} }, false, false},
	"how many must approve": {func(p *push) { p.d.Demands = []clawrden.Demand{{Quorum: 2}} }, false, false},
	"it is fixed":           {func(p *push) { p.d.Fixed = true }, false, false},
	"it is opaque":          {func(p *push) { p.f.Commands[0].Opaque = []string{"an alias"} }, false, false},
	"a command within":      {func(p *push) { p.f.Commands = append(p.f.Commands, clawrden.CommandFact{Tool: "rm"}) }, false, false},
}

func TestGrantCovers(t *testing.T) {
	for name, row := range changes {
		for scope, want := range map[clawrden.Scope]bool{clawrden.ScopeCommand: row.command, clawrden.ScopeSubcommand: row.subcommand} {
			t.Run(name+"/"+string(scope), func(t *testing.T) {
				g := open(t)
				if g.use(pushed("a")) {
					t.Fatal("covered without a grant")
				}
				if _, err := g.Add("a", clawrden.GrantWish{Scope: scope, For: "30m"}, alice); err != nil {
					t.Fatal(err)
				}
				p := pushed("b")
				row.change(p)
				if got := g.use(p); got != want {
					t.Errorf("covered: %v, want %v", got, want)
				}
			})
		}
	}
}

// TestGrantsCoverNoMoreThanTheirPreview puts changes together at random: what a grant covers would have been previewed in the
// same words, for the same file and environment, and is counted by the preview.
func TestGrantsCoverNoMoreThanTheirPreview(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	names := make([]string, 0, len(changes))
	for name := range changes {
		names = append(names, name)
	}
	slices.Sort(names)
	some := func(id string) *push {
		p := pushed(id)
		for range rnd.IntN(3) {
			changes[names[rnd.IntN(len(names))]].change(p)
		}
		return p
	}
	covered := 0
	for range 20_000 {
		w := clawrden.GrantWish{Scope: []clawrden.Scope{clawrden.ScopeCommand, clawrden.ScopeSubcommand}[rnd.IntN(2)], For: []string{"30m", "session"}[rnd.IntN(2)]}
		first, next := some("a").asked(), some("b").asked()
		now := time.Now()
		g, err := grantOf(&first, w, alice, now)
		if err != nil || !reach.Covers(&g, &next.Ask) {
			continue
		}
		covered++
		again, err := grantOf(&next, w, alice, now)
		if err != nil {
			t.Fatalf("%+v is covered and couldn't be granted itself: %v", next, err)
		}
		again.Request = g.Request
		if g.Scope == clawrden.ScopeSubcommand && !next.Inside {
			t.Fatalf("covers a path outside: %+v", next)
		}
		if diff := cmp.Diff(g, again); diff != "" {
			t.Fatalf("covers what it didn't tell of: %s", diff)
		}
	}
	if covered < 1000 {
		t.Errorf("only %d were covered: the test tests little", covered)
	}
}

func TestGrantRefused(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*push)
		wish   clawrden.GrantWish
		text   string
	}{
		"the rule forbids it": {change: func(p *push) { p.d.Fixed = true }, text: "grantable = false"},
		"two people":          {change: func(p *push) { p.d.Demands = []clawrden.Demand{{Quorum: 2}} }, text: "several people"},
		"an interpreter":      {change: func(p *push) { p.r.Tool = "python3.12" }, text: "runs what it is told to"},
		"a shell":             {change: func(p *push) { p.r.Tool = "bash" }, text: "runs what it is told to"},
		"a wrapper":           {change: func(p *push) { p.f.Commands[0].Carrier = true }, text: "can't be told"},
		"opaque":              {change: func(p *push) { p.f.Commands[0].Opaque = []string{"x"} }, text: "can't be told"},
		"others within":       {change: func(p *push) { p.f.Commands = append(p.f.Commands, p.f.Commands[0]) }, text: "runs other commands"},
		"no file":             {change: func(p *push) { p.f.Exe = clawrden.Executable{} }, text: "which file"},
		"no directory":        {change: func(p *push) { p.r.Cwd = "" }, text: "no name"},
		"not UTF-8":           {change: func(p *push) { p.r.Argv = []string{"git", "\xff"} }, text: "can't be shown"},
		"too long":            {change: func(p *push) { p.r.Argv = []string{"git", strings.Repeat("x", 4096)} }, text: "too long"},
		"no time":             {wish: clawrden.GrantWish{For: "-"}, text: "neither a time"},
		"a negative time":     {wish: clawrden.GrantWish{For: "-5m"}, text: "neither a time"},
		"for ever":            {wish: clawrden.GrantWish{For: "61m"}, text: "at most 1h"},
		"no such scope":       {wish: clawrden.GrantWish{For: "5m", Scope: "tool"}, text: "the scopes are"},
		"no subcommand":       {change: func(p *push) { p.f.Commands[0].Subcommands = nil }, wish: clawrden.GrantWish{For: "5m", Scope: "subcommand"}, text: "no subcommand"},
		"no session":          {change: func(p *push) { p.r.Identity.Cgroup = "/" }, wish: clawrden.GrantWish{For: "session"}, text: "can't be told from others"},
		"only once": {
			change: func(p *push) { p.d.Demands = []clawrden.Demand{{Name: "a", Grants: []string{"once"}}} }, text: "at most 0s",
		},
		"no session allowed": {
			change: func(p *push) { p.d.Demands = []clawrden.Demand{{Name: "a", Grants: []string{"30m"}}} },
			wish:   clawrden.GrantWish{For: "session"}, text: "at most 30m",
		},
		"one of two allows less": {
			change: func(p *push) { p.d.Demands = []clawrden.Demand{{Name: "a", Grants: []string{"24h"}}, {}} },
			wish:   clawrden.GrantWish{For: "2h"}, text: "at most 1h",
		},
	} {
		t.Run(name, func(t *testing.T) {
			g, p := open(t), pushed("a")
			if row.change != nil {
				row.change(p)
			}
			if row.wish.For == "" {
				row.wish.For = "30m"
			}
			g.use(p)
			_, err := g.Add("a", row.wish, alice)
			if !errors.Is(err, clawrden.ErrBadRequest) || !strings.Contains(err.Error(), row.text) {
				t.Errorf("%v, want %q", err, row.text)
			}
			if g.use(p) {
				t.Error("it is covered all the same")
			}
		})
	}
}

func TestGrantsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := open(t)
		g.use(pushed("a"))
		long := pushed("l", "fetch")
		long.d.Demands = []clawrden.Demand{{Name: "a", Grants: []string{"8h", "session"}}}
		g.use(long)
		if _, err := g.Add("a", clawrden.GrantWish{For: "30m"}, alice); err != nil {
			t.Fatal(err)
		}
		if _, err := g.Add("l", clawrden.GrantWish{For: "8h"}, alice); err != nil {
			t.Fatal(err)
		}
		<-time.After(30*time.Minute - 1)
		if !g.use(pushed("b")) {
			t.Error("it ended too early")
		}
		<-time.After(1)
		if g.use(pushed("c")) || !g.use(long) || len(g.List()) != 1 {
			t.Error("it didn't end")
		}
	})
}

func TestGrantsAreKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "grants.json")
	g, err := OpenGrants(path)
	if err != nil {
		t.Fatal(err)
	}
	session := pushed("s", "pull")
	g.use(pushed("a"))
	g.use(session)
	one, err := g.Add("a", clawrden.GrantWish{For: "30m"}, alice)
	if err != nil {
		t.Fatal(err)
	}
	two, err := g.Add("s", clawrden.GrantWish{For: "session"}, alice)
	if err != nil || two.Cgroup != "/agent" {
		t.Fatalf("%+v, %v", two, err)
	}
	if g, err = OpenGrants(path); err != nil || len(g.List()) != 2 {
		t.Fatalf("%+v, %v", g.List(), err)
	}
	if !g.use(pushed("b")) || !g.use(session) {
		t.Error("forgotten")
	}
	session.r.Identity.Cgroup = "/another"
	if g.use(session) {
		t.Error("it covers another session")
	}
	if _, err := g.Revoke(one.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Revoke(one.ID); !errors.Is(err, clawrden.ErrNotFound) {
		t.Errorf("twice: %v", err)
	}
	if g, err = OpenGrants(path); err != nil || len(g.List()) != 1 || g.use(pushed("c")) {
		t.Errorf("a revoked grant is back: %+v, %v", g.List(), err)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenGrants(path); err == nil {
		t.Error("a broken file is no error")
	}
	g.path = filepath.Join(filepath.Dir(path), "no", "such")
	g.use(pushed("d"))
	if _, err := g.Add("d", clawrden.GrantWish{For: "30m"}, alice); err == nil || g.use(pushed("e")) {
		t.Errorf("a grant that can't be kept: %v", err)
	}
}

func TestPreviewCounts(t *testing.T) {
	g := open(t)
	for i, args := range [][]string{{"push", "a"}, {"push", "b"}, {"push", "a"}, {"push", "c"}} {
		g.use(pushed(string(rune('a'+i)), args...))
	}
	for scope, want := range map[clawrden.Scope]int{clawrden.ScopeCommand: 2, clawrden.ScopeSubcommand: 4} {
		got, err := g.Preview("a", clawrden.GrantWish{Scope: scope, For: "5m"}, alice)
		if err != nil || got.Covered != want || got.Of != 4 || got.ID != "" || len(g.List()) != 0 {
			t.Errorf("%s: %d of %d, %v", scope, got.Covered, got.Of, err)
		}
	}
	for range maxAsked {
		g.use(pushed("z"))
	}
	if _, err := g.Preview("a", clawrden.GrantWish{For: "5m"}, alice); !errors.Is(err, clawrden.ErrNotFound) {
		t.Errorf("an ask of long ago: %v", err)
	}
}
