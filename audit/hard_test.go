package audit

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// smallDisk is a sealed log on a file system of its own, with its keys elsewhere.
func smallDisk(t *testing.T, o Options) (s *sealedLog, dir string) {
	t.Helper()
	s = newSealedLog(t, o)
	dir = filepath.Dir(s.path)
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("cannot mount a small file system: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return s, dir
}

// A disk that fills while files are rotated, sealed and compressed loses nothing, and once there is room all goes on.
func TestFullDiskWhileRotating(t *testing.T) {
	s, dir := smallDisk(t, Options{RotateSize: 30_000, CheckpointRecords: 5})
	s.o.Complain = nil // it does
	ballast := filepath.Join(dir, "ballast")
	writeText(t, ballast, strings.Repeat("x", 120<<10))
	l := open(t, s.path, s.o)
	r := decided("a", clawrden.OutcomeAllow)
	r.Args = []string{strings.Repeat("x", 3000)}
	written := uint64(0)
	for err := error(nil); err == nil; {
		if err = l.Append(r); err == nil {
			written = r.Seq
		} else if !errors.Is(err, unix.ENOSPC) {
			t.Fatal(err)
		}
	}
	if seq, _ := l.Head(); seq < written {
		t.Errorf("the log ends with %d, and %d was written", seq, written)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := l.AppendSync(decided("b", clawrden.OutcomeAllow)); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	last, _ := l.Head()
	if r := s.sound(t, last); r.Unsealed != 0 {
		t.Errorf("%+v", r)
	}
}

// A file system that becomes read-only denies, and goes on when it can be written again.
func TestReadOnly(t *testing.T) {
	s, dir := smallDisk(t, Options{RotateSize: 2000})
	s.o.Complain = nil
	l := open(t, s.path, s.o)
	appendAll(t, l, decided("a", clawrden.OutcomeAllow))
	files, err := os.ReadDir(dir)
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	// The open file keeps the mount from becoming read-only: another over it stands in.
	if err := unix.Mount(dir, dir, "", unix.MS_BIND, ""); err != nil {
		t.Skipf("cannot bind: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
		t.Skipf("cannot remount: %v", err)
	}
	if _, err := Open(s.path+"2", Options{}); !errors.Is(err, unix.EROFS) {
		t.Errorf("a log on a read-only file system: %v", err)
	}
	for range 5 { // past the size at which another file is begun
		if err := l.Append(decided("b", clawrden.OutcomeAllow)); err != nil {
			t.Logf("denied: %v", err)
		}
	}
	if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
		t.Fatal(err)
	}
	if err := l.AppendSync(decided("c", clawrden.OutcomeAllow)); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	last, _ := l.Head()
	s.sound(t, last)
}

// The clock may go back: numbers order the log, nothing is rotated or removed by it, and all verifies.
func TestClockGoesBack(t *testing.T) {
	s := newSealedLog(t, Options{RotateAge: time.Hour, RetainAge: 24 * time.Hour})
	for range 2 { // lives at the real time, and in between one in the year 2000
		s.write(t, 3)
		synctest.Test(t, func(t *testing.T) { s.write(t, 3) })
	}
	r := verifyLog(t, s.all(t))
	if !r.OK() || r.First != 1 || r.Unsealed != 0 {
		t.Errorf("%+v", r)
	}
	l := open(t, s.path, s.o)
	if entries, _, err := l.History(clawrden.HistoryFilter{}); err != nil || len(entries) != 12 {
		t.Errorf("%d entries, %v", len(entries), err)
	}
}
