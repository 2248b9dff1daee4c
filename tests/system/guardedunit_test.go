package system

import (
	"slices"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

const guardedUnitRules = sessionRules + `
profile "guarded" {
  extends = "default"
  guard   = true
}
executor "bob" {
  kind = "unit"
  user = "bob"
}
rule "builds" {
  commands = ["build.sh", "own.sh"]
  action   = "allow"
  executor = executor.unit
  profile  = profile.guarded
}
rule "builds by bob" {
  commands = ["bob.sh"]
  action   = "allow"
  executor = executor.bob
  profile  = profile.guarded
}
`

// What a profile says so of is under guard in its unit, too: a script of root's, one of the agent's own, one as another user. What it
// starts is judged, the profile holds, and the command itself is recorded once.
func TestRunInUnitGuarded(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.runner(t)
		m.write(t, "/etc/clawrden/policy.d/zz-session.hcl", guardedUnitRules)
		const script = "#!/bin/sh\nid -un; echo \"$1\"; /usr/bin/uname; echo $?; touch /home/ann/made || echo no\n"
		for _, file := range []string{"/srv/build.sh", "/srv/bob.sh", "/home/ann/work/own.sh"} {
			m.write(t, file, script)
			m.must(t, "chmod", "755", file)
		}
		m.must(t, "chown", "ann:", "/home/ann/work/own.sh")
		for name, row := range map[string]struct{ command, want string }{
			"root's":    {"/srv/build.sh 'a b'", "ann\na b\n126\nno\n0\n"},
			"one's own": {"/home/ann/work/own.sh c", "ann\nc\n126\nno\n0\n"},
			"bob's":     {"cd /srv; /srv/bob.sh d", "bob\nd\n126\nno\n0\n"},
		} {
			if r := finish(m.session("/home/ann/work", m.script(t, row.command+" 2>/dev/null; echo $?")...)); r.stdout != row.want {
				t.Errorf("%s: %v", name, r)
			}
		}
		var got []string
		for _, e := range m.history(t) {
			if slices.Contains([]string{"build.sh", "own.sh", "bob.sh"}, e.Command) {
				got = append(got, e.Command+" "+e.Executor+" "+string(e.Boundary))
			} else if e.Command == "uname" && (e.Decision != clawrden.OutcomeDeny || len(e.Session) < 4 || e.Session[:4] != "job-") {
				t.Errorf("%+v", e)
			}
		}
		slices.Sort(got)
		if want := []string{"bob.sh unit unit", "build.sh unit unit", "own.sh unit unit"}; !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		m.must(t, "ln", "-s", "clawrden-shim", "/var/lib/clawrden/shims/build.sh")
		shim := []string{"env", "PATH=/srv:/usr/bin:/bin", "/var/lib/clawrden/shims/build.sh", "e"}
		if r := finish(m.as("agent", shim...)); r.stdout != "agent\ne\n126\nno\n" {
			t.Errorf("by a shim: %v", r)
		}
		m.must(t, "rm", "/run/clawrden/agent/guard.sock")
		if r := finish(m.as("agent", shim...)); r.code != 125 || r.stdout != "" || !strings.Contains(r.stderr, "put the tool under guard") {
			t.Errorf("without the guard: %v", r)
		}
	})
}
