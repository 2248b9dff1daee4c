package system

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
)

// killUnits is how many commands run in units when the switch is thrown, and batch how many are started at once: systemd
// starts one after the other.
const (
	killUnits = 200
	batch     = 20
)

// Commands in units end at once when the kill switch is thrown. How long that takes is told, not judged: from the start of the
// command that throws it until no process is left in the slice.
func TestKillUnits(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.units(t)
		m.must(t, "ln", "-sf", "clawrden-shim", "/var/lib/clawrden/shims/sleep")
		var ended []chan result
		const members = `find /sys/fs/cgroup/clawrden.slice/clawrden-jobs.slice -mindepth 2 -name cgroup.procs -exec cat {} + 2>/dev/null | wc -l`
		for running := batch; running <= killUnits; running += batch {
			c := m.command("setpriv", "--reuid=agent", "--regid=agent", "--groups=clawrden-agents", "sh", "-c",
				fmt.Sprintf(`cd /home/agent && for i in $(seq %d); do /var/lib/clawrden/shims/sleep 600 & done; wait`, batch))
			done := make(chan result, 1)
			go func() { done <- finish(c) }()
			ended = append(ended, done)
			eventually(t, fmt.Sprintf("%d run", running), func() bool { return m.status(t).Running == running })
		}
		took := m.must(t, "sh", "-ec", `
			start=$(date +%s%N)
			clawrden kill --reason test >&2
			told=$(date +%s%N)
			while [ "$(`+members+`)" != 0 ]; do :; done
			echo "$(( (told - start) / 1000000 )) ms until it answered, $(( ($(date +%s%N) - start) / 1000000 )) ms until all were gone"`)
		t.Logf("%d commands in units: %s", killUnits, strings.TrimSpace(took))
		for _, done := range ended {
			<-done
		}
		var rows []clawrden.Entry
		eventually(t, "all ends are recorded", func() bool { return m.status(t).Running == 0 })
		if err := json.Unmarshal([]byte(m.must(t, "clawrden", "history", "-o", "json", "-n", fmt.Sprint(killUnits))), &rows); err != nil {
			t.Fatal(err)
		}
		wrong := map[string]int{}
		for _, e := range rows {
			if e.Executor != "unit" || e.Signal != "SIGKILL" && e.ExitSource != clawrden.ExitUnknown {
				code := -1
				if e.ExitCode != nil {
					code = *e.ExitCode
				}
				wrong[fmt.Sprintf("%s, exit %d, signal %q, said by %s", e.Executor, code, e.Signal, e.ExitSource)]++
			}
		}
		if len(wrong) > 0 {
			t.Errorf("recorded as %v", wrong)
		}
		m.must(t, "clawrden", "unlock")
	})
}

// A command whose time is over ends with all of its unit.
func TestTimeoutInUnit(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.units(t)
		m.write(t, "/etc/clawrden/policy.d/zz-test.hcl", strings.Replace(unitPolicy, "executor = executor.unit\n", "executor = executor.unit\n  limits {\n    timeout = \"1s\"\n  }\n", 1))
		m.must(t, "clawrden", "reload")
		start := time.Now()
		r := m.agent("box", "-c", "trap '' TERM; sleep 600 & sleep 600")
		if r.code != 124 || !strings.Contains(r.stderr, "its time is over, 1s") {
			t.Errorf("%v after %v", r, time.Since(start))
		}
		eventually(t, "the unit is gone", func() bool {
			return m.must(t, "systemctl", "list-units", "--all", "--plain", "--no-legend", "clawrden-job-*") == ""
		})
	})
}

// killSwitch is what the switch does to running commands and to agents.
const killSwitch = "kill_switch {\n  on_engage = %q\n  agents    = %q\n}\n"

// Agents' own units, and commands in units, stand still from the switch on until it is turned off; or they end. Without the bus
// commands in units end all the same, and what could not be reached is named.
func TestKillAgents(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.units(t)
		set := func(engage, agents string) {
			t.Helper()
			m.write(t, "/etc/clawrden/policy.d/zz-kill.hcl", fmt.Sprintf(killSwitch, engage, agents))
			m.must(t, "clawrden", "reload")
			eventually(t, "the name is free", func() bool {
				return m.must(t, "systemctl", "show", "--value", "-p", "LoadState", "thinker.service") == "not-found"
			})
			m.must(t, "systemd-run", "--quiet", "--collect", "--unit=thinker", "--slice=clawrden-agents.slice", "--uid=agent", "/usr/bin/sleep", "1000")
		}
		t.Cleanup(func() { m.run("systemctl", "stop", "thinker.service") })
		frozen := func(slice, want string) {
			t.Helper()
			eventually(t, slice+" is frozen: "+want, func() bool {
				return m.run("grep", "-qx", "frozen "+want, "/sys/fs/cgroup/clawrden.slice/"+slice+"/cgroup.events").code == 0
			})
		}
		set("freeze", "pause")
		unit, end := m.begun(t, "true")
		m.must(t, "clawrden", "kill", "-m", "test")
		frozen("clawrden-agents.slice", "1")
		frozen("clawrden-jobs.slice/"+unit, "1")
		m.must(t, "clawrden", "unlock")
		frozen("clawrden-agents.slice", "0")
		frozen("clawrden-jobs.slice/"+unit, "0")
		m.is(t, "active", "systemctl", "is-active", "thinker.service")
		m.must(t, "systemctl", "stop", "thinker.service")

		set("deny-new-and-kill-running", "kill")
		m.must(t, "clawrden", "kill", "-m", "test")
		if r := <-end; r.code == 0 {
			t.Errorf("a command in a unit: %v", r)
		}
		eventually(t, "the agent is gone", func() bool { return m.run("systemctl", "is-active", "--quiet", "thinker.service").code != 0 })
		m.must(t, "clawrden", "unlock")
		m.noJobs(t)

		set("deny-new-and-kill-running", "kill")
		_, end = m.begun(t, "trap '' TERM")
		m.must(t, "systemctl", "stop", "dbus.socket", "dbus.service")
		said := m.run("clawrden", "kill", "-m", "test")
		r := <-end
		m.must(t, "systemctl", "start", "dbus.socket", "dbus.service")
		if said.code != 0 || !strings.Contains(said.stdout+said.stderr, "clawrden-agents.slice") || r.code == 0 {
			t.Errorf("without a bus: %v; the command: %v", said, r)
		}
		m.must(t, "clawrden", "unlock")
		m.noJobs(t)
	})
}
