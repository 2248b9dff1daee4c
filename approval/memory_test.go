package approval

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clawrden/clawrden"
)

func memory() Limits { return Limits{Refusal: 5 * time.Minute, Late: 10 * time.Minute} }

// TestRefusedAgain: what is the same as what a person refused is known for a while, and nothing else is.
func TestRefusedAgain(t *testing.T) {
	facts := clawrden.Facts{Exe: clawrden.Executable{Resolved: "/usr/bin/git", SHA256: "aa"}}
	decision := clawrden.Decision{Verdict: clawrden.Ask, Policy: "p1"}
	for name, row := range map[string]struct {
		change func(*clawrden.Request, *clawrden.Facts, *clawrden.Decision)
		after  time.Duration
		want   bool
	}{
		"the same":             {want: true},
		"another environment":  {change: func(r *clawrden.Request, _ *clawrden.Facts, _ *clawrden.Decision) { r.Env = []string{"N=2"} }, want: true},
		"another cgroup":       {change: func(r *clawrden.Request, _ *clawrden.Facts, _ *clawrden.Decision) { r.Identity.Cgroup = "/b" }, want: true},
		"in time":              {after: 5*time.Minute - 1, want: true},
		"too late":             {after: 5 * time.Minute},
		"another argument":     {change: func(r *clawrden.Request, _ *clawrden.Facts, _ *clawrden.Decision) { r.Argv = []string{"git", "pull"} }},
		"one word of two":      {change: func(r *clawrden.Request, _ *clawrden.Facts, _ *clawrden.Decision) { r.Argv = []string{"gitpush"} }},
		"another directory":    {change: func(r *clawrden.Request, _ *clawrden.Facts, _ *clawrden.Decision) { r.Cwd = "/" }},
		"another user":         {change: func(r *clawrden.Request, _ *clawrden.Facts, _ *clawrden.Decision) { r.Identity.UID = 7 }},
		"another container":    {change: func(r *clawrden.Request, _ *clawrden.Facts, _ *clawrden.Decision) { r.Identity.Container = "c" }},
		"another file":         {change: func(_ *clawrden.Request, f *clawrden.Facts, _ *clawrden.Decision) { f.Exe.SHA256 = "bb" }},
		"under another policy": {change: func(_ *clawrden.Request, _ *clawrden.Facts, d *clawrden.Decision) { d.Policy = "p2" }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := New(memory())
				r, f, d := request("abc", 1000, "/a"), facts, decision
				if _, err := q.Add(r, f, d, "d1", time.Now().Add(time.Minute)); err != nil {
					t.Fatal(err)
				}
				if _, _, ok := q.Refused(&r, &f, &d); ok {
					t.Fatal("refused before anybody said so")
				}
				if _, err := q.Deny("abc", bob, clawrden.Answer{Comment: "no"}); err != nil {
					t.Fatal(err)
				}
				if row.change != nil {
					row.change(&r, &f, &d)
				}
				<-time.After(row.after)
				was, _, ok := q.Refused(&r, &f, &d)
				if ok != row.want || ok && (was.ID != "abc" || was.Comment != "no" || was.By.UID != bob.UID) {
					t.Errorf("%v, %+v", ok, was)
				}
			})
		})
	}
}

// Neither an approval nor an expiry is a refusal, and without the memory nothing is.
func TestNotRefused(t *testing.T) {
	for name, end := range map[string]func(*Queue) error{
		"approved":  approve(clawrden.Answer{}),
		"expired":   pass(time.Minute),
		"cancelled": cancel,
		"forgotten": func(q *Queue) error { q.limits.Refusal = 0; return deny(clawrden.Answer{})(q) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := New(memory())
				add(t, q, "abc")
				if err := end(q); err != nil {
					t.Fatal(err)
				}
				r := request("", 1000, "/agent")
				if _, _, ok := q.Refused(&r, &clawrden.Facts{Tool: "git"}, &clawrden.Decision{}); ok {
					t.Error("it counts as refused")
				}
			})
		})
	}
}

// TestApprovedLate approves what has expired: it stays expired, and counts once for the same agent and digest.
func TestApprovedLate(t *testing.T) {
	mine := &clawrden.Identity{UID: 1000, Cgroup: "/other"}
	for name, row := range map[string]struct {
		approved time.Duration // after the deadline
		answer   clawrden.Answer
		err      error
		comes    time.Duration // after the approval
		id       *clawrden.Identity
		digest   string
		want     bool
	}{
		"in time":           {approved: time.Minute, comes: time.Minute, want: true},
		"at the last":       {approved: 10*time.Minute - 1, comes: 10*time.Minute - 1, want: true},
		"approved too late": {approved: 10 * time.Minute, err: clawrden.ErrDecided},
		"comes too late":    {approved: time.Minute, comes: 10 * time.Minute},
		"another digest":    {digest: "d2"},
		"another agent":     {id: &clawrden.Identity{UID: 1001}},
		"changed":           {answer: clawrden.Answer{Edit: &clawrden.Edit{}}, err: clawrden.ErrDecided},
		"another was shown": {answer: clawrden.Answer{Digest: "d2"}, err: clawrden.ErrStale},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := New(memory())
				ticket := add(t, q, "abc")
				<-time.After(time.Minute + row.approved)
				synctest.Wait()
				if _, err := q.Approve("abc", alice, row.answer); !errors.Is(err, row.err) {
					t.Fatalf("%v, want %v", err, row.err)
				}
				if got := ticket.Result().State; got != clawrden.StateExpired {
					t.Errorf("the ask itself is %s", got)
				}
				<-time.After(row.comes)
				id, digest := row.id, row.digest
				if id == nil {
					id = mine
				}
				if digest == "" {
					digest = "d1"
				}
				was, ok := q.Once(id, digest)
				if ok != row.want || ok && (was.State != clawrden.StateApproved || was.By == nil || was.By.UID != alice.UID) {
					t.Errorf("%v, %+v", ok, was)
				}
				if _, again := q.Once(id, digest); again {
					t.Error("it counts twice")
				}
			})
		})
	}
}

func TestLateVotes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(memory())
		addFor(t, q, clawrden.Demand{Quorum: 2})
		vote := func(uid uint32) error {
			_, err := q.Approve("abc", clawrden.Approver{UID: uid, For: []string{""}}, clawrden.Answer{})
			return err
		}
		if err := vote(1); err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * time.Minute)
		synctest.Wait()
		if err := vote(1); !errors.Is(err, clawrden.ErrNotAuthorized) {
			t.Errorf("the same person again: %v", err)
		}
		if _, ok := q.Once(&clawrden.Identity{UID: 1000}, "d1"); ok {
			t.Fatal("one of two was enough")
		}
		if err := vote(2); err != nil {
			t.Fatal(err)
		}
		if err := vote(3); !errors.Is(err, clawrden.ErrDecided) || !strings.Contains(err.Error(), "afterwards") {
			t.Errorf("one too many: %v", err)
		}
		if was, ok := q.Once(&clawrden.Identity{UID: 1000}, "d1"); !ok || len(was.Votes) != 2 {
			t.Errorf("%v, %+v", ok, was)
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	q := New(memory())
	for i := range maxRemembered + 10 {
		id := fmt.Sprintf("r%d", i)
		r := request(id, 1000, "/agent")
		r.Argv = []string{"git", id}
		if _, err := q.Add(r, clawrden.Facts{}, clawrden.Decision{}, "d", time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := q.Deny(id, bob, clawrden.Answer{}); err != nil {
			t.Fatal(err)
		}
	}
	if len(q.refused) != maxRemembered {
		t.Errorf("%d refusals are remembered", len(q.refused))
	}
}

// TestLapsed: what somebody approves of a caller that has gone is for the same, once; and nothing else is kept of it.
func TestLapsed(t *testing.T) {
	id := clawrden.Identity{UID: 1000}
	for name, row := range map[string]struct {
		limits Limits
		answer func(*Queue) error
		lapsed bool
		want   bool
	}{
		"approved":       {memory(), func(q *Queue) error { return errOf(q.Approve("aaaa", clawrden.Approver{UID: 7}, clawrden.Answer{})) }, true, true},
		"denied":         {memory(), func(q *Queue) error { return errOf(q.Deny("aaaa", clawrden.Approver{UID: 7}, clawrden.Answer{})) }, true, false},
		"cancelled":      {memory(), func(q *Queue) error { return errOf(q.Cancel("aaaa", "no")) }, true, false},
		"nothing's kept": {Limits{}, func(*Queue) error { return nil }, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			q := New(row.limits)
			if _, err := q.Add(clawrden.Request{ID: "aaaa", Identity: id}, clawrden.Facts{}, clawrden.Decision{Verdict: clawrden.Ask}, "d", time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			if q.Lapse("aaaa") != row.lapsed || q.Lapse("bbbb") {
				t.Error("what has lapsed isn't what should have")
			}
			if err := row.answer(q); err != nil {
				t.Fatal(err)
			}
			_, first := q.Once(&id, "d")
			_, second := q.Once(&id, "d")
			if first != row.want || second {
				t.Errorf("it runs %v, and again %v", first, second)
			}
		})
	}
}

func errOf(_ clawrden.Approval, err error) error { return err }
