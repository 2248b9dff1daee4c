package tests

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

const maxShimSize = 1_500_000 // bytes; 1.5 MB

// TestShimBinary looks at the shim as it is built for people: static, small, started through its own entry.
func TestShimBinary(t *testing.T) {
	path := filepath.Join(bin, "clawrden-shim")
	fi, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if fi.Size() > maxShimSize {
		t.Errorf("it has %d bytes, more than %d", fi.Size(), maxShimSize)
	}
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			t.Errorf("it is linked dynamically: it has a program header %v", p.Type)
		}
	}
	// Built without the entry it says so; built with it, it complains about its name.
	out, _ := exec.Command(path).CombinedOutput()
	if !strings.Contains(string(out), "it stands in for the tool that it is called as") {
		t.Errorf("it says %q", out)
	}
	plain := filepath.Join(t.TempDir(), "echo")
	c := exec.Command("go", "build", "-o", plain, "../cmd/clawrden-shim")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if b, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, b)
	}
	if r := finish(t, exec.Command(plain)); r.code != 125 || !strings.Contains(r.stderr, "linked without its entry") {
		t.Errorf("without its entry: %+v", r)
	}
}

// TestShimOnArm64 runs the shim for the other architecture under emulation, against a native daemon, in both ways of
// knowing the end.
func TestShimOnArm64(t *testing.T) {
	qemu, err := exec.LookPath("qemu-aarch64-static")
	if runtime.GOARCH != "amd64" || err != nil {
		t.Skip("qemu-aarch64-static is not installed")
	}
	dir := t.TempDir()
	shim := filepath.Join(dir, "clawrden-shim")
	c := exec.Command("go", "build", "-ldflags", "-s -w -E github.com/clawrden/clawrden/shim.entry", "-o", shim, "../cmd/clawrden-shim")
	c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOARCH=arm64")
	if b, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, b)
	}
	for _, tool := range []string{"echo", "sh", "cat"} {
		if err := os.Symlink("clawrden-shim", filepath.Join(dir, tool)); err != nil {
			t.Fatal(err)
		}
	}
	h := newHost(t, hostOptions{policy: fidelityPolicy, config: "mirror {\n  exit_status = \"shim\"\n}\n"})
	run := func(text string) result {
		t.Helper()
		c := exec.Command("/bin/sh", "-c", text)
		c.Dir = h.dir
		c.Env = append(h.env(), "Q="+qemu+" "+dir)
		return finish(t, c)
	}
	for script, want := range map[string]result{
		`$Q/echo hello ""  world`:                              {stdout: "hello  world\n"},
		`$Q/sh -c 'exit 7'`:                                    {code: 7},
		`echo in | $Q/cat`:                                     {stdout: "in\n"},
		`trap '' TERM; $Q/sh -c 'kill -TERM $$; echo on'`:      {stdout: "on\n"},
		`$Q/sh -c '[ -e /proc/self/fd/0 ] || echo closed' <&-`: {stdout: "closed\n"},
	} {
		if got := run(script); got != want {
			t.Errorf("%s: %+v, want %+v", script, got, want)
		}
	}
	h.waitRecords(func(rs []clawrden.Record) bool {
		for _, r := range rs {
			if r.ExitCode != nil && *r.ExitCode == 7 && r.ExitSource == clawrden.ExitShim {
				return true
			}
		}
		return false
	})
}
