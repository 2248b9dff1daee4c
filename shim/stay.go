package shim

import (
	"syscall"

	"github.com/clawrden/clawrden/protocol"
)

// forwarded are the signals that only this process gets, even from the kernel: its timers'.
var forwarded = setOf(syscall.SIGALRM, syscall.SIGVTALRM, syscall.SIGPROF)

// stay runs the command as a child, in the same process group, and ends as it ends. It is for kernels that don't tell the
// daemon how a process ended.
func (c *conn) stay(cmd command, path string) {
	setMask(all) // nothing may happen between the child's start and the handlers
	signals, err := catch(caught&^mask&^ignored | bit(syscall.SIGCHLD))
	if err != nil {
		fail(path+" was not run: "+err.Error(), "")
	}
	pid, errno := spawn(cmd)
	if errno != 0 {
		c.cannot(path, errno)
	}
	setMask(mask &^ bit(syscall.SIGCHLD))
	for {
		poll(signals, -1)
		for {
			info, ok := readSignal(signals)
			if !ok {
				break
			}
			c.relay(pid, &info)
		}
	}
}

// relay does with one signal what makes shim and child look like one process.
func (c *conn) relay(pid int, info *signalInfo) {
	sig := syscall.Signal(info.number)
	switch {
	case sig == syscall.SIGCHLD:
		c.changed(pid)
	case info.pid == int32(pid) && info.code <= 0:
		// The tool signalled its whole group: it has had it.
	case info.code == siKernel && forwarded&bit(sig) == 0:
		// From the terminal, which tells the whole foreground group.
	default:
		syscall.Kill(pid, sig)
	}
}

// changed looks at the child: an end is passed on to the daemon and imitated; a stop is imitated.
func (c *conn) changed(pid int) {
	for {
		var status syscall.WaitStatus
		got, err := syscall.Wait4(pid, &status, syscall.WNOHANG|syscall.WUNTRACED, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || got != pid {
			return
		}
		if status.Stopped() {
			stopAs(status.StopSignal())
			syscall.Kill(pid, syscall.SIGCONT)
			continue
		}
		c.write(protocol.AppendNumber(nil, protocol.TypeFinished, uint32(status)), nil)
		endAs(status)
	}
}

// stopAs stops this process by the signal that stopped the child, and returns when it is continued.
func stopAs(sig syscall.Signal) {
	var dfl [4]uint64
	sigaction(sig, &dfl)
	syscall.Kill(syscall.Getpid(), sig)
	if sig != syscall.SIGSTOP && ignored&bit(sig) == 0 {
		catchOne(sig)
	}
}

// errChild is where the child, which shares this memory, leaves the reason why it could not exec.
var errChild syscall.Errno

// spawn starts the child. It must not allocate or grow the stack between vfork and exec.
//
//go:noinline
//go:norace
func spawn(cmd command) (int, syscall.Errno) {
	errChild = 0
	parent := syscall.Getpid()
	pid := fork(&cmd, uintptr(parent))
	if int(pid) < 0 {
		return 0, syscall.Errno(-int(pid))
	}
	if errChild != 0 {
		var status syscall.WaitStatus
		_, _ = syscall.Wait4(int(pid), &status, 0, nil)
		return 0, errChild
	}
	return int(pid), 0
}

// fork returns in the parent, at once, because child and parent share the stack below it.
//
//go:nosplit
//go:noinline
//go:norace
func fork(cmd *command, parent uintptr) uintptr {
	pid := vfork()
	if pid != 0 {
		return pid
	}
	const prSetPdeathsig = 1
	syscall.RawSyscall(syscall.SYS_PRCTL, prSetPdeathsig, uintptr(syscall.SIGKILL), 0)
	if ppid, _, _ := syscall.RawSyscall(syscall.SYS_GETPPID, 0, 0, 0); ppid != parent {
		syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 128+uintptr(syscall.SIGKILL), 0, 0)
	}
	for fd := range uintptr(3) {
		if closed&(1<<fd) != 0 {
			syscall.RawSyscall(syscall.SYS_CLOSE, fd, 0, 0)
		}
	}
	restoreHandlers()
	setMask(cmd.signals)
	errChild = execute(*cmd)
	for {
		syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 127, 0, 0)
	}
}
