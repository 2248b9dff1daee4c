package shim

import (
	"syscall"
	"unsafe"

	"github.com/clawrden/clawrden/protocol"
)

// own are the signals that only this process gets, even from the kernel: its timers'.
var own = setOf(syscall.SIGALRM, syscall.SIGVTALRM, syscall.SIGPROF)

// stayer is a shim that stays as the parent of its tool.
type stayer struct {
	*conn
	pid       int
	leader    bool   // of its session: the kernel tells it alone that the terminal hung up
	stopped   bool   // the tool is, as far as the kernel has told
	continued int    // how often the tool has been continued without a SIGCONT of this process's own having been read
	tree      bool   // this process takes in what the tool leaves behind, and hears when its time is over
	stdio     [3]int // what the tool has in place of this process's own 0, 1, 2; 0: it has that
	over      int    // exit code that the daemon ends the command with, once all of it has ended; 0: the tool's own counts
}

// stay runs the command as a child, in the same process group, and ends as it ends. It is for kernels that don't tell the
// daemon how a process ended.
func (c *conn) stay(cmd command, path string, tree bool) {
	sid, _, _ := syscall.RawSyscall(syscall.SYS_GETSID, 0, 0, 0)
	y := &stayer{conn: c, leader: int(sid) == syscall.Getpid(), tree: tree}
	cmd.adopts, y.stdio = tree, cmd.stdio
	setMask(all) // nothing may happen between the child's start and the handlers
	c.gather()
	// What is pending belongs to the tool: fork would not hand it on.
	cmd.pending = taken | consume()
	// All are caught, ignored or not: the tool may come to want them, and a child's end is told only where it is wanted.
	signals, err := catch(all)
	if err != nil {
		fail(path+" was not run: "+err.Error(), "")
	}
	var errno syscall.Errno
	if y.pid, errno = spawn(cmd); errno != 0 {
		c.cannot(path, errno)
	}
	setMask(0)
	y.lent()
	hear := -1
	if tree {
		hear = c.fd
	}
	for {
		if ready := poll(signals, hear, -1); ready[1] && !y.hear() {
			hear = -1
		}
		for {
			info, ok := readSignal(signals)
			if !ok {
				break
			}
			y.relay(&info)
		}
	}
}

// relay does with one signal what makes shim and tool look like one process.
func (y *stayer) relay(s *signalInfo) {
	sig := syscall.Signal(s.number)
	switch {
	case sig == syscall.SIGWINCH && y.resized(s):
		return
	case sig == syscall.SIGCHLD && s.code > 0:
		y.changed()
		return
	case s.pid == int32(y.pid) && s.code <= 0:
		return // the tool signalled its whole group: it has had it
	case s.pid == int32(syscall.Getpid()) && s.code < 0:
		return // the Go runtime's, to a thread of its own
	case sig == syscall.SIGCONT:
		// Whoever continues a job tells the whole group, and the tool was told first. Passed on late, it would undo the next stop.
		y.changed()
		if y.continued > 0 && !y.stopped {
			y.continued--
			return
		}
	case s.code == siKernel && own&bit(sig) == 0 && !y.leader:
		return // from the terminal, which tells the whole foreground group
	case s.code == siKernel && y.leader && sig != syscall.SIGHUP && sig != syscall.SIGCONT && own&bit(sig) == 0:
		return
	}
	syscall.Kill(y.pid, sig)
}

// changed looks at the tool: an end is passed on to the daemon and imitated; a stop is imitated.
func (y *stayer) changed() {
	const wcontinued = 8
	for {
		var status syscall.WaitStatus
		who := y.pid
		if y.tree {
			who = -1
		}
		got, err := syscall.Wait4(who, &status, syscall.WNOHANG|syscall.WUNTRACED|wcontinued, nil)
		switch {
		case err == syscall.EINTR:
		case err == syscall.ECHILD && y.over != 0:
			exit(y.over)
		case err != nil || got <= 0:
			return
		case got != y.pid: // an orphan of the tool's
		case status.Continued():
			y.stopped = false
			y.continued++
		case status.Stopped():
			if y.stopped { // the kernel tells the last change alone: it was continued in between
				y.continued++
			}
			y.stopped = true
			if y.over == 0 { // else the daemon is ending it, and nobody would continue this process
				stopAs(status.StopSignal())
			}
		default:
			lent := y.takeBack()
			if !y.write(protocol.AppendNumber(nil, protocol.TypeFinished, uint32(status)), nil) {
				y.late(uint32(status))
			} else if lent {
				y.untilPassed()
			}
			if y.over == 0 {
				endAs(status)
			}
		}
	}
}

// hear reads what the daemon says while the tool runs: that its time is over. It reports whether more can come.
func (y *stayer) hear() bool {
	var b [protocol.HeaderLen]byte
	if !readWhole(y.fd, b[:]) {
		return false
	}
	h, err := protocol.ParseHeader(b[:])
	if err != nil || h.Type != protocol.TypeRefuse || h.Length > protocol.MaxText+1 {
		return false
	}
	payload := make([]byte, h.Length)
	if !readWhole(y.fd, payload) {
		return false
	}
	code, text, err := protocol.ParseCoded(payload)
	if err != nil || code == 0 {
		return false
	}
	say(text)
	y.over = int(code)
	return true
}

func readWhole(fd int, b []byte) bool {
	for len(b) > 0 {
		n, err := syscall.Read(fd, b)
		if err == syscall.EINTR {
			continue
		}
		if n <= 0 {
			return false
		}
		b = b[n:]
	}
	return true
}

// stopAs stops this process by the signal that stopped the tool, and returns when it is continued.
func stopAs(sig syscall.Signal) {
	var dfl [4]uint64
	sigaction(sig, &dfl)
	syscall.Kill(syscall.Getpid(), sig)
	if sig != syscall.SIGSTOP {
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
	const prSetSubreaper, prGetSubreaper = 36, 37
	syscall.RawSyscall(syscall.SYS_PRCTL, prGetSubreaper, uintptr(unsafe.Pointer(&cmd.subreaper)), 0)
	if cmd.adopts {
		syscall.RawSyscall(syscall.SYS_PRCTL, prSetSubreaper, 1, 0)
	}
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
	const prSetPdeathsig, prSetSubreaper = 1, 36
	syscall.RawSyscall(syscall.SYS_PRCTL, prSetPdeathsig, uintptr(syscall.SIGKILL), 0)
	if ppid, _, _ := syscall.RawSyscall(syscall.SYS_GETPPID, 0, 0, 0); ppid != parent {
		syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 128+uintptr(syscall.SIGKILL), 0, 0)
	}
	for fd := range uintptr(3) {
		if closed&(1<<fd) != 0 {
			syscall.RawSyscall(syscall.SYS_CLOSE, fd, 0, 0)
		} else if cmd.stdio[fd] != 0 {
			syscall.RawSyscall(syscall.SYS_DUP3, uintptr(cmd.stdio[fd]), fd, 0)
		}
	}
	if cmd.subreaper != 0 {
		syscall.RawSyscall(syscall.SYS_PRCTL, prSetSubreaper, 1, 0)
	}
	restoreLimits()
	restoreHandlers()
	raise(cmd.pending)
	setMask(cmd.signals)
	errChild = execute(*cmd)
	for {
		syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 127, 0, 0)
	}
}
