package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

var update = flag.Bool("update", false, "write the golden files anew")

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// records are a short history: what ran, what was refused, by whom, and what people did with Clawrden itself.
func records() []clawrden.Record {
	allow, ask, deny, three := clawrden.Allow, clawrden.Ask, clawrden.Deny, 3
	id := &clawrden.Identity{UID: 1000, GID: 1000, User: "agent", PID: 4711, Parent: 4700, Agent: "builder", Unit: "agent.service"}
	rule := []clawrden.RuleRef{{Name: "read git", Action: clawrden.Allow, File: "policy.d/50-git.hcl", Line: 12}}
	exe := &clawrden.Executable{Path: "/usr/bin/git", Resolved: "/usr/bin/git", SHA256: strings.Repeat("ab", 32)}
	by := &clawrden.Approver{UID: 1001, User: "alice", Door: "control"}
	shown, b64 := clawrden.Words([]string{"a\xffb", "x\ny", "\u202egnp.exe", "\x1b]0;title\x07"})
	list := []clawrden.Record{
		{Event: clawrden.EventStarted, Reason: "1.0.0", Policy: "d1"},
		{Event: clawrden.EventDecided, ID: "aa11", Way: clawrden.WayShim, Command: "git", Args: []string{"status", "-s"}, Cwd: "/srv/app", Identity: id, Exe: exe, Verdict: &allow, Decision: clawrden.OutcomeAllow, Rules: rule, Policy: "d1", Executor: "mirror", Boundary: clawrden.BoundaryGuard, Session: "s1"},
		{Event: clawrden.EventFinished, ID: "aa11", Way: clawrden.WayShim, Command: "git", Args: []string{"status", "-s"}, Cwd: "/srv/app", Identity: id, Decision: clawrden.OutcomeAllow, ExitCode: &three, ExitSource: clawrden.ExitKernel, DurationMS: 1500},
		{Event: clawrden.EventDecided, ID: "bb22", Way: clawrden.WayShim, Command: "=cmd|'/C calc'!A0", Args: shown, ArgsB64: b64, Cwd: "@SUM(1)", Identity: id, Verdict: &deny, Decision: clawrden.OutcomeDeny, Reason: "-2+3", Policy: "d1"},
		{Event: clawrden.EventDecided, ID: "cc33", Way: clawrden.WayShim, Command: "curl", Args: []string{"--token", "[masked]"}, Masked: []int{1}, Cwd: "/srv/app", Identity: id, Verdict: &ask, Decision: clawrden.OutcomeApproved, Approver: by, Comment: "once, \"please\"", WaitedMS: 9000, Policy: "d1"},
		{Event: clawrden.EventFinished, ID: "cc33", Command: "curl", Identity: id, Decision: clawrden.OutcomeApproved, Signal: "SIGKILL", ExitSource: clawrden.ExitKernel, DurationMS: 10},
		{Event: clawrden.EventReloaded, Policy: "d2", Approver: by},
		{Event: clawrden.EventGranted, Grant: "g1", Reason: "git push for 1h", Approver: by},
		{Event: clawrden.EventKilled, Reason: "too much", Approver: by},
		{Event: clawrden.EventPromoted, Policy: "d3", Before: "d2", Approver: by, Changes: []string{`added rule "a"`}},
		{Event: clawrden.EventRefused, Reason: "malformed", Identity: id},
	}
	for i := range list {
		list[i].Schema, list[i].Seq, list[i].Prev = clawrden.Schema, uint64(i+1), strings.Repeat("0", 64)
		list[i].Timestamp = clawrden.Timestamp{Time: noon.Add(time.Duration(i) * time.Minute)}
	}
	return list
}

func export(t testing.TB, o Options, list []clawrden.Record) string {
	t.Helper()
	var out bytes.Buffer
	e, err := New(&out, o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range list {
		b, err := json.Marshal(&list[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Line(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	for form, name := range map[Form]string{ECS: "ecs.jsonl", OCSF: "ocsf.jsonl", CSV: "table.csv"} {
		got := export(t, Options{Form: form, Host: "build-1"}, records())
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if i := strings.IndexFunc(strings.NewReplacer("\n", "", "\r", "").Replace(got), display.Hidden); i >= 0 || !utf8.ValidString(got) {
			t.Errorf("%s: something hidden at byte %d", name, i)
		}
	}
}

// Cells that a spreadsheet would compute are texts.
func TestNoFormulas(t *testing.T) {
	for in, want := range map[string]string{
		"git": "git", "": "", "a=b": "a=b", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "|x": "'|x", "%x": "'%x", " =1": "' =1",
		"\t=1": "\\t=1", "\r\n=1": "\\r\\n=1", "＝1": "'＝1", "\u00a0=1": "'\u00a0=1",
	} {
		if got := cell(in); got != want && !strings.HasPrefix(got, `\`) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(export(t, Options{Form: CSV}, records()))).ReadAll()
	if err != nil || len(rows) != len(records())+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		if len(row) != len(columns)+1 {
			t.Errorf("%d cells in %q", len(row), row)
		}
		for _, c := range row {
			if c != "" && strings.ContainsAny(c[:1], "=+-@\t\r\n") {
				t.Errorf("a formula: %q", c)
			}
		}
	}
}

func TestFilter(t *testing.T) {
	f := func(f clawrden.HistoryFilter) clawrden.HistoryFilter { return f }
	for name, test := range map[string]struct {
		filter clawrden.HistoryFilter
		want   string // numbers of the records
	}{
		"all":      {f(clawrden.HistoryFilter{}), "1 2 3 4 5 6 7 8 9 10 11"},
		"tool":     {f(clawrden.HistoryFilter{Tool: "git"}), "2 3"},
		"verdict":  {f(clawrden.HistoryFilter{Verdict: "deny"}), "4"},
		"asked":    {f(clawrden.HistoryFilter{Verdict: "ask"}), "5 6"},
		"approver": {f(clawrden.HistoryFilter{Approver: "alice"}), "5 6"},
		"exit":     {f(clawrden.HistoryFilter{Exit: "3"}), "2 3"},
		"failed":   {f(clawrden.HistoryFilter{Exit: clawrden.ExitFailed}), "2 3 5 6"},
		"session":  {f(clawrden.HistoryFilter{Session: "s1"}), "2 3"},
		"agent":    {f(clawrden.HistoryFilter{Agent: "builder"}), "2 3 4 5 6"},
		"since":    {f(clawrden.HistoryFilter{Since: noon.Add(5 * time.Minute)}), "6 7 8 9 10 11"},
		"until":    {f(clawrden.HistoryFilter{Until: noon.Add(2 * time.Minute)}), "1 2"},
		"both":     {f(clawrden.HistoryFilter{Tool: "curl", Since: noon.Add(5 * time.Minute)}), "6"},
		"text":     {f(clawrden.HistoryFilter{Text: "PLEASE"}), "5 6"},
		"nothing":  {f(clawrden.HistoryFilter{Rule: "none"}), ""},
	} {
		rows, err := csv.NewReader(strings.NewReader(export(t, Options{Form: CSV, Filter: test.filter}, records()))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rows[1:] {
			got = append(got, r[0])
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// What wasn't verified says so in each record.
func TestUnverified(t *testing.T) {
	for form, want := range map[Form]string{ECS: `"tags":["unverified"]`, OCSF: `"labels":["unverified"]`, CSV: ",false\r"} {
		for i, l := range strings.Split(strings.TrimSpace(export(t, Options{Form: form, Unverified: true}, records())), "\n") {
			if form == CSV && (i == 0 || i == len(records())) {
				continue
			}
			if !strings.Contains(l, want) {
				t.Errorf("%s: %s", form, l)
			}
		}
	}
}

// FuzzLine checks that no line panics, and that what comes out is one line of the form, in which nothing is hidden.
func FuzzLine(f *testing.F) {
	for i := range records() {
		b, _ := json.Marshal(&records()[i])
		f.Add(b)
	}
	f.Add([]byte(`{"schema":"clawrden.audit/1","event":"\u001b[31m","command":"\ud800","identity":null,"rules":[{}],"exe":{}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		for _, form := range Forms {
			var out bytes.Buffer
			e, err := New(&out, Options{Form: form})
			if err != nil || e.Line(line) != nil || e.Flush() != nil {
				t.Fatal(err)
			}
			text := out.String()
			if form == CSV {
				rows, err := csv.NewReader(&out).ReadAll()
				if err != nil || len(rows) != 2-e.Bad {
					t.Fatalf("%d rows, %v: %q", len(rows), err, text)
				}
				text = strings.ReplaceAll(text, "\r\n", "")
			} else if e.Bad == 0 && !json.Valid(out.Bytes()) {
				t.Fatalf("no JSON: %s", text)
			}
			if i := strings.IndexFunc(strings.TrimSuffix(text, "\n"), display.Hidden); i >= 0 {
				t.Errorf("%s: something hidden at %d: %q", form, i, text)
			}
		}
	})
}
