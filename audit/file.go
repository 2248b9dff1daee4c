package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// openFile opens the log for appending, never through a symbolic link and never anything but a regular file, and locks it:
// two writers would make two chains.
func openFile(path string) (*os.File, error) {
	_, err := os.Lstat(path)
	fresh := errors.Is(err, fs.ErrNotExist)
	// O_NONBLOCK: a FIFO or a device is refused below, and must not hold the daemon until then.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0o640) //nolint:gosec // G302: the group may read the log
	if errors.Is(err, unix.ELOOP) {
		return nil, fmt.Errorf("%s is a symbolic link", path)
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", path)
	}
	if err == nil {
		err = flock(f)
	}
	if err == nil && fresh {
		err = syncDir(path)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func flock(f *os.File) error {
	err := control(f, func(fd int) error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) })
	if errors.Is(err, unix.EWOULDBLOCK) {
		return fmt.Errorf("another process, maybe a second clawrdend, writes %s", f.Name())
	}
	if err != nil {
		return fmt.Errorf("cannot lock %s: %v", f.Name(), err)
	}
	return nil
}

// syncDir makes a new file's name durable.
func syncDir(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// writeOnce is one write(2), never a second one for the rest: [os.File.Write] would go on.
func writeOnce(f *os.File, line []byte) (n int, err error) {
	err = control(f, func(fd int) error {
		for {
			if n, err = unix.Write(fd, line); !errors.Is(err, unix.EINTR) {
				return err
			}
		}
	})
	return max(n, 0), err
}

func fdatasync(f *os.File) error { return control(f, unix.Fdatasync) }

// control runs a system call on the descriptor, which stays open meanwhile.
func control(f *os.File, call func(fd int) error) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := conn.Control(func(fd uintptr) { failed = call(int(fd)) }); err != nil {
		return fmt.Errorf("%w: %v", os.ErrClosed, err) // it fails for nothing else, and has an error of its own for that
	}
	return failed
}

// moveTorn copies a torn last line to a file of its own, cuts it off, and returns what to say of it.
func moveTorn(path string, f *os.File, e end) (string, error) {
	rest := make([]byte, min(e.torn, MaxLine))
	if _, err := f.ReadAt(rest, e.size); err != nil {
		return "", fmt.Errorf("cannot read the torn last line: %v", err)
	}
	aside := path + ".torn-" + time.Now().UTC().Format("20060102T150405.000000000Z")
	to, err := os.OpenFile(aside, os.O_WRONLY|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o640) //nolint:gosec // G302: as the log itself
	if err != nil {
		return "", fmt.Errorf("cannot move the torn last line aside: %v", err)
	}
	_, err = to.Write(rest)
	if err == nil {
		err = to.Sync()
	}
	if cerr := to.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = syncDir(aside)
	}
	if err != nil {
		return "", fmt.Errorf("cannot move the torn last line aside: %v", errors.Join(err, os.Remove(aside)))
	}
	if err := f.Truncate(e.size); err != nil {
		return "", fmt.Errorf("cannot cut the torn last line off: %v", err)
	}
	return fmt.Sprintf("the last line was torn: its %d bytes are in %s", e.torn, filepath.Base(aside)), nil
}
