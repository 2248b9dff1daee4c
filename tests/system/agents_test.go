package system

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

const robots = `
rule "robots may" {
  commands = ["uname"]
  action   = "allow"
  when {
    identity { agents = ["robo-*"] }
  }
}
rule "others may not" {
  commands = ["uname"]
  action   = "deny"
  unless {
    identity { agents = ["robo-*"] }
  }
}
`

// by is a tool run through its shim as a user, by a socket.
func (m *machine) by(user, socket, tool string, args ...string) result {
	return finish(m.as(user, append([]string{"env", "CLAWRDEN_SOCKET=" + socket, "/var/lib/clawrden/shims/" + tool}, args...)...))
}

// A registered agent has a socket that is its own, by the installed unit; it is known by its name to policy and record, and
// all of it outlives the daemon and the boot.
func TestRegisteredAgents(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.write(t, "/etc/clawrden/policy.d/zz-test.hcl", robots)
		m.enable(t)
		for _, r := range []struct {
			args []string
			code int
			says string
		}{
			{[]string{"robo-a", "--user", "agent"}, 0, "runuser -u agent"},
			{[]string{"robo-a", "--user", "bob"}, 1, "there already"},
			{[]string{"robo-b", "--user", "agent"}, 1, "user agent is agent robo-a"},
			{[]string{"robo-b", "--user", "nobody-such"}, 1, "no user nobody-such"},
			{[]string{"robo-b", "--user", "root"}, 1, "root can't be an agent"},
			{[]string{"robo/b"}, 2, "can't be the name"},
			{[]string{"Robo"}, 2, "can't be the name"},
			{[]string{"robo-u", "--unit", "robo.service"}, 0, "SupplementaryGroups=clawrden-agent-robo-u"},
			{[]string{"robo-c", "--container", "coder"}, 0, "docker run --name coder --group-add"},
			{[]string{"robo-g"}, 0, "clawrden-agent-robo-g"},
		} {
			if got := m.run(append([]string{"clawrden", "agent", "add"}, r.args...)...); got.code != r.code || !strings.Contains(got.stdout+got.stderr, r.says) {
				t.Errorf("want %d and %q: %v", r.code, r.says, got)
			}
		}
		for _, nobody := range []string{"ann", "agent", "bob"} {
			if r := finish(m.as(nobody, "clawrden", "agent", "add", "robo-x")); r.code != 4 {
				t.Errorf("added by %s: %v", nobody, r)
			}
		}
		socket := func(name string) string { return "/run/clawrden/agents/" + name + "/shim.sock" }
		each := func(when string) {
			t.Helper()
			for name, want := range map[string]string{"robo-a": "600 agent root", "robo-u": "660 root clawrden-agent-robo-u", "robo-c": "660 root clawrden-agent-robo-c", "robo-g": "660 root clawrden-agent-robo-g"} {
				if got := m.run("stat", "-c", "%a %U %G", socket(name)).stdout; got != want+"\n" {
					t.Errorf("%s, %s: %q, want %q", when, socket(name), got, want)
				}
			}
			if r := m.by("agent", socket("robo-a"), "uname"); r.code != 0 {
				t.Errorf("%s, by its own socket: %v", when, r)
			}
			if e := m.last(t); e.Identity.Agent != "robo-a" || e.Decision != clawrden.OutcomeAllow {
				t.Errorf("%s, recorded: %+v", when, e)
			}
			if r := m.agent("uname"); r.code != 0 {
				t.Errorf("%s, by the shared socket: %v", when, r)
			}
			for _, other := range []string{"bob", "ann"} {
				if r := m.by(other, socket("robo-a"), "uname"); r.code != 125 || !strings.Contains(r.stderr, "permission denied") {
					t.Errorf("%s, %s by another's socket: %v", when, other, r)
				}
			}
			// The line that starts a unit, and a unit that isn't it.
			for unit, code := range map[string]int{"robo.service": 0, "other.service": 126} {
				r := m.run("systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--uid=bob", "--unit="+unit,
					"-p", "SupplementaryGroups=clawrden-agent-robo-u", "env", "CLAWRDEN_SOCKET="+socket("robo-u"), "/var/lib/clawrden/shims/uname")
				if r.code != code || code != 0 && !strings.Contains(r.stderr, "which is unit robo.service") {
					t.Errorf("%s, as %s: %v", when, unit, r)
				}
				if e := m.last(t); (e.Identity.Agent == "robo-u") != (code == 0) || code != 0 && e.Decision != clawrden.OutcomeDeny {
					t.Errorf("%s, as %s, recorded: %+v", when, unit, e)
				}
			}
			// Whoever is in the group, where nothing else is said.
			r := m.run("systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--uid=bob", "-p", "SupplementaryGroups=clawrden-agent-robo-g",
				"env", "CLAWRDEN_SOCKET="+socket("robo-g"), "/var/lib/clawrden/shims/uname")
			if e := m.last(t); r.code != 0 || e.Identity.Agent != "robo-g" {
				t.Errorf("%s, by its group: %v, recorded %+v", when, r, e)
			}
		}
		each("added")
		// Root opens every socket, and is denied there too.
		if r := m.run("env", "CLAWRDEN_SOCKET="+socket("robo-a"), "/var/lib/clawrden/shims/uname"); r.code != 126 || !strings.Contains(r.stderr, "which is user agent") {
			t.Errorf("root by an agent's socket: %v", r)
		}
		m.must(t, "systemctl", "kill", "--kill-whom=main", "-s", "KILL", "clawrden.service")
		if r := m.by("agent", socket("robo-a"), "uname"); r.code != 0 {
			t.Errorf("right after the daemon was killed: %v", r)
		}
		each("killed")
		m.must(t, "systemctl", "restart", "clawrden.service")
		each("restarted")
		m.reboot(t)
		eventually(t, "the sockets are there again", func() bool { return m.run("test", "-S", socket("robo-g")).code == 0 })
		each("rebooted")
		m.must(t, "systemctl", "stop", "clawrden.socket")
		if pid := m.mainPID(); pid != "0" {
			t.Errorf("stopped, the daemon has pid %s", pid)
		}
		m.must(t, "systemctl", "start", "clawrden.socket")
		eventually(t, "started, the sockets are there again", func() bool { return m.by("agent", socket("robo-a"), "uname").code == 0 })

		if out := m.must(t, "clawrden", "agent", "list"); strings.Count(out, "\n") != 4 || strings.Contains(out, "none:") {
			t.Errorf("the list is\n%s", out)
		}
		for _, name := range []string{"robo-a", "robo-u", "robo-c", "robo-g"} {
			m.must(t, "clawrden", "agent", "remove", name)
		}
		if r := m.run("clawrden", "agent", "remove", "robo-a"); r.code != 3 {
			t.Errorf("removed twice: %v", r)
		}
		if r := m.by("agent", socket("robo-a"), "uname"); r.code != 125 {
			t.Errorf("by the socket of a removed agent: %v", r)
		}
		if r := m.agent("uname"); r.code != 126 {
			t.Errorf("by the shared socket, removed: %v", r)
		}
		if left := m.must(t, "ls", "/run/clawrden/agents"); left != "" {
			t.Errorf("removed, there is still %q", left)
		}
		if r := m.run("test", "-e", "/var/lib/clawrden/agents.json"); r.code == 0 {
			t.Error("an empty registry is kept")
		}
		m.must(t, "clawrden", "audit", "verify")
	})
}

// The line that `agent add` prints for a unit is all that it takes.
func TestStartLineOfAUnit(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.write(t, "/etc/clawrden/policy.d/zz-test.hcl", robots)
		m.write(t, "/etc/systemd/system/robo.service", "[Service]\nUser=bob\nExecStart=/bin/sh -c 'uname >/run/robo/out; id -nG >>/run/robo/out; exec sleep infinity'\nRuntimeDirectory=robo\n")
		m.must(t, "systemctl", "daemon-reload")
		m.enable(t)
		t.Cleanup(func() {
			m.run("sh", "-c", "systemctl stop robo.service; rm -rf /etc/systemd/system/robo.service*; systemctl daemon-reload")
		})
		var a clawrden.Agent
		if err := json.Unmarshal([]byte(m.must(t, "clawrden", "agent", "add", "robo-u", "--unit", "robo", "-o", "json")), &a); err != nil {
			t.Fatal(err)
		}
		m.must(t, "sh", "-c", a.Start)
		eventually(t, "it has run", func() bool { return strings.Contains(m.run("cat", "/run/robo/out").stdout, "clawrden-agent-robo-u") })
		if out := m.must(t, "cat", "/run/robo/out"); !strings.HasPrefix(out, "Linux\n") {
			t.Errorf("the unit says %q", out)
		}
		if e := m.last(t); e.Identity.Agent != "robo-u" || e.Identity.Unit != "robo.service" {
			t.Errorf("recorded: %+v", e)
		}
		m.must(t, "clawrden", "agent", "remove", "robo-u")
	})
}

// A thousand agents, and all of them at the next start.
func TestAThousandAgents(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		m.must(t, "clawrden", "status")
		var list []clawrden.Agent
		for i := range 1000 {
			uid := uint32(200_000 + i)
			list = append(list, clawrden.Agent{Name: fmt.Sprintf("robo-%d", i), User: fmt.Sprint(uid), UID: &uid})
		}
		b, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		m.must(t, "systemctl", "stop", "clawrden.socket", "clawrden.service")
		m.write(t, "/var/lib/clawrden/agents.json", string(b))
		m.must(t, "systemctl", "start", "clawrden.socket")
		m.must(t, "clawrden", "status")
		eventually(t, "a thousand sockets", func() bool {
			return m.run("sh", "-c", "ls -d /run/clawrden/agents/*/shim.sock | wc -l").stdout == "1000\n"
		})
		eventually(t, "it has started", func() bool { return m.run("systemctl", "is-active", "clawrden.service").code == 0 })
		m.must(t, "clawrden", "agent", "add", "one-more", "--user", "agent")
		m.must(t, "systemctl", "kill", "--kill-whom=main", "-s", "KILL", "clawrden.service")
		if r := m.by("agent", "/run/clawrden/agents/one-more/shim.sock", "id", "-un"); r.code != 0 || r.stdout != "agent\n" {
			t.Errorf("the last one, after a kill: %v", r)
		}
		m.must(t, "clawrden", "agent", "remove", "robo-7", "robo-999")
		if n := m.must(t, "sh", "-c", "ls /run/clawrden/agents | wc -l"); n != "999" {
			t.Errorf("%s sockets", n)
		}
	})
}
