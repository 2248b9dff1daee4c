package system

import (
	"strings"
	"testing"
)

// With guard { on_stop = "freeze" } sessions stand still while the guard is stopped, and go on with the next: where systemd can keep what
// they need. Elsewhere none begins.
func TestRunGuardFreeze(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.write(t, "/etc/clawrden/clawrden.hcl", "guard {\n  on_stop = \"freeze\"\n}\n")
		m.runner(t)
		refused := func(want string) {
			t.Helper()
			if r := finish(m.session("/home/ann/work", "--", "true")); r.code != 125 || !strings.Contains(r.stderr, `guard { on_stop = "freeze" } can't be held`) || !strings.Contains(r.stderr, want) {
				t.Errorf("%v, want %q", r, want)
			}
		}
		if m.release == "bookworm" {
			refused("systemd 254")
			return
		}
		refused("has to say FileDescriptorStorePreserve=yes")
		m.dropIn(t, "clawrden-guard.service", "[Service]\nFileDescriptorStorePreserve=yes\n")
		m.must(t, "systemctl", "restart", "clawrden-guard.service")
		k := m.talker(t, "still")
		const unit = "clawrden-session-still.service"
		frozen := func(want string) {
			t.Helper()
			eventually(t, "it is frozen or not", func() bool {
				return strings.TrimSpace(m.must(t, "sh", "-c", "cat /sys/fs/cgroup/clawrden.slice/clawrden-agents.slice/"+unit+"/cgroup.freeze")) == want
			})
		}
		k.say("id -un")
		k.hear("ann")
		for _, busy := range []string{"", "while :; do /usr/bin/true; done &"} { // the second one is in the middle of an exec
			if busy != "" {
				k.say(busy)
			}
			m.must(t, "systemctl", "stop", "clawrden-guard.service")
			frozen("1")
			k.say("echo on")
			m.must(t, "systemctl", "start", "clawrden-guard.service")
			frozen("0")
			k.hear("on")
			k.say("id -un")
			k.hear("ann")
			m.must(t, "systemctl", "restart", "clawrden-guard.service")
			k.say("id -un")
			k.hear("ann")
		}
		m.must(t, "systemctl", "stop", "clawrden-guard.service")
		frozen("1")
		m.must(t, "clawrden", "kill", "-m", "test")
		eventually(t, "it is ended", func() bool { return m.run("systemctl", "is-active", "--quiet", unit).code != 0 })
		m.must(t, "clawrden", "unlock")
	})
}
