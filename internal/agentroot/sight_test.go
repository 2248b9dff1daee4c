package agentroot

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// look is what is found of a process's program.
type look struct {
	Resolved string
	Kinds    []string
	SHA256   string
	Stable   bool
	Err      string
}

// lookAt looks at the program of a process; missed tells that something wasn't at hand.
func lookAt(t *testing.T, proc int, h *Hasher, o Options, asked string) (l look, missed bool) {
	t.Helper()
	r, err := Open(proc, o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	exe, err := unix.Openat(proc, "exe", unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(exe) }()
	f, kinds, err := r.Running(proc, exe, false)
	var held *Held
	if err == nil {
		held, err = r.LoadHeld(context.Background(), f, kinds, []string{"x", "word"}, asked, h)
	}
	if err != nil {
		return look{Err: err.Error()}, r.Missed()
	}
	defer held.Close()
	last := held.Stage[len(held.Stage)-1]
	return look{Resolved: last.Resolved, Kinds: held.Kinds, SHA256: last.SHA256, Stable: last.Stable}, r.Missed()
}

// TestAtHand has what is at hand be what a look beside finds, and nothing be at hand that isn't known, was changed, or is on a file
// system that may never answer.
func TestAtHand(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only files of root's are remembered")
	}
	dir := t.TempDir()
	var at unix.Statfs_t
	if unix.Statfs(dir, &at) != nil || !localTypes[at.Type] {
		t.Skip("the directory for tests is on a file system of an unusual type")
	}
	program := filepath.Join(dir, "program")
	b, err := os.ReadFile("/bin/sleep")
	if err == nil {
		err = os.WriteFile(program, b, 0o755)
	}
	if err == nil {
		err = os.Symlink("program", filepath.Join(dir, "link"))
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "1000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	proc, err := unix.Open("/proc/"+strconv.Itoa(cmd.Process.Pid), unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(proc) }()
	h, id, mounts := NewHasher(1<<20), &clawrden.Identity{UID: 65534, GID: 65534}, &Mounts{}
	beside, atHand := Options{Identity: id, Mounts: mounts}, Options{Identity: id, Mounts: mounts, AtHand: true}
	link := filepath.Join(dir, "link")

	if _, missed := lookAt(t, proc, h, atHand, link); !missed {
		t.Error("the mounts were known before anybody has looked")
	}
	want, _ := lookAt(t, proc, h, beside, link)
	h.remember(t, program) // which it does only with what was changed a while ago
	got, missed := lookAt(t, proc, h, atHand, link)
	if len(mounts.types) == 0 {
		t.Skip("this kernel has no numbers of mounts that are never used again (Linux 6.8)")
	}
	if missed || want.Err != "" {
		t.Fatalf("missed %v, %+v", missed, want)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}

	if err := os.Chmod(program, 0o700); err != nil { // its time of change
		t.Fatal(err)
	}
	if _, missed := lookAt(t, proc, h, atHand, link); !missed {
		t.Error("the digest of a file that was changed was at hand")
	}
	for mount := range mounts.types {
		mounts.types[mount] = unix.FUSE_SUPER_MAGIC
	}
	if _, missed := lookAt(t, proc, h, atHand, link); !missed {
		t.Error("a file system that may never answer was at hand")
	}
	if _, missed := lookAt(t, proc, h, Options{Identity: id, AtHand: true}, link); !missed {
		t.Error("without a memory of mounts something was at hand")
	}
}

func (h *Hasher) remember(t *testing.T, name string) {
	t.Helper()
	f := &File{}
	var err error
	if f.FD, err = unix.Open(name, unix.O_PATH|unix.O_CLOEXEC, 0); err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := unix.Fstat(f.FD, &f.Stat); err != nil {
		t.Fatal(err)
	}
	c, err := h.sum(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	key, _, _, _ := h.remembered(f)
	h.known[key] = c
}
