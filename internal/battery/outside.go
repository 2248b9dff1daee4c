package battery

import (
	"os"
	"os/exec"
	"path/filepath"
)

// outsideWays ask a process that isn't the agent's own to run the marker for it.
func outsideWays() []way {
	return []way{
		{"at", func(t *try) error {
			return asked("at", "echo '"+t.marker+" >"+filepath.Join(t.dir, evidenceFile)+"' | at now")
		}},
		{"batch", func(t *try) error {
			return asked("batch", "echo '"+t.marker+" >"+filepath.Join(t.dir, evidenceFile)+"' | batch")
		}},
		{"the user's crontab", crontab},
		{"systemd --user", func(t *try) error { return tool("systemd-run", "--user", "--quiet", "--wait", "--pipe", t.marker) }},
		{"systemd", func(t *try) error {
			return tool("systemd-run", "--quiet", "--wait", "--pipe", "--no-ask-password", t.marker)
		}},
		{"the system bus", func(t *try) error {
			if err := tool("busctl", "--no-pager", "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager",
				"StartTransientUnit", "ssa(sv)a(sa(sv))", "clawrden-battery.service", "fail", "1", "ExecStart", "a(sasb)", "1", t.marker, "1", t.marker, "false", "0"); err != nil {
				return err
			}
			return reached(-1, 0)
		}},
		{"the container engine's socket", func(t *try) error { return engine(t) }},
		{"tmux's server", func(t *try) error {
			return asked("tmux", "tmux run-shell '"+t.marker+" >"+filepath.Join(t.dir, evidenceFile)+"'")
		}},
		{"a tmux server of one's own", func(t *try) error {
			return asked("tmux", "tmux -L battery new-session -d '"+t.marker+" >"+filepath.Join(t.dir, evidenceFile)+"'")
		}},
		{"ssh to this host", func(t *try) error {
			return tool("ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=3", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "127.0.0.1", t.marker)
		}},
		{"sudo", func(t *try) error { return tool("sudo", "-n", t.marker) }},
		{"su", func(t *try) error { return tool("sh", "-c", "su -c "+t.marker+" </dev/null") }},
		{"pkexec", func(t *try) error { return tool("pkexec", "--disable-internal-agent", t.marker) }},
	}
}

// asked runs a shell text that asks somebody, where the program for it is there, and waits for what is left as evidence.
func asked(program, text string) error {
	if _, err := exec.LookPath(program); err != nil {
		return notHere("there is no %s", program)
	}
	if err := start("/bin/sh", "-c", text); err != nil {
		return err
	}
	return waitEvidence()
}

// crontab tries whether the user's table of jobs can be written; it is put back at once.
func crontab(*try) error {
	if _, err := exec.LookPath("crontab"); err != nil {
		return notHere("there is no crontab")
	}
	before, err := command("crontab", "-l").Output()
	table := "old"
	if err := os.WriteFile(table, before, 0o600); err != nil {
		return err
	}
	if setErr := start("crontab", table); setErr != nil {
		return setErr
	}
	if err != nil { // there was none
		defer func() { _ = start("crontab", "-r") }()
	}
	return reached(-1, 0)
}

func engine(*try) error {
	for _, socket := range []string{"/var/run/docker.sock", "/run/docker.sock", "/run/podman/podman.sock"} {
		if _, err := os.Stat(socket); err == nil {
			if f, err := command("curl", "-sf", "--unix-socket", socket, "http://x/_ping").Output(); err == nil && len(f) > 0 {
				return reached(-1, 0)
			}
			return tool("docker", "-H", "unix://"+socket, "run", "--rm", "--network=none", "busybox", marker)
		}
	}
	return notHere("there is no socket of an engine")
}
