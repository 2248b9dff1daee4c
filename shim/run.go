package shim

import (
	"syscall"
	"unsafe"

	"github.com/clawrden/clawrden/protocol"
)

const atEmptyPath = 0x1000

// command is what execve or execveat is given.
type command struct {
	fd         uintptr // the tool, or unused
	path       *byte   // "" with a descriptor
	argv, envp unsafe.Pointer
	byFD       bool
	signals    uint64 // the mask that it starts with
	pending    uint64 // what a child is to find pending
	subreaper  int32  // whether a child is to adopt orphans, as this process does
	adopts     bool   // whether this process is to, from now on
	stdio      [3]int // what the tool gets as 0, 1, 2; 0: this process's own. Only for a child
}

// run executes what the daemon decided: in place, or as a child where the daemon wants to be told its end.
func (c *conn) run(s *start, e *protocol.Exec, fds []int) {
	cmd, reason := prepare(s, e, fds)
	if reason != "" {
		c.write(protocol.AppendNumber(nil, protocol.TypeFailed, uint32(syscall.ESTALE)), nil)
		fail(e.Path+" was not run: "+reason, "it may have been replaced; try again")
	}
	if e.Stay {
		c.stay(cmd, e.Path, e.Tree)
	}
	c.gather()
	for fd := range 3 {
		if closed&(1<<fd) != 0 {
			syscall.Close(fd)
		}
	}
	restoreLimits()
	surrender()
	c.cannot(e.Path, execute(cmd))
}

// gather notes what arrived of the signals that were to stay blocked: it is the tool's.
func (c *conn) gather() {
	for c.blocked >= 0 {
		info, ok := readSignal(c.blocked)
		if !ok {
			return
		}
		taken |= bit(syscall.Signal(info.number))
	}
}

// cannot ends the shim after an exec that failed, with the exit code that a shell gives.
func (c *conn) cannot(path string, errno syscall.Errno) {
	c.write(protocol.AppendNumber(nil, protocol.TypeFailed, uint32(errno)), nil)
	say("cannot run " + path + ": " + errno.Error())
	if errno == syscall.ENOENT {
		exit(protocol.ExitNoTool)
	}
	exit(protocol.ExitDenied)
}

// prepare builds the command; a reason means that it may not be run.
func prepare(s *start, e *protocol.Exec, fds []int) (cmd command, reason string) {
	cmd = command{argv: s.argv, envp: s.envp, signals: mask}
	switch e.Mode {
	case protocol.ExecPath:
		if reason := compare(e); reason != "" {
			return cmd, reason
		}
		cmd.path = cstring(e.Path)
	case protocol.ExecFD:
		if len(fds) == 0 {
			return cmd, "the daemon sent no descriptor for it"
		}
		cmd.byFD, cmd.fd, cmd.path = true, uintptr(fds[0]), cstring("")
	}
	if e.Env != nil {
		if e.Env.Count != len(s.env) {
			return cmd, "the daemon speaks of another environment"
		}
		cmd.envp = environment(s, e.Env)
	}
	if fds, reason = cmd.lend(e, fds); reason != "" {
		return cmd, reason
	}
	if len(e.Words) == 0 {
		return cmd, ""
	}
	// The words take the place of argv[0], and the rest is the caller's; or they are all, where a person changed it.
	argv := make([]*byte, 0, len(e.Words)+len(s.args)+1)
	for _, w := range e.Words {
		word := w.Word
		if w.IsFD {
			if w.FD >= len(fds) {
				return cmd, "the daemon named a descriptor that it did not send"
			}
			word = "/proc/self/fd/" + digits(keep(fds[w.FD], syscall.F_DUPFD))
		}
		argv = append(argv, cstring(word))
	}
	for i := 1; i < len(s.args) && !e.All; i++ {
		argv = append(argv, unsafe.StringData(s.args[i])) // NUL-terminated: the kernel's own
	}
	argv = append(argv, nil)
	cmd.argv = unsafe.Pointer(&argv[0])
	return cmd, ""
}

// lend takes those descriptors off the frame's that the tool gets in place of this process's own.
func (cmd *command) lend(e *protocol.Exec, fds []int) (rest []int, reason string) {
	n := len(fds) - e.Stdio.Len()
	if n < 0 {
		return fds, "the daemon sent too few descriptors for its output"
	}
	last := fds[n:]
	for fd := range cmd.stdio {
		if e.Stdio.Has(fd) {
			cmd.stdio[fd], last = last[0], last[1:]
		}
	}
	return fds[:n], ""
}

// environment leaves out and adds what the daemon says.
func environment(s *start, e *protocol.ExecEnv) unsafe.Pointer {
	envp := make([]*byte, 0, len(s.env)+len(e.Set)+1)
	for i, w := range s.env {
		if !e.Dropped(i) {
			envp = append(envp, unsafe.StringData(w)) // NUL-terminated: the kernel's own
		}
	}
	for _, w := range e.Set {
		envp = append(envp, cstring(w))
	}
	envp = append(envp, nil)
	return unsafe.Pointer(&envp[0])
}

// compare tells why the file at the path isn't the one that was judged; "" if it is.
func compare(e *protocol.Exec) string {
	const oPath = 0x200000
	fd, err := syscall.Open(e.Path, oPath|syscall.O_CLOEXEC, 0)
	if err != nil {
		return err.Error()
	}
	defer syscall.Close(fd)
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return err.Error()
	}
	if st.Dev != e.Dev || st.Ino != e.Ino {
		return "it is not the file that was judged"
	}
	return ""
}

// keep duplicates a descriptor out of the way of the numbers that programs use. Below 64 the kernel has room for it from the
// start; a larger table, shared by threads, costs a wait for all processors (expand_fdtable in fs/file.c).
func keep(fd int, how uintptr) int {
	const high = 40
	n, _, errno := syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(fd), how, high)
	if errno != 0 { // a low limit on descriptors
		n, _, errno = syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(fd), how, 3)
	}
	if errno != 0 {
		return fd
	}
	return int(n)
}

func cstring(s string) *byte {
	b := make([]byte, len(s)+1)
	copy(b, s)
	return &b[0]
}

// execute returns only if the kernel refuses.
//
//go:nosplit
//go:norace
func execute(cmd command) syscall.Errno {
	var errno syscall.Errno
	if cmd.byFD {
		_, _, errno = syscall.RawSyscall6(sysExecveat, cmd.fd, uintptr(unsafe.Pointer(cmd.path)), uintptr(cmd.argv), uintptr(cmd.envp), atEmptyPath, 0)
	} else {
		_, _, errno = syscall.RawSyscall(syscall.SYS_EXECVE, uintptr(unsafe.Pointer(cmd.path)), uintptr(cmd.argv), uintptr(cmd.envp))
	}
	return errno
}
