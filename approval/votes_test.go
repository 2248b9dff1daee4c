package approval

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

// TestVotes has people approve one after the other. Each is a uid, with the demands that the vote counts for.
func TestVotes(t *testing.T) {
	type vote struct {
		uid     uint32
		counts  []string
		lacking int
		err     error
	}
	one, two := clawrden.Demand{Name: "one"}, clawrden.Demand{Name: "two", Quorum: 2}
	for name, row := range map[string]struct {
		demands []clawrden.Demand
		votes   []vote
	}{
		"the defaults": {nil, []vote{{1, nil, 0, nil}}},
		"one person":   {[]clawrden.Demand{one}, []vote{{1, []string{"one"}, 0, nil}}},
		"two people":   {[]clawrden.Demand{two}, []vote{{1, []string{"two"}, 1, nil}, {2, []string{"two"}, 0, nil}}},
		"one person twice": {[]clawrden.Demand{two}, []vote{
			{1, []string{"two"}, 1, nil},
			{1, []string{"two"}, 1, clawrden.ErrNotAuthorized},
			{1, []string{"two"}, 1, clawrden.ErrNotAuthorized},
			{2, []string{"two"}, 0, nil},
			{3, []string{"two"}, 0, clawrden.ErrDecided},
		}},
		"one who counts for both": {[]clawrden.Demand{one, two}, []vote{{1, []string{"one", "two"}, 1, nil}, {2, []string{"two"}, 0, nil}}},
		"two who count for two, and nobody for one": {[]clawrden.Demand{one, two}, []vote{
			{1, []string{"two"}, 1, nil},
			{2, []string{"two"}, 1, nil},
			{3, []string{"one"}, 0, nil},
		}},
		"a vote that counts for nothing": {[]clawrden.Demand{one}, []vote{{1, nil, 1, nil}, {2, []string{"other"}, 1, nil}}},
	} {
		t.Run(name, func(t *testing.T) {
			q := New(Limits{})
			defer q.Close("")
			ticket := addFor(t, q, row.demands...)
			for i, v := range row.votes {
				before := ticket.Result()
				a, err := q.Approve("abc", clawrden.Approver{UID: v.uid, For: v.counts}, clawrden.Answer{Revision: 0})
				if !errors.Is(err, v.err) {
					t.Fatalf("vote %d: %v, want %v", i, err, v.err)
				}
				if err == nil && (a.Lacking() != v.lacking || (a.State == clawrden.StateApproved) != (v.lacking == 0)) {
					t.Errorf("vote %d: %s with %d lacking, want %d", i, a.State, a.Lacking(), v.lacking)
				}
				if err == nil && len(before.Votes) != len(a.Votes)-1 {
					t.Errorf("vote %d: the copy handed out before has changed", i)
				}
				if isDone(ticket) != (ticket.Result().State != clawrden.StatePending) {
					t.Errorf("vote %d: done is %v", i, isDone(ticket))
				}
			}
		})
	}
}

// One who denies is enough, also after others have approved; what all of them said reaches the agent.
func TestDenyAfterVotes(t *testing.T) {
	q := New(Limits{})
	addFor(t, q, clawrden.Demand{Name: "two", Quorum: 3})
	for uid, comment := range []string{"fine", "", "go on"}[:2] {
		if _, err := q.Approve("abc", clawrden.Approver{UID: uint32(uid), For: []string{"two"}}, clawrden.Answer{Comment: comment, Revision: 1}); err != nil {
			t.Fatal(err)
		}
	}
	a, err := q.Deny("abc", bob, clawrden.Answer{Comment: "wait"})
	if err != nil || a.State != clawrden.StateDenied || len(a.Votes) != 2 {
		t.Fatalf("%+v, %v", a, err)
	}
	if diff := cmp.Diff("wait", a.Comment); diff != "" {
		t.Error(diff)
	}
}

func TestCommentsOfAll(t *testing.T) {
	q := New(Limits{})
	addFor(t, q, clawrden.Demand{Quorum: 3})
	var a clawrden.Approval
	for uid, comment := range []string{"not on Fridays", "", "use staging"} {
		var err error
		if a, err = q.Approve("abc", clawrden.Approver{UID: uint32(uid), For: []string{""}}, clawrden.Answer{Comment: comment}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff("not on Fridays; use staging", a.Comment); diff != "" {
		t.Error(diff)
	}
}

// One person's change can't become what others have approved, or are to approve.
func TestChangeIsOnePersons(t *testing.T) {
	for name, row := range map[string]struct {
		demands []clawrden.Demand
		before  []string // a vote for these, first
		counts  []string
		err     error
	}{
		"one person":         {[]clawrden.Demand{{Name: "one"}}, nil, []string{"one"}, nil},
		"the first of two":   {[]clawrden.Demand{{Name: "two", Quorum: 2}}, nil, []string{"two"}, clawrden.ErrBadRequest},
		"the second of two":  {[]clawrden.Demand{{Name: "two", Quorum: 2}}, []string{"two"}, []string{"two"}, clawrden.ErrBadRequest},
		"one of two demands": {[]clawrden.Demand{{Name: "a"}, {Name: "b"}}, []string{"a"}, []string{"b"}, clawrden.ErrBadRequest},
		"both demands":       {[]clawrden.Demand{{Name: "a"}, {Name: "b"}}, nil, []string{"a", "b"}, nil},
	} {
		q := New(Limits{})
		ticket := addFor(t, q, row.demands...)
		if row.before != nil {
			if _, err := q.Approve("abc", clawrden.Approver{UID: 1, For: row.before}, clawrden.Answer{}); err != nil {
				t.Fatal(name, err)
			}
		}
		votes := len(ticket.Result().Votes)
		edit := &clawrden.Edit{Args: []string{"x"}}
		a, err := q.Approve("abc", clawrden.Approver{UID: 2, For: row.counts}, clawrden.Answer{Edit: edit})
		now := ticket.Result()
		switch {
		case !errors.Is(err, row.err):
			t.Errorf("%s: %v, want %v", name, err, row.err)
		case err != nil && (now.State != clawrden.StatePending || len(now.Votes) != votes || now.Edit != nil):
			t.Errorf("%s: the refused change left %+v", name, now)
		case err == nil && (a.Edit != edit || now.Edit != edit):
			t.Errorf("%s: %+v", name, now)
		}
		if was, err := q.Get("abc"); err == nil && was.State != clawrden.StatePending && was.Edit != nil {
			t.Errorf("%s: the words of a change are kept", name)
		}
		q.Close("")
	}
}
