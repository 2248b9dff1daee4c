package system

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// result is what a finished command left.
type result struct {
	args           []string
	stdout, stderr string
	code           int
}

func (r result) String() string {
	return fmt.Sprintf("%q ended with %d\nstdout: %s\nstderr: %s", r.args, r.code, r.stdout, r.stderr)
}

// command is a command in the container, as root.
func (m *machine) command(args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), commandTime)
	context.AfterFunc(ctx, cancel)
	c := exec.CommandContext(ctx, "nsenter", append([]string{
		"--target", strconv.Itoa(m.leader), "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd", "--",
	}, args...)...)
	c.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "SYSTEMD_COLORS=0"}
	c.WaitDelay = time.Second
	return c
}

// as is a command of a user in the container, in a unit of its own.
func (m *machine) as(user string, args ...string) *exec.Cmd {
	return m.command(append([]string{"systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--uid=" + user, "--"}, args...)...)
}

// agent runs a tool through its shim, as the agent.
func (m *machine) agent(tool string, args ...string) result {
	return finish(m.as("agent", append([]string{"/var/lib/clawrden/shims/" + tool}, args...)...))
}

func (m *machine) run(args ...string) result { return finish(m.command(args...)) }

func (m *machine) must(t testing.TB, args ...string) string {
	t.Helper()
	r := m.run(args...)
	if r.code != 0 {
		t.Fatal(r)
	}
	return strings.TrimSpace(r.stdout)
}

func finish(c *exec.Cmd) result {
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	r := result{args: c.Args, stdout: stdout.String(), stderr: stderr.String(), code: -1}
	if c.ProcessState != nil {
		r.code = c.ProcessState.ExitCode()
	} else {
		r.stderr += err.Error()
	}
	return r
}

// answered runs a command that is told something once it has asked for it.
func answered(t *testing.T, c *exec.Cmd, question, answer string) result {
	t.Helper()
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said := &listener{until: question, then: func() { _, _ = io.WriteString(in, answer) }}
	c.Stdout = said
	if err := c.Run(); c.ProcessState == nil {
		t.Fatal(err)
	}
	return result{args: c.Args, stdout: said.text.String(), code: c.ProcessState.ExitCode()}
}

// listener takes what a command says, and does something once it has said a text.
type listener struct {
	text  strings.Builder
	until string
	then  func()
}

func (l *listener) Write(b []byte) (int, error) {
	l.text.Write(b)
	if l.until != "" && strings.Contains(l.text.String(), l.until) {
		l.until = ""
		l.then()
	}
	return len(b), nil
}

// journalSays waits until a unit's journal has texts: it gets them when it gets to them.
func (m *machine) journalSays(t *testing.T, unit string, texts ...string) {
	t.Helper()
	eventually(t, fmt.Sprintf("the journal of %s says %q", unit, texts), func() bool {
		log := m.run("journalctl", "--no-pager", "-b", "-u", unit).stdout
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(log, text) })
	})
}

// mainPID is the daemon's, inside; "0" if it doesn't run.
func (m *machine) mainPID() string {
	return strings.TrimSpace(m.run("systemctl", "show", "--value", "-p", "MainPID", "clawrden.service").stdout)
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-time.After(50 * time.Millisecond) {
		if so() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}
