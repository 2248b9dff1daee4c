package tests

import (
	"errors"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/clawrden/clawrden/internal/testutil"
)

// killable has the switch do to agents' containers what mode says; box runs in ghosts.
func killable(mode string) string {
	return killPolicy + `
executor "box" {
  kind  = "ghost"
  image = "tools:1"
}
rule "box" {
  commands = ["box"]
  action   = "allow"
  opaque   = "allow"
  executor = executor.box
}
kill_switch {
  on_engage = "freeze"
  agents    = "` + mode + `"
}
`
}

// known starts a container whose agent has run a governed command, so that the daemon knows it.
func (c *caged) known() (id string) {
	c.t.Helper()
	id = c.container()
	if r := finish(c.t, c.inside(id, agent, "echo", "hello")); r.stdout != "hello\n" {
		c.t.Fatalf("%+v", r)
	}
	return id
}

// state waits until a container's state is as wanted, in the words of `docker inspect`.
func (c *caged) state(id, want string) {
	c.t.Helper()
	got := ""
	if !comes(func() bool { got, _ = c.docker.CLI("inspect", "-f", "{{.State.Status}}", id); return got == want }) {
		c.t.Errorf("the container is %s, want %s", got, want)
	}
}

// What the switch pauses in containers goes on when it is turned off: agents' own, also by a daemon that has started since, and ghosts.
func TestKillPausesContainers(t *testing.T) {
	h := newCaged(t, hostOptions{tools: []string{"echo", "box"}, policy: killable("pause")})
	h.docker.Image(t, "tools:1", map[string][]byte{"usr/local/bin/box": []byte("#!/bin/sh\nexec /bin/sh \"$@\"\n")})
	id := h.known()
	bystander := h.docker.Run(t, "agent:1", "sleep", "1000")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ghost := h.ghost("/srv", "box", "-c", "echo ready; sleep 1000")
	ghost.Stdout = w
	if err := ghost.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	if _, err := r.Read(make([]byte, 16)); err != nil {
		t.Fatal(err)
	}
	inGhost, err := h.docker.CLI("ps", "-q", "--no-trunc", "--filter", "label=org.clawrden.ghost")
	if err != nil || strings.Contains(inGhost, "\n") || inGhost == "" {
		t.Fatalf("ghosts: %q, %v", inGhost, err)
	}

	if k := h.throw(); k.Paused != 1 || k.Killed != 0 || len(k.Unreached) > 0 || !slices.Equal(k.Stopped, []string{"container:" + id}) {
		t.Errorf("%+v", k)
	}
	h.state(id, "paused")
	h.state(inGhost, "paused")
	h.state(bystander, "running")
	h.post("/api/unlock", "")
	h.state(id, "running")
	h.state(inGhost, "running")
	_ = ghost.Process.Kill()
	_ = ghost.Wait()

	h.throw()
	h.state(id, "paused")
	h.kill(syscall.SIGKILL)
	h.start()
	h.state(id, "paused")
	h.post("/api/unlock", "")
	h.state(id, "running")
	if r := finish(t, h.inside(id, agent, "echo", "on")); r.stdout != "on\n" {
		t.Errorf("afterwards: %+v", r)
	}
}

// An agent's container is killed, and nobody else's.
func TestKillKillsContainers(t *testing.T) {
	h := newCaged(t, hostOptions{tools: []string{"echo"}, policy: killable("kill")})
	id := h.known()
	bystander := h.docker.Run(t, "agent:1", "sleep", "1000")
	if k := h.throw(); len(k.Unreached) > 0 || !slices.Equal(k.Stopped, []string{"container:" + id}) {
		t.Errorf("%+v", k)
	}
	h.state(id, "exited")
	h.state(bystander, "running")
}

// Without an engine that answers, all that doesn't need it happens, and what couldn't be reached is named.
func TestKillWithoutEngine(t *testing.T) {
	d := testutil.OwnDocker(t, "")
	d.Image(t, "agent:1", nil)
	h := &caged{newHost(t, hostOptions{
		tools: []string{"echo", "sh"}, args: []string{}, policy: killable("pause"), config: "docker {\n  socket  = \"" + d.Socket + "\"\n  timeout = \"1s\"\n}\n",
	}), d}
	id := h.known()
	pids, _, ended := familyOf(t, asUser(h.command("sh", "-c", family), stranger))
	d.Freeze()
	defer d.Thaw()
	k := h.throw()
	if k.Paused != 1 || len(k.Unreached) != 1 || !strings.Contains(k.Unreached[0], "container:"+id) || !strings.Contains(k.Unreached[0], "no answer within 1s") {
		t.Errorf("%+v", k)
	}
	waitState(t, pids, func(s string) bool { return s == "T" || s == "D" })
	if r := finish(t, asUser(h.command("echo", "x"), stranger)); r.code != 126 {
		t.Errorf("after the switch: %+v", r)
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Error(err)
		}
	}
	<-ended
}
