package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// shimmed is an agent that has shims first on its PATH.
func (g *guarded) shimmed(script string) *exec.Cmd {
	g.t.Helper()
	file := filepath.Join(g.dir, "agent.sh") // what a shell is told by -c would be judged with it
	if err := os.WriteFile(file, []byte(script), 0o644); err != nil {
		g.t.Fatal(err)
	}
	c := g.agent("bash", file)
	c.Env = []string{"PATH=" + g.shims + ":/usr/bin:/bin", "HOME=" + g.dir, "CLAWRDEN_SOCKET=" + g.socket}
	return c
}

// told gives the records of one command, as decision, executor, boundary, way and session.
func (h *host) told(command string) (decided, finished []string) {
	h.t.Helper()
	h.waitFor(func() bool {
		decided, finished = nil, nil
		ran := 0
		for _, r := range h.records() {
			if r.Command != command {
				continue
			}
			s := fmt.Sprintf("%s %s %s %s %s %s", r.Decision, r.Executor, r.Boundary, r.Way, r.Session, strings.Join(r.Args, " "))
			switch r.Event {
			case clawrden.EventDecided:
				decided = append(decided, s)
				if r.Decision.Runs() {
					ran++
				}
			case clawrden.EventFinished:
				code := -1
				if r.ExitCode != nil {
					code = *r.ExitCode
				}
				finished = append(finished, fmt.Sprintf("%d %s %s", code, r.ExitSource, r.Reason))
			}
		}
		return len(finished) == ran
	})
	return decided, finished
}

// TestGuardedShims has shims work inside a session: each command is judged, asked about and recorded once.
func TestGuardedShims(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy, tools: []string{"ls", "id", "head", "fine.sh"}})
	r := finish(t, g.shimmed("ls /etc/passwd; id; echo $?"))
	if r.stdout != "/etc/passwd\n126\n" || !strings.HasPrefix(r.stderr, "clawrden: id: denied by rule") {
		t.Errorf("%+v", r)
	}
	done := make(chan result)
	c := g.shimmed("head -c 4 /etc/passwd; echo $?")
	go func() { done <- finish(t, c) }()
	g.post("/api/queue/"+g.waitPending(1)[0].ID+"/approve", "{}")
	if r := <-done; r.stdout != "root0\n" {
		t.Errorf("%+v", r)
	}
	for command, want := range map[string]string{
		"ls":   "[allow mirror guard shim session-1 /etc/passwd] [0 kernel ]",
		"id":   "[deny   shim session-1 ] []",
		"head": "[approved mirror guard shim session-2 -c 4 /etc/passwd] [0 kernel ]",
	} {
		decided, finished := g.told(command)
		if got := fmt.Sprint(decided, " ", finished); got != want {
			t.Errorf("%s: %s\nwant %s", command, got, want)
		}
	}
}

// TestGuardedShimScript runs a script of the agent's own by its shim: a sealed copy, as an argument of its interpreter.
func TestGuardedShimScript(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy, tools: []string{"fine.sh"}})
	dir := filepath.Join(g.dir, "own")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	c := g.shimmed(`printf '#!/bin/sh\necho ran $1\n' >own/fine.sh; chmod +x own/fine.sh; PATH=$PATH:$PWD/own; fine.sh a; echo $?`)
	if r := finish(t, c); r.stdout != "ran a\n0\n" {
		t.Errorf("%+v", r)
	}
	decided, finished := g.told("fine.sh")
	if got := fmt.Sprint(decided, " ", finished); got != "[allow mirror guard shim session-1 a] [0 kernel ]" {
		t.Error(got)
	}
}

// TestGuardedShimStays has a child of the shim run the tool, where its time is limited: that is the same request, too.
func TestGuardedShimStays(t *testing.T) {
	g := newGuarded(t, hostOptions{tools: []string{"wc"}, policy: guardPolicy + `
environment {
  strip = ["MY_SECRET"]
}
rule "not for long" {
  commands = ["wc"]
  action   = "allow"
  limits {
    timeout = "60s"
  }
}
`})
	for _, command := range []string{"wc -c", "MY_SECRET=1 /usr/bin/wc -c"} {
		before, _ := g.told("wc")
		r := finish(t, g.shimmed("printf abc | "+command+"; echo $?"))
		decided, finished := g.told("wc")
		if r.stdout != "3\n0\n" || len(decided) != len(before)+1 || !strings.HasPrefix(finished[len(finished)-1], "0 ") {
			t.Errorf("%s: %+v, %q, %q", command, r, decided, finished)
		}
	}
}
