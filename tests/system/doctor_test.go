package system

import (
	"encoding/json"
	"strings"
	"testing"
)

// The doctor finds an installation well, sees by which ways agents pass their shims, and names what is broken.
func TestDoctor(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		look := func() (code int, said string) {
			r := m.run("clawrden", "doctor", "-o", "json")
			var all []struct{ Check, State, Found, Mend string }
			if err := json.Unmarshal([]byte(r.stdout), &all); err != nil {
				t.Fatalf("%v: %v", err, r)
			}
			for _, f := range all {
				said += f.State + " " + f.Check + ": " + f.Found + "\n"
				if f.State != "ok" && f.Mend == "" {
					t.Errorf("%s: it isn't said how to mend that", f.Found)
				}
			}
			return r.code, said
		}
		has := func(said string, lines ...string) {
			t.Helper()
			for _, line := range lines {
				if !strings.Contains("\n"+said, "\n"+line) {
					t.Errorf("it doesn't say %q:\n%s", line, said)
				}
			}
		}
		m.agent("id")
		code, said := look()
		if code != 0 {
			t.Errorf("an installation that is well: %d\n%s", code, said)
		}
		has(said, "ok systemd: ", "ok units: ", "ok settings: ", "ok groups: ", "ok sockets: ", "ok daemon: ", "ok bus: ", "ok polkit: ", "ok policy: ", "ok audit log: ", "ok shims: ",
			"warning shells of agent: login shell: ", "warning shells of agent: bash -lc: ", "warning shells of agent: env -i: ", "warning absolute path: ")

		m.must(t, "sh", "-c", "echo 'echo welcome; PATH=/var/lib/clawrden/shims:$PATH' >/home/agent/.profile")
		_, said = look()
		has(said, "ok shells of agent: login shell: ", "ok shells of agent: bash -lc: ", "warning shells of agent: env -i: ")
		// A shell that never says anything holds nobody up.
		m.must(t, "sh", "-c", "echo 'while :; do :; done' >/home/agent/.profile")
		_, said = look()
		has(said, "unknown shells of agent: login shell: it doesn't say")
		m.must(t, "rm", "/home/agent/.profile")

		m.must(t, "sh", "-ec", "gpasswd -a agent clawrden-approvers; sed -i 2d /var/log/clawrden/audit.jsonl")
		m.write(t, "/etc/clawrden/policy.d/zz-test.hcl", "rule \"x\" {\n  comands = [\"id\"]\n  action = \"allow\"\n}\n")
		m.run("clawrden", "reload")
		code, said = look()
		if code != 1 {
			t.Errorf("an installation that isn't well: %d", code)
		}
		has(said, "failed groups: agent is in ", "failed policy: it would not be loaded", "failed policy in force: ", "failed audit log: ")
		m.must(t, "gpasswd", "-d", "agent", "clawrden-approvers")

		m.must(t, "systemctl", "stop", "clawrden.socket", "clawrden.service")
		_, said = look()
		has(said, "failed sockets: there is no socket at /run/clawrden/agent/shim.sock", "failed daemon: ")
		if r := finish(m.as("bob", "clawrden", "doctor")); r.code != 1 {
			t.Errorf("without rights: %v", r)
		}
	})
}
