package agentroot

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/shim"
)

func TestRealSuffixIsTheShims(t *testing.T) {
	if RealSuffix != shim.RealSuffix || shimName != shim.Name {
		t.Errorf("%q and %q here, %q and %q in the shim", RealSuffix, shimName, shim.RealSuffix, shim.Name)
	}
}

const fakeShim = "#!/bin/sh\n# clawrden shim marker 6f1d7c0be2a94d53"

func TestFindLandsBehindAShim(t *testing.T) {
	dir := tree(t, map[string]string{
		"shims/clawrden-shim": fakeShim, "shims/tool": "-> clawrden-shim",
		"bin/tool": fakeShim, "bin/tool.clawrden-real": "\x7fELF",
		"bin/link": fakeShim, "bin/link.clawrden-real": "-> ../lib/target", "lib/target": "\x7fELF",
		"bin/again": fakeShim, "bin/again.clawrden-real": fakeShim,
		"bin/gone": fakeShim, "bin/gone.clawrden-real": "-> nowhere",
		"bin/closed": fakeShim, "bin/closed.clawrden-real": "x",
		"home/mine": "-> ../bin/tool", "later/again": "\x7fELF",
	})
	if err := os.Chmod(filepath.Join(dir, "bin/closed.clawrden-real"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := rootAt(t, dir, "/", stranger)
	h := NewHasher(1 << 20)
	isShim := func(f *File) bool { return h.IsShim(context.Background(), f) }
	for _, tt := range []struct{ name, path, want, resolved, named, err string }{
		{"tool", "/shims:/bin", "/bin/tool.clawrden-real", "/bin/tool.clawrden-real", "/bin/tool", ""},
		{"link", "/bin", "/bin/link.clawrden-real", "/lib/target", "/bin/link", ""},
		{"mine", "/home", "/bin/tool.clawrden-real", "/bin/tool.clawrden-real", "/home/mine", ""},
		{"again", "/bin:/later", "/later/again", "/later/again", "", ""},
		{"again", "/bin", "", "", "", "is a shim, and not the tool"},
		{"gone", "/bin", "", "", "", "no such tool"},
		{"closed", "/bin", "", "", "", "may not be executed"},
	} {
		f, err := r.Find(tt.name, tt.path, isShim)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s on %s: %v, want %q", tt.name, tt.path, err, tt.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s on %s: %v", tt.name, tt.path, err)
			continue
		}
		if f.Path != tt.want || f.Resolved != tt.resolved || f.Behind != tt.named {
			t.Errorf("%s on %s: %q, %q, %q; want %q, %q, %q", tt.name, tt.path, f.Path, f.Resolved, f.Behind, tt.want, tt.resolved, tt.named)
		}
		tool, err := r.Load(t.Context(), f, h, Seal)
		if err != nil {
			t.Fatal(err)
		}
		if fact := tool.Fact(); tt.named != "" && (fact.Path != tt.named || fact.Resolved != tt.resolved) {
			t.Errorf("%s: the policy is told %+v", tt.name, fact)
		}
		tool.Close()
	}
}

// A process that runs a file in a tool's own place means the tool beside it, whatever its PATH says.
func TestFindBehindTheCaller(t *testing.T) {
	sleep, err := os.ReadFile("/bin/sleep")
	if err != nil {
		t.Skip("no /bin/sleep")
	}
	dir := tree(t, map[string]string{
		"bin/tool.clawrden-real": "#!/bin/sh\n", "bin/plain": "-> tool", "home/other": "-> ../bin/tool", "bin/stranger": "#!/bin/sh\n",
	})
	program := filepath.Join(dir, "bin/tool")
	if err := os.WriteFile(program, sleep, 0o755); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "1000")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	proc, err := unix.Open("/proc/"+strconv.Itoa(c.Process.Pid), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(proc) })
	r, err := Open(proc, Options{Identity: &clawrden.Identity{UID: stranger, GID: stranger}, Trusted: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	r.id.UID = 0 // may search the test's directory, whoever owns it
	shims := true
	isShim := func(f *File) bool { return shims && !strings.HasSuffix(f.Resolved, RealSuffix) }
	for name, want := range map[string]string{
		"tool": program + RealSuffix, "plain": program + RealSuffix, "other": "", "stranger": "", "nothing": "", "": "", "a/tool": "",
	} {
		f, err := r.FindBehind(proc, name, isShim)
		switch {
		case err != nil:
			t.Errorf("%q: %v", name, err)
		case f == nil && want != "":
			t.Errorf("%q: nothing, want %s", name, want)
		case f != nil:
			if f.Path != want {
				t.Errorf("%q: %s, want %q", name, f.Path, want)
			}
			f.Close()
		}
	}
	shims = false
	if f, err := r.FindBehind(proc, "tool", isShim); f != nil || err != nil {
		t.Errorf("a program that is no shim: %v, %v", f, err)
	}
}
