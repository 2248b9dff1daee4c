package system

import (
	"strings"
	"testing"
)

// Loss of polkit or of the bus stops no command and opens no door; both are used again when they are back.
func TestBusAndPolkitGoAway(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		list := func(user string) result {
			return finish(m.as(user, "busctl", "call", "org.clawrden1", "/org/clawrden1", "org.clawrden1.Manager", "ListRequests"))
		}
		if r := list("ann"); r.code != 0 {
			t.Fatalf("an approver lists the requests: %v", r)
		}
		if r := list("bob"); r.code == 0 {
			t.Fatalf("anybody lists the requests: %v", r)
		}

		m.must(t, "systemctl", "mask", "--runtime", "--now", "polkit.service")
		if r := list("bob"); r.code == 0 {
			t.Errorf("without polkit anybody lists the requests: %v", r)
		}
		if r := m.agent("uname"); r.code != 126 {
			t.Errorf("without polkit, a denied command: %v", r)
		}
		id, end := m.asked(t)
		if r := finish(m.as("ann", "clawrden", "approve", id)); r.code != 0 {
			t.Errorf("without polkit, at the control socket: %v", r)
		}
		if r := <-end; r.code != 0 {
			t.Errorf("without polkit, what was approved: %v", r)
		}
		m.must(t, "systemctl", "unmask", "--runtime", "polkit.service")
		eventually(t, "polkit is asked again", func() bool { return list("ann").code == 0 && list("bob").code != 0 })

		before := m.mainPID()
		m.must(t, "systemctl", "kill", "-s", "KILL", "dbus.service")
		if r := m.run("setpriv", "--reuid=agent", "--regid=agent", "--init-groups", "/var/lib/clawrden/shims/uname"); r.code != 126 {
			t.Errorf("without a bus, a denied command: %v", r)
		}
		m.must(t, "clawrden", "status")
		eventually(t, "it is on the bus again", func() bool { return list("ann").code == 0 })
		if after := m.mainPID(); after != before {
			t.Errorf("the daemon was started anew: pid %s follows on %s", after, before)
		}
	})
}

// A polkitd that stops in the middle of a question opens no door: not while it hangs, and not when it then dies. The control
// socket and the agents go on meanwhile.
func TestPolkitStopsInMidQuestion(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		list := func(user string) result {
			return finish(m.as(user, "busctl", "--timeout=60", "call", "org.clawrden1", "/org/clawrden1", "org.clawrden1.Manager", "ListRequests"))
		}
		m.must(t, "systemctl", "start", "polkit.service")
		if r := list("ann"); r.code != 0 {
			t.Fatalf("an approver lists the requests: %v", r)
		}
		m.must(t, "systemctl", "kill", "-s", "STOP", "polkit.service")
		t.Cleanup(func() { m.run("systemctl", "kill", "-s", "KILL", "polkit.service") })
		asked := make(chan result, 2)
		for _, user := range []string{"ann", "bob"} {
			go func() { asked <- list(user) }()
		}
		if r := m.agent("uname"); r.code != 126 {
			t.Errorf("polkit hangs, a denied command: %v", r)
		}
		id, end := m.asked(t)
		if r := finish(m.as("ann", "clawrden", "approve", id)); r.code != 0 {
			t.Errorf("polkit hangs, at the control socket: %v", r)
		}
		if r := <-end; r.code != 0 {
			t.Errorf("polkit hangs, what was approved: %v", r)
		}
		if r := m.run("busctl", "call", "org.clawrden1", "/org/clawrden1", "org.clawrden1.Manager", "ListRequests"); r.code != 0 {
			t.Errorf("polkit hangs, root isn't asked about: %v", r)
		}
		m.must(t, "systemctl", "kill", "-s", "KILL", "polkit.service")
		for range 2 {
			if r := <-asked; r.code == 0 && strings.Contains(strings.Join(r.args, " "), "bob") {
				t.Errorf("a question that polkit never answered: %v", r)
			}
		}
		eventually(t, "polkit is asked again", func() bool { return list("ann").code == 0 && list("bob").code != 0 })
	})
}

// dbus-broker in the place of dbus-daemon: the same calls, the same rights, and the same when it goes away and comes back.
func TestOnDBusBroker(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.must(t, "systemctl", "enable", "dbus-broker.service")
		t.Cleanup(func() {
			m.must(t, "systemctl", "disable", "dbus-broker.service")
			m.reboot(t)
		})
		m.reboot(t)
		if out := m.must(t, "systemctl", "show", "--value", "-p", "Id", "dbus.service"); out != "dbus-broker.service" {
			t.Fatalf("the bus is %s", out)
		}
		m.enable(t)
		call := func(user, method string, args ...string) result {
			return finish(m.as(user, append([]string{"busctl", "call", "org.clawrden1", "/org/clawrden1", "org.clawrden1.Manager", method}, args...)...))
		}
		if r := call("ann", "ListRequests"); r.code != 0 {
			t.Fatalf("an approver, first to call: %v", r)
		}
		id, end := m.asked(t)
		for _, nobody := range []string{"bob", "agent"} {
			if r := call(nobody, "Approve", "sa{sv}", id, "0"); r.code == 0 {
				t.Errorf("approved by %s: %v", nobody, r)
			}
		}
		if r := call("ann", "Approve", "sa{sv}", id, "0"); r.code != 0 {
			t.Errorf("approved by an approver: %v", r)
		}
		if r := <-end; r.code != 0 {
			t.Errorf("what was approved: %v", r)
		}
		before := m.mainPID()
		m.must(t, "systemctl", "kill", "-s", "KILL", "dbus-broker.service")
		if r := m.run("setpriv", "--reuid=agent", "--regid=agent", "--init-groups", "/var/lib/clawrden/shims/uname"); r.code != 126 {
			t.Errorf("without a bus, a denied command: %v", r)
		}
		eventually(t, "it is on the bus again", func() bool { return call("ann", "ListRequests").code == 0 && call("bob", "ListRequests").code != 0 })
		if after := m.mainPID(); after != before {
			t.Errorf("the daemon was started anew: pid %s follows on %s", after, before)
		}
	})
}
