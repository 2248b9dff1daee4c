package daemon

import (
	"fmt"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
)

func TestRates(t *testing.T) {
	var r rates
	start := time.Unix(1_700_000_000, 0)
	alice, bob := &clawrden.Identity{UID: 1}, &clawrden.Identity{UID: 2}
	minute := []clawrden.Counter{{Rule: "push", Within: time.Minute}}
	for _, step := range []struct {
		who   *clawrden.Identity
		after time.Duration
		want  int
	}{
		{alice, 0, 1},
		{alice, 10 * time.Second, 2},
		{bob, 10 * time.Second, 1},
		{alice, 59 * time.Second, 3},
		{alice, 62 * time.Second, 3}, // the first has left the window, the second hasn't
		{alice, 61 * time.Second, 4}, // a clock that went back
		{alice, 10 * time.Minute, 1},
	} {
		if got := r.count(step.who, minute, start.Add(step.after), true)["push"]; got != step.want {
			t.Errorf("uid %d after %v: counted %d, want %d", step.who.UID, step.after, got, step.want)
		}
	}
	for range 3 {
		if got := r.count(alice, minute, start.Add(10*time.Minute), false)["push"]; got != 2 {
			t.Errorf("a question was counted: %d", got)
		}
	}
	if got := r.count(alice, nil, start, true); got != nil {
		t.Errorf("without conditions: %v", got)
	}
}

func TestRatesAreBounded(t *testing.T) {
	var r rates
	now := time.Unix(1_700_000_000, 0)
	hour := []clawrden.Counter{{Rule: "x", Within: time.Hour}}
	for i := range maxRates {
		r.count(&clawrden.Identity{Cgroup: fmt.Sprint(i)}, hour, now, true)
	}
	if got := r.count(&clawrden.Identity{Cgroup: "one more"}, hour, now, true)["x"]; got < 1<<30 {
		t.Errorf("with no room to count: %d; it must not look like few", got)
	}
	if got := r.count(&clawrden.Identity{Cgroup: "later"}, hour, now.Add(3*time.Hour), true)["x"]; got != 1 || len(r.known) != 1 {
		t.Errorf("after the windows have passed: %d, with %d windows", got, len(r.known))
	}
}
