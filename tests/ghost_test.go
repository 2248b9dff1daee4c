package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

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
func newGhosts(t *testing.T, policy string, tools ...string) (h *caged, dir string) {
	t.Helper()
	h = newCaged(t, hostOptions{tools: tools, policy: policy})
	h.docker.Image(t, "tools:1", map[string][]byte{
		"usr/local/bin/only-here": []byte("#!/bin/sh\necho in the image: \"$@\"\n"),
		"opt/tool/lib":            []byte("the image's own"),
	})
	dir, err := os.MkdirTemp("/srv", "clawrden-test-")
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
	for range 200 {
		var err error
		if out, err = c.docker.CLI("ps", "-aq", "--filter", "label=org.clawrden.ghost="+filepath.Join(c.dir, "state/ghosts")); err != nil {
			c.t.Fatal(err)
		}
		if out == "" {
			return
		}
	}
	c.t.Errorf("ghosts are left: %s", out)
}

// TestGhost: the image's tool, on the caller's words, descriptors and directory, as the caller.
func TestGhost(t *testing.T) {
	h, dir := newGhosts(t, ghosts, "sh", "cat", "only-here", "id", "no-such-tool")
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
