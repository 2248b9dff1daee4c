package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const awayPolicy = guardPolicy + `
environment {
  strip = ["MY_SECRET"]
}
rule "elsewhere" {
  commands = ["wc", "away.sh"]
  action   = "allow"
  executor = executor.local
}
rule "elsewhere, if a person says so" {
  commands = ["tail"]
  action   = "ask"
  executor = executor.local
}
`

// newAway is a host with what a redirected command needs: another executor, and the shim within reach.
func newAway(t *testing.T) *guarded {
	t.Helper()
	return newGuarded(t, hostOptions{policy: awayPolicy, args: []string{"--dev"}})
}

// TestGuardedElsewhere has the guard bring commands to another executor, whatever path they are called by.
func TestGuardedElsewhere(t *testing.T) {
	g := newAway(t)
	dir := filepath.Join(g.dir, "own")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, script, out, command, decided, finished string }{
		{"by its name", `printf ab | wc -c; echo $?`, "2\n0\n", "wc", "allow local none guard S -c", "0 kernel "},
		{"by its path", `cd /usr/bin; printf ab | ./wc -m; echo $?`, "2\n0\n", "wc", "allow local none guard S -m", "0 kernel "},
		{"in place of a shell", `exec wc -L </dev/null`, "0\n", "wc", "allow local none guard S -L", "0 kernel "},
		{"that fails", `wc -w /nothing 2>/dev/null; echo $?`, "1\n", "wc", "allow local none guard S -w /nothing", "1 kernel "},
		{"a script", `printf '#!/bin/sh -e\necho "$1"\n' >own/away.sh; chmod +x own/away.sh; own/away.sh "a b"; echo $?`, "a b\n0\n", "away.sh", "allow local none guard S a b", "0 kernel "},
	} {
		t.Run(row.name, func(t *testing.T) {
			before, ended := g.told(row.command)
			if r := finish(t, g.shimmed(row.script)); r.stdout != row.out || r.stderr != "" {
				t.Errorf("%+v", r)
			}
			decided, finished := g.told(row.command)
			if len(decided) != len(before)+1 || len(finished) != len(ended)+1 {
				t.Fatalf("%q %q", decided, finished)
			}
			got := decided[len(before)]
			for i := range 10 {
				got = strings.Replace(got, fmt.Sprintf("session-%d ", i), "S ", 1)
			}
			if got != row.decided || finished[len(ended)] != row.finished {
				t.Errorf("%q, %q", got, finished[len(ended)])
			}
		})
	}
}

// TestGuardedElsewhereAsk asks once, and then brings it there.
func TestGuardedElsewhereAsk(t *testing.T) {
	g := newAway(t)
	for _, row := range []struct{ verb, want string }{{"approve", "oot\n0\n"}, {"deny", "126\n"}} {
		verb, want := row.verb, row.want
		done := make(chan result)
		c := g.shimmed("printf root | tail -c 3; echo; echo $?")
		if verb == "deny" {
			c = g.shimmed("tail -c 3 /etc/passwd; echo $?")
		}
		go func() { done <- finish(t, c) }()
		g.post("/api/queue/"+g.waitPending(1)[0].ID+"/"+verb, "{}")
		if r := <-done; r.stdout != want {
			t.Errorf("%s: %+v", verb, r)
		}
		g.waitPending(0)
	}
	decided, finished := g.told("tail")
	if len(decided) != 2 || len(finished) != 1 {
		t.Errorf("%q %q", decided, finished)
	}
}

// TestGuardedEnvironment takes out of an environment what the policy says, in place.
func TestGuardedEnvironment(t *testing.T) {
	g := newAway(t)
	r := finish(t, g.shimmed(`MY_SECRET=1 OTHER=2 python3 -c 'import os; print([v for v in os.environ if v in ("MY_SECRET", "OTHER")])'; echo $$; MY_SECRET=1 exec sh -c 'echo $$ $MY_SECRET'`))
	lines := strings.Split(r.stdout, "\n")
	if len(lines) != 4 || lines[0] != "['OTHER']" || lines[1] != lines[2] {
		t.Errorf("%+v", r)
	}
}

// inLayout is an agent that has mounts of its own, which a shell's text makes; $1 is where the programs are.
func (g *guarded) inLayout(t *testing.T, layout, script string) *exec.Cmd {
	t.Helper()
	launch := filepath.Join(g.dir, "launch") // the launcher's digest counts, not its place
	program, err := os.ReadFile(filepath.Join(bin, "clawrden-launch"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(launch, program, 0o755); err != nil {
		t.Fatal(err)
	}
	inner := g.shimmed(script)
	c := exec.Command("unshare", append([]string{
		"-m", "sh", "-c", layout + ` && shift && exec setpriv --reuid 54321 --regid 54321 --clear-groups -- "$@"`, "sh", bin, launch,
	}, inner.Args[1:]...)...)
	c.Env, c.Dir = inner.Env, inner.Dir
	return c
}

// TestGuardedUnreachable denies what would have to become the shim where there is none, and says so where it can't be run.
func TestGuardedUnreachable(t *testing.T) {
	g := newAway(t)
	for _, row := range []struct{ layout, code, said, finished string }{
		{`mount -t tmpfs none "$1"`, "126", "the shim that would take it there can't be reached", ""},
		{
			`cp "$1/clawrden-shim" . && mount -t tmpfs -o noexec none "$1" && cp clawrden-shim "$1"`, "125", "/clawrden-shim can't be run from where it is\n",
			"its process ended before the shim had taken it up",
		},
	} {
		r := finish(t, g.inLayout(t, row.layout, "/usr/bin/true; echo $?; MY_SECRET=1 /usr/bin/true; echo $?"))
		if r.stdout != "0\n"+row.code+"\n" || !strings.Contains(r.stderr, row.said) {
			t.Errorf("%+v", r)
		}
		if _, finished := g.told("true"); row.finished != "" && !strings.HasSuffix(finished[len(finished)-1], row.finished) {
			t.Errorf("%q", finished)
		}
	}
}
