package launch

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// final is what is left to do when all is prepared: everything that the last calls need, in memory that doesn't move.
type final struct {
	sock       int
	call       uintptr // SYS_EXECVE or SYS_EXECVEAT
	args       [6]uintptr
	argv, envp []*byte
	path       *byte
	sandboxed  bool // no new privileges, and what follows
	ruleset    int
	filter     []unix.SockFilter
	program    unix.SockFprog
	refusals   [3][]byte // the frames for a failure of each of the last steps, but for the errno
	mute       bool      // the filter may not let the thread that it binds say what went wrong
	failed     atomic.Uint64
}

// The last steps, as indexes of final.refusals.
const (
	lastProfile = iota
	lastFilter
	lastExec
)

// prepare makes the kernel's arguments, and asks the filter whether it would let them pass.
func (l *launcher) prepare() *Refusal {
	o := l.order
	x := &final{sock: l.sock, ruleset: l.ruleset}
	words := o.Argv
	if len(o.Tool.Words) > 0 {
		words = nil
		for _, w := range o.Tool.Words {
			words = append(words, w.Text)
		}
		if len(o.Argv) > 0 {
			words = append(words, o.Argv[1:]...)
		}
	}
	var err error
	if x.argv, err = syscall.SlicePtrFromStrings(words); err != nil {
		return refuse(StepExec, "", err)
	}
	if x.envp, err = syscall.SlicePtrFromStrings(o.Env); err != nil {
		return refuse(StepExec, "", err)
	}
	if x.path, err = syscall.BytePtrFromString(l.path); err != nil {
		return refuse(StepExec, "", err)
	}
	path, argv, envp := uintptr(unsafe.Pointer(x.path)), uintptr(unsafe.Pointer(&x.argv[0])), uintptr(unsafe.Pointer(&x.envp[0]))
	name := "execve"
	if o.Tool.Mode == ToolFD {
		name, x.call, x.args = "execveat", unix.SYS_EXECVEAT, [6]uintptr{uintptr(l.fds[0]), path, argv, envp, unix.AT_EMPTY_PATH}
	} else {
		x.call, x.args = unix.SYS_EXECVE, [6]uintptr{path, argv, envp}
	}
	profile := "the profile"
	if p := o.Plan; p != nil {
		x.sandboxed, x.filter = p.NoNewPrivileges, p.Filter
		profile = "the profile " + p.Name
		if len(p.Filter) > 0 {
			x.program = unix.SockFprog{Len: uint16(len(p.Filter)), Filter: &p.Filter[0]} // a plan has at most 4096
			if judge(p.Filter, int(x.call), x.args) == refused {
				return refuse(StepExec, fmt.Sprintf("%s forbids exec itself (%s), so nothing can run under it", profile, name), nil)
			}
		}
	}
	tool := o.Tool.Path
	if l.path != "" {
		tool = l.path
	}
	x.refusals[lastProfile] = appendRefused(&Refusal{Step: StepProfile, Text: profile})
	x.refusals[lastFilter] = appendRefused(&Refusal{Step: StepProfile, Text: profile + ", its filter"})
	x.refusals[lastExec] = appendRefused(&Refusal{Step: StepExec, Text: tool})
	l.next = x
	return nil
}

// heard reports whether the filter lets this thread say that the exec failed, and end: nearly every one does.
func (x *final) heard() bool {
	if len(x.filter) == 0 {
		return true
	}
	for _, frame := range x.refusals {
		if judge(x.filter, unix.SYS_SENDTO, x.said(frame)) != allowed {
			return false
		}
	}
	return judge(x.filter, unix.SYS_EXIT_GROUP, [6]uintptr{refusedStatus}) == allowed
}

// said is how a frame is sent, in one call that doesn't end this process by a signal.
func (x *final) said(frame []byte) [6]uintptr {
	return [6]uintptr{uintptr(x.sock), uintptr(unsafe.Pointer(&frame[0])), uintptr(len(frame)), unix.MSG_NOSIGNAL}
}

// run applies what binds this thread alone, and execs from it. Where the filter may not let it say what went wrong, another
// thread, which it doesn't bind, watches until the exec ends that thread too.
func (x *final) run() *Refusal {
	if x.mute = !x.heard(); x.mute {
		const processors = 4
		runtime.GOMAXPROCS(processors) // each of the two keeps one to itself
		watching := make(chan struct{})
		go x.watch(watching)
		<-watching
	}
	defaultSignals()
	x.last()
	return nil
}

// watch waits for a failure and reports it. It makes raw system calls only: the runtime may not get its attention any more.
func (x *final) watch(watching chan<- struct{}) {
	runtime.LockOSThread()
	close(watching)
	pause := unix.Timespec{Nsec: 500_000}
	for {
		unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&pause)), 0, 0)
		if failed := x.failed.Load(); failed != 0 {
			x.report(int(failed>>32-1), syscall.Errno(uint32(failed)))
		}
	}
}

// refusedStatus is the exit status of a launcher that was refused by the kernel at its last steps.
const refusedStatus = 126

// report says what failed, and ends the process.
//
//go:norace
func (x *final) report(step int, failed syscall.Errno) {
	frame := x.refusals[step]
	const errnoAt = headerLen + 1
	frame[errnoAt], frame[errnoAt+1], frame[errnoAt+2], frame[errnoAt+3] = byte(failed), byte(failed>>8), byte(failed>>16), byte(failed>>24)
	for {
		a := x.said(frame)
		_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, a[0], a[1], a[2], a[3], a[4], a[5])
		if errno != unix.EINTR {
			break
		}
	}
	for {
		unix.RawSyscall(unix.SYS_EXIT_GROUP, refusedStatus, 0, 0)
	}
}

// last never returns.
//
//go:norace
func (x *final) last() {
	if x.sandboxed {
		if _, _, errno := unix.RawSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); errno != 0 {
			x.fail(lastProfile, errno)
		}
	}
	if x.ruleset >= 0 {
		if _, _, errno := unix.RawSyscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(x.ruleset), 0, 0); errno != 0 {
			x.fail(lastProfile, errno)
		}
	}
	if x.program.Len > 0 {
		const setModeFilter = 1
		if _, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, setModeFilter, 0, uintptr(unsafe.Pointer(&x.program))); errno != 0 {
			x.fail(lastFilter, errno)
		}
	}
	_, _, errno := unix.RawSyscall6(x.call, x.args[0], x.args[1], x.args[2], x.args[3], x.args[4], x.args[5])
	x.fail(lastExec, errno)
}

// fail reports a failure, or leaves that to the thread that watches.
//
//go:norace
func (x *final) fail(step int, errno syscall.Errno) {
	if !x.mute {
		x.report(step, errno)
	}
	x.failed.Store(uint64(step+1)<<32 | uint64(errno))
	for { //nolint:staticcheck // no call may be made any more, not even to wait
	}
}

// defaultSignals puts every signal back to what a program starts with: the runtime's handlers are of no use any more, and
// none may interrupt what follows. The mask is empty.
func defaultSignals() {
	const signals, setMask, size = 64, 2, 8
	var action [4]uint64 // SIG_DFL
	for n := uintptr(1); n <= signals; n++ {
		unix.RawSyscall6(unix.SYS_RT_SIGACTION, n, uintptr(unsafe.Pointer(&action)), 0, size, 0, 0)
	}
	var none uint64
	unix.RawSyscall6(unix.SYS_RT_SIGPROCMASK, setMask, uintptr(unsafe.Pointer(&none)), 0, size, 0, 0)
}
