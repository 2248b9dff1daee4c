package tests

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/clawrden/clawrden/internal/testutil"
)

// What the guard doesn't bound, so that what the threat model says of it stays true: each row does what the policy denies as a command.

// TestNotCovered does by code that is no exec, or that is read after it, what no exec may do.
func TestNotCovered(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy})
	dir := openDir(t)
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("itself.sh", "echo 'echo added' >>itself.sh\necho written\n")
	if err := os.Chmod(filepath.Join(dir, "itself.sh"), 0o666); err != nil {
		t.Fatal(err)
	}
	write("module.py", "print('loaded')\n")
	for _, row := range []struct {
		name string
		argv []string
		want string
	}{
		{"an interpreter's own code", []string{"python3", "-c", "import os; print(os.getuid())"}, "54321\n"},
		{"a shell's builtins", []string{"bash", "-c", "echo $EUID; kill -0 $$ && read -r line </proc/self/comm && echo $line"}, "54321\nbash\n"},
		{"a script that goes on growing", []string{"bash", "itself.sh"}, "written\nadded\n"},
		{"a module", []string{"python3", "-B", "-c", "import sys; sys.path.insert(0, '.'); import module"}, "loaded\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := g.agent(row.argv...)
			c.Dir = dir
			if r := finish(t, c); r.stdout != row.want || r.code != 0 {
				t.Errorf("%+v, want %q", r, row.want)
			}
		})
	}
}

// TestDockerExecIsOutside has the engine start a command in a guarded container for somebody outside: that is none of the session's.
func TestDockerExecIsOutside(t *testing.T) {
	c := newContained(t, testutil.Docker(t))
	id := c.docker.Run(t, c.args(nil, "/bin/busybox sleep 100000")...)
	c.waitSessions("session-1 0 true")
	if out, err := c.docker.CLI("exec", id, "/bin/busybox", "id", "-u"); err != nil || out != "0" {
		t.Errorf("%s, %v", out, err)
	}
	for _, r := range c.records() {
		if r.Command == "id" {
			t.Errorf("it is on record: %+v", r)
		}
	}
}
