package shim

import (
	"syscall"
	"unsafe"
)

// signalInfo is the start of siginfo_t.
type signalInfo struct {
	number int32
	_      int32
	code   int32 // above 0: from the kernel; else from a process
	_      int32
	pid    int32
	_      uint32
}

const siKernel = 0x80

// catch has signals written to a pipe and returns its other end. A handler of its own is needed, because the Go runtime's
// threads can't be kept from taking some signals.
func catch(set uint64) (int, error) {
	var p [2]int
	if err := syscall.Pipe2(p[:], syscall.O_CLOEXEC|syscall.O_NONBLOCK); err != nil {
		return -1, err
	}
	wake = uintptr(keep(p[1], syscall.F_DUPFD_CLOEXEC))
	syscall.Close(p[1])
	for n := syscall.Signal(1); n <= 64; n++ {
		if set&bit(n) != 0 {
			catchOne(n)
		}
	}
	return keep(p[0], syscall.F_DUPFD_CLOEXEC), syscall.Close(p[0])
}

func catchOne(n syscall.Signal) {
	const (
		saRestart  = 0x10000000
		saOnStack  = 0x08000000 // goroutines' stacks are too small for a signal frame
		saRestorer = 0x04000000
		saSiginfo  = 0x4
	)
	handler, restorer := handlers()
	act := [4]uint64{uint64(handler), saRestart | saOnStack | saSiginfo, uint64(restorer), all}
	if restorer != 0 {
		act[1] |= saRestorer
	}
	sigaction(n, &act)
}

func readSignal(fd int) (info signalInfo, ok bool) {
	b := (*[unsafe.Sizeof(info)]byte)(unsafe.Pointer(&info))
	n, err := syscall.Read(fd, b[:])
	return info, err == nil && n == len(b)
}

// consume takes what is pending for this process off it.
func consume() (set uint64) {
	every, now := all, syscall.Timespec{}
	var info [128]byte
	for {
		n, _, errno := syscall.RawSyscall6(syscall.SYS_RT_SIGTIMEDWAIT, uintptr(unsafe.Pointer(&every)), uintptr(unsafe.Pointer(&info)),
			uintptr(unsafe.Pointer(&now)), 8, 0, 0)
		if errno == syscall.EINTR {
			continue
		}
		if errno != 0 {
			return set
		}
		if n != uintptr(syscall.SIGURG) { // the Go runtime's own
			set |= bit(syscall.Signal(n))
		}
	}
}

// pending is what waits for this process because it is blocked.
//
//go:nosplit
//go:norace
func pending() uint64 {
	var set uint64
	syscall.RawSyscall(syscall.SYS_RT_SIGPENDING, uintptr(unsafe.Pointer(&set)), 8, 0)
	return set &^ (1 << (uint(syscall.SIGURG) - 1)) // the Go runtime's own
}

// surrender makes signals what they were when the process started, with those pending that came since: it is the last
// thing before exec. Setting an action may throw away what is pending, so that is raised again.
//
//go:nosplit
//go:norace
func surrender() {
	setMask(all)
	waiting := pending() | taken
	restoreHandlers()
	waiting &^= pending()
	tid, _, _ := syscall.RawSyscall(syscall.SYS_GETTID, 0, 0, 0)
	pid, _, _ := syscall.RawSyscall(syscall.SYS_GETPID, 0, 0, 0)
	for n := uintptr(1); n <= 64; n++ {
		switch b := uint64(1) << (n - 1); {
		case waiting&b == 0:
		case escaping&b != 0: // another thread would take it
			syscall.RawSyscall(syscall.SYS_TGKILL, pid, tid, n)
		default:
			syscall.RawSyscall(syscall.SYS_KILL, pid, n, 0)
		}
	}
	setMask(mask)
}

// restoreLimits puts the limits back that the entry and the runtime raised.
//
//go:nosplit
//go:norace
func restoreLimits() {
	for i := range limits {
		syscall.RawSyscall6(syscall.SYS_PRLIMIT64, 0, limited[i], uintptr(unsafe.Pointer(&limits[i])), 0, 0, 0)
	}
}

// raise sends signals to this process, as many of the set as there are.
//
//go:nosplit
//go:norace
func raise(set uint64) {
	if set == 0 {
		return
	}
	pid, _, _ := syscall.RawSyscall(syscall.SYS_GETPID, 0, 0, 0)
	for n := uintptr(1); n <= 64; n++ {
		if set&(1<<(n-1)) != 0 {
			syscall.RawSyscall(syscall.SYS_KILL, pid, n, 0)
		}
	}
}

// restoreHandlers takes away all handlers: ignored again if it was inherited so, else the default.
//
//go:nosplit
//go:norace
func restoreHandlers() {
	for n := uintptr(1); n <= 64; n++ {
		var act [4]uint64 // handler, flags, restorer, mask
		if ignored&(1<<(n-1)) != 0 {
			act[0] = 1 // SIG_IGN
		}
		sigaction(syscall.Signal(n), &act)
	}
}

//go:nosplit
//go:norace
func sigaction(n syscall.Signal, act *[4]uint64) {
	syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(n), uintptr(unsafe.Pointer(act)), 0, 8, 0, 0)
}

//go:nosplit
//go:norace
func setMask(set uint64) {
	const sigSetmask = 2
	syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, sigSetmask, uintptr(unsafe.Pointer(&set)), 0, 8, 0, 0)
}

// endAs ends this process as another ended: with its exit status, or by its signal.
func endAs(status syscall.WaitStatus) {
	if status.Exited() {
		exit(status.ExitStatus())
	}
	sig := status.Signal()
	const prSetDumpable = 4
	syscall.RawSyscall(syscall.SYS_PRCTL, prSetDumpable, 0, 0) // the tool may have left a core; the shim leaves none
	ignored &^= bit(sig)
	restoreHandlers()
	setMask(all &^ bit(sig)) // another one may be pending here that the tool lived through
	syscall.Kill(syscall.Getpid(), sig)
	exit(128 + int(sig))
}
