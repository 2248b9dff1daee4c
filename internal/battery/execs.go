package battery

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// execWays call exec in unusual ways, from unusual places.
func execWays() []way {
	return []way{
		{"vfork", func(t *try) error { return start(t.marker) }}, // the runtime's way to start a process
		{"many threads that start it at once", func(t *try) error { return crowd(16, func() error { return start(t.marker) }) }},
		{"exec by a thread that isn't the first", func(t *try) error {
			return elsewhere(func() error { return become(t.marker) })
		}},
		{"two threads that exec at once", func(t *try) error {
			return crowd(2, func() error { return become(t.marker) })
		}},
		{"no arguments at all", func(t *try) error { return rawExec(t.marker, nil, nil) }},
		{"an empty argument list", func(t *try) error {
			var none [1]unsafe.Pointer
			return rawExec(t.marker, unsafe.Pointer(&none), unsafe.Pointer(&none))
		}},
		{"an empty environment", func(t *try) error { return syscall.Exec(t.marker, []string{marker}, nil) }},
		{"a huge argument list", func(t *try) error {
			argv := []string{"/bin/sh", "-c", t.marker, strings.Repeat("x", 100<<10)}
			for range 8 {
				argv = append(argv, argv[3])
			}
			return syscall.Exec("/bin/sh", argv, os.Environ())
		}},
		{"arguments beyond what anybody reads", manyWords},
		{"a huge environment", func(t *try) error {
			env := os.Environ()
			for i := range 12 {
				env = append(env, fmt.Sprintf("X%d=%s", i, strings.Repeat("x", 100<<10)))
			}
			return syscall.Exec(t.marker, []string{marker}, env)
		}},
		{"the 32-bit system call", thirtyTwoBit},
		{"the x32 system call", x32},
		{"a daemon with no parent", func(t *try) error {
			if err := t.part("orphan", t.marker).Run(); err != nil {
				return err
			}
			return waitEvidence()
		}},
		{"a process that can't be dumped", func(t *try) error {
			if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
				return err
			}
			return become(t.marker)
		}},
		{"a storm of timer signals", func(t *try) error {
			signal.Ignore(unix.SIGALRM) // reset by nobody: the timer goes on over the exec
			it := unix.Itimerval{Interval: unix.Timeval{Usec: 50}, Value: unix.Timeval{Usec: 50}}
			if _, err := unix.Setitimer(unix.ItimerReal, it); err != nil {
				return err
			}
			return become(t.marker)
		}},
		{"a storm of stops", func(t *try) error {
			return crowd(4, func() error { return stopStorm(t) })
		}},
		{"a filter of one's own that allows all", func(t *try) error {
			runtime.LockOSThread()
			if _, err := ownFilter(unix.SECCOMP_RET_ALLOW, 0); err != nil {
				return err
			}
			return become(t.marker)
		}},
		{"a filter of one's own that hands over to a tracer", func(t *try) error {
			runtime.LockOSThread()
			if _, err := ownFilter(unix.SECCOMP_RET_TRACE, 0); err != nil {
				return err
			}
			return become(t.marker)
		}},
		{"a second listener", secondListener},
		{"exec with every descriptor closed but the output", func(t *try) error {
			if err := unix.CloseRange(3, ^uint(0)>>1, unix.CLOSE_RANGE_CLOEXEC); err != nil {
				return notHere("close_range: %v", err)
			}
			_ = unix.Close(0)
			return become(t.marker)
		}},
	}
}

func crowd(n int, f func() error) error {
	var all sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		all.Go(func() {
			runtime.LockOSThread()
			errs[i] = f()
		})
	}
	all.Wait()
	return errs[0]
}

// manyWords raises the stack's limit, by which the kernel takes up to 6 MiB of words, and hides the command behind them.
func manyWords(t *try) error {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_STACK, &l); err != nil {
		return err
	}
	const stack = 64 << 20
	if l.Max < stack {
		return notHere("the stack is limited to %d bytes", l.Max)
	}
	l.Cur = stack
	if err := unix.Setrlimit(unix.RLIMIT_STACK, &l); err != nil {
		return err
	}
	argv := []string{"sh", "-c", t.marker}
	for range 40 {
		argv = append(argv, strings.Repeat("x", 100<<10))
	}
	return syscall.Exec("/bin/sh", argv, os.Environ())
}

func stopStorm(t *try) error {
	c := t.part("become", t.marker)
	if err := c.Start(); err != nil {
		return err
	}
	for range 200 {
		_ = c.Process.Signal(unix.SIGSTOP)
		_ = c.Process.Signal(unix.SIGCONT)
	}
	return c.Wait()
}

// low makes a page below 4 GiB, in which code can be run.
func low() ([]byte, uintptr, error) {
	addr, _, errno := unix.Syscall6(unix.SYS_MMAP, 0, uintptr(unix.Getpagesize()), unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC,
		unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|0x40, ^uintptr(0), 0) // MAP_32BIT
	if errno != 0 {
		return nil, 0, notHere("no memory that runs: %v", errno)
	}
	return unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&addr))), unix.Getpagesize()), addr, nil
}

// thirtyTwoBit calls execve by int 0x80, whose numbers are others.
func thirtyTwoBit(t *try) error {
	if runtime.GOARCH != "amd64" {
		return notHere("it is x86's alone")
	}
	const argvAt, codeAt = 2048, 3072
	page, addr, err := low()
	if err != nil {
		return err
	}
	at := uint32(addr) //nolint:gosec // below 4 GiB
	le := binary.LittleEndian
	// mov ebx, path; mov ecx, argv; xor edx, edx; mov eax, 11; int 0x80; ret
	code := le.AppendUint32([]byte{0xbb}, at)
	code = le.AppendUint32(append(code, 0xb9), at+argvAt)
	code = append(code, 0x31, 0xd2, 0xb8, 11, 0, 0, 0, 0xcd, 0x80, 0xc3)
	copy(page, t.marker)
	copy(page[argvAt:], le.AppendUint32(nil, at))
	copy(page[codeAt:], code)
	entry := addr + codeAt
	call := &entry
	(*(*func())(unsafe.Pointer(&call)))()
	return nil
}

// x32 calls execve by the third set of numbers that x86-64 kernels may have.
func x32(t *try) error {
	if runtime.GOARCH != "amd64" {
		return notHere("it is x86's alone")
	}
	if !hasX32() {
		return notHere("this kernel doesn't have it")
	}
	const bit, execve = 0x40000000, 520
	page, addr, err := low()
	if err != nil {
		return err
	}
	copy(page, t.marker)
	_, _, errno := unix.RawSyscall(bit|execve, addr, 0, 0)
	return errno
}

// hasX32 asks in a process of its own, since a guard may kill for it.
func hasX32() bool {
	const statusNoCall = 3
	self, err := os.Executable()
	if err != nil {
		return false
	}
	t := &try{self: self}
	c := t.part("x32")
	_ = c.Run()
	return c.ProcessState == nil || c.ProcessState.ExitCode() != statusNoCall
}

// ownFilter puts a filter on this thread that answers execve and execveat with an action, and allows all else.
func ownFilter(action uint32, flags uintptr) (int, error) {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return -1, err
	}
	p := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_EXECVE, Jt: 1},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_EXECVEAT, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: action},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	prog := unix.SockFprog{Len: uint16(len(p)), Filter: &p[0]} //nolint:gosec // five
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&prog)))
	if errno != 0 {
		return -1, errno
	}
	return int(fd), nil
}

// secondListener answers the announcement of its own exec itself.
func secondListener(t *try) error {
	listener := make(chan int)
	failed := make(chan error)
	go func() {
		runtime.LockOSThread()
		fd, err := ownFilter(unix.SECCOMP_RET_USER_NOTIF, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER)
		if err != nil {
			failed <- err
			return
		}
		listener <- fd
		failed <- become(t.marker)
	}()
	select {
	case err := <-failed:
		return err
	case fd := <-listener:
		go func() {
			var n [80]byte // struct seccomp_notif; its first field is the id
			if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SECCOMP_IOCTL_NOTIF_RECV, uintptr(unsafe.Pointer(&n))); errno != 0 {
				return
			}
			answer := struct {
				id    [8]byte
				val   int64
				err   int32
				flags uint32
			}{id: [8]byte(n[:8]), flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
			_, _, _ = unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SECCOMP_IOCTL_NOTIF_SEND, uintptr(unsafe.Pointer(&answer)))
		}()
		return <-failed
	}
}
