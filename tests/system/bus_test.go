package system

import (
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
