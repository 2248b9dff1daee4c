package tests

import (
	"bufio"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

const elsewherePolicy = `
policy { default = "deny" }
rule "elsewhere" {
  commands = ["sh", "sleep", "cat"]
  action   = "allow"
  opaque   = "allow"
  executor = executor.local
}
rule "fine" {
  commands = ["echo"]
  action   = "allow"
}
`

// catching waits until the shim passes signals on: before that they are its own to die of.
func (h *host) catching(shim int) {
	h.t.Helper()
	h.waitFor(func() bool {
		b, err := os.ReadFile("/proc/" + itoa(shim) + "/status")
		if err != nil {
			h.t.Fatal(err)
		}
		_, set, _ := strings.Cut(string(b), "\nSigCgt:\t")
		set, _, _ = strings.Cut(set, "\n")
		caught, err := strconv.ParseUint(set, 16, 64)
		return err == nil && caught&(1<<(syscall.SIGTERM-1)) != 0
	})
}

// TestElsewhere runs commands as the daemon's children on the shim's descriptors: signals reach them, and they end with the
// shim.
func TestElsewhere(t *testing.T) {
	h := newHost(t, hostOptions{policy: elsewherePolicy, tools: []string{"sh", "sleep", "echo", "cat"}})
	c := h.command("cat")
	c.Stdin = strings.NewReader("through\n")
	if r := finish(t, c); r.code != 0 || r.stdout != "through\n" {
		t.Errorf("%+v", r)
	}
	if r := finish(t, h.command("sh", "-c", "exit 42")); r.code != 42 {
		t.Errorf("%+v", r)
	}
	h.finished(2)
	for i, row := range []struct {
		sig  syscall.Signal
		want string
	}{{syscall.SIGTERM, "SIGTERM"}, {syscall.SIGINT, "SIGINT"}, {syscall.SIGKILL, "SIGKILL"}} {
		c := h.command("sleep", "600")
		done := make(chan result, 1)
		go func() { done <- finish(t, c) }()
		h.waitRunning(1)
		h.catching(c.Process.Pid)
		_ = c.Process.Signal(row.sig)
		if r := <-done; r.signal != row.sig {
			t.Errorf("%v: the shim ended with %+v", row.sig, r)
		}
		if end := h.finished(3 + i)[2+i]; end.Signal != row.want {
			t.Errorf("%v: the command's end is recorded as %+v", row.sig, end)
		}
	}
	h.honest()
}

// TestElsewhereSignalFlood sends a shim far more signals than anybody reads at a time: the command must not be taken for
// one that nobody waits for.
func TestElsewhereSignalFlood(t *testing.T) {
	h := newHost(t, hostOptions{policy: elsewherePolicy, tools: []string{"sh"}})
	end := filepath.Join(h.dir, "end")
	c := h.command("sh", "-c", `trap : USR1 USR2 HUP TERM INT ALRM; echo ready; while [ ! -e `+end+` ]; do sleep 0.01; done; exit 3`)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	if l, err := lines.ReadString('\n'); l != "ready\n" {
		t.Fatalf("%q, %v", l, err)
	}
	h.waitRunning(1)
	h.catching(c.Process.Pid)
	for range 200 {
		for _, sig := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT} {
			_ = c.Process.Signal(sig)
		}
	}
	var s clawrden.Status
	if h.get("/api/status", &s); s.Running != 1 {
		t.Errorf("%d commands run", s.Running)
	}
	if err := os.WriteFile(end, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	if code := c.ProcessState.ExitCode(); code != 3 {
		t.Errorf("ended with %v; recorded as %+v", c.ProcessState, h.finished(1))
	}
}

// TestElsewhereOddDirectory sends something that is no directory for a working directory.
func TestElsewhereOddDirectory(t *testing.T) {
	h := newHost(t, hostOptions{policy: elsewherePolicy, tools: []string{"echo"}})
	file, err := unix.Open("/etc/passwd", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(file)
	for i, row := range []struct {
		name string
		mask uint8
	}{{"a file", 15}, {"none", 7}} {
		name, mask := row.name, row.mask
		c := h.dial()
		fds := nullFDs(t, 3)
		if mask == 15 {
			fds = append(fds, file)
		}
		sendFDs(t, c, request("cat", func(r *protocol.Request) { r.Descriptors = mask }), fds...)
		a := readAnswer(t, c)
		if a.typ == protocol.TypeStarted {
			a = readAnswer(t, c)
		}
		if a.typ != protocol.TypeRefuse || a.code != protocol.ExitDenied || !strings.Contains(a.text, "cat was not run") {
			t.Errorf("%s: answered with %v", name, a)
		}
		_ = c.Close()
		if end := h.finished(1 + i)[i]; end.ExitCode != nil || end.Reason == "" {
			t.Errorf("%s: recorded as %+v", name, end)
		}
	}
	h.honest()
}

// TestKillSwitchBelowAShimThatStays kills what a shim runs as its child.
func TestKillSwitchBelowAShimThatStays(t *testing.T) {
	h := newHost(t, hostOptions{
		policy: attackPolicy, tools: []string{"sleep", "echo"}, config: "mirror {\n  exit_status = \"shim\"\n}\n",
	})
	h.honest()
	h.waitRunning(0)
	c := h.command("sleep", "600")
	done := make(chan result, 1)
	go func() { done <- finish(t, c) }()
	h.waitRunning(1)
	child := childOf(t, c.Process.Pid)
	if code := h.post("/api/kill", ""); code != http.StatusOK {
		t.Fatalf("HTTP %d", code)
	}
	if r := <-done; r.signal != syscall.SIGKILL {
		t.Errorf("the shim: %+v", r)
	}
	h.waitFor(func() bool { return errors.Is(syscall.Kill(child, 0), syscall.ESRCH) })
}

// childOf waits for the one child of a process that is no thread of it.
func childOf(t *testing.T, pid int) (child int) {
	t.Helper()
	if !comes(func() bool {
		tasks, _ := filepath.Glob("/proc/" + itoa(pid) + "/task/*/children")
		for _, f := range tasks {
			b, _ := os.ReadFile(f)
			var err error
			if child, err = strconv.Atoi(strings.TrimSpace(string(b))); err == nil {
				return true
			}
		}
		return false
	}) {
		t.Fatal("the shim has no child")
	}
	return child
}
