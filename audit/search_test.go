package audit

import (
	"fmt"
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

// want is the answer that a look at each entry gives.
func want(t *testing.T, l *Log, f clawrden.HistoryFilter) []clawrden.Entry {
	t.Helper()
	found, before := []clawrden.Entry{}, uint64(0)
	for {
		page, more, err := l.History(clawrden.HistoryFilter{Limit: MaxPage, Before: before})
		if err != nil {
			t.Fatal(err)
		}
		for i := range page {
			if before = page[i].Seq; f.Finds(&page[i]) {
				found = append(found, page[i])
			}
		}
		if !more {
			return found
		}
	}
}

// search asks in pages of an odd size.
func search(t *testing.T, l *Log, f clawrden.HistoryFilter) []clawrden.Entry {
	t.Helper()
	found := []clawrden.Entry{}
	for f.Limit = 7; ; {
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

func sameAnswers(t *testing.T, l *Log) {
	t.Helper()
	for _, f := range filters {
		if diff := cmp.Diff(want(t, l, f), search(t, l, f)); diff != "" {
			t.Errorf("%+v: %s", f, diff)
		}
	}
}

func TestFilters(t *testing.T) {
	l := open(t, logPath(t), Options{Sync: SyncNone, RotateSize: 100_000})
	fillSearched(t, l, 0, 500)
	sameAnswers(t, l)
}
