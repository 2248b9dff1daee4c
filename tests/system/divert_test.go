package system

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

const (
	theTool  = "/usr/bin/thetool"
	realTool = theTool + ".clawrden-real"
)

// buildPackage makes a package of one tool, a script that says its version and how it was called. Its maintainer scripts call the tool,
// as packages do.
func (m *machine) buildPackage(t *testing.T, version, path string) string {
	t.Helper()
	name := filepath.Base(path)
	m.must(t, "sh", "-ec", fmt.Sprintf(`
		rm -rf /root/%[1]s && mkdir -p /root/%[1]s/DEBIAN /root/%[1]s$(dirname %[3]s)
		printf 'Package: %[1]s\nVersion: %[2]s\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n' >/root/%[1]s/DEBIAN/control
		printf '#!/bin/sh\nset -e\n/usr/bin/%[1]s from postinst >/root/%[1]s.postinst\n' >/root/%[1]s/DEBIAN/postinst
		printf '#!/bin/sh\necho %[1]s %[2]s "$@"\n' >/root/%[1]s%[3]s
		chmod 755 /root/%[1]s/DEBIAN/postinst /root/%[1]s%[3]s
		dpkg-deb --root-owner-group -b /root/%[1]s /root/%[1]s-%[2]s.deb`, name, version, path))
	return "/root/" + name + "-" + version + ".deb"
}

func (m *machine) install(t *testing.T, deb string) {
	t.Helper()
	m.must(t, "dpkg", "-i", deb)
}

// denied has the policy deny the tools of these tests, which it doesn't know.
func (m *machine) denied(t *testing.T) {
	t.Helper()
	m.write(t, "/etc/clawrden/policy.d/zz-tool.hcl", "rule \"the tool\" {\n  commands = [\"thetool\", \"aliased\"]\n  action = \"deny\"\n}\n")
}

// diverted is a system where a package's tool has given its place to a shim.
func (m *machine) diverted(t *testing.T) {
	t.Helper()
	m.bare(t)
	m.denied(t)
	m.install(t, m.buildPackage(t, "1", theTool))
	m.enable(t)
	m.must(t, "clawrden", "shims", "add", "--divert", theTool)
}

// bare is the system without diverted tools and the packages of these tests.
func (m *machine) bare(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		m.run("sh", "-c", `clawrden shims remove --divert --all; dpkg --purge thetool aliased; rm -rf /root/thetool* /root/aliased* /var/lib/clawrden/spool /var/lib/clawrden/diverted
			rm -f /usr/bin/runner /var/lib/clawrden/shims/runner /etc/systemd/system/early.service /etc/systemd/system/sysinit.target.wants/early.service /root/early`)
	})
}

// wantTool checks what a caller gets from the tool's own place.
func wantTool(t *testing.T, who string, r result, code int, stdout, stderr string) {
	t.Helper()
	if r.code != code || strings.TrimSpace(r.stdout) != stdout || !strings.Contains(r.stderr, stderr) || stderr == "" && r.stderr != "" {
		t.Errorf("%s: want %d, %q, %q:\n%v", who, code, stdout, stderr, r)
	}
}

func (m *machine) auditText() string { return m.run("cat", "/var/log/clawrden/audit.jsonl").stdout }

const denyAll = "policy {\n  default = \"deny\"\n}\nrule \"nobody\" {\n  commands = [\"*\"]\n  action = \"deny\"\n}\n"

// A package's tool gives its place to a shim, through the life of a host: its agent, its users, its services, upgrades, a
// policy that denies all, the kill switch, a dead daemon, a reboot, an uninstallation.
func TestDivertedTool(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.diverted(t)
		if out := m.must(t, "dpkg-divert", "--list", theTool); out != "local diversion of "+theTool+" to "+realTool {
			t.Errorf("dpkg has %q", out)
		}
		if out := finish(m.as("bob", "clawrden", "shims", "list")); !regexp.MustCompile(`(?m)^thetool +` + realTool + ` +place +-$`).MatchString(out.stdout) {
			t.Errorf("the list: %v", out)
		}
		as := func(user string, args ...string) result {
			return finish(m.as(user, append([]string{theTool}, args...)...))
		}
		wantTool(t, "the agent, denied", as("agent", "x"), 126, "", "thetool x")
		wantTool(t, "a user", as("bob", "x"), 0, "thetool 1 x", "")
		wantTool(t, "root", m.run(theTool, "a b", ""), 0, "thetool 1 a b", "")

		m.write(t, "/etc/clawrden/policy.d/zz-tool.hcl", "rule \"the tool\" {\n  commands = [\"thetool\", \"sh\", \"mkdir\", \"chmod\"]\n  action = \"allow\"\n}\n")
		m.must(t, "clawrden", "reload")
		wantTool(t, "the agent, allowed", as("agent", "y"), 0, "thetool 1 y", "")
		wantTool(t, "the agent, by a PATH that has another one first", finish(m.as("agent", "sh", "-c", "mkdir -p ~/bin; printf '#!/bin/sh\necho mine' >~/bin/thetool; chmod +x ~/bin/thetool; PATH=~/bin:$PATH "+theTool)), 0, "thetool 1", "")
		eventually(t, "root's command is on record", func() bool {
			return strings.Contains(m.auditText(), `"reason":"no agent: root on the host, at the tool's own place"`)
		})

		m.must(t, "sh", "-ec", "for f in /usr/lib/clawrden/policy.d/*; do : >/etc/clawrden/policy.d/${f##*/}; done")
		m.write(t, "/etc/clawrden/policy.d/zz-tool.hcl", denyAll)
		m.must(t, "rm", "-f", "/etc/clawrden/policy.d/zz-test.hcl")
		m.must(t, "clawrden", "reload")
		m.must(t, "clawrden", "kill", "-m", "test")
		wantTool(t, "the agent, killed", as("agent"), 126, "", "kill switch")
		wantTool(t, "root, killed", m.run(theTool), 0, "thetool 1", "")
		m.must(t, "clawrden", "unlock")

		m.install(t, m.buildPackage(t, "2", theTool))
		if out := m.must(t, "cat", "/root/thetool.postinst"); out != "thetool 2 from postinst" {
			t.Errorf("the maintainer script got %q", out)
		}
		wantTool(t, "the agent, after the upgrade", as("agent"), 126, "", "thetool")
		wantTool(t, "a user, after the upgrade", as("bob"), 0, "thetool 2", "")
		if out := m.must(t, "clawrden", "shims", "repair"); out != "nothing to repair" {
			t.Errorf("after the upgrade: %s", out)
		}
		m.must(t, "cmp", theTool, "/usr/lib/clawrden/clawrden-shim")

		recipe, err := exec.Command("make", "-s", "-n", "-C", "../..", "put-back").Output()
		if err != nil {
			t.Fatal(err)
		}
		m.must(t, "sh", "-ec", string(recipe))
		wantTool(t, "the agent, put back", as("agent"), 0, "thetool 2", "")
		if out := m.must(t, "sh", "-c", "dpkg-divert --list "+theTool+"; ls /usr/bin | grep clawrden-real || true"); out != "" {
			t.Errorf("left: %s", out)
		}
		m.must(t, "dpkg", "--verify", "thetool")
	})
}

// With the daemon dead, in each way that it can be, root and users have their tools, agents haven't, and root has a way past
// the shim that is recorded.
func TestDivertedToolWithoutDaemon(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.diverted(t)

		m.must(t, "clawrden", "agent", "add", "carl", "--user", "bob") // an agent now, that isn't in the group of all
		wantTool(t, "a registered agent", finish(m.as("bob", theTool)), 125, "", "thetool was not run")
		m.must(t, "clawrden", "agent", "remove", "carl")
		wantTool(t, "an agent no more", finish(m.as("bob", theTool)), 0, "thetool 1", "")

		m.must(t, "systemctl", "stop", "clawrden.socket", "clawrden-control.socket", "clawrden.service")
		wantTool(t, "the agent, all stopped", finish(m.as("agent", theTool)), 125, "", "cannot reach the daemon")
		wantTool(t, "a user, all stopped", finish(m.as("bob", theTool)), 0, "thetool 1", "")
		wantTool(t, "root, all stopped", m.run(theTool), 0, "thetool 1", "")
		m.install(t, m.buildPackage(t, "2", theTool))

		wantTool(t, "break-glass", m.run("clawrden", "break-glass", "-m", "it burns", "--", "thetool", "-x"), 0, "thetool 2 -x", "")
		for who, c := range map[string]*exec.Cmd{
			"an agent":                  m.as("agent", "clawrden", "break-glass", "--", "thetool"),
			"a user":                    m.as("bob", "clawrden", "break-glass", "--", "thetool"),
			"root in the agents' slice": m.command("systemd-run", "-q", "--pipe", "--wait", "-p", "Slice=clawrden-agents.slice", "clawrden", "break-glass", "--", "thetool"),
			"root below an agent": m.command("setpriv", "--groups", "clawrden-agents", "sh", "-c",
				"setpriv --clear-groups clawrden break-glass -- thetool; exit $?"),
			"root of a namespace":               m.command("unshare", "--user", "--map-root-user", "clawrden", "break-glass", "--", "thetool"),
			"a user who is root in a namespace": m.as("bob", "unshare", "--user", "--map-root-user", "clawrden", "break-glass", "--", "thetool"),
		} {
			wantTool(t, who, finish(c), 4, "", "not authorised")
		}
		for who, c := range map[string]*exec.Cmd{
			"root in the agents' slice": m.command("systemd-run", "-q", "--pipe", "--wait", "-p", "Slice=clawrden-agents.slice", theTool),
			"root below an agent":       m.command("setpriv", "--groups", "clawrden-agents", "sh", "-c", "setpriv --clear-groups "+theTool+"; exit $?"),
			"an agent in a namespace":   m.as("agent", "unshare", "--user", "--map-root-user", theTool),
			"an agent with a variable":  m.as("agent", "env", "CLAWRDEN_SOCKET=/nowhere", theTool),
		} {
			wantTool(t, who, finish(c), 125, "", "thetool was not run")
		}

		// Its sockets listen, and it can't start: nobody answers.
		m.dropIn(t, "clawrden.service", "[Service]\nExecStart=\nExecStart=/bin/false\nRestart=no\n")
		m.must(t, "systemctl", "start", "clawrden.socket")
		began := time.Now()
		wantTool(t, "root, with a daemon that can't start", m.run(theTool), 0, "thetool 2", "")
		t.Logf("root waited %v", time.Since(began).Round(time.Millisecond))
		wantTool(t, "a user, with a daemon that can't start", finish(m.as("bob", theTool)), 0, "thetool 2", "")
		wantTool(t, "break-glass, with a daemon that can't start", m.run("clawrden", "break-glass", "--", theTool), 0, "thetool 2", "")
		m.must(t, "systemctl", "stop", "clawrden.socket", "clawrden-control.socket", "clawrden.service")
		m.must(t, "rm", "-r", "/run/systemd/system/clawrden.service.d")
		m.must(t, "systemctl", "daemon-reload")

		m.enable(t)
		m.must(t, "clawrden", "status")
		eventually(t, "what was done meanwhile is on record", func() bool {
			text := m.auditText()
			return strings.Count(text, `"event":"break_glass"`) == 2 && strings.Contains(text, `"comment":"it burns"`) && strings.Contains(text, `"event":"diverted"`)
		})
		m.must(t, "clawrden", "break-glass", "-m", "alive", "--", theTool)
		eventually(t, "a running daemon takes it up at once", func() bool { return strings.Contains(m.auditText(), `"comment":"alive"`) })
		m.must(t, "clawrden", "audit", "verify")
		eventually(t, "no notes are left", func() bool { return m.must(t, "ls", "/var/lib/clawrden/spool") == "" })
		// Root inside of a command that is governed is the agent's: the daemon knows it, whatever /proc shows.
		m.write(t, "/etc/clawrden/policy.d/zz-test.hcl", "rule \"runner\" {\n  commands = [\"runner\"]\n  action = \"allow\"\n  opaque = \"allow\"\n}\n")
		m.must(t, "clawrden", "reload")
		m.must(t, "sh", "-ec", `printf '#!/bin/sh\n"$@"\nexit $?\n' >/usr/bin/runner; chmod 755 /usr/bin/runner
			ln -sf clawrden-shim /var/lib/clawrden/shims/runner`)
		const runner = "/var/lib/clawrden/shims/runner"
		wantTool(t, "root inside of a governed command", m.run(runner, theTool), 126, "", "thetool: denied")
		wantTool(t, "break-glass inside of a governed command", m.run(runner, "clawrden", "break-glass", "--", "thetool"), 4, "", "not authorised")
	})
}

// A service that runs before the daemon can, and needs the tool, doesn't hold up the boot.
func TestDivertedToolAtBoot(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.diverted(t)
		m.write(t, "/etc/systemd/system/early.service", `[Unit]
DefaultDependencies=no
Before=sysinit.target clawrden.service
[Service]
Type=oneshot
ExecStart=/bin/sh -c '`+theTool+` early >/root/early; setpriv --reuid 65534 --clear-groups `+theTool+` nobody >>/root/early'
[Install]
WantedBy=sysinit.target
`)
		m.must(t, "systemctl", "enable", "early.service")
		m.reboot(t)
		if got := m.must(t, "cat", "/root/early"); got != "thetool 1 early\nthetool 1 nobody" {
			t.Errorf("the early service got %q", got)
		}
		wantTool(t, "the agent", finish(m.as("agent", theTool)), 126, "", "thetool")
	})
}

// A file that dpkg knows by /bin, where that is a link to /usr/bin, and later by /usr/bin.
func TestDivertedAlias(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		if to, err := os.Readlink(filepath.Join(m.root, "bin")); err != nil || to != "usr/bin" {
			t.Fatalf("/bin is %q, %v", to, err)
		}
		m.bare(t)
		m.denied(t)
		m.install(t, m.buildPackage(t, "1", "/bin/aliased"))
		m.enable(t)
		m.must(t, "clawrden", "shims", "add", "--divert", "/bin/aliased")
		m.install(t, m.buildPackage(t, "2", "/bin/aliased"))
		m.must(t, "cmp", "/usr/bin/aliased", "/usr/lib/clawrden/clawrden-shim")
		wantTool(t, "a user", finish(m.as("bob", "/bin/aliased")), 0, "aliased 2", "")
		wantTool(t, "the agent", finish(m.as("agent", "/bin/aliased")), 126, "", "aliased")
		m.install(t, m.buildPackage(t, "3", "/usr/bin/aliased"))
		m.must(t, "clawrden", "shims", "repair")
		m.must(t, "cmp", "/usr/bin/aliased", "/usr/lib/clawrden/clawrden-shim")
		wantTool(t, "a user, after the move", finish(m.as("bob", "/usr/bin/aliased")), 0, "aliased 3", "")
		m.must(t, "dpkg", "--purge", "aliased")
		if out := m.must(t, "clawrden", "shims", "repair"); !strings.Contains(out, "stands for nothing") {
			t.Errorf("after the purge: %s", out)
		}
		m.must(t, "clawrden", "shims", "remove", "--divert", "/bin/aliased")
		if out := m.must(t, "sh", "-c", "ls /usr/bin | grep aliased || true; dpkg-divert --list '*aliased*'"); out != "" {
			t.Errorf("left: %s", out)
		}
	})
}

// A tool that something puts over the shim, as rpm's upgrades do, is put aside and the shim put back, by nobody's hand; so is a shim
// that was removed. With the daemon stopped meanwhile its next start does it.
func TestDivertedToolReplaced(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.bare(t)
		m.denied(t)
		release := func(version string) {
			t.Helper()
			m.must(t, "sh", "-ec", fmt.Sprintf(`printf '#!/bin/sh\necho thetool %s\n' >%[2]s.new; chmod 755 %[2]s.new; mv %[2]s.new %[2]s`, version, theTool))
		}
		t.Cleanup(func() { m.run("sh", "-c", "clawrden shims remove --divert --all; rm -f "+theTool+"*") })
		release("1")
		m.enable(t)
		m.must(t, "clawrden", "status")
		m.must(t, "clawrden", "shims", "add", "--divert", theTool)
		mended := func(what string) {
			t.Helper()
			eventually(t, "the shim is back after "+what, func() bool { return m.run("cmp", theTool, "/usr/lib/clawrden/clawrden-shim").code == 0 })
			wantTool(t, "the agent, after "+what, finish(m.as("agent", theTool)), 126, "", "thetool")
		}
		for _, version := range []string{"2", "3"} {
			release(version)
			mended("release " + version)
			wantTool(t, "a user", finish(m.as("bob", theTool)), 0, "thetool "+version, "")
		}
		m.must(t, "rm", theTool)
		mended("a removal")
		m.must(t, "systemctl", "stop", "clawrden.socket", "clawrden-control.socket", "clawrden.service")
		release("4")
		m.enable(t)
		m.must(t, "clawrden", "status")
		mended("a release without the daemon")
		wantTool(t, "a user, at last", finish(m.as("bob", theTool)), 0, "thetool 4", "")
		eventually(t, "it is on record", func() bool { return strings.Count(m.auditText(), `"event":"repaired"`) >= 4 })
		if out := m.must(t, "systemctl", "list-units", "--failed", "--plain", "--no-legend", "clawrden*"); out != "" {
			t.Errorf("failed: %s", out)
		}
		eventually(t, "nothing is left to be done", func() bool { return m.run("test", "-e", "/run/clawrden/mend-diverted").code != 0 })
	})
}
