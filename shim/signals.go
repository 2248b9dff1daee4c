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

// caught are the signals that a shim can be told of in place of dying, stopping or ignoring them.
const caught = all &^ (1<<(syscall.SIGKILL-1) | 1<<(syscall.SIGSTOP-1) | 1<<(syscall.SIGURG-1) | 1<<(syscall.SIGWINCH-1) |
	1<<(syscall.SIGSEGV-1) | 1<<(syscall.SIGBUS-1) | 1<<(syscall.SIGFPE-1) | 1<<(syscall.SIGILL-1) | 1<<(syscall.SIGTRAP-1) |
	1<<(syscall.SIGSYS-1))

// wake is the end of the pipe that the handler in assembly writes to.
var wake uintptr

func handlerPC() uintptr
func restorerPC() uintptr

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
	act := [4]uint64{uint64(handlerPC()), saRestart | saOnStack | saRestorer | saSiginfo, uint64(restorerPC()), all}
	sigaction(n, &act)
}

func readSignal(fd int) (info signalInfo, ok bool) {
	b := (*[unsafe.Sizeof(info)]byte)(unsafe.Pointer(&info))
	n, err := syscall.Read(fd, b[:])
	return info, err == nil && n == len(b)
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
	setMask(0)
	syscall.Kill(syscall.Getpid(), sig)
	exit(128 + int(sig))
}
