package system

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// A service comes under guard by a prefix to its command: the first session starts the guard and the daemon.
func TestSessionOfAService(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		const unit = `[Service]
Type=oneshot
User=agent
Slice=clawrden-agents.slice
NoNewPrivileges=yes
ReadOnlyPaths=/proc
ExecStart=/usr/bin/sh /srv/helper.sh
`
		m.write(t, "/etc/systemd/system/helper.service", unit)
		m.write(t, "/srv/helper.sh", "id -un\nuname\necho $?\n")
		m.write(t, "/etc/clawrden/policy.d/zz-shell.hcl", "rule \"shell\" {\n  commands = [\"sh\", \"dash\"]\n  action = \"allow\"\n  opaque = \"allow\"\n}\n")
		m.must(t, "systemctl", "daemon-reload")
		m.dropIn(t, "helper.service", `[Service]
ExecStart=
ExecStart=/usr/lib/clawrden/clawrden-launch init --name helper -- /usr/bin/sh /srv/helper.sh
`)
		m.must(t, "systemctl", "start", "helper.service")
		eventually(t, "it has said what its commands said", func() bool {
			said := "\n" + m.run("journalctl", "--no-pager", "-b", "-o", "cat", "-t", "clawrden-launch").stdout
			return strings.Contains(said, "\nagent\n") && strings.Contains(said, "uname: denied by rule") && strings.Contains(said, "\n126")
		})
		var rows []clawrden.Entry
		if err := json.Unmarshal([]byte(m.must(t, "clawrden", "history", "-o", "json")), &rows); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for i := range rows {
			got[rows[i].Command] = string(rows[i].Decision) + " " + string(rows[i].Boundary) + " " + rows[i].Identity.Unit
		}
		for command, want := range map[string]string{"id": "allow guard helper.service", "uname": "deny  helper.service"} {
			if got[command] != want {
				t.Errorf("%s: %q, want %q; all: %v", command, got[command], want, got)
			}
		}
	})
}
