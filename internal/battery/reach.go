package battery

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// reachWays write into another process, as one would into a command that is held, after it was judged; or use a door of the
// kernel that no filter of system calls sees through. What counts is whether they can.
func reachWays() []way {
	return []way{
		{"/proc/PID/mem of a child", func(*try) error { return victimOf(writeMem("/proc")) }},
		{"/proc/PID/mem by another path to /proc", func(*try) error { return victimOf(writeMem("/proc/self/root/proc")) }},
		{"/proc/PID/task/TID/mem", func(*try) error {
			return victimOf(func(pid int, addr uintptr) error {
				return writeAt(fmt.Sprintf("/proc/%d/task/%d/mem", pid, pid), addr)
			})
		}},
		{"/proc/PID/mem by a sibling", func(t *try) error {
			return victimOf(func(pid int, addr uintptr) error {
				return t.part("mem", strconv.Itoa(pid), strconv.FormatUint(uint64(addr), 10)).Run()
			})
		}},
		{"process_vm_writev", func(*try) error { return victimOf(vmWrite) }},
		{"ptrace", func(*try) error { return victimOf(traceWrite) }},
		{"pidfd_getfd", func(*try) error { return victimOf(takeFD) }},
		{"io_uring", func(*try) error {
			var params [120]byte
			fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&params)), 0)
			if errno == unix.ENOSYS {
				return notHere("this kernel doesn't have it")
			}
			return reached(int(fd), errno)
		}},
		{"userfaultfd", func(*try) error {
			const userModeOnly = 1
			fd, _, errno := unix.Syscall(unix.SYS_USERFAULTFD, userModeOnly, 0, 0)
			if errno == unix.ENOSYS {
				return notHere("this kernel doesn't have it")
			}
			return reached(int(fd), errno)
		}},
		{"a working directory that another process shares", func(t *try) error {
			const shared = unix.CLONE_FS
			if runtime.GOARCH != "amd64" {
				return notHere("it is tried on x86-64 alone")
			}
			err := t.sharer(shared)
			if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSYS) {
				return err
			}
			return err
		}},
	}
}

func reached(fd int, errno unix.Errno) error {
	if errno != 0 {
		return errno
	}
	_ = unix.Close(fd)
	fmt.Fprintln(os.Stdout, token)
	return nil
}

// victim is a process that waits to be written to.
var victimWord = [8]byte{'u', 'n', 't', 'o', 'u', 'c', 'h'}

// partVictim says where it can be written to, and then whether it was.
func partVictim([]string) error {
	fmt.Fprintln(os.Stdout, os.Getpid(), uintptr(unsafe.Pointer(&victimWord)))
	_, _ = io.Copy(io.Discard, os.Stdin)
	if victimWord[0] != 'u' {
		fmt.Fprintln(os.Stdout, token)
	}
	return nil
}

// victimOf starts a victim, has it reached for, and passes on what it says.
func victimOf(reach func(pid int, addr uintptr) error) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := command(self, Word, "part", "victim")
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	r := bufio.NewReader(out)
	line, err := r.ReadString('\n')
	if err != nil {
		return err
	}
	var pid int
	var addr uintptr
	if _, err := fmt.Sscan(strings.TrimSpace(line), &pid, &addr); err != nil {
		return err
	}
	err = reach(pid, addr)
	_ = in.Close()
	rest, _ := io.ReadAll(r)
	fmt.Fprint(os.Stdout, string(rest))
	_ = c.Wait()
	return err
}

// writeMem writes by a mount of /proc.
func writeMem(proc string) func(int, uintptr) error {
	return func(pid int, addr uintptr) error { return writeAt(fmt.Sprintf("%s/%d/mem", proc, pid), addr) }
}

func writeAt(path string, addr uintptr) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	_, err = f.WriteAt([]byte("reached"), int64(addr)) //nolint:gosec // an address of user space
	return err
}

func partMem(args []string) error {
	addr, err := strconv.ParseUint(args[1], 10, 64)
	if err != nil {
		return err
	}
	return writeAt("/proc/"+args[0]+"/mem", uintptr(addr))
}

func vmWrite(pid int, addr uintptr) error {
	b := []byte("reached")
	local := []unix.Iovec{{Base: &b[0]}}
	local[0].SetLen(len(b))
	_, err := unix.ProcessVMWritev(pid, local, []unix.RemoteIovec{{Base: addr, Len: len(b)}}, 0)
	return err
}

func traceWrite(pid int, addr uintptr) error {
	runtime.LockOSThread()
	if err := unix.PtraceAttach(pid); err != nil {
		return err
	}
	if _, err := unix.Wait4(pid, nil, unix.WALL, nil); err != nil {
		return err
	}
	_, err := unix.PtracePokeData(pid, addr, []byte("reached\x00"))
	return errors.Join(err, unix.PtraceDetach(pid))
}

// takeFD takes another process's descriptor, as one would the guard's or a held command's.
func takeFD(pid int, _ uintptr) error {
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return notHere("%v", err)
	}
	fd, err := unix.PidfdGetfd(pidfd, 0, 0)
	if err != nil {
		if errors.Is(err, unix.ENOSYS) {
			return notHere("this kernel doesn't have it")
		}
		return err
	}
	return reached(fd, 0)
}

// sharer starts a process with which this one shares its working directory: after the command was judged in one, it would run
// in another. The child does nothing.
func (t *try) sharer(flags uintptr) error {
	// The child runs on a copy of this thread's memory; all it does is end.
	pid, _, errno := unix.RawSyscall6(unix.SYS_CLONE, flags|uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 {
		return errno
	}
	if pid == 0 {
		_, _, _ = unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
	}
	_, _ = unix.Wait4(int(pid), nil, 0, nil)
	fmt.Fprintln(os.Stdout, token)
	return nil
}
