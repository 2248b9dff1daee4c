package system

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

const elsewhereRules = `
rule "elsewhere" {
  commands = ["wc"]
  action   = "allow"
  executor = executor.unit
  profile  = profile.default
}
`

// A command of a session whose rule says so runs in a unit of its own, on the session's descriptors.
func TestRunInUnit(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.runner(t)
		m.write(t, "/etc/clawrden/policy.d/zz-session.hcl", sessionRules+elsewhereRules) // nothing has started the daemon yet
		c := m.session("/home/ann/work", m.script(t, "cat | /usr/bin/wc -c; echo $?")...)
		c.Stdin = strings.NewReader("four")
		if r := finish(c); r.stdout != "4\n0\n" {
			t.Errorf("%v", r)
		}
		var got []string
		for _, e := range m.history(t) {
			if e.Command == "wc" {
				got = append(got, e.Executor+" "+string(e.Boundary)+" "+string(e.Way)+" "+e.Identity.User)
			}
		}
		if len(got) != 1 || got[0] != "unit unit guard ann" {
			t.Errorf("%q", got)
		}
	})
}

// history is what clawrden history prints, the newest first.
func (m *machine) history(t *testing.T) (rows []clawrden.Entry) {
	t.Helper()
	if err := json.Unmarshal([]byte(m.must(t, "clawrden", "history", "-o", "json", "-n", "100")), &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// A session outlives the guard's restart and its death: systemd keeps what it needs, and what is started meanwhile waits. The kill
// switch ends all of it.
func TestRunGuardRestart(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.runner(t)
		k := m.talker(t, "long")
		say := func(line, want string) {
			t.Helper()
			k.say(line)
			k.hear(want)
		}
		say("id -un", "ann")
		m.must(t, "systemctl", "restart", "clawrden-guard")
		say("id -un", "ann")
		m.must(t, "systemctl", "kill", "-s", "KILL", "clawrden-guard")
		say("id -un", "ann")
		say("/usr/bin/uname 2>/dev/null; echo $?", "126")
		m.must(t, "systemctl", "restart", "clawrden")
		say("id -un", "ann")
		k.say("setsid sh -c 'sleep 600 & sleep 600' & sleep 600")
		eventually(t, "it sleeps", func() bool { return m.run("pgrep", "-u", "ann", "sleep").code == 0 })
		said := m.must(t, "clawrden", "kill", "-m", "test")
		if !strings.Contains(said, "unit:clawrden-session-long.service") {
			t.Errorf("%q", said)
		}
		eventually(t, "none is left", func() bool { return m.run("pgrep", "-u", "ann", "sleep").code != 0 })
		eventually(t, "no session is left", func() bool { return !strings.Contains(m.must(t, "clawrden", "status"), "long") })
		m.must(t, "clawrden", "unlock")
		eventually(t, "its end is on record", func() bool { return m.ofSession(t, "long", clawrden.EventOver) > 0 })
		for _, event := range []string{clawrden.EventSession, clawrden.EventOver} {
			if n := m.ofSession(t, "long", event); n != 1 {
				t.Errorf("%d records %s", n, event)
			}
		}
	})
}

// ofSession is how many records of a kind tell of a session.
func (m *machine) ofSession(t *testing.T, name, event string) (n int) {
	t.Helper()
	for line := range strings.Lines(m.must(t, "cat", "/var/log/clawrden/audit.jsonl")) {
		var r clawrden.Record
		if json.Unmarshal([]byte(line), &r) == nil && r.Event == event && r.Session == name {
			n++
		}
	}
	return n
}
