package system

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// Nothing waiting is lost by a restart, nor by a daemon that is killed: what a person says before it, in it or after it reaches the
// agent, and what runs goes on and is accounted for.
func TestNothingWaitingIsLost(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		m.must(t, "clawrden", "status")
		for _, end := range []struct {
			name string
			args []string
		}{
			{"restart", []string{"systemctl", "restart", "clawrden.service"}},
			{"kill -9", []string{"systemctl", "kill", "--kill-whom=main", "-s", "KILL", "clawrden.service"}},
		} {
			restart := func() {
				before := m.mainPID()
				m.must(t, end.args...)
				eventually(t, "another daemon answers", func() bool {
					return m.run("clawrden", "status").code == 0 && m.mainPID() != before
				})
			}
			// A shim that is stopped can neither hear an answer nor come back.
			stop := func() { m.must(t, "pkill", "-STOP", "-u", "agent", "-x", "hostname") }
			goOn := func() { m.must(t, "pkill", "-CONT", "-u", "agent", "-x", "hostname") }
			approve := func(id string) { m.must(t, "clawrden", "approve", id) }
			for _, row := range []struct {
				when   string
				decide func(id string)
			}{
				{"decided before", func(id string) { stop(); approve(id); restart(); goOn() }},
				{"decided during", func(id string) { stop(); restart(); approve(id); goOn() }},
				{"decided after", func(id string) { restart(); approve(id) }},
				{"decided after two", func(id string) { restart(); restart(); approve(id) }},
			} {
				id, agent := m.asked(t)
				row.decide(id)
				if r := <-agent; r.code != 0 || strings.TrimSpace(r.stdout) != m.release || strings.Count(r.stderr, "waiting for a person") != 1 {
					t.Errorf("%s, %s: %v", end.name, row.when, r)
				}
			}
			id, agent := m.asked(t)
			restart()
			m.must(t, "clawrden", "deny", "-m", "ask tomorrow", id)
			if r := <-agent; r.code != 126 || !strings.Contains(r.stderr, "ask tomorrow") {
				t.Errorf("%s, denied: %v", end.name, r)
			}

			running := make(chan result, 1)
			c := m.as("agent", "/var/lib/clawrden/shims/sleep", "1000")
			go func() { running <- finish(c) }()
			eventually(t, "it runs", func() bool { return m.counts(t).Running == 1 })
			restart()
			if n := m.counts(t).Running; n != 1 {
				t.Errorf("after %s %d commands run", end.name, n)
			}
			m.must(t, "pkill", "-KILL", "-u", "agent", "-x", "sleep")
			<-running
			eventually(t, "its end is on record", func() bool {
				e := m.last(t)
				return e.Command == "sleep" && e.ExitSource != "" && e.DurationMS > 0
			})
			eventually(t, "nothing is kept any more", func() bool {
				return m.must(t, "sh", "-c", "ls /var/lib/clawrden/asks /var/lib/clawrden/running | grep -c json || true") == "0"
			})
			m.must(t, "clawrden", "audit", "verify")
		}
	})
}

// counts is the daemon's status.
func (m *machine) counts(t *testing.T) (s clawrden.Status) {
	t.Helper()
	r := m.run("clawrden", "status", "-o", "json")
	if r.code == 0 {
		if err := json.Unmarshal([]byte(r.stdout), &s); err != nil {
			t.Fatal(err)
		}
	}
	return s
}
