package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

// filters are questions to a log of fillSearched.
var filters = []clawrden.HistoryFilter{
	{Tool: "make"},
	{Tool: "nosuch"},
	{Agent: "bot7"},
	{Agent: "u3"},
	{Agent: "uid:3"},
	{Session: "s2"},
	{Verdict: "deny"},
	{Verdict: "ask"},
	{Rule: "r5"},
	{Rule: "r0"},
	{Rule: "wide9"},
	{Approver: "eve"},
	{Exit: "7"},
	{Exit: "failed"},
	{Exit: "SIGKILL"},
	{Exit: "0", Tool: "make"},
	{Text: "word 301"},
	{Text: "ORD 3"},
	{Text: "é"},
	{Text: "zz"},
	{Text: "r"},
	{Tool: "git", Exit: "failed", Verdict: "approved"},
}

// fillSearched appends n commands that differ in everything that can be asked for; each fifth ends long after it began.
func fillSearched(t testing.TB, l *Log, from, n int) {
	t.Helper()
	var late []*clawrden.Record
	for i := from; i < from+n; i++ {
		r := decided(fmt.Sprintf("i%d", i), []clawrden.Outcome{clawrden.OutcomeAllow, clawrden.OutcomeDeny, clawrden.OutcomeApproved, clawrden.OutcomeExpired}[i%4])
		r.Command = []string{"git", "make", "go"}[i%3]
		r.Args = []string{"word", fmt.Sprint(i), "É"}
		r.Session = fmt.Sprintf("s%d", i%5)
		r.Identity = &clawrden.Identity{UID: uint32(i % 11), User: fmt.Sprintf("u%d", i%11)}
		if i%2 == 0 {
			r.Identity.Agent = fmt.Sprintf("bot%d", i%13)
		}
		r.Rules = []clawrden.RuleRef{{Name: fmt.Sprintf("r%d", i%17)}}
		if i%19 == 0 {
			r.Rules = append(r.Rules, clawrden.RuleRef{Name: "second"}, clawrden.RuleRef{Name: "wide9"})
		}
		if r.Decision == clawrden.OutcomeApproved {
			r.Approver = &clawrden.Approver{UID: 5, User: []string{"ann", "eve"}[i/4%2]}
		}
		appendAll(t, l, r)
		if !r.Decision.Runs() {
			continue
		}
		f := finished(r.ID, i%9)
		if i%23 == 0 {
			f.ExitCode, f.Signal = nil, "SIGKILL"
		}
		if i%5 == 0 {
			late = append(late, f)
		} else {
			appendAll(t, l, f)
		}
	}
	appendAll(t, l, late...)
}

// all is the whole history, an entry at a time.
func all(t *testing.T, l *Log) (entries []clawrden.Entry) {
	t.Helper()
	for before := uint64(0); ; {
		page, more, err := l.History(clawrden.HistoryFilter{Limit: MaxPage, Before: before})
		if err != nil {
			t.Fatal(err)
		}
		if entries = append(entries, page...); !more {
			return entries
		}
		before = entries[len(entries)-1].Seq
	}
}

// search asks in pages of an odd size.
func search(t *testing.T, l *Log, f clawrden.HistoryFilter) []clawrden.Entry {
	t.Helper()
	found := []clawrden.Entry{}
	for f.Limit = 31; ; {
		page, more, err := l.History(f)
		if err != nil || len(page) > f.Limit || more && len(page) < f.Limit {
			t.Fatalf("%+v: %d entries, more %v, %v", f, len(page), more, err)
		}
		found = append(found, page...)
		if !more {
			return found
		}
		f.Before = page[len(page)-1].Seq
	}
}

// cold opens a log whose index is brought up to date by questions alone, so that a test can put other files in its place.
func cold(t testing.TB, index string, o Options) *Log {
	t.Helper()
	l := open(t, logPath(t), o)
	l.o.Index = index
	return l
}

func sameAnswers(t *testing.T, l *Log) {
	t.Helper()
	entries := all(t, l)
	for _, f := range filters {
		want := []clawrden.Entry{}
		for i := range entries {
			if f.Finds(&entries[i]) {
				want = append(want, entries[i])
			}
		}
		if diff := cmp.Diff(want, search(t, l, f)); diff != "" {
			t.Errorf("%+v: %s", f, diff)
		}
	}
}

func TestFilters(t *testing.T) {
	for name, index := range map[string]string{"index": filepath.Join(t.TempDir(), "history"), "none": "", "not to be had": "/dev/null/x"} {
		t.Run(name, func(t *testing.T) {
			path := logPath(t)
			o := Options{Sync: SyncNone, RotateSize: 60_000, Index: index}
			l := open(t, path, o)
			fillSearched(t, l, 0, 250)
			sameAnswers(t, l)
			fillSearched(t, l, 250, 50) // what came since is found, too
			sameAnswers(t, l)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			l = open(t, path, o)
			appendAll(t, l, finished("i297", 3)) // a second end, whose beginning has one already
			fillSearched(t, l, 300, 20)
			sameAnswers(t, l)
		})
	}
}

// Ids are found by the index as without it.
func TestLookupByIndex(t *testing.T) {
	l := open(t, logPath(t), Options{Sync: SyncNone, RotateSize: 400_000, Index: filepath.Join(t.TempDir(), "history")})
	fillSearched(t, l, 0, 900)
	appendAll(t, l, decided("longerthaneight", clawrden.OutcomeDeny), decided("longerthanten", clawrden.OutcomeAllow), finished("longerthanten", 4))
	for _, id := range []string{"i0", "i7", "i899", "i450", "i9", "i89", "i", "i900", "x", "longer", "longert", "longerth", "longerthan", "longerthanten", "longerthaneightandmore", "longerthane"} {
		var want clawrden.Entry
		var wantErr error
		if err := l.read(func(w *walk) error { want, wantErr = w.find(id, nil); return nil }); err != nil {
			t.Fatal(err)
		}
		got, err := l.Lookup(id)
		if diff := cmp.Diff(want, got); diff != "" || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Errorf("%s: %v where it should be %v, %s", id, err, wantErr, diff)
		}
	}
}

// What is asked is the same over several blocks of an index, and when the end of a command comes blocks later.
func TestIndexBlocks(t *testing.T) {
	l := open(t, logPath(t), Options{Sync: SyncNone, Index: filepath.Join(t.TempDir(), "history")})
	fillSearched(t, l, 0, 2*blockRows)
	if _, _, err := l.History(clawrden.HistoryFilter{Tool: "make"}); err != nil {
		t.Fatal(err)
	}
	fillSearched(t, l, 2*blockRows, blockRows/2)
	entries := all(t, l)
	since := entries[len(entries)/2].Timestamp.Time
	for _, f := range append([]clawrden.HistoryFilter{{Since: since, Tool: "go"}, {Until: since, Exit: "failed"}}, filters...) {
		f.Limit = MaxPage
		want := []clawrden.Entry{}
		for i := range entries {
			if f.Finds(&entries[i]) && len(want) < MaxPage {
				want = append(want, entries[i])
			}
		}
		got, _, err := l.History(f)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%+v: %v %s", f, err, diff)
		}
	}
}

// The index is made in the background, in pieces, and what is asked meanwhile is answered.
func TestIndexWarm(t *testing.T) {
	path, index := logPath(t), filepath.Join(t.TempDir(), "history")
	l := open(t, path, Options{Sync: SyncNone, RotateSize: 300_000})
	fillSearched(t, l, 0, 1000)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, path, Options{Sync: SyncNone, Index: index}) // begins in the background at once
	sameAnswers(t, l)
	if err := l.warm(); err != nil {
		t.Fatal(err)
	}
	err := l.read(func(w *walk) error {
		for i := 0; ; i++ {
			s, err := w.part(i)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			x, err := openIndex(index, s)
			if err != nil {
				return err
			}
			if x.covered != s.size {
				t.Errorf("file %d: %d bytes of %d are in the index", i, x.covered, s.size)
			}
			x.file.Close()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	sameAnswers(t, l)
}

// As long as the index isn't complete, a question that needs it says so instead of waiting for ever, and each one brings it on;
// what needs no index, or has enough by what is there, is answered.
func TestIndexBeingMade(t *testing.T) {
	path := logPath(t)
	l := open(t, path, Options{Sync: SyncNone})
	fillSearched(t, l, 0, 50)
	long := decided("long", clawrden.OutcomeDeny)
	long.Args = []string{strings.Repeat("x", warmPiece/2)}
	for range 5 {
		appendAll(t, l, long)
	}
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	fillSearched(t, l, 50, 20)
	l.o.Index, l.patience = filepath.Join(t.TempDir(), "history"), 0 // nothing warms it here
	nowhere, refused := clawrden.HistoryFilter{Tool: "nosuch"}, 0
	for ; ; refused++ {
		entries, more, err := l.History(nowhere)
		if err == nil && len(entries) == 0 && !more {
			break
		}
		if !errors.Is(err, clawrden.ErrIndexing) {
			t.Fatalf("%d entries, %v", len(entries), err)
		}
		for _, f := range []clawrden.HistoryFilter{{}, {Tool: "git", Limit: 3}} {
			if entries, _, err := l.History(f); err != nil || len(entries) < 3 {
				t.Fatalf("%+v while the index is made: %d entries, %v", f, len(entries), err)
			}
		}
	}
	if refused < 2 {
		t.Errorf("only %d questions found the index incomplete", refused)
	}
	if _, err := l.Lookup("i0"); err != nil {
		t.Error(err)
	}
	sameAnswers(t, l)
}

// An index is made anew when it is damaged, cut, of another log, or gone.
func TestIndexDamaged(t *testing.T) {
	index := filepath.Join(t.TempDir(), "history")
	l := cold(t, index, Options{Sync: SyncNone, RotateSize: 80_000})
	fillSearched(t, l, 0, 300)
	sameAnswers(t, l)
	names, err := filepath.Glob(filepath.Join(index, "*"))
	if err != nil || len(names) < 2 {
		t.Fatal(names, err)
	}
	whole := map[string][]byte{}
	for _, name := range names {
		if whole[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	for what, damage := range map[string]func([]byte) []byte{
		"a row":    func(b []byte) []byte { b[unitSize*(1+colOffset)+unitSum+3] ^= 1; return b },
		"words":    func(b []byte) []byte { clear(b[unitSize*(1+colText)+unitSum : unitSize*(2+colText)]); return b },
		"the head": func(b []byte) []byte { b[9] ^= 1; return b },
		"cut":      func(b []byte) []byte { return b[:unitSize+100] },
		"empty":    func([]byte) []byte { return nil },
		"noise":    func(b []byte) []byte { return bytes.Repeat([]byte{0xa5}, len(b)) },
		"another":  func([]byte) []byte { return whole[names[0]] },
	} {
		for _, name := range names {
			if err := os.WriteFile(name, damage(bytes.Clone(whole[name])), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		t.Run(what, func(t *testing.T) { sameAnswers(t, l) })
	}
	if err := os.RemoveAll(index); err != nil {
		t.Fatal(err)
	}
	sameAnswers(t, l)
}

// Whatever is in an index, answers come from the log.
func FuzzIndex(f *testing.F) {
	f.Add([]byte("CWindex2"), 0)
	f.Add(bytes.Repeat([]byte{0xff}, 64), unitSize)
	l := cold(f, filepath.Join(f.TempDir(), "history"), Options{Sync: SyncNone})
	fillSearched(f, l, 0, 60)
	if _, _, err := l.History(clawrden.HistoryFilter{Tool: "git"}); err != nil {
		f.Fatal(err)
	}
	names, _ := filepath.Glob(filepath.Join(l.o.Index, "*"))
	whole, err := os.ReadFile(names[0])
	if err != nil {
		f.Fatal(err)
	}
	want, _, _ := l.History(clawrden.HistoryFilter{Tool: "git"})
	f.Fuzz(func(t *testing.T, b []byte, at int) {
		damaged := bytes.Clone(whole)
		if at >= 0 && at < len(damaged) {
			copy(damaged[at:], b)
		}
		if err := os.WriteFile(names[0], damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		got, _, err := l.History(clawrden.HistoryFilter{Tool: "git"})
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Error(err, diff)
		}
	})
}

// BenchmarkSearch asks a log of 5,000,000 records, half of them "decided", in files of 256 MiB, warm.
func BenchmarkSearch(b *testing.B) {
	l := open(b, logPath(b), Options{Sync: SyncNone, RotateSize: 256 << 20, Index: filepath.Join(b.TempDir(), "history")})
	n := 2_500_000
	if testing.Short() {
		n = 100_000
	}
	for i := range n {
		r := decided(fmt.Sprintf("%08d", i), clawrden.OutcomeAllow)
		r.Command, r.Args = fmt.Sprintf("tool%d", i%40), []string{"do", fmt.Sprint(i)}
		r.Rules = []clawrden.RuleRef{{Name: fmt.Sprintf("rule%d", i%200)}}
		appendAll(b, l, r, finished(r.ID, i%100))
	}
	for name, f := range map[string]clawrden.HistoryFilter{
		"Tool": {Tool: "tool7"}, "Nothing": {Tool: "nosuch"}, "Never": {Tool: "tool7", Rule: "rule8"},
		"Exit": {Exit: "42", Rule: "rule142"}, "Text": {Text: "do 1234"}, "NoText": {Text: "nowhere"}, "Oldest": {ID: "00000000"},
	} {
		b.Run(name, func(b *testing.B) {
			f.Limit = 50
			if err := l.warm(); err != nil {
				b.Fatal(err)
			}
			if _, _, err := l.History(f); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, _, err := l.History(f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
