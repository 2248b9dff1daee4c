package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

const guardEditPolicy = awayPolicy + `
approval "open" {
  edit_args = true
}
rule "changed" {
  commands = ["od", "tool.sh", "perl"]
  action   = "ask"
  approval = approval.open
}
rule "changed elsewhere" {
  commands = ["nl"]
  action   = "ask"
  approval = approval.open
  executor = executor.local
}
rule "not so" {
  commands = ["od"]
  args     = ["-d"]
  action   = "deny"
  reason   = "Not in decimal."
}
`

// newEdited is a host whose agents have a script of their own, and commands whose arguments an approver may change.
func newEdited(t *testing.T) *guarded {
	t.Helper()
	g := newGuarded(t, hostOptions{policy: guardEditPolicy, args: []string{"--dev"}})
	dir := filepath.Join(g.dir, "own")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "tool.sh")
	if err := os.WriteFile(file, []byte("#!/bin/sh -u\nprintf '%s|' \"$@\"; echo\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, file} {
		if err := os.Chown(path, 54321, 54321); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// asksFor runs an agent until the guard holds something for a person.
func (g *guarded) asksFor(c *exec.Cmd) (p clawrden.Pending, end chan result) {
	g.t.Helper()
	end = make(chan result, 1)
	go func() { end <- finish(g.t, c) }()
	return g.waitPending(1)[0], end
}

// TestGuardedEdit changes the arguments of what the guard holds: its process becomes the shim, which is told what to run, and the
// record says who made what of what.
func TestGuardedEdit(t *testing.T) {
	g := newEdited(t)
	for _, row := range []struct {
		name        string
		script      string
		asked, args []string
		out, where  string
	}{
		{"by its name", `printf abc | od -c; echo $?`, []string{"-c"}, []string{"-An", "-tx1"}, " 61 62 63\n0\n", "mirror guard"},
		{"in place of a shell", `cd /usr/bin; printf abc | (exec ./od -c)`, []string{"-c"}, []string{"-An", "-tx1"}, " 61 62 63\n", "mirror guard"},
		{"no arguments", `printf ab | od -An -c; echo $?`, []string{"-An", "-c"}, []string{}, "0000000 061141\n0000002\n0\n", "mirror guard"},
		{"a script", `own/tool.sh a b; echo $?`, []string{"a", "b"}, []string{"c", "d e", "", "\xff"}, "c|d e||\xff|\n0\n", "mirror guard"},
		{"elsewhere", `printf 'a\n' | nl; echo $?`, []string{}, []string{"-w1", "-s:"}, "1:a\n0\n", "local none"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, end := g.asksFor(g.shimmed(row.script))
			if said := g.postSays("/api/queue/"+p.ID+"/approve", body(row.args...)); !strings.Contains(said, "HTTP 200") {
				t.Fatal(said)
			}
			r := <-end
			if r.stdout != row.out || !strings.Contains(r.stderr, "changed the arguments before approving (request "+p.ID+")") {
				t.Errorf("%+v", r)
			}
			rec := g.decided(p.ID)
			if diff := cmp.Diff(row.args, clawrden.RawWords(rec.Args, rec.ArgsB64)); diff != "" && len(row.args)+len(rec.Args) > 0 {
				t.Error(diff)
			}
			if diff := cmp.Diff(row.asked, rec.AskedArgs); diff != "" {
				t.Error(diff)
			}
			if got := rec.Executor + " " + string(rec.Boundary); got != row.where || rec.EditedBy == nil || rec.Way != clawrden.WayGuard {
				t.Errorf("%s, %+v", got, rec)
			}
			if decided, finished := g.told(p.Command); len(decided) != len(finished) || !strings.HasPrefix(finished[len(finished)-1], "0 kernel") {
				t.Errorf("%q %q", decided, finished)
			}
		})
	}
}

// TestGuardedEditRefused leaves the question as it is where what a person wants can't be run, and tells them why.
func TestGuardedEditRefused(t *testing.T) {
	g := newEdited(t)
	for _, row := range []struct{ name, script, body, says string }{
		{"not permitted", `tail -c 3 /etc/passwd; echo $?`, body("-c", "4"), "no approval block with edit_args"},
		{"denied", `od -c </dev/null; echo $?`, body("-d"), "Not in decimal."},
		{"a NUL", `od -x </dev/null; echo $?`, `{"args":["\u0000"]}`, "a NUL"},
		{"another program", `echo '#!/usr/bin/perl' >own/tool.sh; perl -v; echo $?`, body("own/tool.sh"), "it is tool.sh that runs, and not perl"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, end := g.asksFor(g.shimmed(row.script))
			if said := g.postSays("/api/queue/"+p.ID+"/approve", row.body); !strings.Contains(said, "HTTP 400") || !strings.Contains(said, row.says) {
				t.Error(said)
			}
			g.post("/api/queue/"+g.waitPending(1)[0].ID+"/deny", "{}")
			if r := <-end; r.stdout != "126\n" {
				t.Errorf("%+v", r)
			}
		})
	}
}

// TestGuardedEditUnreachable refuses a change where the process has no shim that it could become; it runs as it asked to, or not.
func TestGuardedEditUnreachable(t *testing.T) {
	g := newEdited(t)
	p, end := g.asksFor(g.withoutShim(t, "printf abc | /usr/bin/od -c; echo $?"))
	if said := g.postSays("/api/queue/"+p.ID+"/approve", body("-x")); !strings.Contains(said, "HTTP 400") || !strings.Contains(said, "the shim that would take it there can't be reached") {
		t.Error(said)
	}
	g.post("/api/queue/"+p.ID+"/approve", "{}")
	if r := <-end; r.stdout != "0000000   a   b   c\n0000003\n0\n" {
		t.Errorf("%+v", r)
	}
}

// withoutShim is an agent that sees no shim.
func (g *guarded) withoutShim(t *testing.T, script string) *exec.Cmd {
	t.Helper()
	return g.inLayout(t, `mount -t tmpfs none "$1"`, script)
}

// TestGuardedEditAfterRestart changes what another life of the daemon was asked about.
func TestGuardedEditAfterRestart(t *testing.T) {
	g := newEdited(t)
	p, end := g.asksFor(g.shimmed("printf abc | od -c; echo $?"))
	g.kill(syscall.SIGKILL)
	g.start()
	g.waitFor(func() bool {
		return strings.Contains(g.postSays("/api/queue/"+p.ID+"/approve", body("-An", "-tx1")), "HTTP 200")
	})
	if r := <-end; r.stdout != " 61 62 63\n0\n" {
		t.Errorf("%+v", r)
	}
	if rec := g.decided(p.ID); rec.EditedBy == nil || len(rec.AskedArgs) != 1 {
		t.Errorf("%+v", rec)
	}
}
