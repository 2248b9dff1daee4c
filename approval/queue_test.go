package approval

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

var (
	alice = clawrden.Approver{UID: 1001, User: "alice", Door: "control"}
	bob   = clawrden.Approver{UID: 1002, Door: "http"}
)

func request(id string, uid uint32, cgroup string) clawrden.Request {
	return clawrden.Request{
		ID: id, Tool: "git", Argv: []string{"git", "push"}, Env: []string{"A=b"}, Cwd: "/src",
		Identity: clawrden.Identity{UID: uid, Cgroup: cgroup},
	}
}

// add puts an ask of one agent in, to wait for a minute.
func add(t *testing.T, q *Queue, id string) *Ticket {
	t.Helper()
	ticket, err := q.Add(request(id, 1000, "/agent"), clawrden.Facts{Tool: "git"}, clawrden.Decision{Verdict: clawrden.Ask}, "d1", time.Now().Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	return ticket
}

// addFor is add with demands, of the ask "abc".
func addFor(t *testing.T, q *Queue, demands ...clawrden.Demand) *Ticket {
	t.Helper()
	ticket, err := q.Add(request("abc", 1000, "/agent"), clawrden.Facts{Tool: "git"}, clawrden.Decision{Verdict: clawrden.Ask, Demands: demands}, "d1", time.Now().Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	return ticket
}

func isDone(t *Ticket) bool {
	select {
	case <-t.Done():
		return true
	default:
		return false
	}
}

// step is one thing that happens to the only ask; want is the state after it, err the error it gives.
type step struct {
	do   func(q *Queue) error
	want clawrden.State
	err  error
	text string // in the error
}

func approve(a clawrden.Answer) func(*Queue) error {
	return func(q *Queue) error { _, err := q.Approve("abc", alice, a); return err }
}

func deny(a clawrden.Answer) func(*Queue) error {
	return func(q *Queue) error { _, err := q.Deny("abc", bob, a); return err }
}

func cancel(q *Queue) error { _, err := q.Cancel("abc", "the caller went away"); return err }

// pass lets time go by; the bubble's clock jumps.
func pass(d time.Duration) func(*Queue) error {
	return func(*Queue) error { <-time.After(d); synctest.Wait(); return nil }
}

func TestStates(t *testing.T) {
	any := clawrden.Answer{}
	for name, steps := range map[string][]step{
		"approved": {
			{do: approve(any), want: clawrden.StateApproved},
			{do: deny(any), want: clawrden.StateApproved, err: clawrden.ErrDecided, text: "was approved by alice"},
			{do: cancel, want: clawrden.StateApproved, err: clawrden.ErrDecided},
			{do: pass(time.Hour), want: clawrden.StateApproved},
		},
		"denied": {
			{do: deny(any), want: clawrden.StateDenied},
			{do: approve(any), want: clawrden.StateDenied, err: clawrden.ErrDecided, text: "was denied by uid 1002"},
			{do: deny(any), want: clawrden.StateDenied, err: clawrden.ErrDecided},
		},
		"expired": {
			{do: pass(time.Minute - 1), want: clawrden.StatePending},
			{do: pass(1), want: clawrden.StateExpired},
			{do: approve(any), want: clawrden.StateExpired, err: clawrden.ErrDecided, text: "is expired"},
		},
		"in the last moment": {
			{do: pass(time.Minute - 1), want: clawrden.StatePending},
			{do: approve(any), want: clawrden.StateApproved},
			{do: pass(time.Hour), want: clawrden.StateApproved},
		},
		"cancelled": {
			{do: cancel, want: clawrden.StateCancelled},
			{do: approve(any), want: clawrden.StateCancelled, err: clawrden.ErrDecided, text: "is cancelled"},
			{do: pass(time.Hour), want: clawrden.StateCancelled},
		},
		"what was shown": {
			{do: approve(clawrden.Answer{Revision: 2}), want: clawrden.StatePending, err: clawrden.ErrStale, text: "revision 2 was shown, it is now 1"},
			{do: approve(clawrden.Answer{Digest: "d2"}), want: clawrden.StatePending, err: clawrden.ErrStale},
			{do: approve(clawrden.Answer{Revision: 1, Digest: "d2"}), want: clawrden.StatePending, err: clawrden.ErrStale},
			{do: approve(clawrden.Answer{Revision: 1, Digest: "d1"}), want: clawrden.StateApproved},
		},
		"comments": {
			{do: deny(clawrden.Answer{Comment: strings.Repeat("x", MaxComment+1)}), want: clawrden.StatePending, err: clawrden.ErrBadRequest},
			{do: deny(clawrden.Answer{Comment: "\xff"}), want: clawrden.StatePending, err: clawrden.ErrBadRequest},
			{do: deny(clawrden.Answer{Comment: strings.Repeat("x", MaxComment)}), want: clawrden.StateDenied},
		},
		"closed": {
			{do: func(q *Queue) error { q.Close("the daemon stops"); return nil }, want: clawrden.StateCancelled},
			{do: func(q *Queue) error {
				_, err := q.Add(request("later", 1, ""), clawrden.Facts{}, clawrden.Decision{}, "", time.Now().Add(time.Hour))
				return err
			}, want: clawrden.StateCancelled, err: ErrClosed},
		},
		"all cancelled": {
			{do: func(q *Queue) error {
				if n := q.CancelAll("the kill switch is on"); n != 1 {
					return fmt.Errorf("%d cancelled", n)
				}
				return nil
			}, want: clawrden.StateCancelled},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := New(Limits{})
				ticket := add(t, q, "abc")
				for i, s := range steps {
					err := s.do(q)
					if !errors.Is(err, s.err) || err != nil && !strings.Contains(err.Error(), s.text) {
						t.Fatalf("step %d: error %v, want %v with %q", i, err, s.err, s.text)
					}
					got := ticket.Result()
					if got.State != s.want {
						t.Fatalf("step %d: state %s, want %s", i, got.State, s.want)
					}
					if isDone(ticket) != (s.want != clawrden.StatePending) {
						t.Fatalf("step %d: done is %v", i, isDone(ticket))
					}
				}
			})
		})
	}
}

func TestResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{})
		ticket := add(t, q, "abc")
		pending := ticket.Result()
		want := clawrden.Approval{
			ID: "abc", Request: request("abc", 1000, "/agent"), Facts: clawrden.Facts{Tool: "git"},
			Decision: clawrden.Decision{Verdict: clawrden.Ask}, Digest: "d1", State: clawrden.StatePending, Revision: 1,
			Created: time.Now(), Expires: time.Now().Add(time.Minute),
		}
		if diff := cmp.Diff(want, pending); diff != "" {
			t.Error(diff)
		}
		got, err := q.Deny("abc", bob, clawrden.Answer{Comment: "use --dry-run"})
		if err != nil {
			t.Fatal(err)
		}
		want.State, want.Revision, want.By, want.Comment = clawrden.StateDenied, 2, &bob, "use --dry-run"
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error("returned:", diff)
		}
		if diff := cmp.Diff(want, ticket.Result()); diff != "" {
			t.Error("ticket:", diff)
		}
		if pending.State != clawrden.StatePending {
			t.Error("the copy handed out before has changed")
		}
	})
}

func TestAddRefuses(t *testing.T) {
	later := time.Now().Add(time.Hour)
	limits := Limits{PerAgent: 2, PerUID: 3, Total: 4, AgentBytes: 4000, TotalBytes: 5000}
	big := request("big", 5, "/big")
	big.Argv = []string{"git", strings.Repeat("x", 4000)}
	wide := request("wide", 6, "/wide")
	wide.Argv = []string{"git", strings.Repeat("x", 3000)}
	wide2 := wide
	wide2.ID, wide2.Identity.UID = "wide2", 7

	for name, row := range map[string]struct {
		before []clawrden.Request
		add    clawrden.Request
		err    error
		text   string
	}{
		"agent":        {[]clawrden.Request{request("a", 1, "/x"), request("b", 1, "/x")}, request("c", 1, "/x"), ErrFull, "this agent has 2 pending"},
		"other agents": {[]clawrden.Request{request("a", 1, "/x"), request("b", 1, "/x")}, request("c", 1, "/y"), nil, ""},
		"uid":          {[]clawrden.Request{request("a", 1, "/x"), request("b", 1, "/y"), request("c", 1, "/z")}, request("d", 1, "/w"), ErrFull, "uid 1 has 3 pending"},
		"total":        {[]clawrden.Request{request("a", 1, "/"), request("b", 2, "/"), request("c", 3, "/"), request("d", 4, "/")}, request("e", 5, "/"), ErrFull, "4 are pending in all"},
		"agent bytes":  {nil, big, ErrFull, "this agent's words"},
		"total bytes":  {[]clawrden.Request{wide}, wide2, ErrFull, "all agents' words"},
		"id in use":    {[]clawrden.Request{request("a", 1, "/x")}, request("a", 2, "/y"), clawrden.ErrBadRequest, "the id a is in use"},
		"no id":        {nil, request("", 2, "/y"), clawrden.ErrBadRequest, ""},
		"bad id":       {nil, request("a/b", 2, "/y"), clawrden.ErrBadRequest, ""},
	} {
		t.Run(name, func(t *testing.T) {
			q := New(limits)
			defer q.Close("")
			for _, r := range row.before {
				if _, err := q.Add(r, clawrden.Facts{}, clawrden.Decision{}, "", later); err != nil {
					t.Fatal(err)
				}
			}
			_, err := q.Add(row.add, clawrden.Facts{}, clawrden.Decision{}, "", later)
			if !errors.Is(err, row.err) || err != nil && !strings.Contains(err.Error(), row.text) {
				t.Errorf("error %v, want %v with %q", err, row.err, row.text)
			}
		})
	}
}

// A limit is given back when an ask ends, in whatever way.
func TestLimitsAreGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{PerAgent: 1})
		ends := []func(id string){
			func(id string) { q.Approve(id, alice, clawrden.Answer{}) },
			func(id string) { q.Deny(id, alice, clawrden.Answer{}) },
			func(id string) { q.Cancel(id, "") },
			func(string) { <-time.After(time.Minute); synctest.Wait() },
		}
		for i, end := range ends {
			id := fmt.Sprintf("r%d", i)
			add(t, q, id)
			end(id)
		}
		if q.total != (load{}) || len(q.agents) != 0 || len(q.uids) != 0 || q.order.Len() != 0 || q.Len() != 0 {
			t.Errorf("left behind: total %v, agents %v, uids %v", q.total, q.agents, q.uids)
		}
	})
}

func TestAddAfterTheDeadline(t *testing.T) {
	q := New(Limits{})
	ticket, err := q.Add(request("a", 1, ""), clawrden.Facts{}, clawrden.Decision{}, "", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if got := ticket.Result().State; !isDone(ticket) || got != clawrden.StateExpired {
		t.Errorf("state %s, want expired", got)
	}
}

// A late timer opens no door: the deadline counts, not the timer's being served.
func TestApproveAfterTheDeadlineBeforeTheTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{})
		ticket := add(t, q, "a")
		q.pending["a"].timer.Stop()
		<-time.After(time.Minute)
		if _, err := q.Approve("a", alice, clawrden.Answer{}); !errors.Is(err, clawrden.ErrDecided) {
			t.Errorf("error %v, want ErrDecided", err)
		}
		if got := ticket.Result().State; got != clawrden.StateExpired {
			t.Errorf("state %s, want expired", got)
		}
	})
}

func TestFirstDecisionWins(t *testing.T) {
	for range 50 {
		q := New(Limits{})
		ticket := add(t, q, "a")
		var wins atomic.Int32
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				var err error
				switch i % 3 {
				case 0:
					_, err = q.Approve("a", alice, clawrden.Answer{Revision: 1})
				case 1:
					_, err = q.Deny("a", bob, clawrden.Answer{Revision: 1})
				default:
					_, err = q.Cancel("a", "")
				}
				if err == nil {
					wins.Add(1)
				} else if !errors.Is(err, clawrden.ErrDecided) {
					t.Errorf("a loser got %v, want ErrDecided", err)
				}
			})
		}
		all.Wait()
		<-ticket.Done()
		if wins.Load() != 1 {
			t.Fatalf("%d decisions won", wins.Load())
		}
	}
}

func TestListAndGet(t *testing.T) {
	q := New(Limits{Decided: 2})
	for _, id := range []string{"gone", "ab1", "ab2", "ac3", "zz"} {
		add(t, q, id)
	}
	q.Approve("gone", alice, clawrden.Answer{})
	q.Approve("zz", alice, clawrden.Answer{})
	q.Cancel("ab2", "") // the third to end: "gone" is forgotten

	var ids []string
	for _, a := range q.List() {
		ids = append(ids, a.ID)
	}
	if diff := cmp.Diff([]string{"ab1", "ac3"}, ids); diff != "" {
		t.Error(diff)
	}
	for id, want := range map[string]struct {
		id  string
		err error
	}{
		"ab1":  {id: "ab1"},
		"ac":   {id: "ac3"},
		"z":    {id: "zz"},
		"ab":   {err: clawrden.ErrAmbiguous}, // one is decided, and that counts
		"a":    {err: clawrden.ErrAmbiguous},
		"gone": {err: clawrden.ErrNotFound},
		"":     {err: clawrden.ErrNotFound},
		"ab11": {err: clawrden.ErrNotFound},
	} {
		got, err := q.Get(id)
		if got.ID != want.id || !errors.Is(err, want.err) {
			t.Errorf("Get(%q) = %q, %v; want %q, %v", id, got.ID, err, want.id, want.err)
		}
	}
	if a, _ := q.Get("zz"); a.Request.Argv != nil || a.By == nil {
		t.Errorf("a remembered ask: %+v", a)
	}
	if !q.Has("ab1") || !q.Has("zz") || q.Has("gone") {
		t.Error("Has is wrong")
	}
	if _, err := q.Approve("ab", alice, clawrden.Answer{}); !errors.Is(err, clawrden.ErrNotFound) {
		t.Errorf("a decision by prefix: %v, want ErrNotFound", err)
	}
}

// Pages follow each other without a gap, also where asks end between them.
func TestPage(t *testing.T) {
	q := New(Limits{})
	defer q.Close("")
	for i := range 5 {
		if _, err := q.Add(request(fmt.Sprintf("p%d", i), 1, "/"), clawrden.Facts{}, clawrden.Decision{}, "", time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	ids := func(after string, most int) (ids string, more bool) {
		t.Helper()
		page, more, err := q.Page(after, most)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page {
			ids += a.ID
		}
		return ids, more
	}
	check := func(after string, most int, want string, wantMore bool) {
		t.Helper()
		if got, more := ids(after, most); got != want || more != wantMore {
			t.Errorf("after %q: %q, %v; want %q, %v", after, got, more, want, wantMore)
		}
	}
	check("", 2, "p0p1", true)
	check("p1", 2, "p2p3", true)
	check("p3", 2, "p4", false)
	check("p4", 2, "", false)
	check("", 5, "p0p1p2p3p4", false)
	if _, err := q.Cancel("p1", ""); err != nil {
		t.Fatal(err)
	}
	check("p1", 2, "p2p3", true)
	check("", 2, "p0p2", true)
	if _, _, err := q.Page("gone", 2); !errors.Is(err, clawrden.ErrNotFound) {
		t.Errorf("behind one that nobody knows: %v", err)
	}
}
