package system

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// unitPolicy runs tools as units. A box is a shell that no other rule knows to be one.
const unitPolicy = `
rule "in a unit" {
  commands = ["box", "script", "own", "setuid", "id", "sleep"]
  action   = "allow"
  executor = executor.unit
}
executor "bob" {
  kind = "unit"
  user = "bob"
}
rule "as bob" {
  commands = ["bobs"]
  action   = "allow"
  executor = executor.bob
}
`

// units makes a system where the tools of unitPolicy run as units.
func (m *machine) units(t *testing.T) {
	t.Helper()
	m.write(t, "/etc/clawrden/policy.d/zz-test.hcl", unitPolicy)
	m.must(t, "sh", "-ec", `
		cp /bin/sh /usr/bin/box
		cp /bin/sh /usr/bin/bobs
		cp /usr/bin/id /usr/bin/setuid
		chmod 4755 /usr/bin/setuid
		for tool in box bobs script own setuid; do ln -sf clawrden-shim /var/lib/clawrden/shims/$tool; done`)
	m.enable(t)
}

// last is the newest row of the history.
func (m *machine) last(t *testing.T) clawrden.Entry {
	t.Helper()
	var rows []clawrden.Entry
	if err := json.Unmarshal([]byte(m.must(t, "clawrden", "history", "-o", "json", "-n", "1")), &rows); err != nil || len(rows) != 1 {
		t.Fatalf("%v, %v", rows, err)
	}
	return rows[0]
}

// A command in a unit is its caller's in all but the place where it runs.
func TestUnit(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.units(t)
		const script = `id -u; id -g; id -G; umask; pwd; echo "$A"; cat; readlink /proc/self/cwd; cut -d: -f3 /proc/self/cgroup; echo err >&2; exit 7`
		c := m.command("setpriv", "--reuid=agent", "--regid=agent", "--groups=clawrden-agents,games", "sh", "-c",
			`umask 026; cd /home/agent && exec env A=b /var/lib/clawrden/shims/box -c "$0"`, script)
		c.Stdin = strings.NewReader("input\n")
		r := finish(c)
		ids := m.must(t, "sh", "-c", "id -u agent; id -g agent; echo $(id -g agent) $(getent group games clawrden-agents | cut -d: -f3 | sort -n)")
		want := fmt.Sprintf("%s\n0026\n/home/agent\nb\ninput\n/home/agent\n", ids)
		if !strings.HasPrefix(r.stdout, want) || r.stderr != "err\n" || r.code != 7 {
			t.Errorf("%v\nwant %q", r, want)
		}
		e := m.last(t)
		if in := strings.TrimPrefix(r.stdout, want); !strings.HasSuffix(in, "/clawrden.slice/clawrden-jobs.slice/clawrden-job-"+e.ID+".service\n") {
			t.Errorf("it ran in %q", in)
		}
		if e.Executor != "unit" || e.Boundary != clawrden.BoundaryUnit || e.ExitCode == nil || *e.ExitCode != 7 || e.ExitSource != clawrden.ExitExecutor || e.CPU == nil {
			t.Errorf("recorded as %+v", e)
		}
		eventually(t, "the unit is gone", func() bool {
			return m.must(t, "systemctl", "list-units", "--all", "--plain", "--no-legend", "clawrden-job-*") == ""
		})
	})
}
