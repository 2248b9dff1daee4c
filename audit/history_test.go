package audit

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

func ids(entries []clawrden.Entry) string {
	var s []string
	for _, e := range entries {
		exit := "?"
		if e.ExitCode != nil {
			exit = fmt.Sprint(*e.ExitCode)
		}
		s = append(s, e.ID+"="+exit)
	}
	return strings.Join(s, " ")
}

func TestHistory(t *testing.T) {
	l := open(t, logPath(t), Options{})
	appendAll(t, l,
		&clawrden.Record{Event: clawrden.EventStarted}, // 1
		decided("aa1", clawrden.OutcomeAllow),          // 2: ends last of all
		decided("ab2", clawrden.OutcomeDeny),           // 3
		decided("b3", clawrden.OutcomeApproved),        // 4
		finished("b3", 7),                              // 5
		decided("c4", clawrden.OutcomeAllow),           // 6: never ends
		decided("d5", clawrden.OutcomeExpired),         // 7
		finished("aa1", 0),                             // 8
		&clawrden.Record{Event: clawrden.EventRefused, Reason: `{"id":"x"}`},
	)
	for name, row := range map[string]struct {
		filter clawrden.HistoryFilter
		want   string
		more   bool
		err    error
	}{
		"all":            {clawrden.HistoryFilter{}, "d5=? c4=? b3=7 ab2=? aa1=0", false, nil},
		"first page":     {clawrden.HistoryFilter{Limit: 2}, "d5=? c4=?", true, nil},
		"second page":    {clawrden.HistoryFilter{Limit: 2, Before: 6}, "b3=7 ab2=?", true, nil},
		"last page":      {clawrden.HistoryFilter{Limit: 2, Before: 3}, "aa1=0", false, nil},
		"a full page":    {clawrden.HistoryFilter{Limit: 5}, "d5=? c4=? b3=7 ab2=? aa1=0", false, nil},
		"before the end": {clawrden.HistoryFilter{Before: 100}, "d5=? c4=? b3=7 ab2=? aa1=0", false, nil},
		"before all":     {clawrden.HistoryFilter{Before: 1}, "", false, nil},
		"id":             {clawrden.HistoryFilter{ID: "b3"}, "b3=7", false, nil},
		"prefix":         {clawrden.HistoryFilter{ID: "aa"}, "aa1=0", false, nil},
		"ambiguous":      {clawrden.HistoryFilter{ID: "a"}, "", false, clawrden.ErrAmbiguous},
		"unknown":        {clawrden.HistoryFilter{ID: "zz"}, "", false, clawrden.ErrNotFound},
		"longer":         {clawrden.HistoryFilter{ID: "aa11"}, "", false, clawrden.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			got, more, err := l.History(row.filter)
			if ids(got) != row.want || more != row.more || !errors.Is(err, row.err) {
				t.Errorf("%s, %v, %v; want %s, %v, %v", ids(got), more, err, row.want, row.more, row.err)
			}
		})
	}
	if _, err := l.Lookup(""); !errors.Is(err, clawrden.ErrNotFound) {
		t.Errorf("Lookup of nothing: %v", err)
	}
	empty := open(t, logPath(t), Options{})
	if got, more, err := empty.History(clawrden.HistoryFilter{}); got == nil || len(got) != 0 || more || err != nil {
		t.Errorf("an empty log: %v %v %v", got, more, err)
	}
}

// A whole id wins over a longer one that begins with it, wherever the two stand.
func TestLookupWholeID(t *testing.T) {
	for _, order := range [][]string{{"ab", "abc", "abd"}, {"abc", "abd", "ab"}, {"abc", "ab", "abd"}} {
		l := open(t, logPath(t), Options{})
		for _, id := range order {
			appendAll(t, l, decided(id, clawrden.OutcomeDeny))
		}
		if e, err := l.Lookup("ab"); err != nil || e.ID != "ab" {
			t.Errorf("%v: %q, %v", order, e.ID, err)
		}
		if _, err := l.Lookup("a"); !errors.Is(err, clawrden.ErrAmbiguous) {
			t.Errorf("%v: %v", order, err)
		}
	}
}

func TestEntry(t *testing.T) {
	l := open(t, logPath(t), Options{})
	r := decided("a", clawrden.OutcomeApproved)
	r.Approver, r.Comment, r.Reason, r.Executor, r.Boundary = &clawrden.Approver{UID: 1, Door: "http"}, "ok", "why", "mirror", clawrden.BoundaryNone
	r.Args, r.ArgsB64 = clawrden.Words([]string{"\xff"})
	f := finished("a", 0)
	f.ExitCode, f.Signal = nil, "SIGKILL"
	appendAll(t, l, r, f)
	want := clawrden.Entry{
		ID: "a", Timestamp: r.Timestamp, Command: "git", Args: []string{`\xff`}, ArgsB64: []string{"/w=="}, Cwd: "/src",
		Identity: *r.Identity, Decision: clawrden.OutcomeApproved, DurationMS: 12, Signal: "SIGKILL", ExitSource: clawrden.ExitKernel,
		Rules: r.Rules, Reason: "why", Comment: "ok", Approver: r.Approver, Executor: "mirror", Boundary: clawrden.BoundaryNone, Seq: 1,
	}
	got, err := l.Lookup("a")
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	bare := &clawrden.Record{Event: clawrden.EventDecided, ID: "b", Decision: clawrden.OutcomeDeny}
	appendAll(t, l, bare)
	if got, err = l.Lookup("b"); got.Args == nil || got.Rules == nil || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

// Pages over lines of very different lengths: the bisection and the blocks meet every border.
func TestPagesOverManyBlocks(t *testing.T) {
	l := open(t, logPath(t), Options{Sync: SyncNone})
	const n = 3000
	for i := range n {
		r := decided(fmt.Sprintf("i%d", i), clawrden.OutcomeAllow)
		if i%97 == 0 {
			r.Args = []string{strings.Repeat("x", (i*7919)%(3*readBlock))}
		}
		appendAll(t, l, r, finished(r.ID, i))
	}
	before := uint64(0)
	for at := n; at > 0; {
		page, more, err := l.History(clawrden.HistoryFilter{Before: before, Limit: 83})
		if err != nil || len(page) != min(83, at) || more != (at > 83) {
			t.Fatalf("at %d: %d entries, more %v, %v", at, len(page), more, err)
		}
		for _, e := range page {
			at--
			if e.ID != fmt.Sprintf("i%d", at) || e.ExitCode == nil || *e.ExitCode != at {
				t.Fatalf("at %d: %s", at, ids([]clawrden.Entry{e}))
			}
			before = e.Seq
		}
	}
	s := snapshot{file: l.file, size: l.size}
	for seq := uint64(1); seq <= 2*n; seq += 13 {
		at, err := s.offset(seq)
		if err != nil {
			t.Fatal(err)
		}
		line, _, _, err := newForward(l.file, at, l.size).next()
		if err != nil {
			t.Fatal(err)
		}
		if h, err := readHead(line); err != nil || h.seq != seq {
			t.Fatalf("offset(%d) is record %d, %v", seq, h.seq, err)
		}
	}
}
