package replay_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/replay"
)

var epoch = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

func parse(t testing.TB, text string) *policy.Policy {
	t.Helper()
	p, diags := policy.Parse(map[string][]byte{"p.hcl": []byte(text)})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return p
}

// past makes a record of a command line; each further text changes it.
func past(n int, line string, change ...func(*clawrden.Record)) clawrden.Record {
	words := strings.Fields(line)
	r := clawrden.Record{
		Schema: clawrden.Schema, Seq: uint64(n), Prev: strings.Repeat("0", 64), Event: clawrden.EventDecided, ID: fmt.Sprintf("id%d", n),
		Timestamp: clawrden.Timestamp{Time: epoch.Add(time.Duration(n) * time.Minute)}, Way: clawrden.WayShim,
		Command: words[0], Args: words[1:], Cwd: "/srv/a", Decision: clawrden.OutcomeAllow, EnvNames: []string{"PATH", "CI", "HOME"},
		Identity: &clawrden.Identity{UID: 1000, GID: 1000, User: "agent", PID: 100 + n, Start: uint64(n)}, Home: "/home/agent",
	}
	for _, c := range change {
		c(&r)
	}
	return r
}

func log(t testing.TB, records ...clawrden.Record) *replay.Reader {
	t.Helper()
	var b bytes.Buffer
	for i := range records {
		line, err := json.Marshal(&records[i])
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	return replay.NewReader(&b)
}

func path(as, resolved string) func(*clawrden.Record) {
	return func(r *clawrden.Record) {
		r.Paths = append(r.Paths, clawrden.RecordPath{Path: as, Resolved: resolved})
	}
}

const oldPolicy = `
policy {
  default = "ask"
}
rule "read" {
  commands = ["cat", "ls"]
  paths    = ["/srv/**"]
  action   = "allow"
}
rule "ci" {
  commands = ["make"]
  env_any  = ["CI=1"]
  action   = "allow"
}`

const newPolicy = `
policy {
  default = "ask"
}
rule "read" {
  commands = ["cat", "ls"]
  paths    = ["/srv/**", "/etc/**"]
  action   = "allow"
}
rule "ci" {
  commands = ["make"]
  env_any  = ["CI=2"]
  action   = "allow"
}
rule "status" {
  commands    = ["git"]
  subcommands = ["status"]
  action      = "allow"
}
rule "push" {
  commands    = ["git"]
  subcommands = ["push"]
  action      = "deny"
}`

func TestDiff(t *testing.T) {
	in := log(t,
		past(1, "git status"), past(2, "git status"), past(3, "git status -s"),
		past(4, "git push"),
		past(5, "cat x", path("x", "")),
		past(6, "cat x", path("x", "/etc/passwd")),
		past(7, "cat x"), // an old record, without paths
		past(8, "make all"),
		past(9, "make all", func(r *clawrden.Record) { r.EnvNames = []string{"PATH"} }),
		past(10, "git push", func(r *clawrden.Record) { r.Event = clawrden.EventFinished }),
		past(11, "cc1 x", func(r *clawrden.Record) { r.Event, r.Count = clawrden.EventCounted, 70 }),
	)
	got, err := replay.Diff(in, parse(t, oldPolicy), parse(t, newPolicy))
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		Old, New, Tool string
		Count          int
	}
	rows := func(list []replay.Effect) (out []row) {
		for _, e := range list {
			out = append(out, row{e.Old.String(), e.New.String(), e.Tool, e.Count})
		}
		return out
	}
	if d := cmp.Diff([]row{{"ask", "allow", "git status", 3}, {"ask", "allow", "cat", 1}, {"ask", "deny", "git push", 1}}, rows(got.Changes)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]row{{"ask", "ask", "make", 1}, {"ask", "ask", "cat", 1}}, rows(got.Unknowns), cmp.Transformer("sort", func(r []row) map[row]bool {
		m := map[row]bool{}
		for _, x := range r {
			m[x] = true
		}
		return m
	})); d != "" {
		t.Error(d)
	}
	if got.Records != 9 || got.Changed != 5 || got.Saved != 5 || got.Added != 0 || got.Untold != 2 || got.Bad != 0 || got.Folded != 70 {
		t.Errorf("%+v", got)
	}
	if e := got.Changes[0]; len(e.Examples) != 2 || e.Examples[0].ID != "id1" || e.NewRule == nil || e.NewRule.Name != "status" || e.OldRule == nil && false {
		t.Errorf("%+v", e)
	}
}

func TestSinceAndClock(t *testing.T) {
	day := parse(t, "policy {\n  default = \"ask\"\n}\n")
	night := parse(t, "policy {\n  default = \"ask\"\n}\nrule \"noon\" {\n  commands = [\"ls\"]\n  action = \"allow\"\n  when {\n    time {\n      between = [\""+
		epoch.Local().Format("15:04")+"\", \""+epoch.Add(3*time.Minute).Local().Format("15:04")+"\"]\n    }\n  }\n}\n")
	var records []clawrden.Record
	for i := range 10 {
		records = append(records, past(i, "ls"))
	}
	in := log(t, records...)
	in.Since = epoch.Add(time.Minute)
	got, err := replay.Diff(in, day, night)
	if err != nil {
		t.Fatal(err)
	}
	if got.Records != 9 || got.Changed != 2 {
		t.Errorf("%d of %d change, want 2 of 9", got.Changed, got.Records)
	}
	late := past(20, "ls", func(r *clawrden.Record) { r.WaitedMS = (18 * time.Minute).Milliseconds() }) // asked at the second minute
	if got, err = replay.Diff(log(t, late), day, night); err != nil || got.Changed != 0 && got.Records != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

// Damaged lines are counted, and cost nobody else.
func TestBadLines(t *testing.T) {
	good, err := json.Marshal(new(past(1, "git status")))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"x", "{", "[]", `"decided"`, `{"event":"decided"`, `{"event":"decided",}x`, `{"event":"decided","args":3}`, `{"event":"decided","args":["a}`,
		`{"event":"decided","identity":7,"seq":"x"}`, "\x00", `{"event":"decided","timestamp":"now"}`,
	} {
		text := bad + "\n\n" + string(good) + "\n" + bad
		got, err := replay.Diff(replay.NewReader(strings.NewReader(text)), parse(t, oldPolicy), parse(t, newPolicy))
		if err != nil || got.Records != 1 || got.Changed != 1 || got.Bad != 2 {
			t.Errorf("%s: %+v, %v", bad, got, err)
		}
	}
}

// FuzzReader checks that no line panics, and that the key holds all that facts are made of: equal keys, equal records.
func FuzzReader(f *testing.F) {
	line, _ := json.Marshal(new(past(1, `git push a"b\ c`, path("a", "/b"))))
	f.Add(line, line)
	f.Add([]byte(`{"event":"decided","command":"a","args":["\\\""]}`), []byte(`{ "event":"decided" , "command":"a"}`))
	p := parse(f, oldPolicy)
	f.Fuzz(func(t *testing.T, a, b []byte) {
		first := func(line []byte) (string, *clawrden.Record) {
			past, err := replay.NewReader(bytes.NewReader(line)).Next()
			if err != nil {
				return "", nil
			}
			r, err := past.Record()
			if err != nil {
				return "", nil
			}
			replay.Judge(p, r)
			return string(past.Key), r
		}
		keyA, ra := first(a)
		keyB, rb := first(b)
		if ra == nil || rb == nil || keyA != keyB || strings.Count(string(a), `"args"`) > 1 || strings.Count(string(b), `"args"`) > 1 {
			return
		}
		if ra.Command != rb.Command || !cmp.Equal(ra.Args, rb.Args) {
			t.Errorf("one key, two commands: %q %q, %q %q", ra.Command, ra.Args, rb.Command, rb.Args)
		}
	})
}

// BenchmarkDiff is the speed of `policy diff --replay` in records a second, by the default policy: of an agent's usual
// traffic, which repeats itself, and of commands that are all different.
func BenchmarkDiff(b *testing.B) {
	files := map[string][]byte{}
	names, err := filepath.Glob("../../packaging/policy.d/*.hcl")
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range names {
		if files[name], err = os.ReadFile(name); err != nil {
			b.Fatal(err)
		}
	}
	old, diags := policy.Parse(files)
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	files["zz.hcl"] = []byte("rule \"no wget\" {\n  commands = [\"wget\"]\n  action = \"deny\"\n}\n")
	updated, diags := policy.Parse(files)
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	lines := []string{"git status -s", "cat src/f%d.go", "go test ./p%d", "ls -la d%d", "grep -n word%d src", "wget https://x/%d", "rm -f out/%d"}
	for _, distinct := range []int{2_000, 1 << 30} {
		const records = 50_000
		var text bytes.Buffer
		for i := range records {
			line := lines[i%len(lines)]
			if strings.Contains(line, "%d") {
				line = fmt.Sprintf(line, i%distinct/len(lines))
			}
			one, err := json.Marshal(new(past(i, line, path("src", ""), path("/usr/bin/x", "/usr/bin/y"))))
			if err != nil {
				b.Fatal(err)
			}
			text.Write(append(one, '\n'))
		}
		name := "repeating"
		if distinct > records {
			name = "all-different"
		}
		b.Run(name, func(b *testing.B) {
			before := processorTime(b)
			for b.Loop() {
				r, err := replay.Diff(replay.NewReader(bytes.NewReader(text.Bytes())), old, updated)
				if err != nil || r.Records != records || r.Changed == 0 {
					b.Fatalf("%+v, %v", r, err)
				}
			}
			b.ReportMetric(float64(records*b.N)/(processorTime(b)-before), "records/cpu-s")
		})
	}
}

// processorTime is what this process has used of all processors, in seconds: the speed of one core, on a busy machine too.
func processorTime(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
