package battery

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// become runs a file in place of this process. It returns only where that is refused.
func become(path string, argv ...string) error {
	if len(argv) == 0 {
		argv = []string{marker}
	}
	return syscall.Exec(path, argv, os.Environ())
}

// becomeFD is become by descriptor.
func becomeFD(fd int, path string, flags int) error {
	p, err := unix.BytePtrFromString(path)
	if err != nil {
		return err
	}
	argv, err := syscall.SlicePtrFromStrings([]string{harmless}) // so that only the file itself tells
	if err != nil {
		return err
	}
	envv, err := syscall.SlicePtrFromStrings(os.Environ())
	if err != nil {
		return err
	}
	_, _, errno := unix.RawSyscall6(unix.SYS_EXECVEAT, uintptr(fd), uintptr(unsafe.Pointer(p)), uintptr(unsafe.Pointer(&argv[0])), uintptr(unsafe.Pointer(&envv[0])), uintptr(flags), 0)
	return errno
}

// rawExec is execve with pointers of the caller's own.
func rawExec(path string, argv, envv unsafe.Pointer) error {
	p, err := unix.BytePtrFromString(path)
	if err != nil {
		return err
	}
	_, _, errno := unix.RawSyscall(unix.SYS_EXECVE, uintptr(unsafe.Pointer(p)), uintptr(argv), uintptr(envv))
	return errno
}

// command is a command to start. A way has no time of its own: who runs the battery limits it.
func command(name string, args ...string) *exec.Cmd {
	return exec.CommandContext(context.Background(), name, args...)
}

// start runs a command as a child, with this process's output.
func start(name string, args ...string) error { return startWith(nil, name, args...) }

func startWith(env []string, name string, args ...string) error {
	c := command(name, args...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if env != nil {
		c.Env = append(os.Environ(), env...)
	}
	return c.Run()
}

// tool runs a program by its name; not every machine has it.
func tool(name string, args ...string) error {
	p, err := exec.LookPath(name)
	if err != nil {
		return notHere("there is no %s", name)
	}
	return start(p, args...)
}

// part starts another of the battery's programs, a helper of a way's.
func (t *try) part(name string, args ...string) *exec.Cmd {
	c := command(t.self, append([]string{Word, "part", name}, args...)...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	return c
}

// copyTo copies a file, to be run.
func copyTo(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return notHere("%v", err)
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755) //nolint:gosec // a program
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// write makes a script.
func write(path, text string) error {
	return os.WriteFile(path, []byte(text), 0o755) //nolint:gosec // a program
}

// open opens the marker by descriptor.
func open(path string, flags int) (int, error) {
	fd, err := unix.Open(path, flags, 0)
	if err != nil {
		return -1, notHere("%s: %v", path, err)
	}
	return fd, nil
}

// elsewhere calls f on a thread that isn't the process's first.
func elsewhere(f func() error) error {
	done := make(chan error)
	runtime.LockOSThread() // the caller has the first thread or another one, and keeps it
	defer runtime.UnlockOSThread()
	go func() {
		runtime.LockOSThread()
		for unix.Gettid() == unix.Getpid() { // the first one: leave it to a goroutine that waits, and take another
			again := make(chan error)
			go func() { runtime.LockOSThread(); again <- f() }()
			done <- <-again
			return
		}
		done <- f()
	}()
	return <-done
}
