package main

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// A socket has its mode whatever the umask is, and the umask stays as it is: directories that are made meanwhile have theirs.
func TestListen(t *testing.T) {
	dir := t.TempDir()
	defer unix.Umask(unix.Umask(0))
	for _, umask := range []int{0, 0o022, 0o077, 0o177} {
		unix.Umask(umask)
		l, err := listen(filepath.Join(dir, "socket"), 0o660)
		if err != nil {
			t.Fatalf("umask %o: %v", umask, err)
		}
		if fi, err := os.Lstat(filepath.Join(dir, "socket")); err != nil || fi.Mode() != os.ModeSocket|0o660 {
			t.Errorf("umask %o: %v, %v", umask, fi, err)
		}
		_ = l.Close()
	}
	unix.Umask(0o022)
	const sockets = 300
	done := make(chan error, 1)
	go func() {
		for range sockets {
			l, err := listen(filepath.Join(dir, "socket"), 0o660)
			if err != nil {
				done <- err
				return
			}
			_ = l.Close()
		}
		done <- nil
	}()
	for i := 0; ; i++ {
		at := filepath.Join(dir, "meanwhile")
		if err := os.Mkdir(at, 0o700); err != nil {
			t.Fatal(err)
		}
		if fi, err := os.Stat(at); err != nil || fi.Mode().Perm() != 0o700 {
			t.Fatalf("directory %d: %v, %v", i, fi.Mode(), err)
		}
		_ = os.Remove(at)
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			return
		default:
		}
	}
}
