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

// Sessions in containers stand still, too: the engine pauses them, and lets them go on.
func TestGuardFreezeContainer(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		if m.release == "bookworm" {
			return // its systemd can't keep what a stopped guard has, which TestRunGuardFreeze shows
		}
		m.engine(t)
		m.write(t, "/etc/clawrden/clawrden.hcl", "guard {\n  on_stop = \"freeze\"\n}\n")
		m.runner(t)
		m.dropIn(t, "clawrden-guard.service", "[Service]\nFileDescriptorStorePreserve=yes\n")
		m.must(t, "systemctl", "restart", "clawrden-guard.service")
		m.talking(t)
		gid := m.must(t, "sh", "-c", "getent group clawrden-agents | cut -d: -f3")
		k := talk(t, m.command("docker", "run", "-i", "--rm", "--name", "still", "--network", "none", "--user", "1000:"+gid,
			"-v", "/run/clawrden/agent:/run/clawrden/agent:ro", "-v", "/var/lib/clawrden/shims:/var/lib/clawrden/shims:ro", "-v", "/srv/agent.sh:/agent.sh:ro",
			"--entrypoint", "/var/lib/clawrden/shims/clawrden-launch", "tools:1", "init", "--", "/bin/sh", "/agent.sh"))
		paused := func(want string) {
			t.Helper()
			eventually(t, "it stands still or not", func() bool { return m.run("docker", "inspect", "-f", "{{.State.Paused}}", "still").stdout == want+"\n" })
		}
		k.say("/bin/expr 1 + 1")
		k.hear("2")
		for _, busy := range []string{"", "while :; do /bin/true; done &"} { // the second one is in the middle of an exec
			if busy != "" {
				k.say(busy)
			}
			m.must(t, "systemctl", "stop", "clawrden-guard.service")
			paused("true")
			k.say("echo on")
			m.must(t, "systemctl", "start", "clawrden-guard.service")
			paused("false")
			k.hear("on")
			k.say("/bin/expr 1 + 1")
			k.hear("2")
		}
		m.must(t, "systemctl", "stop", "clawrden-guard.service")
		paused("true")
		m.must(t, "clawrden", "kill", "-m", "test")
		eventually(t, "it is ended", func() bool { return m.must(t, "docker", "ps", "-aq", "--filter", "name=still") == "" })
		m.must(t, "clawrden", "unlock")
	})
}
