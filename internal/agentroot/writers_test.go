package agentroot

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// TestWritersKeptOut tries it with a program that runs, and with a file that doesn't: as on a kernel that doesn't care.
func TestWritersKeptOut(t *testing.T) {
	if unix.Access("/proc/self/exe", unix.W_OK) != nil {
		t.Skip("this program's file is another user's")
	}
	if err := WritersKeptOut(); err != nil {
		t.Error(err)
	}
	idle := filepath.Join(t.TempDir(), "idle")
	if err := os.WriteFile(idle, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := writersKeptOut(idle); !errors.Is(err, ErrWriters) {
		t.Error(err)
	}
	if err := writersKeptOut(idle + "/none"); err == nil || errors.Is(err, ErrWriters) {
		t.Error(err)
	}
}

// TestLoose takes no digest of what the agent can write where that could change after it.
func TestLoose(t *testing.T) {
	proc, err := unix.Open("/proc/"+strconv.Itoa(os.Getpid()), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(proc) }()
	r, err := Open(proc, Options{Identity: &clawrden.Identity{UID: uint32(os.Geteuid()), GID: uint32(os.Getegid())}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, loose := range []bool{false, true} {
		exe, err := unix.Open("/proc/self/exe", unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		h := NewHasher(1 << 20)
		h.Loose = loose
		f, kinds, err := r.Running(proc, exe, false)
		if err != nil {
			t.Fatal(err)
		}
		f.Writable = true // whoever runs this test
		held, err := r.LoadHeld(context.Background(), f, kinds, []string{"x"}, "", h)
		if err != nil {
			t.Fatal(err)
		}
		digest := held.Stage[len(held.Stage)-1].SHA256
		if slices.Contains(held.Kinds, clawrden.KindRemote) != loose || (digest == "") != loose {
			t.Errorf("loose %v: %q, digest %q", loose, held.Kinds, digest)
		}
		held.Close()
		_ = unix.Close(exe)
	}
}
