package system

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/clawrden/clawrden/internal/battery"
)

// engine answers at a container engine's socket whoever asks.
const engine = `
import os, socket
s = socket.socket(socket.AF_UNIX)
s.bind("/run/docker.sock")
os.chmod("/run/docker.sock", 0o666)
s.listen()
while True:
    c, _ = s.accept()
    c.recv(4096)
    c.sendall(b"HTTP/1.0 200 OK\r\n\r\nOK")
    c.close()
`

// helperMachine is a booted system of one test, on which all sorts of programs run commands for whoever asks them: at, cron,
// systemd --user with a bus, a terminal multiplexer and an ssh server that takes ann's key.
func helperMachine(t *testing.T, release string) *machine {
	t.Helper()
	lower, err := makeRoot(release, helpers...)
	if err != nil {
		t.Skipf("no root of Debian %s: %v", release, err)
	}
	m := &machine{release: release + "-helpers"}
	if err := m.assemble(lower); err != nil {
		t.Fatal(err)
	}
	machines.Lock()
	machines.of[m.release] = m // it is shut down with the others
	machines.Unlock()
	if err := m.boot(); err != nil {
		t.Fatal(err)
	}
	if err := m.settle(); err != nil {
		t.Fatal(err)
	}
	m.write(t, "/srv/engine.py", engine)
	m.must(t, "sh", "-ec", `
		mkdir -p /home/ann/work /home/ann/.ssh /home/ann/.config/systemd/user /home/ann/.local/share
		ssh-keygen -q -t ed25519 -N "" -f /home/ann/.ssh/id_ed25519
		cp /home/ann/.ssh/id_ed25519.pub /home/ann/.ssh/authorized_keys
		chown -R ann: /home/ann
		systemctl start user@$(id -u ann).service
		systemctl start ssh.service cron.service atd.service
		systemd-run --quiet --uid=ann --setenv=HOME=/home/ann -p Type=forking tmux new-session -d
		systemd-run --quiet --unit=engine python3 /srv/engine.py`)
	eventually(t, "ann's own systemd is there", func() bool { return m.run("test", "-S", "/run/user/"+m.uid(t, "ann")+"/bus").code == 0 })
	eventually(t, "the engine's socket is there", func() bool { return m.run("test", "-S", "/run/docker.sock").code == 0 })
	return m
}

func (m *machine) uid(t *testing.T, user string) string {
	t.Helper()
	return m.must(t, "id", "-u", user)
}

// batteryRules allow, in the battery's session, the programs that its ways lead through, by their names alone.
const batteryRules = `
policy { default = "deny" }
rule "what starts other programs" {
  commands = [
    "sh", "dash", "bash", "env", "nice", "timeout", "nohup", "setsid", "xargs", "find", "tar", "awk", "mawk", "sed", "git", "git-*", "python3", "python3.*", "perl",
    "make", "script", "ssh", "cp", "at", "batch", "crontab", "tmux", "curl", "busctl", "systemd-run", "sudo", "su", "pkexec",
  ]
  action = "allow"
  opaque = "allow"
}
rule "the harmless one" {
  commands = ["true"]
  action   = "allow"
}
`

// ofAnn is a command of ann's, in her directory and with what a login gives her.
func (m *machine) ofAnn(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	run := "/run/user/" + m.uid(t, "ann")
	return m.command(append([]string{
		"setpriv", "--reuid=ann", "--regid=ann", "--init-groups", "env", "-C", "/home/ann/work", "HOME=/home/ann", "USER=ann",
		"XDG_RUNTIME_DIR=" + run, "DBUS_SESSION_BUS_ADDRESS=unix:path=" + run + "/bus",
	}, args...)...)
}

func (m *machine) battery(t *testing.T, args ...string) map[string]string {
	t.Helper()
	r := finish(m.ofAnn(t, append([]string{"clawrden", "doctor", "--battery", "-o", "json"}, args...)...))
	var list []battery.Result
	if err := json.Unmarshal([]byte(r.stdout), &list); err != nil {
		t.Fatalf("%v: %v", err, r)
	}
	results := map[string]string{}
	for _, row := range list {
		results[row.Way] = row.Result
	}
	return results
}

// hidden are the ways that look for a helper and find none where it is hidden.
var hidden = []string{"the container engine's socket"}

// The battery in a session of clawrden run, beside helpers outside that would run what they are asked to.
func TestRunBattery(t *testing.T) {
	if missing != "" {
		t.Skip(missing)
	}
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			m := helperMachine(t, release)
			m.must(t, "sh", "-c", "for f in /usr/lib/clawrden/policy.d/*; do : >/etc/clawrden/policy.d/${f##*/}; done; cp /usr/lib/clawrden/policy.d/46-battery.hcl /etc/clawrden/policy.d/")
			m.write(t, "/etc/clawrden/policy.d/zz-battery.hcl", batteryRules)
			m.enable(t)
			bare, guarded := m.battery(t, "--prefix", ""), m.battery(t)
			var ran, denied []string
			for _, w := range battery.Ways() {
				switch {
				case guarded[w] == battery.Ran:
					t.Errorf("%s: ran", w)
				case guarded[w] == battery.NotApplicable && bare[w] == battery.Ran && !slices.Contains(hidden, w):
					t.Errorf("%s: wasn't tried", w)
				}
				if bare[w] == battery.Ran {
					ran = append(ran, w)
				}
				if guarded[w] == battery.Denied {
					denied = append(denied, w)
				}
			}
			t.Logf("bare: %d ran; in the session: %d denied", len(ran), len(denied))
			for _, w := range []string{"at", "the user's crontab", "systemd --user", "tmux's server", "ssh to this host", "the container engine's socket"} {
				if bare[w] != battery.Ran {
					t.Errorf("%s: %s without a guard, so this host shows nothing", w, bare[w])
				}
			}
			if len(ran) < 60 || len(denied) < 60 {
				t.Errorf("little was tried: %v, %v", ran, denied)
			}
		})
	}
}

// What programs outside the session would start from can't be written in it, nor read what opens doors elsewhere.
func TestRunOutside(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.runner(t)
		m.must(t, "sh", "-ec", `cd /home/ann; mkdir -p .ssh .config/systemd/user .config/autostart .local/share/systemd/user .local/bin bin .local/share/dbus-1/services
			touch .profile .bash_profile .bash_login .bash_logout .zshrc .ssh/authorized_keys .ssh/rc .ssh/config .forward .pam_environment .xsession .config/systemd/user/x.service; echo key >.ssh/id_ed25519; chown -R ann: .`)
		var script strings.Builder
		for _, path := range []string{
			".bashrc", ".profile", ".bash_profile", ".bash_login", ".bash_logout", ".zshrc", ".new", ".ssh/authorized_keys", ".ssh/authorized_keys2", ".ssh/rc", ".ssh/config", ".forward", ".pam_environment",
			".xsession", ".config/systemd/user/x.service", ".config/systemd/user/new.service", ".config/systemd/user/default.target.wants/new.service", ".config/autostart/x.desktop", ".config/environment.d/x.conf",
			".local/share/systemd/user/new.service", ".local/share/dbus-1/services/x.service", ".local/bin/ls", "bin/ls", ".gitconfig", ".tmux.conf",
		} {
			script.WriteString("{ echo >>/home/ann/" + path + "; } 2>/dev/null && echo written: " + path + "\n")
		}
		for _, path := range []string{"/var/spool/cron/crontabs/ann", "/var/spool/cron/atjobs/x", "/run/systemd/user/x.service", "/run/user/1001/systemd/user/x.service", "/etc/cron.d/x", "/etc/profile.d/x.sh", "/etc/ld.so.preload", "/dev/tty1"} {
			script.WriteString("{ echo >>" + path + "; } 2>/dev/null && echo written: " + path + "\n")
		}
		script.WriteString("read -r key </home/ann/.ssh/id_ed25519 2>/dev/null && echo read: $key\nmv /home/ann/.config /home/ann/.other 2>/dev/null && echo moved\n")
		script.WriteString("for s in /run/dbus/system_bus_socket /run/user/*/bus /run/user/*/systemd/private /run/systemd/private /run/docker.sock /var/run/docker.sock /run/clawrden/control.sock /tmp/tmux-*/default; do [ ! -e $s ] || echo there: $s; done\n")
		script.WriteString("echo end\n")
		if r := finish(m.session("/home/ann/work", m.script(t, script.String())...)); r.stdout != "end\n" || r.code != 0 {
			t.Error(r)
		}
	})
}
