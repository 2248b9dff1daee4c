package tests

import (
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// TestRateAndObserve: what the policy counts is counted, and what it only observes runs, with what it would have said on
// record.
func TestRateAndObserve(t *testing.T) {
	h := newHost(t, hostOptions{tools: []string{"echo", "true"}, policy: `
policy { default = "allow" }
rule "not too often" {
  commands = ["echo"]
  action   = "deny"
  reason   = "Slow down."
  when {
    rate {
      over   = 2
      within = "10m"
    }
  }
}
rule "watched" {
  commands = ["true"]
  action   = "deny"
  mode     = "observe"
}
`})
	for i, want := range []int{0, 0, 126, 126} {
		if r := finish(t, h.command("echo", "x")); r.code != want || (want != 0) != strings.Contains(r.stderr, "Slow down.") {
			t.Errorf("command %d: %+v, want status %d", i+1, r, want)
		}
	}
	if r := finish(t, h.command("true")); r.code != 0 {
		t.Errorf("observed: %+v", r)
	}
	records := h.waitRecords(func(rs []clawrden.Record) bool {
		return len(rs) > 0 && rs[len(rs)-1].Event == clawrden.EventFinished && rs[len(rs)-1].Command == "true"
	})
	seen := false
	for _, r := range records {
		if r.Event == clawrden.EventDecided && r.Command == "true" {
			seen = len(r.Observed) == 1 && r.Observed[0].Name == "watched"
		}
	}
	if !seen {
		t.Error("the rule in observe mode is not on record")
	}
}
