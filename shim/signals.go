package shim

import (
	"syscall"
	"unsafe"
)

// signalInfo is the start of struct signalfd_siginfo.
type signalInfo struct {
	number uint32
	_      int32
	code   int32 // above 0: from the kernel; else from a process
	pid    uint32
	rest   [112]byte
}

const (
	sigSetmask = 2
	siKernel   = 0x80
)

// signalfd makes a descriptor for a set of blocked signals, or changes the set of one.
func signalfd(fd int, set uint64) (int, error) {
	n, _, errno := syscall.RawSyscall6(syscall.SYS_SIGNALFD4, uintptr(fd), uintptr(unsafe.Pointer(&set)), 8,
		syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0, 0)
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}

func readSignal(fd int) (info signalInfo, ok bool) {
	b := (*[unsafe.Sizeof(info)]byte)(unsafe.Pointer(&info))
	n, err := syscall.Read(fd, b[:])
	return info, err == nil && n == len(b)
}

// obey lets the pending signals have the effect that they have on a program that does nothing about them: the shim dies
// of them, and the daemon sees the connection close.
func obey() {
	restoreHandlers()
	setMask(mask)
	setMask(mask | guarded)
}

// restoreHandlers takes away the Go runtime's handlers: ignored again if it was inherited so, else the default.
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
	setMask(0)
	syscall.Kill(syscall.Getpid(), sig)
	exit(128 + int(sig))
}
