package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// userland is a tree of programs that isn't this machine's: the shim and the CLI have to work in it as they are.
type userland struct {
	name string
	make func(root string) error // fills the tree; an error says why it can't be had here
	has  bool                    // a shell and echo of its own, beside the tool that is put there
}

// TestUserlands runs the static shim and CLI in roots with another C library, or with none. With CLAWRDEN_DISTROS (`make
// test-distros`) it goes through whole distributions too, and tells which can't be had.
func TestUserlands(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may change its root")
	}
	lands := []userland{
		{"static binaries alone", func(string) error { return nil }, false},
		{"busybox", busybox, true},
		{"musl", musl, true},
	}
	var out []string
	if os.Getenv("CLAWRDEN_DISTROS") != "" {
		lands = append(lands, distributions()...)
	}
	h := newHost(t, hostOptions{tools: []string{"tool", "echo", "nothing"}, args: []string{}, policy: `
policy {
  default = "deny"
}
rule "all but harm" {
  commands = ["tool", "echo", "nothing"]
  action   = "allow"
}
rule "harm" {
  commands = ["tool"]
  action   = "deny"
  reason   = "this one does harm"
  when {
    args = ["--harm", "**"]
  }
}
`})
	for _, land := range lands {
		root := filepath.Join(h.dir, "roots", strings.ReplaceAll(land.name, " ", "-"))
		if err := os.MkdirAll(root, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := land.make(root); err != nil {
			out = append(out, fmt.Sprintf("%s: %v", land.name, err))
			continue
		}
		t.Run(land.name, func(t *testing.T) { h.inUserland(t, root, land.has) })
	}
	for _, reason := range out {
		t.Logf("left out: %s", reason)
	}
	if os.Getenv("CLAWRDEN_DISTROS") == "" && len(out) > 0 {
		t.Error("these can be had on every Debian machine: tests/setup.sh installs what they need")
	}
}

// inUserland governs commands in a root.
func (h *host) inUserland(t *testing.T, root string, has bool) {
	own := filepath.Join(root, "clawrden")
	for _, dir := range []string{"bin", "shims", "run"} {
		if err := os.MkdirAll(filepath.Join(own, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range [][2]string{
		{filepath.Join(bin, "clawrden"), "bin/clawrden"},
		{filepath.Join(bin, "clawrden"), "bin/tool"},
		{filepath.Join(bin, "clawrden-shim"), "shims/clawrden-shim"},
	} {
		if err := exec.Command("cp", c[0], filepath.Join(own, c[1])).Run(); err != nil {
			t.Fatal(err)
		}
	}
	for _, tool := range []string{"tool", "echo", "nothing"} {
		if err := os.Symlink("clawrden-shim", filepath.Join(own, "shims", tool)); err != nil {
			t.Fatal(err)
		}
	}
	for from, to := range map[string]string{h.socket: "run/shim.sock", h.control: "run/control.sock"} {
		if err := os.Link(from, filepath.Join(own, to)); err != nil {
			t.Fatal(err)
		}
	}
	run := func(program string, args ...string) result {
		t.Helper()
		c := exec.Command(program, args...)
		c.Path = program // in the other root
		c.Err = nil
		c.Dir = "/"
		c.Env = []string{
			"PATH=/clawrden/shims:/clawrden/bin:/usr/bin:/bin", "CLAWRDEN_SOCKET=/clawrden/run/shim.sock",
			"CLAWRDEN_CONTROL=/clawrden/run/control.sock",
		}
		c.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
		return finish(t, c)
	}
	if r := run("/clawrden/bin/clawrden", "--version"); r.code != 0 || !strings.HasPrefix(r.stdout, "clawrden ") || r.stderr != "" {
		t.Errorf("--version: %+v", r)
	}
	if r := run("/clawrden/bin/clawrden", "status"); r.code != 0 || !strings.Contains(r.stdout, "running") {
		t.Errorf("status: %+v", r)
	}
	if r := run("/clawrden/bin/clawrden", "can", "--", "tool", "--harm"); r.code != 1 || !strings.Contains(r.stdout, "this one does harm") {
		t.Errorf("can: %+v", r)
	}
	if r := run("/clawrden/shims/tool", "--version"); r.code != 0 || !strings.HasPrefix(r.stdout, "clawrden ") || r.stderr != "" {
		t.Errorf("allowed: %+v", r)
	}
	if r := run("/clawrden/shims/tool", "no-such-command"); r.code != 2 {
		t.Errorf("its exit status: %+v", r)
	}
	if r := run("/clawrden/shims/tool", "--harm"); r.code != 126 || r.stdout != "" || !strings.Contains(r.stderr, "this one does harm") {
		t.Errorf("denied: %+v", r)
	}
	if r := run("/clawrden/shims/nothing"); r.code != 127 || !strings.HasPrefix(r.stderr, "clawrden: ") {
		t.Errorf("no such tool: %+v", r)
	}
	if !has {
		return
	}
	if r := run("/bin/sh", "-c", `echo a 'b  c' | while read -r line; do echo "$line"; done; /clawrden/shims/echo own; tool --harm; echo $?`); r.code != 0 || r.stdout != "a b  c\nown\n126\n" {
		t.Errorf("from its shell: %+v", r)
	}
}

// busybox fills a root with Debian's static busybox.
func busybox(root string) error {
	from, err := exec.LookPath("busybox")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(root, "bin"), 0o755); err != nil {
		return err
	}
	if out, err := exec.Command("cp", from, filepath.Join(root, "bin/busybox")).CombinedOutput(); err != nil {
		return fmt.Errorf("cp: %v: %s", err, out)
	}
	for _, applet := range []string{"sh", "echo"} {
		if err := os.Symlink("busybox", filepath.Join(root, "bin", applet)); err != nil {
			return err
		}
	}
	return nil
}

// echoInC is what musl's echo is made of: linked to the C library at run time, as a distribution's programs are.
const echoInC = `#include <stdio.h>
int main(int n, char **words) { for (int i = 1; i < n; i++) printf(i > 1 ? " %s" : "%s", words[i]); puts(""); return 0; }
`

// musl fills a root with musl's loader, a program that it loads, and busybox for a shell.
func musl(root string) error {
	if err := busybox(root); err != nil {
		return err
	}
	compiler, err := exec.LookPath("musl-gcc")
	if err != nil {
		return err
	}
	echo := filepath.Join(root, "bin/echo")
	if err := os.Remove(echo); err != nil {
		return err
	}
	c := exec.Command(compiler, "-x", "c", "-o", echo, "-")
	c.Stdin = strings.NewReader(echoInC)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("musl-gcc: %v\n%s", err, out)
	}
	loaders, err := filepath.Glob("/lib/ld-musl-*.so.1")
	if err != nil || len(loaders) == 0 {
		return fmt.Errorf("no loader /lib/ld-musl-*.so.1 (%v)", err)
	}
	if err := os.MkdirAll(filepath.Join(root, "lib"), 0o755); err != nil {
		return err
	}
	if out, err := exec.Command("cp", "-L", loaders[0], filepath.Join(root, "lib")).CombinedOutput(); err != nil {
		return fmt.Errorf("cp: %v: %s", err, out)
	}
	return nil
}

// distributions are whole ones: Debian's releases are made from its mirror, others come from CLAWRDEN_USERLANDS, a directory
// with a tree for each, or from an image of the engine that has it already. Nothing is fetched from a registry of images.
func distributions() []userland {
	var lands []userland
	for _, release := range []string{"bullseye", "bookworm", "trixie", "sid"} {
		lands = append(lands, userland{"debian " + release, func(root string) error {
			out, err := exec.Command("unshare", "--mount", "mmdebstrap", "--quiet", "--mode=root", "--variant=essential", release, root).CombinedOutput()
			if err != nil {
				return fmt.Errorf("mmdebstrap: %v\n%s", err, lastLine(string(out)))
			}
			return nil
		}, true})
	}
	for _, name := range []string{"ubuntu", "fedora", "rockylinux", "alpine", "archlinux", "opensuse", "void"} {
		lands = append(lands, userland{name, func(root string) error { return found(name, root) }, true})
	}
	return lands
}

// found copies a tree or an image that this machine has.
func found(name, root string) error {
	copied := `cp -a -- "$1/$2/." "$3"`
	tree := filepath.Join(os.Getenv("CLAWRDEN_USERLANDS"), name)
	if os.Getenv("CLAWRDEN_USERLANDS") == "" {
		tree = ""
	} else if _, err := os.Stat(tree); err != nil {
		tree = ""
	}
	if tree == "" {
		if err := exec.Command("docker", "image", "inspect", name).Run(); err != nil {
			return fmt.Errorf("no tree of it in $CLAWRDEN_USERLANDS, and the engine has no image %s", name)
		}
		copied = `id=$(docker create "$2" true) && docker export "$id" | tar -x -C "$3" && docker rm "$id" >/dev/null`
	}
	if out, err := exec.Command("sh", "-c", copied, "sh", os.Getenv("CLAWRDEN_USERLANDS"), name, root).CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %s", err, lastLine(string(out)))
	}
	return nil
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
}
