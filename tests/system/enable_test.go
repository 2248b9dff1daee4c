package system

import (
	"strings"
	"testing"
)

// Enabling one unit is all it takes, from then on and after a reboot, whoever comes first: the CLI, a shim, or the bus.
func TestEnable(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		if s := m.must(t, "sh", "-c", "systemctl is-enabled clawrden.socket clawrden-control.socket clawrden-judge.socket clawrden-guard.socket || true"); s != "disabled\ndisabled\ndisabled\ndisabled" {
			t.Errorf("installed, the sockets are %q", s)
		}
		m.enable(t)
		if s := m.must(t, "systemctl", "is-enabled", "clawrden.socket", "clawrden-control.socket", "clawrden-judge.socket", "clawrden-guard.socket"); s != "enabled\nenabled\nenabled\nenabled" {
			t.Errorf("enabled, the sockets are %q", s)
		}
		first := map[string]func() result{
			"status": func() result { return m.run("clawrden", "status") },
			"shim":   func() result { return m.agent("id", "-un") },
			"bus": func() result {
				return m.run("busctl", "call", "org.clawrden1", "/org/clawrden1", "org.clawrden1.Manager", "ListRequests")
			},
		}
		each := func(when string) {
			for who, call := range first {
				m.must(t, "systemctl", "stop", "clawrden.service")
				if pid := m.mainPID(); pid != "0" {
					t.Fatalf("stopped, the daemon has pid %s", pid)
				}
				if r := call(); r.code != 0 || (who == "shim" && r.stdout != "agent\n") {
					t.Errorf("%s, %s first: %v", when, who, r)
				}
			}
		}
		each("enabled")
		m.must(t, "clawrden", "kill", "-m", "going home")
		m.reboot(t)
		if pid := m.mainPID(); pid != "0" {
			t.Errorf("the daemon runs before anybody has called it: pid %s", pid)
		}
		if r := m.agent("id"); r.code != 126 || !strings.Contains(r.stderr, "kill switch") {
			t.Errorf("the kill switch was forgotten by the reboot: %v", r)
		}
		m.must(t, "clawrden", "unlock")
		each("rebooted")
	})
}

// The sockets are for their groups and nobody else.
func TestSockets(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		for path, want := range map[string]string{
			"/run/clawrden":                         "755 root root",
			"/run/clawrden/agent":                   "755 root root",
			"/run/clawrden/agent/shim.sock":         "660 root clawrden-agents",
			"/run/clawrden/agent/guard.sock":        "660 root clawrden-agents",
			"/run/clawrden/judge.sock":              "600 root root",
			"/run/clawrden/control.sock":            "660 root clawrden-approvers",
			"/var/lib/clawrden":                     "755 root root",
			"/var/lib/clawrden/shims/clawrden-shim": "755 root root",
			"/var/log/clawrden":                     "750 root root",
			"/etc/clawrden/policy.d":                "755 root root",
		} {
			if got := m.must(t, "stat", "-c", "%a %U %G", path); got != want {
				t.Errorf("%s is %s, want %s", path, got, want)
			}
		}
		if r := finish(m.as("bob", "/var/lib/clawrden/shims/id")); r.code != 125 || !strings.Contains(r.stderr, "clawrden: ") {
			t.Errorf("a user outside the group, by the shim: %v", r)
		}
		if r := finish(m.as("agent", "clawrden", "status")); r.code != 4 {
			t.Errorf("the agent asked for the status: %v", r)
		}
		if r := finish(m.as("ann", "clawrden", "status")); r.code != 0 {
			t.Errorf("an approver asked for the status: %v", r)
		}
	})
}

// The kernel has to put the sender on what a shim sends before the daemon runs. Without PassCredentials= in the socket's
// unit the daemon can't tell who sent it, and refuses.
func TestFirstShimCarriesItsSender(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		for range 3 {
			m.must(t, "systemctl", "stop", "clawrden.service")
			if r := m.agent("id", "-un"); r.code != 0 {
				t.Fatal(r)
			}
		}
		m.must(t, "systemctl", "stop", "clawrden.socket", "clawrden.service")
		m.dropIn(t, "clawrden.socket", "[Socket]\nPassCredentials=no\n")
		m.must(t, "systemctl", "start", "clawrden.socket")
		if r := m.agent("id", "-un"); r.code != 125 || !strings.Contains(r.stderr, "PassCredentials=yes") {
			t.Errorf("without PassCredentials=, the first shim: %v", r)
		}
	})
}

// Where the daemon is stopped, shims refuse, say so at once, and name what to do.
func TestStopped(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		if r := m.agent("id"); r.code != 0 {
			t.Fatal(r)
		}
		m.must(t, "systemctl", "stop", "clawrden.socket")
		if pid := m.mainPID(); pid != "0" {
			t.Errorf("the daemon outlives its sockets: pid %s", pid)
		}
		if r := m.agent("id"); r.code != 125 || r.stdout != "" || !strings.Contains(r.stderr, "/run/clawrden/agent/shim.sock") {
			t.Errorf("the shim of a stopped daemon: %v", r)
		}
		if r := m.run("clawrden", "status"); r.code != 5 {
			t.Errorf("the status of a stopped daemon: %v", r)
		}
		m.must(t, "systemctl", "start", "clawrden.socket")
		if r := m.agent("id"); r.code != 0 {
			t.Errorf("after a start: %v", r)
		}
	})
}

// A daemon that can't start says why, and is tried again until it can.
func TestBadSettings(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.write(t, "/etc/clawrden/clawrden.hcl", "limit {\n}\n")
		m.enable(t)
		shim := m.as("agent", "/var/lib/clawrden/shims/id", "-un")
		done := make(chan result, 1)
		go func() { done <- finish(shim) }()
		m.journalSays(t, "clawrden.service", "the configuration is invalid")
		m.must(t, "rm", "/etc/clawrden/clawrden.hcl")
		if r := <-done; r.code != 0 && r.code != 125 {
			t.Errorf("the shim that came too early: %v", r)
		}
		eventually(t, "the daemon runs by itself once the settings are mended", func() bool { return m.agent("id").code == 0 })
		if n := m.must(t, "systemctl", "show", "--value", "-p", "StartLimitIntervalUSec", "clawrden.service"); n != "0" {
			t.Errorf("starts are limited: %s", n)
		}
	})
}
