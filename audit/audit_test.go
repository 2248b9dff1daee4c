package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

func open(t testing.TB, path string, o Options) *Log {
	t.Helper()
	l, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func logPath(t testing.TB) string { return filepath.Join(t.TempDir(), "audit.jsonl") }

func decided(id string, o clawrden.Outcome) *clawrden.Record {
	return &clawrden.Record{
		Event: clawrden.EventDecided, ID: id, Command: "git", Args: []string{"status"}, Cwd: "/src",
		Identity: &clawrden.Identity{UID: 1000, GID: 1000, Cgroup: "/user.slice"}, Decision: o,
		Rules: []clawrden.RuleRef{{Name: "r", Action: clawrden.Allow, File: "a.hcl", Line: 3}},
	}
}

func finished(id string, code int) *clawrden.Record {
	return &clawrden.Record{Event: clawrden.EventFinished, ID: id, ExitCode: &code, ExitSource: clawrden.ExitKernel, DurationMS: 12}
}

func appendAll(t testing.TB, l *Log, records ...*clawrden.Record) {
	t.Helper()
	for _, r := range records {
		if err := l.Append(r); err != nil {
			t.Fatal(err)
		}
	}
}

// verifyOK fails unless the chain holds and has n records.
func verifyOK(t testing.TB, path string, n uint64) Report {
	t.Helper()
	r, err := Verify(path)
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK() || r.Records != n {
		t.Fatalf("%d records, want %d; problems: %v", r.Records, n, r.Problems)
	}
	return r
}

func readLines(t testing.TB, path string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.SplitAfter(strings.TrimSuffix(string(b), "\n"), "\n")
}

// What is written is the record's own JSON, though it is put together from two parts.
func TestLineIsTheRecordsJSON(t *testing.T) {
	full := decided("abc", clawrden.OutcomeApproved)
	full.Reason = `a "quoted" <reason> & more` + "\n\x00\u2028"
	full.Argv0 = `"timestamp":"0001-01-01T00:00:00.000000Z"`
	strange := &clawrden.Record{Event: `an "event" ,"timestamp":"0001`, Reason: "x"}
	path := logPath(t)
	l := open(t, path, Options{Sync: SyncNone})
	records := []*clawrden.Record{{Event: clawrden.EventStarted}, full, finished("abc", 3), strange}
	appendAll(t, l, records...)
	for i, line := range readLines(t, path) {
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(records[i]); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.TrimSuffix(want.String(), "\n"), strings.TrimSuffix(line, "\n")); diff != "" {
			t.Error(diff)
		}
		var back clawrden.Record
		if err := json.Unmarshal([]byte(line), &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(*records[i], back); diff != "" {
			t.Error(diff)
		}
		h, err := readHead([]byte(line))
		if want := (head{back.Seq, back.Prev, back.Event, back.ID}); err != nil || h != want {
			t.Errorf("head %v, %v; want %v", h, err, want)
		}
		if _, fast := fastHead([]byte(line)); fast == (records[i] == strange) {
			t.Errorf("line %d: fast head is %v", i+1, fast)
		}
	}
	verifyOK(t, path, 4)
}

func TestChainOverRestarts(t *testing.T) {
	path := logPath(t)
	for i := range 4 {
		l := open(t, path, Options{})
		if seq, hash := l.Head(); seq != uint64(2*i) || len(hash) != 64 {
			t.Fatalf("head is %d, %s", seq, hash)
		}
		appendAll(t, l, decided(fmt.Sprintf("a%d", i), clawrden.OutcomeAllow))
		if err := l.AppendSync(finished(fmt.Sprintf("a%d", i), 0)); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if err := l.Append(decided("late", clawrden.OutcomeAllow)); !errors.Is(err, errClosed) {
			t.Fatalf("append after close: %v", err)
		}
		if _, _, err := l.History(clawrden.HistoryFilter{}); err == nil {
			t.Fatal("history after close")
		}
	}
	r := verifyOK(t, path, 8)
	if r.First != 1 || r.Last != 8 || r.Prev != noPrev {
		t.Errorf("report %+v", r)
	}
	l := open(t, path, Options{})
	if _, hash := l.Head(); hash != r.Head {
		t.Errorf("Head says %s, Verify says %s", hash, r.Head)
	}
}

func TestManyWriters(t *testing.T) {
	for _, sync := range []Sync{SyncBatch, SyncAlways, SyncNone} {
		t.Run(string(sync), func(t *testing.T) { manyWriters(t, sync) })
	}
}

func manyWriters(t *testing.T, mode Sync) {
	path := logPath(t)
	l := open(t, path, Options{Sync: mode})
	var all sync.WaitGroup
	for w := range 16 {
		all.Go(func() {
			for i := range 20 {
				add := l.Append
				if i%5 == 0 {
					add = l.AppendSync
				}
				r := decided(fmt.Sprintf("w%di%d", w, i), clawrden.OutcomeDeny)
				if err := add(r); err != nil || r.Seq == 0 || r.Schema != clawrden.Schema || r.Timestamp.IsZero() {
					t.Errorf("%v: %+v", err, r)
				}
				if _, _, err := l.History(clawrden.HistoryFilter{Limit: 3}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	verifyOK(t, path, 320)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestHugeRecord(t *testing.T) {
	path := logPath(t)
	l := open(t, path, Options{})
	args := []string{strings.Repeat("x", 1<<20)}
	for range 1 << 15 {
		args = append(args, "a short argument, as there are many")
	}
	for i, raw := range [][]string{args, {strings.Repeat("\x01", 2<<20-1) + "\xff"}} {
		r := decided(fmt.Sprintf("huge%d", i), clawrden.OutcomeDeny)
		r.Args, r.ArgsB64 = clawrden.Words(raw)
		appendAll(t, l, r, decided(fmt.Sprintf("small%d", i), clawrden.OutcomeAllow))
		e, err := l.Lookup(r.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(raw, clawrden.RawWords(e.Args, e.ArgsB64)) {
			t.Error("the words came back changed")
		}
	}
	if e, _, err := l.History(clawrden.HistoryFilter{}); err != nil || len(e) != 4 {
		t.Errorf("%d entries, %v", len(e), err)
	}
	l.Close()
	verifyOK(t, path, 4)
	if l = open(t, path, Options{}); l.seq != 4 {
		t.Errorf("seq %d after a restart", l.seq)
	}

	r := decided("toobig", clawrden.OutcomeDeny)
	r.Args = []string{strings.Repeat("x", MaxLine)}
	if err := l.Append(r); err == nil || !strings.Contains(err.Error(), "the limit is") {
		t.Errorf("a record over the limit: %v", err)
	}
	appendAll(t, l, decided("after", clawrden.OutcomeAllow))
	verifyOK(t, path, 5)
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, content string) string {
		if err := os.WriteFile(at(name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return at(name)
	}
	if err := os.Symlink(write("target", ""), at("link")); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(at("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := `{"schema":"clawrden.audit/1","seq":1,"prev":"` + noPrev + `","event":"started","timestamp":"2026-01-01T00:00:00.000000Z"`
	open(t, at("taken"), Options{})

	for name, row := range map[string]struct {
		path string
		o    Options
		want string
	}{
		"link":          {at("link"), Options{}, "link is a symbolic link"},
		"fifo":          {at("fifo"), Options{}, "fifo is not a regular file"},
		"directory":     {dir, Options{}, "is a directory"},
		"no directory":  {at("none/audit.jsonl"), Options{}, "no such file or directory"},
		"second daemon": {at("taken"), Options{}, "another process, maybe a second clawrdend, writes"},
		"sync":          {at("x"), Options{Sync: "often"}, `"often" is no way to sync; use batch, always or none`},
		"text":          {write("text", "one\ntwo\nthree\n"), Options{}, "text:3: the last line is not an audit record (not a JSON object"},
		"empty line":    {write("empty", good+"}\n\n"), Options{}, "empty:2: the last line is not an audit record"},
		"other schema":  {write("schema", `{"schema":"x/1","seq":1}`+"\n"), Options{}, `schema:1: the last line is not an audit record (schema is "x/1"`},
		"no number":     {write("number", `{"schema":"clawrden.audit/1"}`+"\n"), Options{}, "(no sequence number)"},
		"cut inside":    {write("cut", good+"\n"), Options{}, "cut:1: the last line is not an audit record (not a JSON object)"},
	} {
		t.Run(name, func(t *testing.T) {
			before := content(row.path)
			l, err := Open(row.path, row.o)
			if err == nil {
				l.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), row.want) || !strings.HasPrefix(err.Error(), "cannot open the audit log: ") {
				t.Errorf("error %q, want %q", err, row.want)
			}
			if after := content(row.path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

// content reads a regular file; a FIFO would hold the test.
func content(path string) []byte {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	b, _ := os.ReadFile(path)
	return b
}

func TestMode(t *testing.T) {
	defer unix.Umask(unix.Umask(0))
	path := logPath(t)
	open(t, path, Options{})
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestTornLastLine(t *testing.T) {
	path := logPath(t)
	l := open(t, path, Options{})
	appendAll(t, l, decided("a", clawrden.OutcomeAllow), decided("b", clawrden.OutcomeAllow))
	l.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	second := bytes.IndexByte(whole, '\n') + 1
	for _, cut := range []int{1, second - 1, second + 1, len(whole) - 1} {
		t.Run(fmt.Sprint(cut), func(t *testing.T) {
			path := logPath(t)
			if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
				t.Fatal(err)
			}
			lines := uint64(0)
			torn := whole[:cut]
			if cut > second {
				lines, torn = 1, whole[second:cut]
			}
			if r := verifyOK(t, path, lines); r.Torn != int64(len(torn)) {
				t.Errorf("torn %d, want %d", r.Torn, len(torn))
			}
			l := open(t, path, Options{})
			appendAll(t, l, decided("c", clawrden.OutcomeAllow))
			verifyOK(t, path, lines+2)

			var r clawrden.Record
			if err := json.Unmarshal([]byte(readLines(t, path)[lines]), &r); err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprintf("its %d bytes are in audit.jsonl.torn-", len(torn)); r.Event != clawrden.EventTorn || !strings.Contains(r.Reason, want) {
				t.Errorf("event %q: %q, want %q", r.Event, r.Reason, want)
			}
			aside, _ := filepath.Glob(path + ".torn-*")
			if len(aside) != 1 {
				t.Fatalf("moved aside: %q", aside)
			}
			if got, _ := os.ReadFile(aside[0]); !bytes.Equal(got, torn) {
				t.Errorf("moved aside: %q", got)
			}
		})
	}
}

func TestIDs(t *testing.T) {
	path := logPath(t)
	l := open(t, path, Options{})
	for i := range 300 {
		appendAll(t, l, decided(fmt.Sprintf("id%d", i), clawrden.OutcomeAllow), finished(fmt.Sprintf("id%d", i), 0))
	}
	for range 2 {
		unknown := 0
		for i := range 300 {
			if !l.Known(fmt.Sprintf("id%d", i)) {
				t.Fatalf("id%d is forgotten", i)
			}
			if !l.Known(fmt.Sprintf("no%d", i)) {
				unknown++
			}
		}
		if unknown < 290 {
			t.Errorf("only %d of 300 are unknown", unknown)
		}
		l.Close()
		l = open(t, path, Options{})
	}

	var s idSet
	name := func(i int) string { return fmt.Sprintf("%08d", i) }
	if s.has("x") {
		t.Error("an empty set has x")
	}
	for i := range idGeneration {
		s.add(name(i))
	}
	mistakes := 0
	for i := range 10_000 {
		if s.has(name(i + idGeneration)) {
			mistakes++
		}
	}
	if mistakes > 10_000/20 {
		t.Errorf("%d mistakes in 10000", mistakes)
	}
	s.young.n = idGeneration
	for i := range 5000 { // into the next generation: the one before isn't forgotten
		s.add(name(i + 2*idGeneration))
	}
	for i := range 5000 {
		if !s.has(name(i*idGeneration/5000)) || !s.has(name(i+2*idGeneration)) {
			t.Fatalf("%d is forgotten", i)
		}
	}
	s.young.n = idGeneration // and into a third, where the first one is
	s.add("x")
	if s.has(name(1)) && s.has(name(2)) && s.has(name(3)) && s.has(name(4)) {
		t.Error("the first generation is still there")
	}
}

func TestTimestampsGrow(t *testing.T) {
	l := open(t, logPath(t), Options{Sync: SyncNone})
	last := time.Now().Add(-time.Second)
	for range 100 {
		r := decided("a", clawrden.OutcomeAllow)
		appendAll(t, l, r)
		if r.Timestamp.Before(last) {
			t.Fatalf("%v after %v", r.Timestamp, last)
		}
		last = r.Timestamp.Time
	}
}
