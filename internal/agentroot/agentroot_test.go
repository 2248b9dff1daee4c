package agentroot

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// rootAt is a Root over a directory, seen by an agent of the given uid.
func rootAt(t *testing.T, dir, cwd string, uid uint32) *Root {
	t.Helper()
	fd, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	r := &Root{fd: fd, cwd: cwd, id: &clawrden.Identity{UID: uid, GID: uid}}
	t.Cleanup(r.Close)
	return r
}

func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if target, ok := strings.CutPrefix(content, "-> "); ok {
			if err := os.Symlink(target, p); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(p, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const stranger = 54321 // a uid that owns nothing

func TestWalkStaysInTheRoot(t *testing.T) {
	dir := tree(t, map[string]string{
		"etc/passwd": "inside", "a/b/file": "x", "up": "-> ../../../../etc/passwd", "abs": "-> /etc/passwd",
		"loop": "-> loop", "dirlink": "-> a/b", "a/b/back": "-> ../../etc/passwd", "dangling": "-> nowhere",
	})
	r := rootAt(t, dir, "/a", stranger)
	for _, tt := range []struct{ path, resolved, err string }{
		{"/etc/passwd", "/etc/passwd", ""},
		{"/../../../etc/passwd", "/etc/passwd", ""},
		{"/up", "/etc/passwd", ""},
		{"/abs", "/etc/passwd", ""},
		{"/a/b/back", "/etc/passwd", ""},
		{"/dirlink/file", "/a/b/file", ""},
		{"/dirlink/../b/file", "/a/b/file", ""},
		{"b/file", "/a/b/file", ""},
		{"/loop", "", ErrTooDeep.Error()},
		{"/dangling", "", "no such file"},
		{"/etc/passwd/x", "", "not a directory"},
		{"/" + strings.Repeat("x/", 3000), "", ErrTooDeep.Error()},
	} {
		f, err := r.Walk(tt.path)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("Walk(%.40q) = %v, want an error with %q", tt.path, err, tt.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("Walk(%q): %v", tt.path, err)
			continue
		}
		if f.Resolved != tt.resolved {
			t.Errorf("Walk(%q) leads to %q, want %q", tt.path, f.Resolved, tt.resolved)
		}
		f.Close()
	}
}

func TestWalkRefusesMagicLinks(t *testing.T) {
	r := rootAt(t, "/", "/", stranger)
	for _, p := range []string{"/proc/self/exe", "/proc/self/root/etc/passwd", "/proc/thread-self/cwd"} {
		if f, err := r.Walk(p); !errors.Is(err, ErrMagicLink) {
			t.Errorf("Walk(%q) = %v, %v; want ErrMagicLink", p, f, err)
		}
	}
}

func TestResolveFollowsWhatExists(t *testing.T) {
	dir := tree(t, map[string]string{"work/real/x": "", "work/link": "-> real", "work/out": "-> /etc", "etc/y": ""})
	r := rootAt(t, dir, "/work", stranger)
	for p, want := range map[string]string{
		"link/new/file": "/work/real/new/file",
		"out/shadow":    "/etc/shadow",
		"../etc/z/../y": "/etc/y",
		"link/x/under":  "/work/real/x/under",
		"/":             "/",
	} {
		if got, err := r.Resolve(p); err != nil || got != want {
			t.Errorf("Resolve(%q) = %q, %v; want %q", p, got, err, want)
		}
	}
}

func TestFindSearchesAsTheAgentWould(t *testing.T) {
	dir := tree(t, map[string]string{
		"noexec/tool": "x", "isdir/tool/x": "x", "shims/tool": "#!/bin/sh\n# clawrden shim marker 6f1d7c0be2a94d53", "bin/tool": "#!/bin/sh\n",
	})
	if err := os.Chmod(filepath.Join(dir, "noexec/tool"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := rootAt(t, dir, "/bin", stranger)
	h := NewHasher(1 << 20)
	isShim := func(f *File) bool { return h.IsShim(context.Background(), f) }
	f, err := r.Find("tool", "/missing:/noexec:/isdir:/shims:/bin/", isShim)
	if err != nil || f.Path != "/bin/tool" {
		t.Fatalf("Find = %v, %v", f, err)
	}
	f.Close()
	if f, err = r.Find("tool", "/shims:", isShim); err != nil || f.Path != "./tool" {
		t.Fatalf("an empty entry is the working directory: got %v, %v", f, err)
	}
	f.Close()
	for path, want := range map[string]string{"/noexec": "may not be executed", "/isdir": "not a regular file", "/shims": "no such tool", "": "no such tool"} {
		if path == "" {
			r.cwd = ""
		}
		if _, err := r.Find("tool", path, isShim); !errors.Is(err, ErrNoTool) || !strings.Contains(err.Error(), want) {
			t.Errorf("Find on %q: %v, want %q", path, err, want)
		}
	}
	if err := unix.Mkfifo(filepath.Join(dir, "isdir/fifo"), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Find("fifo", "/isdir", isShim); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a FIFO was taken for a tool: %v", err)
	}
}

func TestStableAndWritable(t *testing.T) {
	dir := tree(t, map[string]string{"bin/tool": "x", "bin/link": "-> tool"})
	me := uint32(os.Geteuid())
	walk := func(uid uint32, p string) *File {
		t.Helper()
		f, err := rootAt(t, dir, "/", uid).Walk(p)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		return f
	}
	if f := walk(stranger, "/bin/link"); !f.Stable || f.Writable {
		t.Errorf("to a stranger: stable %v, writable %v", f.Stable, f.Writable)
	}
	if f := walk(me, "/bin/tool"); f.Stable || !f.Writable {
		t.Errorf("to its owner: stable %v, writable %v", f.Stable, f.Writable)
	}
	for mode, want := range map[os.FileMode][2]bool{
		0o755:                  {true, false},
		0o757:                  {false, false},
		0o757 | os.ModeSticky:  {true, false},
		0o775:                  {true, false}, // not in the group
		0o1777 | os.ModeSticky: {true, false},
	} {
		if err := os.Chmod(filepath.Join(dir, "bin"), mode); err != nil {
			t.Fatal(err)
		}
		if f := walk(stranger, "/bin/tool"); f.Stable != want[0] || f.Writable != want[1] {
			t.Errorf("in a directory of mode %v: stable %v, writable %v; want %v", mode, f.Stable, f.Writable, want)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := rootAt(t, dir, "/", stranger).Walk("/bin/tool"); !errors.Is(err, ErrDenied) {
		t.Errorf("a directory that may not be searched was: %v", err)
	}
}

func TestShebang(t *testing.T) {
	long := "#!/" + strings.Repeat("x", 300)
	for _, tt := range []struct {
		head, interp, arg string
		hasArg, bad       bool
	}{
		{"\x7fELF", "", "", false, false},
		{"", "", "", false, false},
		{"#!/bin/sh\nrest", "/bin/sh", "", false, false},
		{"#! /usr/bin/env node\n", "/usr/bin/env", "node", true, false},
		{"#!/usr/bin/env -S node --x \t\n", "/usr/bin/env", "-S node --x", true, false},
		{"#!/bin/sh", "/bin/sh", "", false, false},
		{"#!\n", "", "", false, true},
		{long[:256], "", "", false, true},
		{("#!/bin/sh " + long)[:256], "/bin/sh", ("#!/bin/sh " + long)[10:256], true, false},
	} {
		interp, arg, hasArg, err := shebang([]byte(tt.head))
		if interp != tt.interp || arg != tt.arg || hasArg != tt.hasArg || (err != nil) != tt.bad {
			t.Errorf("shebang(%.30q) = %q %q %v %v", tt.head, interp, arg, hasArg, err)
		}
	}
}

func TestLoadGivesTextToTheShell(t *testing.T) {
	dir := tree(t, map[string]string{
		"bin/sh": "\x7fELF", "plain": "echo hello\n", "empty": "", "binary": "a\x00b\n", "late": "a\nb\x00\n", "elf": "\x7fELF\n", "script": "#!/plain\n",
	})
	r, h := rootAt(t, dir, "/", stranger), NewHasher(1<<20)
	for name, want := range map[string]struct {
		shell  bool
		stages int
	}{"plain": {true, 2}, "empty": {true, 2}, "late": {true, 2}, "binary": {false, 1}, "elf": {false, 1}, "script": {false, 2}} {
		found, err := r.Find(name, "/", func(*File) bool { return false })
		if err != nil {
			t.Fatal(err)
		}
		tool, err := r.Load(context.Background(), found, h, Seal)
		if err != nil {
			t.Fatal(err)
		}
		if tool.Shell != want.shell || len(tool.Stage) != want.stages {
			t.Errorf("%s: shell %v, %d stages; want %+v", name, tool.Shell, len(tool.Stage), want)
		}
		tool.Close()
	}
}

func TestLoadSealsWhatTheAgentCanWrite(t *testing.T) {
	dir := tree(t, map[string]string{"tool": "#!/interp one two\nbody", "interp": "\x7fELF"})
	h := NewHasher(1 << 20)
	r := rootAt(t, dir, "/", uint32(os.Geteuid()))
	load := func(mode Writable) (*Tool, error) {
		found, err := r.Find("tool", "/", func(*File) bool { return false })
		if err != nil {
			t.Fatal(err)
		}
		return r.Load(context.Background(), found, h, mode)
	}
	tool, err := load(Seal)
	if err != nil {
		t.Fatal(err)
	}
	defer tool.Close()
	if tool.Stable() || len(tool.Stage) != 2 || tool.Stage[0].Sealed < 0 || tool.Stage[1].Sealed < 0 || tool.Stage[0].Arg != "one two" {
		t.Errorf("chain %+v", tool.Stage)
	}
	if err := os.WriteFile(filepath.Join(dir, "tool"), []byte("changed"), 0o755); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 100)
	n, _ := unix.Pread(tool.Stage[0].Sealed, b, 0)
	if string(b[:n]) != "#!/interp one two\nbody" {
		t.Errorf("the sealed copy says %q", b[:n])
	}
	if _, err := unix.Pwrite(tool.Stage[0].Sealed, []byte("x"), 0); err == nil {
		t.Error("the sealed copy can be written to")
	}
	if f := tool.Fact(); f.SHA256 == "" || f.Interpreter == nil || f.Interpreter.Path != "/interp" || !f.Sealed {
		t.Errorf("fact %+v", f)
	}
	if _, err := load(Refuse); err == nil {
		t.Error("a writable tool was not refused")
	}
	h.maxSealed = 3
	if _, err := load(Seal); err == nil || !strings.Contains(err.Error(), "max_sealed") {
		t.Errorf("a large tool was sealed: %v", err)
	}
}
