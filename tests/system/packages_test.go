package system

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// bareMachine is a booted system without Clawrden, for one test, with debs of two versions in /srv.
func bareMachine(t testing.TB, release string) *machine {
	t.Helper()
	lower, err := makeRoot(release)
	if err != nil {
		t.Skipf("no root of Debian %s: %v", release, err)
	}
	m := &machine{release: release + "-bare", empty: true}
	if err := m.assemble(lower); err != nil {
		t.Fatal(err)
	}
	machines.Lock()
	machines.of[m.release] = m // it is shut down with the others
	machines.Unlock()
	for _, version := range []string{"1.0.0", "1.1.0"} {
		c := exec.Command("go", "run", "./packaging/pack", "package", "-bin", filepath.Join(filepath.Dir(installed), "bin"),
			"-version", "v"+version, "-arch", runtime.GOARCH, "-formats", "deb", "-out", filepath.Join(m.root, "srv"))
		c.Dir = "../.."
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("pack: %v\n%s", err, out)
		}
	}
	m.changeSettings(t, "1.1.0", edited, untouched)
	if err := m.boot(); err != nil {
		t.Fatal(err)
	}
	return m
}

// Files of the policy that the newer version brings changed: an operator has edited the first one, too.
const (
	edited    = "/etc/clawrden/policy.d/20-read.hcl"
	untouched = "/etc/clawrden/policy.d/30-files.hcl"
	byPackage = "# changed by the package"
)

func debOf(version string) string {
	return fmt.Sprintf("/srv/clawrden_%s-1_%s.deb", version, runtime.GOARCH)
}

// changeSettings makes a version's deb one whose files of settings have a line more.
func (m *machine) changeSettings(t testing.TB, version string, files ...string) {
	t.Helper()
	const script = `dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; deb=$1; line=$2; shift 2
		dpkg-deb -R "$deb" "$dir"; for f in "$@"; do echo "$line" >>"$dir$f"; done; dpkg-deb --root-owner-group -Zgzip -b "$dir" "$deb" >/dev/null`
	args := append([]string{"-ec", script, "sh", filepath.Join(m.root, debOf(version)), byPackage}, files...)
	if out, err := exec.Command("sh", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// tryDpkg is dpkg as a script has it: nobody is there to be asked.
func (m *machine) tryDpkg(args ...string) result {
	c := m.command(append([]string{"dpkg"}, args...)...)
	c.Env = append(c.Env, "DEBIAN_FRONTEND=noninteractive")
	return finish(c)
}

// dpkg installs a version.
func (m *machine) dpkg(t testing.TB, version string) result {
	t.Helper()
	r := m.tryDpkg("-i", debOf(version))
	if r.code != 0 {
		t.Fatal(r)
	}
	return r
}

func (m *machine) is(t *testing.T, what string, args ...string) {
	t.Helper()
	if r := m.run(args...); strings.TrimSpace(r.stdout) != what {
		t.Errorf("want %q: %v", what, r)
	}
}

// The life of a package: refused by an old systemd, installed over what is there already, upgraded while agents work, removed, and purged.
//
//	an old systemd                                              refuseOld
//	a group that exists, no polkit, no Docker                   installDeb
//	an edited policy; settings changed on both sides            upgradeDeb
//	agents at work, when it is removed and when it is purged    removeDeb, purgeDeb
//	a broken policy, no bus                                     installBroken
//
// dbus-broker is in bus_test.go, an engine that goes away in engine_test.go.
func TestDebPackage(t *testing.T) {
	if missing != "" {
		t.Skip(missing)
	}
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			m := bareMachine(t, release)
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("journal:\n%s", m.run("journalctl", "--no-pager", "-n", "60").stdout)
				}
			})
			m.refuseOld(t)
			m.installDeb(t)
			m.upgradeDeb(t)
			m.removeDeb(t)
			m.purgeDeb(t)
			m.installBroken(t)
		})
	}
}

// refuseOld is on a system that says it has a systemd of before: nothing is set up, and the package can be taken away again.
func (m *machine) refuseOld(t *testing.T) {
	t.Helper()
	const pretend = `sed -i "/^Package: systemd$/,/^$/s/^Version: .*/Version: $1/" /var/lib/dpkg/status`
	version := m.must(t, "dpkg-query", "-W", "-f", "${Version}", "systemd")
	m.must(t, "sh", "-ec", pretend, "sh", "247.3-7+deb11u5")
	if r := m.tryDpkg("-i", debOf("1.0.0")); r.code == 0 || !strings.Contains(r.stderr, "clawrden depends on systemd (>= 252)") {
		t.Errorf("with an old systemd: %v", r)
	}
	m.is(t, "", "sh", "-c", "systemctl list-units --no-legend --plain 'clawrden*'; ls -d /run/clawrden /var/lib/clawrden 2>/dev/null; find /etc/systemd -name '*clawrden*'; getent group clawrden-agents")
	m.must(t, "dpkg", "--purge", "clawrden")
	m.must(t, "sh", "-ec", pretend, "sh", version)
	m.is(t, version, "dpkg-query", "-W", "-f", "${Version}", "systemd")
}

// installDeb is on a system that has a group of that name, no polkit and no Docker.
func (m *machine) installDeb(t *testing.T) {
	t.Helper()
	m.must(t, "sh", "-ec", "groupadd -g 5000 clawrden-agents; useradd -m -G clawrden-agents agent; systemctl mask --runtime --now polkit.service")
	began := time.Now()
	if r := m.dpkg(t, "1.0.0"); strings.Contains(r.stderr, "clawrden:") {
		t.Errorf("it complains: %v", r)
	}
	m.must(t, "clawrden", "shims", "add", "id")
	r := m.agent("id", "-un")
	t.Logf("package installed to first governed command: %v", time.Since(began).Round(time.Millisecond))
	if r.code != 0 || r.stdout != "agent\n" {
		t.Errorf("the first governed command: %v", r)
	}
	const sockets = "clawrden.socket clawrden-control.socket clawrden-judge.socket clawrden-guard.socket"
	for state, want := range map[string]string{"is-enabled": "enabled", "is-active": "active"} {
		m.is(t, strings.TrimSpace(strings.Repeat(want+"\n", 4)), append([]string{"systemctl", state}, strings.Fields(sockets)...)...)
	}
	m.is(t, "disabled\ndisabled", "systemctl", "is-enabled", "clawrden-http.socket", "clawrden-metrics.socket")
	m.is(t, "clawrden-agents:x:5000:agent", "getent", "group", "clawrden-agents")
	m.must(t, "getent", "group", "clawrden-approvers")
	m.is(t, "660 root clawrden-agents", "stat", "-c", "%a %U %G", "/run/clawrden/agent/shim.sock")
	m.must(t, "dpkg", "--verify", "clawrden")
	m.must(t, "clawrden", "policy", "test")
	if r := m.run("busctl", "call", "org.clawrden1", "/org/clawrden1", "org.clawrden1.Manager", "ListRequests"); r.code != 0 {
		t.Errorf("root on the bus: %v", r)
	}
	m.must(t, "systemctl", "unmask", "--runtime", "polkit.service")
}

// upgradeDeb is while one command runs, one waits for a person, and a session is under guard; the policy has been edited.
func (m *machine) upgradeDeb(t *testing.T) {
	t.Helper()
	m.must(t, "clawrden", "shims", "add", "sleep", "hostname", "uname")
	m.write(t, "/etc/clawrden/policy.d/zz-test.hcl", policy)
	m.must(t, "sh", "-c", "echo '# edited here' >>"+edited+"; rm /etc/clawrden/policy.d/99-tests.hcl")
	m.must(t, "clawrden", "reload")
	m.guardedService(t)
	running := make(chan result, 1)
	sleeping := m.as("agent", "/var/lib/clawrden/shims/sleep", "1000")
	go func() { running <- finish(sleeping) }()
	eventually(t, "it runs", func() bool { return m.counts(t).Running == 1 })
	id, agent := m.asked(t)
	m.must(t, "sh", "-c", "echo old >/var/lib/clawrden/shims/.old; mv /var/lib/clawrden/shims/.old /var/lib/clawrden/shims/clawrden-launch")
	sockets := m.must(t, "sh", "-c", "stat -c '%n %i' /run/clawrden/*.sock /run/clawrden/agent/*.sock")
	before := m.mainPID()

	guard := m.guardPID()
	m.stopsHalfway(t)
	if r := m.tryDpkg("--force-confold", "--configure", "clawrden"); r.code != 0 || strings.Count(r.stderr, "clawrden:") != 1 || !strings.Contains(r.stderr, "restart clawrden-guard.service") {
		t.Errorf("it doesn't say that sessions keep their guard, and only that: %v", r)
	}
	if after := m.guardPID(); after != guard {
		t.Errorf("the guard was restarted over a session: pid %s follows on %s", after, guard)
	}
	if after := m.mainPID(); after == before || after == "0" {
		t.Errorf("the daemon of the old version runs on: pid %s follows on %s", after, before)
	}
	m.is(t, sockets, "sh", "-c", "stat -c '%n %i' /run/clawrden/*.sock /run/clawrden/agent/*.sock")
	m.settingsAfter(t)
	if r := m.run("test", "-e", "/etc/clawrden/policy.d/99-tests.hcl"); r.code == 0 {
		t.Error("a file of the policy that was deleted is back")
	}
	m.must(t, "cmp", "/var/lib/clawrden/shims/clawrden-launch", "/usr/lib/clawrden/clawrden-launch")
	eventually(t, "after the upgrade what ran runs, and what waited waits", func() bool { n := m.counts(t); return n.Running == 1 && n.Pending == 1 })
	m.must(t, "clawrden", "approve", id)
	if r := <-agent; r.code != 0 {
		t.Errorf("the command that waited: %v", r)
	}
	m.must(t, "pkill", "-KILL", "-u", "agent", "-x", "sleep")
	<-running
	m.must(t, "sh", "-c", "echo >/srv/tick")
	eventually(t, "the session goes on, and is judged", func() bool {
		said := "\n" + m.run("journalctl", "--no-pager", "-b", "-o", "cat", "-t", "clawrden-launch").stdout
		return strings.Contains(said, "\nagent\n") && strings.Contains(said, "uname: denied by rule") && strings.Contains(said, "\n126\n")
	})
	m.must(t, "clawrden", "audit", "verify")
}

// stopsHalfway is an upgrade that finds settings changed on both sides, and nobody to ask which of them count: the files are those of the
// new version, and whatever ran goes on.
func (m *machine) stopsHalfway(t *testing.T) {
	t.Helper()
	daemon := m.mainPID()
	if r := m.tryDpkg("-i", debOf("1.1.0")); r.code == 0 || !strings.Contains(r.stderr, "conffile") {
		t.Errorf("settings changed on both sides: %v", r)
	}
	if pid := m.mainPID(); pid != daemon {
		t.Errorf("halfway through the upgrade, the daemon has pid %s after %s", pid, daemon)
	}
	if r := m.agent("id", "-un"); r.code != 0 || r.stdout != "agent\n" {
		t.Errorf("halfway through the upgrade, an allowed command: %v", r)
	}
	if r := m.agent("uname"); r.code != 126 {
		t.Errorf("halfway through the upgrade, a denied command: %v", r)
	}
}

// settingsAfter is what an upgrade makes of files that were changed: by the operator alone or on both sides, they stay; what is new lies
// beside them under a name that no policy is read from. By the package alone, they are the new ones.
func (m *machine) settingsAfter(t *testing.T) {
	t.Helper()
	m.is(t, "# edited here", "tail", "-n1", edited)
	m.is(t, byPackage, "tail", "-n1", edited+".dpkg-dist")
	m.is(t, byPackage, "tail", "-n1", untouched)
	m.is(t, edited+".dpkg-dist", "sh", "-c", "ls /etc/clawrden/policy.d/*.dpkg-*")
}

func (m *machine) guardPID() string {
	return strings.TrimSpace(m.run("systemctl", "show", "--value", "-p", "MainPID", "clawrden-guard.service").stdout)
}

// guardedService is an agent under guard, which waits for a word and then runs an allowed and a denied command.
func (m *machine) guardedService(t *testing.T) {
	t.Helper()
	m.write(t, "/etc/clawrden/policy.d/zz-shell.hcl", "rule \"shell\" {\n  commands = [\"sh\", \"dash\"]\n  action = \"allow\"\n  opaque = \"allow\"\n}\n")
	m.must(t, "clawrden", "reload")
	m.write(t, "/srv/agent.sh", "read -r go </srv/tick\nid -un\nuname\necho $?\n")
	m.must(t, "mkfifo", "-m", "0666", "/srv/tick")
	m.write(t, "/etc/systemd/system/helper.service", `[Service]
User=agent
Slice=clawrden-agents.slice
NoNewPrivileges=yes
ReadOnlyPaths=/proc
ExecStart=/usr/lib/clawrden/clawrden-launch init --name helper -- /usr/bin/sh /srv/agent.sh
`)
	m.must(t, "sh", "-ec", "systemctl daemon-reload; systemctl start helper.service")
	eventually(t, "the session is under guard", func() bool { return len(m.counts(t).Sessions) == 1 })
}

// removeDeb is while an agent works: its tool is put back, what it runs goes on, and the shims that are left refuse.
func (m *machine) removeDeb(t *testing.T) {
	t.Helper()
	m.must(t, "clawrden", "shims", "add", "--divert", "/usr/bin/uptime")
	running := make(chan result, 1)
	sleeping := m.as("agent", "/var/lib/clawrden/shims/sleep", "1000")
	go func() { running <- finish(sleeping) }()
	eventually(t, "it runs", func() bool { return m.counts(t).Running == 1 })
	m.must(t, "dpkg", "-r", "clawrden")
	m.is(t, "", "dpkg-divert", "--list", "*uptime*")
	if r := m.run("sh", "-c", "grep -c 'clawrden shim' /usr/bin/uptime"); r.code == 0 {
		t.Error("a shim is left in a tool's place")
	}
	m.is(t, "", "sh", "-c", "pgrep -x clawrdend; ls /run/clawrden 2>/dev/null")
	m.must(t, "pgrep", "-u", "agent", "-x", "sleep")
	if r := m.agent("id"); r.code != 125 || r.stdout != "" {
		t.Errorf("a shim that is left: %v", r)
	}
	m.must(t, "test", "-s", "/var/log/clawrden/audit.jsonl")
	m.must(t, "grep", "-q", "edited here", "/etc/clawrden/policy.d/20-read.hcl")
	m.must(t, "pkill", "-KILL", "-u", "agent", "-x", "sleep")
	<-running
}

// purgeDeb leaves groups alone, and nothing else.
func (m *machine) purgeDeb(t *testing.T) {
	t.Helper()
	m.dpkg(t, "1.1.0")
	guard := m.guardPID()
	m.dpkg(t, "1.1.0")
	if after := m.guardPID(); guard != "0" && after == guard {
		t.Errorf("without sessions the guard of the version before runs on: pid %s", after)
	}
	running := make(chan result, 1)
	sleeping := m.as("agent", "/var/lib/clawrden/shims/sleep", "1000")
	go func() { running <- finish(sleeping) }()
	eventually(t, "it runs", func() bool { return m.counts(t).Running == 1 })
	_, asking := m.asked(t)
	m.must(t, "systemctl", "start", "helper.service")
	eventually(t, "a session is under guard", func() bool { return len(m.counts(t).Sessions) == 1 })
	said := m.judged()
	m.must(t, "dpkg", "--purge", "clawrden")
	m.sessionEnds(t, said)
	m.must(t, "pgrep", "-u", "agent", "-x", "sleep")
	m.must(t, "pkill", "-KILL", "-u", "agent", "-x", "sleep")
	m.must(t, "pkill", "-KILL", "-u", "agent", "-x", "hostname") // it waits for a daemon to come back
	<-running
	<-asking
	m.is(t, "", "sh", "-c", "ls -d /etc/clawrden /var/lib/clawrden /var/log/clawrden /run/clawrden /usr/lib/clawrden 2>/dev/null; find /etc/systemd /var/lib/systemd/deb-systemd* -name '*clawrden*'")
	m.is(t, "", "sh", "-c", "systemctl list-units --no-legend --plain --state=active,failed 'clawrden*.s[eo]*'")
	m.must(t, "getent", "group", "clawrden-approvers")
}

// judged is how many commands the session of helper.service has begun so far.
func (m *machine) judged() int {
	return strings.Count("\n"+m.run("journalctl", "--no-pager", "-b", "-o", "cat", "-t", "clawrden-launch").stdout, "\nagent\n")
}

// sessionEnds: without Clawrden what is under guard starts nothing any more. The kernel refuses it.
func (m *machine) sessionEnds(t *testing.T, before int) {
	t.Helper()
	m.must(t, "sh", "-c", "timeout 60 sh -c 'echo >/srv/tick' || true") // nobody may be left to read it
	eventually(t, "the session is over", func() bool {
		return m.run("systemctl", "is-active", "--quiet", "helper.service").code != 0
	})
	if n := m.judged(); n != before {
		t.Errorf("after the purge the session has run %d commands", n-before)
	}
}

// BenchmarkPackage is from the installation of the package to the first governed command, on a system that has what the package needs.
func BenchmarkPackage(b *testing.B) {
	if missing != "" {
		b.Skip(missing)
	}
	m := bareMachine(b, releases[0])
	m.must(b, "sh", "-ec", "groupadd clawrden-agents; useradd -m -G clawrden-agents agent")
	for b.Loop() {
		m.dpkg(b, "1.0.0")
		m.must(b, "clawrden", "shims", "add", "id")
		if r := m.agent("id"); r.code != 0 {
			b.Fatal(r)
		}
		b.StopTimer()
		m.must(b, "dpkg", "--purge", "clawrden")
		b.StartTimer()
	}
}

// installBroken is over a policy with an error, and without a bus: all is denied, and everything says why.
func (m *machine) installBroken(t *testing.T) {
	t.Helper()
	m.write(t, "/etc/clawrden/policy.d/zz-test.hcl", "rule \"x\" {\n  comands = [\"id\"]\n  action = \"allow\"\n}\n")
	m.must(t, "sh", "-c", "systemctl stop dbus.socket dbus.service dbus-broker.service")
	if r := m.dpkg(t, "1.0.0"); !strings.Contains(r.stderr, "clawrden: the policy has errors") {
		t.Errorf("it doesn't say that the policy is broken: %v", r)
	}
	m.must(t, "clawrden", "shims", "add", "id")
	m.is(t, "active", "systemctl", "is-active", "clawrden.socket")
	// A unit, since systemd-run would need the bus.
	m.write(t, "/etc/systemd/system/one.service", "[Service]\nType=oneshot\nUser=agent\nExecStart=/var/lib/clawrden/shims/id\n")
	m.must(t, "systemctl", "daemon-reload")
	agent := func() string {
		m.run("systemctl", "start", "one.service")
		return m.must(t, "systemctl", "show", "--value", "-p", "ExecMainStatus", "one.service")
	}
	if code := agent(); code != "126" {
		t.Errorf("with a broken policy the agent's command ends with %s", code)
	}
	m.is(t, "active", "systemctl", "is-active", "clawrden.service")
	if s := m.must(t, "clawrden", "status"); !strings.Contains(s, "INVALID") {
		t.Errorf("the status: %s", s)
	}
	if s := m.must(t, "systemctl", "show", "--value", "-p", "StatusText", "clawrden.service"); !strings.Contains(s, "policy") {
		t.Errorf("the service says %q", s)
	}
	m.must(t, "rm", "/etc/clawrden/policy.d/zz-test.hcl")
	m.must(t, "clawrden", "reload")
	if code := agent(); code != "0" {
		t.Errorf("with the mended policy the agent's command ends with %s", code)
	}
}
