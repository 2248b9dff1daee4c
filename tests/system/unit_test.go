package system

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// unitPolicy runs tools as units. A box is a shell that no other rule knows to be one.
const unitPolicy = `
rule "in a unit" {
  commands = ["box", "rootscript", "own", "setuid", "id", "sleep"]
  action   = "allow"
  executor = executor.unit
}
rule "recorded" {
  commands  = ["recbox"]
  action    = "allow"
  executor  = executor.unit
  recording = "output"
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
		for f in /usr/lib/clawrden/policy.d/*; do echo >/etc/clawrden/policy.d/${f##*/}; done # masks it
		cp /bin/sh /usr/bin/box
		cp /bin/sh /usr/bin/recbox
		cp /bin/sh /usr/bin/bobs
		cp /usr/bin/id /usr/bin/setuid
		chmod 4755 /usr/bin/setuid
		for tool in box recbox bobs rootscript own setuid; do ln -sf clawrden-shim /var/lib/clawrden/shims/$tool; done`)
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

// lastEnded is last, once its end is there: the caller is told first.
func (m *machine) lastEnded(t *testing.T) (e clawrden.Entry) {
	t.Helper()
	eventually(t, "its end is recorded", func() bool { e = m.last(t); return e.ExitSource != "" })
	return e
}

// endOf is the newest command with that last word, once its end is there.
func (m *machine) endOf(t *testing.T, word string) (e clawrden.Entry) {
	t.Helper()
	eventually(t, "the end of "+word+" is recorded", func() bool {
		var rows []clawrden.Entry
		if err := json.Unmarshal([]byte(m.must(t, "clawrden", "history", "-o", "json", "-n", "20")), &rows); err != nil {
			t.Fatal(err)
		}
		for _, e = range rows { // newest first
			if n := len(e.Args); n > 0 && e.Args[n-1] == word {
				return e.ExitSource != ""
			}
		}
		return false
	})
	return e
}

// shimmed is a tool by its shim, as the agent, in the agent's home.
func (m *machine) shimmed(tool string, args ...string) *exec.Cmd {
	return m.command(append([]string{
		"setpriv", "--reuid=agent", "--regid=agent", "--init-groups", "sh", "-c", `cd /home/agent && exec "$@"`, "-", "/var/lib/clawrden/shims/" + tool,
	}, args...)...)
}

// jobs are the units of commands that are there.
func (m *machine) jobs(t *testing.T) []string {
	t.Helper()
	return strings.Fields(m.must(t, "sh", "-c", "systemctl list-units --all --plain --no-legend 'clawrden-job-*' | cut -d' ' -f1"))
}

// begun starts a command in a unit that says so, and gives its unit. It ends by itself only after minutes.
func (m *machine) begun(t *testing.T, script string) (unit string, end <-chan result) {
	t.Helper()
	done := make(chan result, 1)
	m.must(t, "rm", "-f", "/home/agent/begun")
	c := m.shimmed("box", "-c", script+"; touch begun; sleep 600; sleep 600")
	go func() { done <- finish(c) }()
	eventually(t, "it runs", func() bool { return m.run("test", "-e", "/home/agent/begun").code == 0 })
	jobs := m.jobs(t)
	if len(jobs) != 1 {
		t.Fatalf("the units are %q", jobs)
	}
	return jobs[0], done
}

func (m *machine) noJobs(t *testing.T) {
	t.Helper()
	eventually(t, "no unit is left", func() bool { return len(m.jobs(t)) == 0 })
}

func (m *machine) status(t *testing.T) clawrden.Status {
	t.Helper()
	var s clawrden.Status
	if err := json.Unmarshal([]byte(m.must(t, "clawrden", "status", "-o", "json")), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// A command in a unit is its caller's in all but the place where it runs.
func TestUnit(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.units(t)
		const script = `id -u; id -g; id -G; umask; pwd; echo "$TERM$A"; cat; readlink /proc/self/cwd; cut -d: -f3 /proc/self/cgroup; echo err >&2; sleep 0.2; exit 7`
		c := m.command("setpriv", "--reuid=agent", "--regid=agent", "--groups=clawrden-agents,games", "sh", "-c",
			`umask 026; cd /home/agent && exec env TERM=b A=c /var/lib/clawrden/shims/box -c "$0"`, script)
		c.Stdin = strings.NewReader("input\n")
		r := finish(c)
		ids := m.must(t, "sh", "-c", "id -u agent; id -g agent; echo $(id -g agent) $(getent group games clawrden-agents | cut -d: -f3 | sort -n)")
		want := fmt.Sprintf("%s\n0026\n/home/agent\nb\ninput\n/home/agent\n", ids)
		if !strings.HasPrefix(r.stdout, want) || r.stderr != "err\n" || r.code != 7 {
			t.Errorf("%v\nwant %q", r, want)
		}
		e := m.lastEnded(t)
		if in := strings.TrimPrefix(r.stdout, want); !strings.HasSuffix(in, "/clawrden.slice/clawrden-jobs.slice/clawrden-job-"+e.ID+".service\n") {
			t.Errorf("it ran in %q", in)
		}
		if e.Executor != "unit" || e.Boundary != clawrden.BoundaryUnit || e.ExitCode == nil || *e.ExitCode != 7 || e.ExitSource != clawrden.ExitKernel || e.CPU == nil {
			t.Errorf("recorded as %+v", e)
		}
		m.noJobs(t)
	})
}

// Each way for a tool to be run, and to end.
func TestUnitTools(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.units(t)
		m.must(t, "sh", "-ec", `
			printf '#!/bin/sh -e\necho "$0" $-\n' >/usr/bin/rootscript
			mkdir -p /home/agent/bin
			printf '#!/bin/sh\necho own "$1" $(id -u)\n' >/home/agent/bin/own
			chmod 755 /usr/bin/rootscript /home/agent/bin/own
			chown -R agent:agent /home/agent`)
		agent := m.must(t, "id", "-u", "agent")
		for _, c := range []struct {
			name   string
			tool   string
			args   []string
			stdout string
			code   int
			signal string
		}{
			{"a script of root's", "rootscript", nil, "/usr/bin/rootscript e\n", 0, ""},
			{"a script of the agent's own", "own", []string{"x y"}, "own x y " + agent + "\n", 0, ""},
			{"a set-user-id tool", "setuid", []string{"-u"}, agent + "\n", 0, ""},
			{"death by a signal", "box", []string{"-c", "kill -TERM $$"}, "", -1, "SIGTERM"},
			{"large words", "box", []string{"-c", "echo ${#1}", "-", strings.Repeat("x", 100000)}, "100000\n", 0, ""},
			{"what isn't text", "box", []string{"-c", `printf %s "$1"`, "-", "\xff\x1b[2J%n\n"}, "\xff\x1b[2J%n\n", 0, ""},
		} {
			shim := m.shimmed(c.tool, c.args...)
			shim.Env = append(shim.Env, "PATH=/home/agent/bin:/usr/bin:/bin")
			r := finish(shim)
			if c.signal != "" {
				r.code = -1 // nsenter and a shell stand between
			}
			e := m.lastEnded(t)
			if r.stdout != c.stdout || r.code != c.code || r.stderr != "" && c.signal == "" || e.Signal != c.signal {
				t.Errorf("%s: %v, recorded as %+v", c.name, r, e)
			}
		}
		m.noJobs(t)
	})
}

// Who may not, and what may not be run for another user.
func TestUnitCallers(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.units(t)
		bob := m.must(t, "id", "-u", "bob")
		bobs := m.shimmed("bobs", "-c", `id -u; echo "$HOME $PYTHONPATH $A $TERM"; umask; pwd`)
		bobs.Env = append(bobs.Env, "A=b", "PYTHONPATH=/home/agent", "TERM=dumb", "HOME=/home/agent")
		m.must(t, "chmod", "755", "/home/agent")
		if r := finish(bobs); r.code != 0 || r.stdout != bob+"\n/home/bob   dumb\n0022\n/home/agent\n" {
			t.Errorf("as another user: %v", r)
		}
		m.must(t, "sh", "-ec", `mkdir -p /home/agent/bin; cp /bin/sh /home/agent/bin/bobs; chown -R agent:agent /home/agent/bin`)
		own := m.shimmed("bobs", "-c", "id -u")
		own.Env = append(own.Env, "PATH=/home/agent/bin:/usr/bin:/bin")
		if r := finish(own); r.code != 125 || r.stdout != "" || !strings.Contains(r.stderr, "/home/agent/bin/bobs") || !strings.Contains(r.stderr, `runs it as user "bob"`) {
			t.Errorf("a tool of the caller's own as another user: %v", r)
		}
		shim := "/var/lib/clawrden/shims/box"
		for name, args := range map[string][]string{
			"root":                     {shim, "-c", "id"},
			"root of a container":      {"unshare", "--mount", "--pid", "--fork", "--mount-proc", shim, "-c", "id"},
			"root of a user namespace": {"setpriv", "--reuid=agent", "--regid=agent", "--init-groups", "unshare", "--user", "--map-root-user", shim, "-c", "id"},
			"the agent in a container": {"unshare", "--mount", "--pid", "--fork", "--mount-proc", "setpriv", "--reuid=agent", "--regid=agent", "--init-groups", shim, "-c", "id"},
		} {
			if r := m.run(args...); r.code != 125 || r.stdout != "" || !strings.Contains(r.stderr, "not one that this executor may run for") {
				t.Errorf("%s: %v", name, r)
			}
		}
		// The container's own file isn't the host's of the same name, whatever user the rule names.
		const script = `cp /usr/bin/id /run/x && mount --bind /run/x /usr/bin/bobs && exec /var/lib/clawrden/shims/bobs`
		if r := m.run("unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", script); r.code != 125 || r.stdout != "" || !strings.Contains(r.stderr, `runs it as user "bob"`) {
			t.Errorf("a container's own file as another user: %v", r)
		}
		m.noJobs(t)
	})
}

// A directory that was replaced while a person was asked isn't entered.
func TestUnitDirectoryReplaced(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.units(t)
		m.write(t, "/etc/clawrden/policy.d/zz-ask.hcl", "rule \"ask for it\" {\n  commands = [\"asked\"]\n  action   = \"ask\"\n  executor = executor.unit\n}\n")
		m.must(t, "sh", "-ec", "cp /usr/bin/id /usr/bin/asked; ln -sf clawrden-shim /var/lib/clawrden/shims/asked; clawrden reload")
		for i, row := range []struct{ name, replace string }{
			{"by a link", "mv work gone && ln -s /etc work"},
			{"by a new one", "mv work gone && mkdir work"},
			{"by a mount", "mount -t tmpfs none work"},
			{"by nothing", "mv work gone"},
		} {
			name, replace := row.name, row.replace
			m.must(t, "sh", "-ec", "cd /home/agent; umount work 2>/dev/null || true; rm -rf work gone; mkdir work; chown agent:agent work")
			// Each asks for something else: what was cancelled or refused would be remembered.
			c := m.command("setpriv", "--reuid=agent", "--regid=agent", "--init-groups", "sh", "-c", `cd /home/agent/work && exec /var/lib/clawrden/shims/asked -u $0`, strconv.Itoa(i))
			ended := make(chan result, 1)
			go func() { ended <- finish(c) }()
			waits := func() (id string) {
				var queue []clawrden.Pending
				if json.Unmarshal([]byte(m.run("clawrden", "queue", "-o", "json").stdout), &queue) == nil && len(queue) == 1 {
					id = queue[0].ID
				}
				return id
			}
			eventually(t, "a request waits", func() bool { return waits() != "" })
			m.must(t, "sh", "-ec", "cd /home/agent; "+replace)
			m.run("clawrden", "approve", waits())
			// It is asked for anew, or ended with the reason; it isn't run elsewhere.
			var r result
			eventually(t, "what was approved doesn't run", func() bool {
				select {
				case r = <-ended:
					return true
				default:
					return waits() != ""
				}
			})
			if id := waits(); id != "" {
				m.must(t, "clawrden", "deny", id)
				r = <-ended
			}
			if r.code == 0 || r.stdout != "" {
				t.Errorf("%s: %v", name, r)
			}
		}
		m.must(t, "sh", "-c", "umount /home/agent/work; true")
		m.noJobs(t)
	})
}

// The end of the caller is the end of its unit, all of it; and so is the kill switch.
func TestUnitEnds(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.units(t)
		// Its children are in sessions of their own, and deaf to SIGTERM.
		const script = `trap '' TERM HUP; setsid sleep 601 & setsid setsid sleep 602 & true`
		left := func(what string) {
			t.Helper()
			m.noJobs(t)
			eventually(t, what+", and nothing runs on", func() bool { return m.run("pgrep", "-u", "agent", "sleep").code != 0 })
		}
		_, end := m.begun(t, script)
		m.must(t, "sh", "-c", `for p in $(pgrep -u agent); do case $(readlink /proc/$p/exe) in */clawrden-shim) kill -KILL $p;; esac; done`)
		<-end
		left("the caller is gone")
		unit, end := m.begun(t, script)
		if slice := m.must(t, "systemctl", "show", "--value", "-p", "Slice", unit); slice != "clawrden-jobs.slice" {
			t.Errorf("it is in %s", slice)
		}
		m.must(t, "clawrden", "kill", "-m", "test")
		if r := <-end; r.code == 0 {
			t.Errorf("killed: %v", r)
		}
		left("the kill switch was thrown")
		m.must(t, "clawrden", "unlock")
	})
}

// More begin at once than the bus lets one connection wait for.
func TestManyUnits(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.units(t)
		out := finish(m.as("agent", "sh", "-c", `i=0; while [ $i -lt 200 ]; do i=$((i+1)); /var/lib/clawrden/shims/box -c 'echo ran' & done; wait`))
		if n := strings.Count(out.stdout, "ran\n"); n != 200 || out.stderr != "" {
			t.Errorf("%d of 200 ran: %s", n, out.stderr)
		}
	})
}

// The caller's terminal is the command's, and signals to the shim are, too; those of a terminal reach all of the job.
func TestUnitTerminal(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.units(t)
		const script = `stty cols 77; exec /var/lib/clawrden/shims/box -c "test -t 0 && test -t 1 && test -t 2 && stty size && echo input? && read x && echo got \$x"`
		c := m.command("setpriv", "--reuid=agent", "--regid=agent", "--init-groups", "sh", "-c", `cd /home/agent && exec script -qec "$0" /dev/null`, script)
		if r := answered(t, c, "input?", "some words\n"); r.code != 0 || !strings.Contains(r.stdout, " 77\r\n") || !strings.Contains(r.stdout, "got some words\r\n") {
			t.Errorf("on a terminal: %v", r)
		}
		for _, c := range []struct {
			signal, script string
			code           int
		}{
			{"TERM", "trap 'exit 5' TERM; (sleep 600) & touch begun; wait", 5},
			{"INT", "touch begun; sleep 600; exit 6", 130}, // the shell waits for the sleep
			{"USR1", "trap 'exit 7' USR1; (sleep 600) & touch begun; wait", 7},
		} {
			_, end := m.begun(t, c.script)
			m.must(t, "sh", "-c", toShims(c.signal, ""))
			r := <-end
			if c.code == 130 && r.code == -1 { // nsenter dies as the shim does
				r.code = 130
			}
			if r.code != c.code {
				t.Errorf("SIG%s: %v", c.signal, r)
			}
		}
		m.noJobs(t)
	})
}

// What runs in a unit decides nothing, whatever user it runs as.
func TestUnitDecidesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.units(t)
		m.must(t, "usermod", "-aG", "clawrden-approvers", "bob")
		defer m.must(t, "gpasswd", "-d", "bob", "clawrden-approvers")
		m.must(t, "chmod", "755", "/home/agent")
		if r := finish(m.as("bob", "clawrden", "status")); r.code != 0 {
			t.Fatalf("an approver: %v", r)
		}
		if r := finish(m.shimmed("bobs", "-c", "clawrden status")); r.code != 4 || !strings.Contains(r.stderr, "governed") {
			t.Errorf("an approver, inside a governed command: %v", r)
		}
	})
}

// toShims sends a signal to the shims whose command's last word ends in name, once they catch signals: its command may have begun before.
func toShims(signal, name string) string {
	const script = `for p in $(pgrep -u agent); do case $(readlink /proc/$p/exe) in */clawrden-shim)
		tr '\0' ' ' </proc/$p/cmdline | grep -q '%s $' || continue
		until [ ! -d /proc/$p ] || grep -Eq '^SigCgt:.*[4-7c-f]...$' /proc/$p/status; do sleep 0.01; done # SIGTERM's bit
		kill -%s $p;; esac; done; true`
	return fmt.Sprintf(script, name, signal)
}

// A unit outlives the daemon, which finds it again and records its end; and so does the caller that waits for it.
func TestUnitOutlivesDaemon(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.units(t)
		const script = `echo $$ >pid-$0; trap 'exit 9' USR1; trap 'exit 8' TERM; (sleep 600) & touch begun-$0; wait`
		names := []string{"plain", "told", "early", "orphan", "killed"}
		for _, how := range []string{"systemctl restart clawrden.service", "systemctl kill --kill-whom=main -s KILL clawrden.service"} {
			m.must(t, "sh", "-c", "rm -f /home/agent/begun-* /home/agent/pid-*")
			ends := map[string]chan result{}
			for _, name := range names {
				end := make(chan result, 1)
				ends[name] = end
				go func() { end <- finish(m.shimmed("box", "-c", script, name)) }()
				eventually(t, name+" runs", func() bool { return m.run("test", "-e", "/home/agent/begun-"+name).code == 0 })
			}
			before := m.mainPID()
			m.must(t, "sh", "-c", how+"; "+toShims("USR1", " early")) // as likely as not while no daemon runs
			eventually(t, "another daemon runs", func() bool { pid := m.mainPID(); return pid != "0" && pid != before })
			if r := <-ends["early"]; r.code != 9 || r.stderr != "" {
				t.Errorf("%s: a signal meanwhile: %v", how, r)
			}
			eventually(t, "all others run on", func() bool { return m.status(t).Running == len(names)-1 && len(m.jobs(t)) == len(names)-1 })
			m.must(t, "sh", "-c", "kill -USR1 $(cat /home/agent/pid-plain)")
			if r := <-ends["plain"]; r.code != 9 || r.stderr != "" {
				t.Errorf("%s: its caller: %v", how, r)
			}
			if e := m.endOf(t, "plain"); e.ExitCode == nil || *e.ExitCode != 9 || e.ExitSource != clawrden.ExitKernel || e.CPU == nil || e.Executor != "unit" {
				t.Errorf("%s: recorded as %+v", how, e)
			}
			m.must(t, "sh", "-c", toShims("TERM", " told"))
			if r := <-ends["told"]; r.code != 8 || r.stderr != "" {
				t.Errorf("%s: a signal afterwards: %v", how, r)
			}
			m.must(t, "sh", "-c", toShims("KILL", " orphan"))
			<-ends["orphan"]
			eventually(t, "the end of the caller is that of its unit", func() bool { return len(m.jobs(t)) == 1 })
			m.must(t, "clawrden", "kill", "-m", "test")
			if r := <-ends["killed"]; r.code == 0 {
				t.Errorf("%s: killed: %v", how, r)
			}
			m.must(t, "clawrden", "unlock")
			m.noJobs(t)
		}
		m.must(t, "clawrden", "audit", "verify")
	})
}

// A recorded command has a terminal of its own where its caller has one, and what it puts out is recorded over a restart of the daemon.
func TestUnitRecorded(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.units(t)
		const script = `stty cols 77; exec /var/lib/clawrden/shims/recbox -c "test -t 0 && test -t 1 && test -t 2 && stty size </dev/tty && echo input? && read x && echo got \$x"`
		c := m.command("setpriv", "--reuid=agent", "--regid=agent", "--init-groups", "sh", "-c", `cd /home/agent && exec script -qec "$0" /dev/null`, script)
		if r := answered(t, c, "input?", "some words\n"); r.code != 0 || !strings.Contains(r.stdout, " 77\r\n") || !strings.Contains(r.stdout, "got some words\r\n") {
			t.Errorf("on a terminal: %v", r)
		}
		e := m.lastEnded(t)
		if e.Recording == nil || e.Recording.Lost {
			t.Fatalf("recorded as %+v", e.Recording)
		}
		if out := m.must(t, "clawrden", "replay", e.ID); !strings.HasSuffix(out, "\r\ngot some words") {
			t.Errorf("replay shows %q", out)
		}

		m.must(t, "rm", "-f", "/home/agent/begun", "/home/agent/pid")
		done := make(chan result, 1)
		go func() {
			done <- finish(m.shimmed("recbox", "-c", "echo $$ >pid; trap 'echo after; exit 9' USR1; echo before; (sleep 600) & touch begun; wait"))
		}()
		eventually(t, "it runs", func() bool { return m.run("test", "-e", "/home/agent/begun").code == 0 })
		before := m.mainPID()
		m.must(t, "systemctl", "restart", "clawrden.service")
		eventually(t, "another daemon runs", func() bool { pid := m.mainPID(); return pid != "0" && pid != before })
		m.must(t, "sh", "-c", "kill -USR1 $(cat /home/agent/pid)")
		e = m.lastEnded(t)
		if r := <-done; r.stdout != "before\nafter\n" || r.code != 9 {
			t.Errorf("its caller had %v", r)
		}
		if e.Recording == nil || e.Recording.Lost {
			t.Fatalf("recorded over a restart as %+v", e.Recording)
		}
		if out := m.must(t, "clawrden", "replay", e.ID); out != "before\nafter" {
			t.Errorf("replay shows %q", out)
		}
		m.noJobs(t)
	})
}

// Without a bus no unit is started, and the agent is told; what runs goes on.
func TestUnitWithoutBus(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.units(t)
		unit, end := m.begun(t, "true")
		m.must(t, "systemctl", "stop", "dbus.socket", "dbus.service")
		r := finish(m.shimmed("setuid", "-u"))
		m.must(t, "systemctl", "start", "dbus.socket", "dbus.service")
		if r.code != 125 || r.stdout != "" || !strings.Contains(r.stderr, "bus") {
			t.Errorf("without a bus: %v", r)
		}
		select {
		case r := <-end:
			t.Errorf("what ran before has ended: %v", r)
		default:
		}
		eventually(t, "units are started again", func() bool { return finish(m.shimmed("setuid", "-u")).code == 0 })
		m.must(t, "systemctl", "kill", "-s", "KILL", unit)
		<-end
		m.noJobs(t)
	})
}

// A unit that systemd can't set up is told of, and isn't left behind.
func TestUnitWontStart(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.units(t)
		m.must(t, "mv", "/usr/lib/clawrden/clawrden-launch", "/usr/lib/clawrden/away")
		missing := finish(m.shimmed("setuid", "-u"))
		m.must(t, "sh", "-c", "echo '#!/nowhere' >/usr/lib/clawrden/clawrden-launch; chmod 755 /usr/lib/clawrden/clawrden-launch")
		broken := finish(m.shimmed("setuid", "-u"))
		m.must(t, "chmod", "777", "/usr/lib/clawrden/clawrden-launch")
		open := finish(m.shimmed("setuid", "-u"))
		m.must(t, "mv", "/usr/lib/clawrden/away", "/usr/lib/clawrden/clawrden-launch")
		for _, c := range []struct {
			r    result
			says string
		}{{missing, "install clawrden-launch"}, {broken, "systemd could not set up the unit"}, {open, "nobody else may write"}} {
			if c.r.code != 125 || c.r.stdout != "" || !strings.Contains(c.r.stderr, c.says) {
				t.Errorf("want %q: %v", c.says, c.r)
			}
		}
		m.noJobs(t)
	})
}
