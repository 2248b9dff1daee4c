package system

import (
	"strings"
	"testing"
)

// `systemctl reload` waits for the answer: a good policy is in force when it returns, a bad one makes it fail, and the one
// before it stays.
func TestReload(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		pid := func() string { m.must(t, "clawrden", "status"); return m.mainPID() }
		before := pid()
		const file = "/etc/clawrden/policy.d/zz-test.hcl"
		m.write(t, file, "rule \"test denies\" {\n  commands = [\"id\"]\n  action   = \"deny\"\n}\n")
		m.must(t, "systemctl", "reload", "clawrden.service")
		if r := m.agent("id"); r.code != 126 {
			t.Errorf("after a reload: %v", r)
		}
		m.write(t, file, "rule \"x\" {\n  comands = [\"id\"]\n  action = \"allow\"\n}\n")
		if r := m.run("systemctl", "reload", "clawrden.service"); r.code == 0 {
			t.Errorf("a reload of a policy with an error: %v", r)
		}
		if r := m.agent("id"); r.code != 126 {
			t.Errorf("after a reload that failed: %v", r)
		}
		m.journalSays(t, "clawrden.service", "comands", "line 2")
		eventually(t, "the status line tells of it", func() bool {
			return strings.Contains(m.must(t, "systemctl", "show", "--value", "-p", "StatusText", "clawrden.service"), "the last policy was refused")
		})
		m.write(t, file, policy)
		m.must(t, "systemctl", "reload", "clawrden.service")
		if r := m.agent("id"); r.code != 0 {
			t.Errorf("after the mended reload: %v", r)
		}
		if after := pid(); after != before {
			t.Errorf("the reloads made pid %s of %s", after, before)
		}
		eventually(t, "it is active", func() bool { return m.run("systemctl", "is-active", "--quiet", "clawrden.service").code == 0 })
	})
}

// What reloads without systemd is seen by systemd all the same, and ends.
func TestReloadBySignal(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		m.must(t, "clawrden", "status")
		m.write(t, "/etc/clawrden/policy.d/zz-test.hcl", "rule \"test denies\" {\n  commands = [\"id\"]\n  action   = \"deny\"\n}\n")
		m.must(t, "systemctl", "kill", "--kill-whom=main", "-s", "HUP", "clawrden.service")
		eventually(t, "the signal reloads", func() bool { return m.agent("id").code == 126 })
		eventually(t, "it is active again", func() bool {
			return m.must(t, "systemctl", "show", "--value", "-p", "ActiveState", "clawrden.service") == "active"
		})
	})
}

// A daemon that is killed comes back by itself and goes on to enforce.
func TestKilled(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		const times = 7 // more than systemd would start it by default
		for range times {
			m.must(t, "clawrden", "status")
			before := m.mainPID()
			m.must(t, "systemctl", "kill", "--kill-whom=main", "-s", "KILL", "clawrden.service")
			if r := m.agent("uname"); r.code != 126 {
				t.Fatalf("right after the kill: %v", r)
			}
			if after := m.mainPID(); after == before || after == "0" {
				t.Fatalf("pid %s follows on %s", after, before)
			}
		}
		if r := m.agent("id"); r.code != 0 {
			t.Error(r)
		}
		if r := m.run("clawrden", "audit", "verify"); r.code != 0 {
			t.Error(r)
		}
	})
}

// A daemon that doesn't answer any more is replaced.
func TestWatchdog(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.dropIn(t, "clawrden.service", "[Service]\nWatchdogSec=6s\n")
		m.enable(t)
		m.must(t, "clawrden", "status")
		before := m.mainPID()
		m.must(t, "systemctl", "kill", "--kill-whom=main", "-s", "STOP", "clawrden.service")
		if r := m.agent("uname"); r.code != 126 && r.code != 125 {
			t.Errorf("while it hung: %v", r)
		}
		eventually(t, "another daemon runs", func() bool { pid := m.mainPID(); return pid != "0" && pid != before })
		if r := m.agent("uname"); r.code != 126 {
			t.Errorf("afterwards: %v", r)
		}
		m.journalSays(t, "clawrden.service", "atchdog timeout")
		// A daemon that is well says so in time, and is left alone.
		before = m.mainPID()
		for range 2 {
			last := m.lastSign(t)
			eventually(t, "it gives a sign of life", func() bool { return m.lastSign(t) != last })
		}
		if after := m.mainPID(); after != before {
			t.Errorf("it was restarted though it was well: pid %s follows on %s", after, before)
		}
	})
}

// lastSign is when the daemon has last told systemd's watchdog that it is well.
func (m *machine) lastSign(t *testing.T) string {
	t.Helper()
	return m.must(t, "systemctl", "show", "--value", "-p", "WatchdogTimestampMonotonic", "clawrden.service")
}
