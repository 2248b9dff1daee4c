package cli

import (
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// stopSelf stops this process, and by a signal that terminals send the other processes of its job, which a terminal would have sent it
// to. It returns once the job was continued; at once where no shell is there that could do so, because the kernel then stops nobody
// by such a signal.
func stopSelf(by syscall.Signal) {
	runtime.LockOSThread() // a thread that sends itself a signal has it before the call returns
	defer runtime.UnlockOSThread()
	if by != syscall.SIGSTOP {
		defer act(by, act(by, ignored)) // this process is stopped once, by the next one
		_ = syscall.Kill(0, by)
		act(by, defaultAction)
	}
	_ = unix.Tgkill(os.Getpid(), unix.Gettid(), by)
}

// dieOf ends this process by the signal that ended the agent.
func dieOf(sig syscall.Signal) error {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) // the core, if any, was the agent's
	runtime.LockOSThread()
	act(sig, defaultAction)
	_ = unix.Tgkill(os.Getpid(), unix.Gettid(), sig)
	const bySignal = 128
	return exitError{bySignal + int(sig)}
}

// sigaction is the kernel's struct of that name: handler, flags, restorer, mask.
type sigaction [4]uint64

var (
	defaultAction sigaction
	ignored       = sigaction{1}
)

// act sets what a signal does, and gives what it did. It goes past the runtime, which keeps a handler once it has one: with
// signal.Reset a signal like SIGTSTP does nothing at all, and SIGQUIT writes of goroutines.
func act(sig syscall.Signal, does sigaction) (did sigaction) {
	const maskBytes = 8
	_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&does)), uintptr(unsafe.Pointer(&did)), maskBytes, 0, 0)
	return did
}
