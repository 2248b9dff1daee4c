package approval

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

// handedOver is what another queue makes of an ask.
func handedOver(t *testing.T, a clawrden.Approval, l Limits) (*Queue, *Ticket) {
	t.Helper()
	q := New(l)
	ticket, err := q.Restore(a)
	if err != nil {
		t.Fatal(err)
	}
	return q, ticket
}

func restorable(id string, state clawrden.State) clawrden.Approval {
	return clawrden.Approval{
		ID: id, Request: clawrden.Request{ID: id, Tool: "git", Argv: []string{"git", "push"}, Cwd: "/w", Identity: clawrden.Identity{UID: 7}},
		Decision: clawrden.Decision{Verdict: clawrden.Ask}, Digest: "d", State: state, Revision: 1,
		Created: time.Now().Add(-time.Minute), Expires: time.Now().Add(time.Minute),
	}
}

// The deadline of a restored ask is the one that it had.
func TestRestoreKeepsTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := restorable("a", clawrden.StatePending)
		_, ticket := handedOver(t, a, Limits{})
		time.Sleep(time.Minute - time.Nanosecond)
		synctest.Wait()
		if s := ticket.Result().State; s != clawrden.StatePending {
			t.Errorf("it is %s before its time", s)
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		select {
		case <-ticket.Done():
		default:
			t.Error("it still waits after its time")
		}
		if s := ticket.Result().State; s != clawrden.StateExpired {
			t.Errorf("it is %s", s)
		}

		late := restorable("b", clawrden.StatePending)
		late.Expires = time.Now().Add(-time.Second)
		if _, ticket := handedOver(t, late, Limits{}); ticket.Result().State != clawrden.StateExpired {
			t.Error("one whose time passed meanwhile still waits")
		}
	})
}

func TestRestoreDecided(t *testing.T) {
	for _, state := range []clawrden.State{clawrden.StateApproved, clawrden.StateDenied, clawrden.StateExpired, clawrden.StateCancelled} {
		a := restorable("a", state)
		by := clawrden.Approver{UID: 1}
		a.By = &by
		q, ticket := handedOver(t, a, Limits{Refusal: time.Minute})
		<-ticket.Done()
		if d := cmp.Diff(a, ticket.Result()); d != "" {
			t.Errorf("%s:\n%s", state, d)
		}
		if n := q.Len(); n != 0 {
			t.Errorf("%s: %d wait", state, n)
		}
		if _, err := q.Approve("a", clawrden.Approver{UID: 2}, clawrden.Answer{}); !errors.Is(err, clawrden.ErrDecided) {
			t.Errorf("%s: %v", state, err)
		}
		if _, _, refused := q.Refused(&a.Request, &a.Facts, &a.Decision); refused != (state == clawrden.StateDenied) {
			t.Errorf("%s: refused again: %v", state, refused)
		}
	}
}

func TestRestoreRefuses(t *testing.T) {
	q := New(Limits{Total: 2})
	for id, want := range map[string]error{"": clawrden.ErrBadRequest, "A": clawrden.ErrBadRequest, "../../x": clawrden.ErrBadRequest} {
		if _, err := q.Restore(restorable(id, clawrden.StatePending)); !errors.Is(err, want) {
			t.Errorf("%q: %v", id, err)
		}
	}
	for _, id := range []string{"a", "b"} {
		if _, err := q.Restore(restorable(id, clawrden.StatePending)); err != nil {
			t.Error(err)
		}
	}
	if _, err := q.Restore(restorable("a", clawrden.StatePending)); !errors.Is(err, clawrden.ErrBadRequest) {
		t.Errorf("twice: %v", err)
	}
	if _, err := q.Restore(restorable("c", clawrden.StatePending)); !errors.Is(err, ErrFull) {
		t.Errorf("one too many: %v", err)
	}
	q.Close("bye")
	if _, err := q.Restore(restorable("d", clawrden.StatePending)); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

// What a queue remembers has the same say in another, for as long as it had.
func TestMemoryIsHandedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := Limits{Refusal: time.Hour, Late: time.Hour}
		old := New(l)
		denied, expired := restorable("denied", clawrden.StatePending), restorable("expired", clawrden.StatePending)
		expired.Request.Argv, expired.Digest = []string{"git", "fetch"}, "e"
		for _, a := range []clawrden.Approval{denied, expired} {
			if _, err := old.Restore(a); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := old.Deny("denied", clawrden.Approver{UID: 1}, clawrden.Answer{Comment: "no"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if _, err := old.Approve("expired", clawrden.Approver{UID: 1, For: []string{""}}, clawrden.Answer{}); err != nil {
			t.Fatal(err)
		}
		q := New(l)
		for _, id := range []string{"denied", "expired"} {
			m, ok := old.Memory(id)
			if !ok {
				t.Fatalf("nothing is remembered of %s", id)
			}
			if err := q.Remember(m); err != nil {
				t.Fatal(err)
			}
			if err := q.Remember(m); err == nil {
				t.Errorf("%s was taken twice", id)
			}
		}
		if was, _, ok := q.Refused(&denied.Request, &denied.Facts, &denied.Decision); !ok || was.Comment != "no" || was.ID != "denied" {
			t.Errorf("refused: %v, %+v", ok, was)
		}
		if was, ok := q.Once(&expired.Request.Identity, "e"); !ok || was.State != clawrden.StateApproved {
			t.Errorf("once: %v, %+v", ok, was)
		}
		if m, _ := q.Memory("expired"); m.Once != "" {
			t.Error("what was used is still remembered as usable")
		}
		time.Sleep(time.Hour)
		if _, _, ok := q.Refused(&denied.Request, &denied.Facts, &denied.Decision); ok {
			t.Error("a refusal lasts longer than it may")
		}
		for _, m := range []clawrden.Memory{
			{},
			{Approval: restorable("x", clawrden.StatePending)},
			{Approval: restorable("y", clawrden.StateDenied), Refused: "zz", RefusedUntil: time.Now().Add(time.Hour)},
			{Approval: restorable("y", clawrden.StateDenied), Refused: strings.Repeat("a", 1000), RefusedUntil: time.Now().Add(time.Hour)},
		} {
			if err := q.Remember(m); !errors.Is(err, clawrden.ErrBadRequest) {
				t.Errorf("%+v: %v", m, err)
			}
		}
	})
}

// An ask whose caller is back counts with what it brought.
func TestReturnCounts(t *testing.T) {
	a := restorable("a", clawrden.StatePending)
	q, _ := handedOver(t, a, Limits{})
	before := q.total
	full := a.Request
	full.Env = []string{strings.Repeat("x", 1000)}
	q.Return(full, a.Facts)
	if n := q.total.bytes - before.bytes; n < 1000 || q.total.asks != 1 {
		t.Errorf("%d bytes more, %d asks", n, q.total.asks)
	}
	if _, err := q.Cancel("a", ""); err != nil || q.total != (load{}) {
		t.Errorf("%v; left: %+v", err, q.total)
	}
	q.Return(full, a.Facts)
	if q.total != (load{}) {
		t.Error("what has ended was counted")
	}
}
