package daemon

import (
	"errors"
	"testing"

	"github.com/clawrden/clawrden"
)

// TestKillNobody throws the switch for an agent that isn't there: a slip of the pen must not look as if something was stopped.
func TestKillNobody(t *testing.T) {
	h := newHouse(t, fakePolicy(func(*clawrden.Facts) clawrden.Decision { return clawrden.Decision{Verdict: clawrden.Allow} }), nil)
	_, err := h.d.Kill(t.Context(), clawrden.Caller{Door: "test"}, clawrden.KillOrder{Agent: "biulder"})
	if !errors.Is(err, clawrden.ErrNotFound) {
		t.Errorf("%v", err)
	}
	if s := h.d.Status(); len(s.Locks) != 0 {
		t.Errorf("locked: %+v", s.Locks)
	}
}
