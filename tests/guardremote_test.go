package tests

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const remotePolicy = guardPolicy + `
rule "by their names" {
  commands = ["served", "silent", "known"]
  action   = "allow"
}
rule "known as what it is" {
  commands = ["known"]
  exe_any  = ["remote"]
  action   = "allow"
}
`

// TestRemoteFiles runs programs from a file system whose server may be the agent's own: their content isn't fixed by anything, so their
// names don't count, and one that never answers holds up nobody but who runs it.
func TestRemoteFiles(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: remotePolicy, config: "limits {\n  resolve_time = \"1s\"\n}\n"})
	dir := filepath.Join(g.dir, "remote")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	echo, err := os.ReadFile("/bin/echo")
	if err != nil {
		t.Fatal(err)
	}
	u := mountUser(t, dir, echo, "served", "silent", "known")
	u.silent.Store(3)

	r := finish(t, g.agent("bash", "-c", "remote/served x; echo $?; remote/known y; echo $?"))
	if r.stdout != "126\ny\n0\n" || !strings.HasPrefix(r.stderr, "clawrden: served x: denied by rule \"exe_any\"") || !strings.Contains(r.stderr, "user-space file system") {
		t.Errorf("%+v", r)
	}
	for _, rec := range g.records() {
		if rec.Exe != nil && strings.Contains(rec.Exe.Resolved, "/remote/") && rec.Exe.SHA256 != "" {
			t.Errorf("it was read: %+v", rec.Exe)
		}
	}

	// The server doesn't answer any more, to the agent's exec or to the daemon's look at the file.
	c := g.agent("bash", "-c", "for i in {1..20}; do remote/silent & done; ls /etc/passwd; echo on; wait")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for _, want := range []string{"/etc/passwd", "on"} {
		if !lines.Scan() || lines.Text() != want {
			t.Errorf("%q, want %q", lines.Text(), want)
		}
	}
	u.mute.Store(true)
	other := g.agent("bash", "-c", "x=remote; $x/known y; echo $?; /bin/echo on")
	if r := finish(t, other); r.stdout != "125\non\n" || !strings.HasPrefix(r.stderr, "clawrden: known y: not run\nclawrden: looking at its files took longer than") {
		t.Errorf("%+v", r)
	}
	if r := finish(t, g.agent("ls", "/etc/passwd")); r.stdout != "/etc/passwd\n" {
		t.Errorf("another session: %+v", r)
	}
	u.abort(dir)
	for lines.Scan() {
		continue
	}
	_ = c.Wait()
}
