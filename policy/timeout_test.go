package policy

import (
	"testing"
	"time"
)

// A rule's own word on how long a command may run comes before its executor's, and that before the policy's; of several
// rules the shortest time counts.
func TestTimeout(t *testing.T) {
	p := mustParse(t, `
policy {
  default = "allow"
  timeout = "1h"
}
executor "brief" {
  kind    = "unit"
  timeout = "10m"
}
rule "all" {
  commands = ["make", "git"]
  action   = "allow"
}
rule "make" {
  commands = ["make"]
  action   = "allow"
  executor = executor.brief
}
rule "check" {
  commands = ["make"]
  action   = "allow"
  args     = ["check"]
  executor = executor.brief
  limits {
    timeout = "30m"
  }
}
rule "quick" {
  commands = ["make"]
  action   = "allow"
  args     = ["check"]
  limits {
    timeout = "20m"
  }
}
`)
	for line, want := range map[string]time.Duration{"ls": time.Hour, "git status": time.Hour, "make all": 10 * time.Minute, "make check": 20 * time.Minute} {
		if d := p.Decide(facts(t, p, "/w", line)); d.Limits.Time != want {
			t.Errorf("%s: %v, want %v", line, d.Limits.Time, want)
		}
	}
	none := mustParse(t, `policy { default = "allow" }`)
	if d := none.Decide(facts(t, none, "/w", "ls")); d.Limits.Time != 0 {
		t.Errorf("without a word: %v", d.Limits.Time)
	}
}
