package tests

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/clawrden/clawrden"
)

const agentPolicy = `
policy {
  default = "allow"
  opaque  = "allow"
}
rule "look" {
  commands = ["mine"]
  action   = "ask"
}
`

// ownStand is a host with a directory that the agent owns and that is first on its PATH behind the shims.
func ownStand(t *testing.T) (h *host, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: the daemon's own user is trusted, so nothing of its would be sealed")
	}
	h = newHost(t, hostOptions{policy: agentPolicy, tools: []string{"mine", "own"}, args: []string{}})
	dir = filepath.Join(h.dir, "own")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return h, dir
}

func (h *host) agent(dir, tool string, args ...string) *exec.Cmd {
	c := asUser(h.command(tool, args...), stranger)
	c.Dir = "/"
	c.Env = append([]string{"PATH=" + h.shims + ":" + dir + ":/usr/bin:/bin"}, h.env()[1:]...)
	return c
}

func give(t *testing.T, path, text string) {
	t.Helper()
	_ = os.Remove(path)
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, stranger, stranger); err != nil {
		t.Fatal(err)
	}
}

// TestAgentsOwnTool: what the agent can write runs from a sealed copy of what was judged, and a change while a person is
// asked is asked again, three times at most.
func TestAgentsOwnTool(t *testing.T) {
	h, dir := ownStand(t)
	if err := os.Chown(dir, stranger, stranger); err != nil {
		t.Fatal(err)
	}
	echo, err := os.ReadFile("/bin/echo")
	if err != nil {
		t.Fatal(err)
	}
	give(t, filepath.Join(dir, "own"), string(echo))
	if r := finish(t, h.agent(dir, "own", "hello")); r.stdout != "hello\n" || r.code != 0 {
		t.Errorf("a sealed binary: %+v", r)
	}
	give(t, filepath.Join(dir, "own"), "#!/bin/sh\necho \"$0\" \"$@\"\n")
	if r := finish(t, h.agent(dir, "own", "a")); r.code != 0 || !strings.HasPrefix(r.stdout, "/proc/self/fd/") || !strings.HasSuffix(r.stdout, " a\n") {
		t.Errorf("a sealed script: %+v", r)
	}
	rs := h.waitRecords(func(rs []clawrden.Record) bool { return rs[len(rs)-1].Event == clawrden.EventFinished })
	for _, r := range rs {
		if r.Event == clawrden.EventDecided && (r.Exe == nil || !r.Exe.Sealed) {
			t.Errorf("the record of %s %q doesn't say that it was sealed: %+v", r.Command, r.Args, r.Exe)
		}
	}

	for _, row := range []struct {
		changes int
		want    result
	}{{0, result{stdout: "0\n"}}, {1, result{stdout: "1\n"}}, {3, result{code: 126}}} {
		changes, want := row.changes, row.want
		text := func(n int) string { return "#!/bin/sh\necho " + string(rune('0'+n)) + "\n" }
		give(t, filepath.Join(dir, "mine"), text(0))
		done := make(chan result)
		go func() { done <- finish(t, h.agent(dir, "mine")) }()
		seen := ""
		for n := 0; ; n++ {
			q := h.waitPending(1)
			for q[0].Digest == seen {
				q = h.waitPending(1)
			}
			seen = q[0].Digest
			if n < changes {
				give(t, filepath.Join(dir, "mine"), text(n+1))
			}
			h.post("/api/queue/"+q[0].ID+"/approve", "")
			if n >= changes || n == 2 {
				break
			}
		}
		r := <-done
		if r.stdout != want.stdout || r.code != want.code || (want.code != 0 && !strings.Contains(r.stderr, "kept changing")) {
			t.Errorf("changed %d times: %+v", changes, r)
		}
	}
}

// TestNotATool: what can't be run ends clearly, and at once.
func TestNotATool(t *testing.T) {
	h, dir := ownStand(t)
	p := filepath.Join(dir, "own")
	for name, tt := range map[string]struct {
		make func() error
		code int
		says string
	}{
		"nothing":         {func() error { return nil }, 127, "no such tool"},
		"a FIFO":          {func() error { return syscall.Mkfifo(p, 0o777) }, 127, "not a regular file"},
		"a device":        {func() error { return syscall.Mknod(p, syscall.S_IFCHR|0o777, 1<<8|3) }, 127, "not a regular file"},
		"a directory":     {func() error { return os.Mkdir(p, 0o755) }, 127, "not a regular file"},
		"a dangling link": {func() error { return os.Symlink("nowhere", p) }, 127, "no such tool"},
		"a loop":          {func() error { return os.Symlink("own", p) }, 127, "too many links"},
		"not executable":  {func() error { return os.WriteFile(p, []byte("x"), 0o644) }, 127, "may not be executed"},
		"a magic link":    {func() error { return os.Symlink("/proc/self/exe", p) }, 127, "link of /proc"},
		"no interpreter":  {func() error { return os.WriteFile(p, []byte("#!/no/such\n"), 0o755) }, 126, "its interpreter"},
		"binary garbage":  {func() error { return os.WriteFile(p, []byte("a\x00b"), 0o755) }, 126, "exec format error"},
	} {
		_ = os.RemoveAll(p)
		if err := tt.make(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r := finish(t, h.agent(dir, "own")); r.code != tt.code || !strings.Contains(r.stderr, tt.says) || r.stdout != "" {
			t.Errorf("%s: %+v, want %d and %q", name, r, tt.code, tt.says)
		}
	}
}

// TestToolIsFoundAsTheAgentWould looks along the agent's own PATH, past every shim.
func TestToolIsFoundAsTheAgentWould(t *testing.T) {
	h, dir := ownStand(t)
	old := filepath.Join(h.dir, "old")
	if err := os.Mkdir(old, 0o755); err != nil {
		t.Fatal(err)
	}
	shim, err := os.ReadFile(filepath.Join(bin, "clawrden-shim"))
	if err != nil {
		t.Fatal(err)
	}
	other := append(bytes.Clone(shim), 'x') // a shim of another build
	if err := os.WriteFile(filepath.Join(old, "own"), other, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "own"), []byte("#!/bin/sh\necho \"$0\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		env  []string
		cwd  string
		want result
	}{
		"relative":            {[]string{"PATH=nothing:own"}, h.dir, result{stdout: "own/own\n"}},
		"empty":               {[]string{"PATH=/nothing:"}, dir, result{stdout: "./own\n"}},
		"past another shim":   {[]string{"PATH=" + h.shims + ":" + old + ":" + dir}, "/", result{stdout: dir + "/own\n"}},
		"nothing but shims":   {[]string{"PATH=" + h.shims + ":" + old}, "/", result{code: 127}},
		"none":                {nil, "/", result{code: 127}},
		"a file on the way":   {[]string{"PATH=/etc/passwd:" + dir}, "/", result{stdout: dir + "/own\n"}},
		"a trailing slash":    {[]string{"PATH=" + dir + "/"}, "/", result{stdout: dir + "/own\n"}},
		"up and down again":   {[]string{"PATH=" + dir + "/../own"}, "/", result{stdout: dir + "/../own/own\n"}},
		"more than are asked": {[]string{"PATH=" + strings.Repeat("/x:", 300) + dir}, "/", result{code: 127}},
	} {
		c := h.agent(dir, "own")
		c.Dir, c.Env = tt.cwd, append(tt.env, h.env()[1:]...)
		r := finish(t, c)
		if r.code != tt.want.code || r.stdout != tt.want.stdout {
			t.Errorf("%s: %+v, want %+v", name, r, tt.want)
		}
	}
}

// TestOtherRoots: a caller in another root directory, or with other mounts, gets its own tool.
func TestOtherRoots(t *testing.T) {
	h, dir := ownStand(t)
	busybox, err := os.ReadFile("/bin/busybox")
	if err != nil {
		t.Skip("busybox (static) is not installed")
	}
	tree := filepath.Join(h.dir, "tree")
	for p, text := range map[string][]byte{
		"bin/sh": busybox, "bin/own": []byte("#!/bin/sh\necho in the tree\n"), "shims/own": nil,
	} {
		p = filepath.Join(tree, p)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if text == nil {
			if text, err = os.ReadFile(filepath.Join(bin, "clawrden-shim")); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(p, text, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "own"), []byte("#!/bin/sh\necho outside\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	// The socket is reached through a link to the same inode; a bind mount would need a namespace.
	if err := os.Link(h.socket, filepath.Join(tree, "sock")); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("/shims/own")
	c.Dir, c.Env = "/", []string{"PATH=/shims:/bin", "CLAWRDEN_SOCKET=/sock"}
	c.SysProcAttr = &syscall.SysProcAttr{Chroot: tree}
	if r := finish(t, c); r.stdout != "in the tree\n" || r.code != 0 {
		t.Errorf("in another root: %+v", r)
	}
	c = exec.Command("unshare", "-m", "sh", "-c", `mount --bind "$1" "$2" && exec "$3"`, "sh", filepath.Join(tree, "bin"), dir, filepath.Join(h.shims, "own"))
	c.Dir, c.Env = "/", append([]string{"PATH=" + dir + ":/usr/bin:/bin"}, h.env()[1:]...)
	if r := finish(t, c); r.stdout != "in the tree\n" || r.code != 0 {
		t.Errorf("with other mounts: %+v", r)
	}
}
