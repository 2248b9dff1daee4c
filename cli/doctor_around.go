package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/clawrden/clawrden/internal/users"
)

// checkBus looks whether the daemon can be reached on the bus, and whether polkit is there to say who may.
func (d *doctor) checkBus(ctx context.Context) {
	if !d.exists("/run/dbus/system_bus_socket") {
		d.bad(stateWarning, "bus", "start dbus.service; the control socket needs none", "there is no system bus: nobody can decide by it")
		return
	}
	if said, err := d.run(ctx, "busctl", "--auto-start=no", "call", "org.clawrden1", "/org/clawrden1", "org.freedesktop.DBus.Peer", "Ping"); err != nil {
		d.bad(stateWarning, "bus", "journalctl -u clawrden.service; systemctl reload dbus.service", "org.clawrden1 doesn't answer: %s", firstLine(said, err.Error()))
	} else {
		d.ok("bus", "org.clawrden1 answers")
	}
	if said, err := d.run(ctx, "busctl", "call", "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.DBus.Peer", "Ping"); err != nil {
		d.bad(stateWarning, "polkit", "install and start polkit; without it only root decides by the bus", "it doesn't answer: %s", firstLine(said, err.Error()))
	} else if !d.exists("/usr/share/polkit-1/actions/org.clawrden1.policy") {
		d.bad(stateFailed, "polkit", "install Clawrden anew", "it doesn't know Clawrden's actions")
	} else {
		d.ok("polkit", "answers, and knows Clawrden's actions")
	}
}

const engineTime = 5 * time.Second // for one answer

// checkEngine asks the container engine for a sign of life, and looks who may use it.
func (d *doctor) checkEngine(ctx context.Context) {
	const check = "containers"
	path := d.settings.Docker.Socket
	fi, err := os.Stat(filepath.Join(d.root, path))
	if err != nil {
		d.ok(check, "no engine at %s: ghost, and callers in containers, are denied", path)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, engineTime)
	defer cancel()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(d.root, path))
	}}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://engine/_ping", nil)
	if err == nil {
		var answer *http.Response
		if answer, err = client.Do(request); err == nil {
			_ = answer.Body.Close()
		}
	}
	if err != nil {
		d.bad(stateWarning, check, "see whether the engine runs, as root", "it doesn't answer: %v", err)
		return
	}
	if owner, ok := fi.Sys().(*syscall.Stat_t); ok {
		g, err := (&users.DB{}).GroupByID(owner.Gid)
		for _, agent := range d.agents {
			if err == nil && fi.Mode()&0o020 != 0 && member(agent, g) || fi.Mode()&0o002 != 0 {
				d.bad(stateFailed, check, "gpasswd -d "+agent+" "+g.Name, "%s may use %s, and is root by it", agent, path)
				return
			}
		}
	}
	d.ok(check, "the engine answers, and no agent may use it")
}

func member(user string, g users.Group) bool {
	all, err := (&users.DB{}).Members(g)
	for _, name := range all {
		if err == nil && name == user {
			return true
		}
	}
	return false
}

const (
	briefly = 5 * time.Second // for a program that is asked something
	maxSaid = 64 << 10        // bytes of its answer
)

// runBriefly runs a program that may be somebody else's: for a short time, in a process group of its own, with little output.
func runBriefly(ctx context.Context, name string, args ...string) (string, error) {
	return runAs(ctx, nil, name, args...)
}

func runAs(ctx context.Context, who *syscall.Credential, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, briefly)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: who}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	c.WaitDelay = time.Second
	var said strings.Builder
	c.Stdout = &capped{w: &said, left: maxSaid}
	c.Stderr = c.Stdout
	if who != nil {
		c.Dir, c.Env = "/", []string{"PATH=/usr/local/bin:/usr/bin:/bin", "TERM=dumb"}
		c.Stderr = io.Discard
	}
	err := c.Run()
	if ctx.Err() != nil {
		err = fmt.Errorf("no answer within %v", briefly)
	}
	return said.String(), err
}

// capped takes what fits and swallows the rest.
type capped struct {
	w    io.Writer
	left int
}

func (c *capped) Write(b []byte) (int, error) {
	n := min(len(b), c.left)
	c.left -= n
	_, err := c.w.Write(b[:n])
	return len(b), err
}
