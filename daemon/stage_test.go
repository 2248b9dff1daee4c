package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/policy"
)

// named is a fake policy with a digest of its own.
type named struct {
	fakePolicy
	digest string
}

func (n named) Digest() string { return n.digest }

// rolling compiles a candidate out of its one file: what it says of everything.
type rolling struct {
	put    []map[string]string
	putErr error
	kept   int
	undone int
	list   []clawrden.PolicyVersion
}

func (r *rolling) Candidate(files map[string]string) (Policy, error) {
	v, err := clawrden.ParseVerdict(files["p.hcl"])
	if err != nil {
		return nil, fmt.Errorf("%w: %v", clawrden.ErrPolicyInvalid, err)
	}
	return named{always(v), files["p.hcl"]}, nil
}

func (r *rolling) Compare(_, updated Policy) (changes, looser []string) {
	if updated.Digest() == "allow" {
		return []string{"more"}, []string{"more"}
	}
	return []string{"less"}, nil
}

func (r *rolling) Texts(files []clawrden.PolicyFile) map[string]string {
	return map[string]string{"p.hcl": files[0].Text}
}

func (r *rolling) Put(files map[string]string) (Replacement, error) {
	r.put = append(r.put, files)
	return r, r.putErr
}
func (r *rolling) Keep() error { r.kept++; return nil }
func (r *rolling) Undo() error { r.undone++; return nil }

func (r *rolling) Add(v clawrden.PolicyVersion) (clawrden.PolicyVersion, error) {
	v.ID = fmt.Sprint(len(r.list) + 1)
	r.list = append([]clawrden.PolicyVersion{v}, r.list...)
	return v, nil
}
func (r *rolling) List() ([]clawrden.PolicyVersion, error) { return r.list, nil }
func (r *rolling) Get(string) (clawrden.PolicyVersion, error) {
	if len(r.list) == 0 {
		return clawrden.PolicyVersion{}, clawrden.ErrNotFound
	}
	return r.list[0], nil
}

// root is who may.
var root = clawrden.Caller{Identity: clawrden.Identity{HostNS: true}, Door: "control"}

func stageFor(span, verdict string) clawrden.StageWish {
	return clawrden.StageWish{Files: map[string]string{"p.hcl": verdict}, For: span}
}

// staging is a daemon whose policy denies everything, with a candidate; nothing comes in.
func staging(t *testing.T, r *rolling, load func() (Policy, error)) (*Daemon, *fakeLog) {
	t.Helper()
	h := newHouse(t, nil, func(o *Options) {
		o.Rollout, o.Versions = r, r
		o.LoadPolicy = load
	})
	return h.d, h.log
}

func denies() (Policy, error) { return named{always(clawrden.Deny), "deny"}, nil }

// pretendCall has the candidate judge a call that the policy in force has judged.
func pretendCall(d *Daemon, tool string, paths ...clawrden.PathFact) *call {
	c := &call{facts: clawrden.Facts{Tool: tool, Args: []string{"x"}, Cwd: "/srv", Paths: paths}, decision: clawrden.Decision{Verdict: clawrden.Deny}}
	d.beside(c)
	return c
}

func TestStageCounts(t *testing.T) {
	d, log := staging(t, &rolling{}, denies)
	ctx := context.Background()
	if c := pretendCall(d, "git"); c.beside {
		t.Error("a candidate judged that isn't there")
	}
	for _, w := range []clawrden.StageWish{stageFor("1s", "allow"), stageFor("1h", "wrong"), stageFor("1000000h", "allow"), stageFor("soon", "allow"), stageFor("1h", "deny")} {
		if _, err := d.StagePolicy(ctx, root, w); err == nil {
			t.Errorf("%+v is staged", w)
		}
	}
	if _, err := d.StagePolicy(ctx, root, stageFor("1h", "allow")); err != nil {
		t.Fatal(err)
	}
	c := pretendCall(d, "git")
	d.beside(c) // once for each call
	c.differs.example(&clawrden.Record{ID: "aa11", Command: "git", Args: []string{"[masked]", strings.Repeat("x", 5000)}})
	for i := range 2 * maxStageGroups {
		pretendCall(d, fmt.Sprintf("tool%d", i))
	}
	pretendCall(d, strings.Repeat("\u202e", 1000))
	s, err := d.Stage()
	if err != nil {
		t.Fatal(err)
	}
	if n := uint64(2*maxStageGroups + 2); s.Counts != (clawrden.StageCounts{Judged: n, Disagreed: n, Allowed: n}) || len(s.Groups) != maxStageGroups+1 || s.Groups[0].Tool != "others" {
		t.Errorf("%+v, %d groups, %+v", s.Counts, len(s.Groups), s.Groups[0])
	}
	if len(s.Looser) != 1 {
		t.Errorf("%q", s.Looser)
	}
	for _, g := range s.Groups {
		if len(g.Tool) > 20*maxStageTool {
			t.Errorf("a tool's name of %d bytes", len(g.Tool))
		}
		if g.Tool == "git" && (len(g.Examples) != 1 || g.Examples[0].Args[0] != "[masked]" || g.Examples[0].Args[1] != "…") {
			t.Errorf("%+v", g.Examples)
		}
	}
	if len(log.of(clawrden.EventStaged)) != 1 {
		t.Error("it isn't on record")
	}
}

// A candidate that panics costs nobody anything.
func TestStagedPanics(t *testing.T) {
	d, _ := staging(t, &rolling{}, denies)
	d.stage.running.Store(&staged{Policy: confused{}, groups: map[stageKey]*clawrden.Disagreement{}})
	defer d.stage.running.Store(nil)
	pretendCall(d, "git")
}

// What names a path that only the candidate's grammar finds can't be told.
func TestStageUntold(t *testing.T) {
	d, _ := staging(t, &rolling{}, denies)
	seeing := pathPolicy{named{always(clawrden.Allow), "allow"}}
	s := &staged{Policy: seeing, groups: map[stageKey]*clawrden.Disagreement{}}
	d.stage.running.Store(s)
	defer d.stage.running.Store(nil)
	pretendCall(d, "git")
	pretendCall(d, "git", clawrden.PathFact{Word: "x", Resolved: "/srv/x"})
	if v := s.view(); v.Counts != (clawrden.StageCounts{Judged: 1, Disagreed: 1, Allowed: 1, Untold: 1}) {
		t.Errorf("%+v", v.Counts)
	}
}

// pathPolicy takes the word x for a path.
type pathPolicy struct{ named }

func (p pathPolicy) Understand(r *clawrden.Request) clawrden.Facts {
	f := p.named.Understand(r)
	f.Paths = []clawrden.PathFact{{Word: "x"}}
	return f
}

// A candidate's time is over without anybody's doing; another one ends it, and so does the operator's own change to the same.
func TestStageEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := Policy(named{always(clawrden.Deny), "deny"})
		d := &Daemon{o: Options{Rollout: &rolling{}, Audit: &fakeLog{}, StateDir: t.TempDir(), UserName: func(uint32) string { return "" }, LoadPolicy: func() (Policy, error) { return now, nil }}}
		d.stage.path = ""
		if err := d.loadPolicy(); err != nil {
			t.Fatal(err)
		}
		ended := func(want string) {
			t.Helper()
			if s, err := d.Stage(); err != nil || s.Ended != want {
				t.Errorf("%q, %v; want %q", s.Ended, err, want)
			}
		}
		stage := func(verdict string) {
			t.Helper()
			if _, err := d.StagePolicy(t.Context(), root, stageFor("1h", verdict)); err != nil {
				t.Fatal(err)
			}
		}
		stage("ask")
		time.Sleep(59 * time.Minute)
		synctest.Wait()
		ended("")
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		ended("its time is over")

		stage("allow")
		pretendCall(d, "git")
		now = named{always(clawrden.Ask), "ask"} // another one comes into force: the counts begin anew
		if err := d.loadPolicy(); err != nil {
			t.Fatal(err)
		}
		if s, _ := d.Stage(); s.Counts.Judged != 0 || s.Against != "ask" || s.Ended != "" {
			t.Errorf("%+v", s)
		}
		now = named{always(clawrden.Allow), "allow"}
		if err := d.loadPolicy(); err != nil {
			t.Fatal(err)
		}
		ended("it is in force")
	})
}

// What can't be put in force for good is taken back, and the policy stays.
func TestPromoteFails(t *testing.T) {
	r := &rolling{}
	now := Policy(named{always(clawrden.Deny), "deny"})
	d, log := staging(t, r, func() (Policy, error) { return now, nil })
	ctx := t.Context()
	if _, err := d.StagePolicy(ctx, root, stageFor("1h", "allow")); err != nil {
		t.Fatal(err)
	}
	order := clawrden.PolicyOrder{Digest: "allow", Looser: true}
	fails := func(o clawrden.PolicyOrder, want error, undone int) {
		t.Helper()
		_, err := d.Promote(ctx, root, o)
		if !errors.Is(err, want) || r.undone != undone || r.kept != 0 || d.policy.Load().Digest() != "deny" {
			t.Errorf("%v, want %v; taken back %d times, in force %s", err, want, r.undone, d.policy.Load().Digest())
		}
	}
	fails(clawrden.PolicyOrder{Digest: "allow"}, clawrden.ErrLooser, 0)
	fails(clawrden.PolicyOrder{Looser: true}, clawrden.ErrBadRequest, 0)
	fails(clawrden.PolicyOrder{Digest: "other", Looser: true}, clawrden.ErrStale, 0)
	fails(order, clawrden.ErrStale, 1) // the files make the old policy still
	now = named{always(clawrden.Allow), "allow"}
	log.fail = func(rec *clawrden.Record) error {
		if rec.Event == clawrden.EventPromoted {
			return errBroken
		}
		return nil
	}
	fails(order, errBroken, 2)
	log.fail = nil
	r.putErr = errBroken
	fails(order, errBroken, 2)
	r.putErr = nil
	v, err := d.Promote(ctx, root, order)
	if err != nil || v.How != clawrden.CamePromoted || r.kept != 1 || d.policy.Load().Digest() != "allow" {
		t.Errorf("%+v, %v", v, err)
	}
	if rs := log.of(clawrden.EventPromoted); len(rs) != 1 || rs[0].Before != "deny" || rs[0].Policy != "allow" || rs[0].Changes[0] != "more" {
		t.Errorf("%+v", rs)
	}
}

// BenchmarkBeside is what a command costs more while a policy is staged, by the default policy twice, and while none is.
func BenchmarkBeside(b *testing.B) {
	files := map[string][]byte{}
	names, err := filepath.Glob("../packaging/policy.d/*.hcl")
	if err != nil || len(names) == 0 {
		b.Fatal(names, err)
	}
	for _, name := range names {
		if files[name], err = os.ReadFile(name); err != nil {
			b.Fatal(err)
		}
	}
	p, diags := policy.Parse(files)
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	for _, staging := range []bool{false, true} {
		b.Run(fmt.Sprintf("staged=%v", staging), func(b *testing.B) {
			d := &Daemon{}
			if staging {
				d.stage.running.Store(&staged{Policy: p, groups: map[stageKey]*clawrden.Disagreement{}})
			}
			r := clawrden.Request{Tool: "git", Argv: []string{"git", "commit", "-m", "a message", "src/a.go"}, Cwd: "/srv/app"}
			c := &call{request: r, facts: p.Understand(&r)}
			c.facts.Cwd = r.Cwd
			c.decision = p.Decide(&c.facts)
			b.ReportAllocs()
			for b.Loop() {
				c.beside = false
				d.beside(c)
			}
		})
	}
}
