package tests

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
)

const ghosts = `
policy {
  default = "deny"
}
executor "box" {
  kind  = "ghost"
  image = "tools:1"
}
rule "all" {
  commands = ["*"]
  action   = "allow"
  opaque   = "allow"
  executor = executor.box
}
`

// newGhosts is a host whose commands run in ghosts of an image of its own, and a directory of an agent's.
func newGhosts(t *testing.T, tools ...string) (h *caged, dir string) {
	t.Helper()
	h = newCaged(t, hostOptions{tools: tools, policy: ghosts})
	h.docker.Image(t, "tools:1", map[string][]byte{
		"usr/local/bin/only-here": []byte("#!/bin/sh\necho in the image: \"$@\"\n"),
		"opt/tool/lib":            []byte("the image's own"),
	})
	dir, err := os.MkdirTemp("/srv", "clawrden-test-") //nolint:usetesting // t.TempDir is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chown(dir, stranger, stranger); err != nil {
		t.Fatal(err)
	}
	return h, dir
}

// ghost is a governed command of an ordinary user of the host, in a directory.
func (c *caged) ghost(dir, tool string, args ...string) *exec.Cmd {
	cmd := asUser(c.command(tool, args...), stranger)
	cmd.Dir = dir
	return cmd
}

// noGhosts makes sure that every container of ghosts is gone, in the end.
func (c *caged) noGhosts() {
	c.t.Helper()
	out := ""
	if !comes(func() bool {
		var err error
		if out, err = c.docker.CLI("ps", "-aq", "--filter", "label=org.clawrden.ghost="+filepath.Join(c.dir, "state/ghosts")); err != nil {
			c.t.Fatal(err)
		}
		return out == ""
	}) {
		c.t.Errorf("ghosts are left: %s", out)
	}
}

// TestGhost: the image's tool, on the caller's words, descriptors and directory, as the caller.
func TestGhost(t *testing.T) {
	h, dir := newGhosts(t, "sh", "cat", "only-here", "id", "no-such-tool")
	sh := func(script string) []string { return []string{"-c", script} }
	for _, tt := range []struct {
		name, tool string
		args       []string
		stdin      string
		want       result
	}{
		{"a tool that the caller hasn't", "only-here", []string{"a b", "c"}, "", result{stdout: "in the image: a b c\n"}},
		{"exit status", "sh", sh("exit 42"), "", result{code: 42}},
		{"death by a signal", "sh", sh("kill -TERM $$"), "", result{signal: syscall.SIGTERM, code: -1}},
		{"both streams", "sh", sh("echo out; echo err >&2"), "", result{stdout: "out\n", stderr: "err\n"}},
		{"stdin", "cat", nil, "some text", result{stdout: "some text"}},
		{"user", "id", nil, "", result{stdout: "uid=54321 gid=54321 groups=54321\n"}},
		{"working directory", "sh", sh("pwd; echo $PWD"), "", result{stdout: dir + "\n" + dir + "\n"}},
		{"home that can be written", "sh", sh("echo $HOME; echo x > $HOME/x && cat $HOME/x"), "", result{stdout: "/tmp\nx\n"}},
		{"no network", "sh", sh("ls /sys/class/net"), "", result{stdout: "lo\n"}},
		{"no capabilities, no way to more", "sh", sh("grep -E 'Cap(Eff|Bnd|Prm)|NoNewPrivs' /proc/self/status | tr '\\n' ' '"), "", result{stdout: "CapPrm:\t0000000000000000 CapEff:\t0000000000000000 CapBnd:\t0000000000000000 NoNewPrivs:\t1 "}},
		{"nothing of the host", "sh", sh("ls -d /work /srv/*"), "", result{stdout: dir + "\n", stderr: "ls: /work: No such file or directory\n", code: 1}},
		{"not the first process", "sh", sh("[ $$ != 1 ] && echo child"), "", result{stdout: "child\n"}},
		{"no secrets of the caller's", "sh", sh("echo $CLAWRDEN_SOCKET$SECRET $LANG"), "", result{stdout: "C.UTF-8\n"}},
	} {
		c := h.ghost(dir, tt.tool, tt.args...)
		c.Env = append(c.Env, "SECRET=1")
		c.Stdin = strings.NewReader(tt.stdin)
		if r := finish(t, c); r != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, r, tt.want)
		}
	}
	if r := finish(t, h.ghost(dir, "no-such-tool")); r.code != 127 || !strings.Contains(r.stderr, "no-such-tool") {
		t.Errorf("a tool that the image hasn't: %+v", r)
	}
	if r := finish(t, h.ghost(dir, "sh", "-c", "echo made > file")); r.code != 0 {
		t.Errorf("writing: %+v", r)
	}
	var st syscall.Stat_t
	if err := syscall.Stat(filepath.Join(dir, "file"), &st); err != nil || st.Uid != stranger {
		t.Errorf("what it made: %v, uid %d", err, st.Uid)
	}
	for _, r := range h.records() {
		if r.Event == clawrden.EventDecided && (r.Executor != "ghost" || r.Boundary != clawrden.BoundaryContainer || !strings.HasPrefix(r.Exe.Image, "tools:1@sha256:")) {
			t.Errorf("%s by %s, boundary %s, %+v", r.Command, r.Executor, r.Boundary, r.Exe)
		}
	}
	h.noGhosts()
}

// Callers in containers: the directory is found by the engine's word on their own container, with what is mounted there; what
// they can't see or write stays so, and their root isn't anybody's.
func TestGhostFromContainer(t *testing.T) {
	h, dir := newGhosts(t, "sh")
	for _, p := range []string{"work", "work/sub", "ro"} {
		if err := os.MkdirAll(filepath.Join(dir, p), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(dir, p), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"work/.env", "ro/file"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("text of "+name+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	id := h.container("-v", filepath.Join(dir, "work")+":/work", "-v", "/dev/null:/work/.env:ro", "-v", filepath.Join(dir, "ro")+":/srv/ro:ro", "--tmpfs", "/memory:mode=1777")
	for _, tt := range []struct {
		name, cwd, user, script, says string
		want                          result
	}{
		{"its directory", "/work", "1000:1000", "pwd; echo x > new; cat new", "", result{stdout: "/work\nx\n"}},
		{"below it", "/work/sub", "1000:1000", "pwd", "", result{stdout: "/work/sub\n"}},
		{"what a mount hides from it", "/work", "1000:1000", "cat .env", "", result{}},
		{"what it may only read", "/srv/ro", "1000:1000", "cat file; touch new", "Read-only file system", result{stdout: "text of ro/file\n", code: 1}},
		{"its memory", "/memory", "1000:1000", "echo ran", "memory of the caller's container", result{code: 125}},
		{"its programs", "/usr/local/bin", "1000:1000", "echo ran", "take the place of the image's own", result{code: 125}},
		{"its root", "/work", "0:0", "echo ran", "a ghost doesn't inherit", result{code: 125}},
	} {
		r := finish(t, h.inside(id, []string{"-u", tt.user, "-w", tt.cwd}, "sh", "-c", tt.script))
		if r.stdout != tt.want.stdout || r.code != tt.want.code || !strings.Contains(r.stderr, tt.says) || tt.says == "" && r.stderr != "" {
			t.Errorf("%s: %+v, want %+v and %q", tt.name, r, tt.want, tt.says)
		}
	}
	h.noGhosts()
}

// A caller that is killed takes its ghost along, and so does the kill switch, with all that runs there.
func TestGhostKilled(t *testing.T) {
	h, dir := newGhosts(t, "sh")
	for _, row := range []struct {
		name string
		end  func(shim int)
	}{
		{"the caller", func(shim int) { _ = syscall.Kill(shim, syscall.SIGKILL) }},
		{"the switch", func(int) { h.post("/api/kill", "{}") }},
	} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		c := h.ghost(dir, "sh", "-c", "trap '' TERM; sleep 1000 & echo ready; wait; sleep 1000")
		c.Stdout = w
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		_ = w.Close()
		if _, err := r.Read(make([]byte, 16)); err != nil {
			t.Fatal(err)
		}
		row.end(c.Process.Pid)
		_ = c.Wait()
		if n, err := r.Read(make([]byte, 16)); n != 0 { // the end of all that hold the pipe
			t.Errorf("%s: %d, %v", row.name, n, err)
		}
		_ = r.Close()
		h.noGhosts()
		h.post("/api/unlock", "{}")
	}
}

// The caller's terminal is the tool's, and signals go there.
func TestGhostTerminal(t *testing.T) {
	h, dir := newGhosts(t, "sh")
	if _, err := exec.LookPath("script"); err != nil {
		t.Skip("script is not installed")
	}
	c := exec.Command("script", "-qec", filepath.Join(h.shims, "sh")+` -c "stty size; [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo terminal"`, "/dev/null")
	c.Env, c.Dir, c.Stdin = append(h.env(), "SHELL=/bin/sh"), dir, strings.NewReader("")
	if r := finish(t, asUser(c, stranger)); !strings.Contains(r.stdout, "terminal\r\n") {
		t.Errorf("%+v", r)
	}
	trap := h.ghost(dir, "sh", "-c", "trap 'echo caught; exit 9' HUP; echo ready; while :; do sleep 0.05; done")
	out, err := trap.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := trap.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 16)); err != nil {
		t.Fatal(err)
	}
	_ = trap.Process.Signal(syscall.SIGHUP)
	b := make([]byte, 16)
	n, _ := out.Read(b)
	if err := trap.Wait(); string(b[:n]) != "caught\n" || trap.ProcessState.ExitCode() != 9 {
		t.Errorf("%q, %v", b[:n], err)
	}
}

const askedGhosts = `
policy {
  default = "deny"
}
executor "box" {
  kind  = "ghost"
  image = "tools:1"
}
rule "asked" {
  commands = ["cat"]
  action   = "ask"
  executor = executor.box
}
rule "not fetched" {
  commands = ["absent"]
  action   = "allow"
  executor = executor.absent
}
executor "absent" {
  kind  = "ghost"
  image = "not-there:1"
}
`

// A directory that something takes the place of while a person is asked isn't worked in, whatever it is by then.
func TestGhostDirectoryReplaced(t *testing.T) {
	h, dir := newGhosts(t, "cat")
	h.setPolicy(askedGhosts)
	if code := h.post("/api/reload", ""); code != http.StatusOK {
		t.Fatalf("HTTP %d", code)
	}
	secret, work := filepath.Join(dir, "secret"), filepath.Join(dir, "work")
	for _, row := range []struct {
		name    string
		replace func() error
	}{
		{"by a link", func() error { return os.Symlink(secret, work) }},
		{"by another directory", func() error { return os.Rename(secret, work) }},
		{"by nothing", func() error { return nil }},
	} {
		name, replace := row.name, row.replace
		for _, d := range []string{secret, work} {
			if err := os.RemoveAll(d); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(d, 0o777); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(secret, "key"), []byte("secret"), 0o644); err != nil {
			t.Fatal(err)
		}
		done := make(chan result, 1)
		go func() { done <- finish(t, h.ghost(work, "cat", "key", name)) }()
		id := h.waitPending(1)[0].ID
		if err := errors.Join(os.Rename(work, work+"-"+name), replace()); err != nil {
			t.Fatal(err)
		}
		h.post("/api/queue/"+id+"/approve", "")
		var r result
		for over := false; !over; { // what isn't what was approved is asked for anew, or refused
			select {
			case r = <-done:
				over = true
			case <-time.After(5 * time.Millisecond):
				var q []clawrden.Pending
				if h.get("/api/queue", &q); len(q) > 0 {
					h.post("/api/queue/"+q[0].ID+"/deny", `{"reason":"no"}`)
				}
			}
		}
		if r.code == 0 || r.stdout != "" || strings.Contains(r.stderr, "secret") {
			t.Errorf("%s: %+v", name, r)
		}
	}
	h.noGhosts()
}

// An image that isn't there is refused with what to do, and isn't fetched.
func TestGhostImageMissing(t *testing.T) {
	h, dir := newGhosts(t, "absent")
	h.setPolicy(askedGhosts)
	if code := h.post("/api/reload", ""); code != http.StatusOK {
		t.Fatalf("HTTP %d", code)
	}
	if r := finish(t, h.ghost(dir, "absent")); r.code != 125 || r.stdout != "" || !strings.Contains(r.stderr, "docker pull not-there:1") {
		t.Errorf("%+v", r)
	}
	h.noGhosts()
}

// Without its engine a ghost is refused, with what to do; with one that says nothing, too, and in time.
func TestGhostWithoutEngine(t *testing.T) {
	h := newHost(t, hostOptions{tools: []string{"sh"}, policy: ghosts, config: "docker {\n  socket = \"/nonexistent/docker.sock\"\n}\n"})
	c := h.command("sh", "-c", "echo ran")
	c.Dir = "/srv"
	if r := finish(t, asUser(c, stranger)); r.code != 125 || r.stdout != "" || !strings.Contains(r.stderr, "cannot reach the container engine at /nonexistent/docker.sock") || !strings.Contains(r.stderr, "systemctl start docker") {
		t.Errorf("%+v", r)
	}
	if r := h.waitRecords(func(rs []clawrden.Record) bool { return rs[len(rs)-1].Event == clawrden.EventDecided }); r[len(r)-1].Decision != clawrden.OutcomeDeny {
		t.Errorf("recorded as %s", r[len(r)-1].Decision)
	}
}
