package tests

import (
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

const storyPolicy = `
policy { default = "deny" }
rule "look" {
  commands = ["echo", "cat"]
  action   = "allow"
}
rule "build" {
  commands = ["make"]
  action   = "ask"
  reason   = "Building needs a look."
}
rule "remove" {
  commands = ["rm"]
  action   = "deny"
  reason   = "Use git clean."
}
`

// TestStory puts one command of each kind through: allowed, denied, approved, refused by a person.
func TestStory(t *testing.T) {
	h := newHost(t, hostOptions{policy: storyPolicy, tools: []string{"echo", "rm", "make"}})

	if r := finish(t, h.command("echo", "hello", "world")); r.stdout != "hello world\n" || r.stderr != "" || r.code != 0 {
		t.Errorf("allowed: %+v", r)
	}
	h.finished(1) // its end is told by the kernel, whenever that is
	if r := finish(t, h.command("rm", "x")); r.code != 126 || r.stdout != "" ||
		!strings.Contains(r.stderr, `clawrden: rm x: denied by rule "remove"`) || !strings.Contains(r.stderr, "test.hcl:12") || !strings.Contains(r.stderr, "Use git clean.") {
		t.Errorf("denied: %+v", r)
	}
	ask := func(decide func(id string)) result {
		t.Helper()
		done := make(chan result)
		go func() { done <- finish(t, h.command("make", "--version")) }()
		decide(h.waitPending(1)[0].ID)
		return <-done
	}
	if r := ask(func(id string) { h.post("/api/queue/"+id+"/approve", "") }); r.code != 0 || !strings.Contains(r.stdout, "GNU Make") ||
		strings.Count(r.stderr, "waiting for a person's approval") != 1 {
		t.Errorf("approved: %+v", r)
	}
	h.finished(2)
	if r := ask(func(id string) { h.post("/api/queue/"+id+"/deny", `{"reason":"not on a Friday"}`) }); r.code != 126 ||
		!strings.Contains(r.stderr, "not on a Friday") {
		t.Errorf("refused: %+v", r)
	}

	records := h.waitRecords(func(rs []clawrden.Record) bool {
		return len(rs) > 0 && rs[len(rs)-1].Decision == clawrden.OutcomeDenied
	})
	var got []string
	for _, r := range records {
		got = append(got, r.Event+" "+r.Command+" "+string(r.Decision))
	}
	want := "started  |decided echo allow|finished echo allow|decided rm deny|decided make approved|finished make approved|decided make denied"
	if strings.Join(got, "|") != want {
		t.Errorf("records\n%s\nwant\n%s", strings.Join(got, "|"), want)
	}
}
