package battery

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// spaceWays change what a path means, in namespaces of the agent's own.
func spaceWays() []way {
	const own = unix.CLONE_NEWUSER
	return []way{
		{"a user namespace", func(t *try) error { return inSpace(own, execOf(t.marker)) }},
		{"a user namespace, by a helper", func(t *try) error { return t.inside(0, "become", t.marker) }},
		{"a pid namespace", func(t *try) error { return inSpace(own|unix.CLONE_NEWPID, execOf(t.marker)) }},
		{"a chroot", func(t *try) error {
			return inSpace(own|unix.CLONE_NEWNS, bind("/", t.dir), chroot(t.dir), chdir("/"), execOf(t.marker))
		}},
		{"a chroot where it is called like an allowed command", func(t *try) error {
			return inSpace(own|unix.CLONE_NEWNS, bind("/", t.dir), bind(t.marker, t.dir+t.harmless), chroot(t.dir), chdir("/"), execOf(t.harmless))
		}},
		{"a mount over an allowed command", func(t *try) error {
			return inSpace(own|unix.CLONE_NEWNS, bind(t.marker, t.harmless), execOf(t.harmless))
		}},
		{"a mount over the directory of an allowed command", func(t *try) error {
			if err := copyTo(t.marker, harmless); err != nil {
				return err
			}
			return inSpace(own|unix.CLONE_NEWNS, bind(t.dir, filepath.Dir(t.harmless)), execOf(t.harmless))
		}},
		{"a chroot without a mount", func(t *try) error {
			jail := filepath.Join(t.dir, "jail")
			if err := errors.Join(os.MkdirAll(filepath.Join(jail, filepath.Dir(t.harmless)), 0o755), copyTo(t.self, filepath.Join(jail, t.harmless))); err != nil { //nolint:gosec // the agent's own
				return err
			}
			return inSpace(own, chroot(jail), chdir("/"), execOf(t.harmless, Word, "part", "reached"))
		}},
		{"a chroot by root itself", func(t *try) error {
			if unix.Geteuid() != 0 {
				return notHere("it takes root")
			}
			if err := unix.Chroot("/"); err != nil {
				return notHere("chroot: %v", err)
			}
			return become(t.marker)
		}},
		{"a namespace that is joined", func(t *try) error {
			return t.inside(unix.CLONE_NEWNS|unix.CLONE_NEWUTS, "join", t.marker)
		}},
		{"another mount of /proc", func(t *try) error {
			return t.inside(unix.CLONE_NEWNS|unix.CLONE_NEWPID, "proc", t.dir)
		}},
		{"another mount of /proc, without a helper", func(t *try) error {
			return inSpace(own|unix.CLONE_NEWNS|unix.CLONE_NEWPID, mount("proc", t.dir, "proc", 0), execOf(t.self, Word, "part", "victims", t.dir))
		}},
		{"/proc made writable again", func(t *try) error {
			return inSpace(own|unix.CLONE_NEWNS, mount("proc", "/proc", "proc", unix.MS_REMOUNT|unix.MS_BIND), execOf(t.self, Word, "part", "victims", "/proc"))
		}},
	}
}

// call is a system call to be made by a child that can do nothing else.
type call struct {
	number uintptr
	args   [5]uintptr
	keep   []any
}

func newCall(number uintptr, args ...any) call {
	c := call{number: number}
	for i, a := range args {
		switch a := a.(type) {
		case string:
			b := append([]byte(a), 0)
			c.args[i], c.keep = uintptr(unsafe.Pointer(&b[0])), append(c.keep, b)
		case []unsafe.Pointer:
			c.args[i], c.keep = uintptr(unsafe.Pointer(&a[0])), append(c.keep, a)
		case int:
			c.args[i] = uintptr(a)
		}
	}
	return c
}

func mount(from, to, kind string, flags int) call {
	return newCall(unix.SYS_MOUNT, from, to, kind, flags)
}
func bind(from, to string) call { return mount(from, to, "", unix.MS_BIND|unix.MS_REC) }
func chroot(to string) call     { return newCall(unix.SYS_CHROOT, to) }
func chdir(to string) call      { return newCall(unix.SYS_CHDIR, to) }

// execOf runs a file under its own name, with the environment.
func execOf(path string, args ...string) call {
	texts := func(list []string) (p []unsafe.Pointer) {
		for _, s := range list {
			p = append(p, unsafe.Pointer(&append([]byte(s), 0)[0]))
		}
		return append(p, nil)
	}
	return newCall(unix.SYS_EXECVE, path, texts(append([]string{filepath.Base(path)}, args...)), texts(os.Environ()))
}

// How the child ends where a mount or a root of its own can't be had: because there is no such thing here, or because it is refused,
// which keeps the way closed as well as a refused exec.
const (
	statusNoSpace = 97
	statusRefused = 98
)

// inSpace has a child in namespaces of its own make some calls, the last of them an exec: no program starts before.
func inSpace(flags uintptr, calls ...call) error {
	pid, errno := forkCalls(flags, calls)
	if errno == unix.EPERM || errno == unix.EACCES {
		return errno
	}
	if errno != 0 {
		return notHere("namespaces: %v", errno)
	}
	var status unix.WaitStatus
	for {
		if _, err := unix.Wait4(pid, &status, 0, nil); !errors.Is(err, unix.EINTR) {
			break
		}
	}
	runtime.KeepAlive(calls)
	if status.Exited() && status.ExitStatus() == statusNoSpace {
		return notHere("mounts or a root of one's own")
	}
	return nil
}

//go:nosplit
//go:norace
func forkCalls(flags uintptr, calls []call) (int, syscall.Errno) {
	pid, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, flags|uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno == 0 && pid == 0 {
		status := uintptr(statusNoSpace)
		for i := range calls {
			c := &calls[i]
			_, _, errno := syscall.RawSyscall6(c.number, c.args[0], c.args[1], c.args[2], c.args[3], c.args[4], 0)
			if errno == 0 {
				continue
			}
			if errno == unix.EPERM || errno == unix.EACCES || i == len(calls)-1 {
				status = statusRefused
			}
			break
		}
		for {
			_, _, _ = syscall.RawSyscall(unix.SYS_EXIT_GROUP, status, 0, 0)
		}
	}
	return int(pid), errno
}

// inside starts a part in a user namespace of its own, and more.
func (t *try) inside(more uintptr, part string, args ...string) error {
	c := t.part(part, args...)
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | more,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: unix.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: unix.Getegid(), Size: 1}},
	}
	err := c.Start()
	if err == nil {
		err = c.Wait()
	}
	if x := (*exec.ExitError)(nil); errors.As(err, &x) && x.ExitCode() == statusNotApplicable {
		return notHere("the kernel or this host doesn't let it")
	}
	return err
}

// Parts that run in namespaces.

func partJoin(args []string) error {
	runtime.LockOSThread()
	fd, err := unix.Open("/proc/self/ns/uts", unix.O_RDONLY, 0)
	if err != nil {
		return notHere("%v", err)
	}
	if err := unix.Setns(fd, unix.CLONE_NEWUTS); err != nil {
		return notHere("%v", err)
	}
	return become(args[0])
}

// partProc mounts /proc anew and writes into another process by it.
func partProc(args []string) error {
	if err := unix.Mount("proc", args[0], "proc", 0, ""); err != nil {
		return notHere("%v", err)
	}
	return victimOf(writeMem(args[0]))
}

// partVictims writes into another process by a mount of /proc.
func partVictims(args []string) error { return victimOf(writeMem(args[0])) }
