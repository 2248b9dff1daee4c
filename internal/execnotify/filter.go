// Package execnotify is the kernel's side of a guarded session: the seccomp filter that announces each exec, and the calls
// by which announcements are received and answered.
//
// The filter is classic BPF and needs no privilege. It decides nothing: it stops the thread that calls execve or execveat
// until whoever holds the listener answers, refuses the few calls by which a process could reach into another one that is
// held, and kills what comes through the entries of a foreign architecture. It can't be taken off again, and what it refuses
// no later filter permits. Package launch puts it on, package guard answers.
package execnotify

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// offsets into struct seccomp_data (include/uapi/linux/seccomp.h).
const (
	dataNumber = 0
	dataArch   = 4
	dataArg0   = 16 // its lower half, on the little-endian machines that there are
)

// x32 is the bit that marks calls of the x32 ABI, which share the architecture's number with the native ones.
const x32 = 0x40000000

// refused are the calls that reach into another process of the same user, past its stop: they would change what was judged
// before it runs. io_uring's are among them because a ring does work that no filter sees, and userfaultfd because it holds
// the guard's reads up.
var refused = []uint32{
	unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PROCESS_MADVISE, unix.SYS_PIDFD_GETFD,
	unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER, unix.SYS_USERFAULTFD,
}

// Filter is the session's program.
func Filter() []unix.SockFilter {
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	ret := func(k uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: k} }
	equal := func(k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: k, Jt: yes, Jf: no}
	}
	p := []unix.SockFilter{
		load(dataArch), equal(arch, 1, 0), ret(unix.SECCOMP_RET_KILL_PROCESS),
		load(dataNumber),
		{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, K: x32, Jf: 1},
		ret(unix.SECCOMP_RET_KILL_PROCESS),
		equal(unix.SYS_EXECVE, 1, 0), equal(unix.SYS_EXECVEAT, 0, 1), ret(unix.SECCOMP_RET_USER_NOTIF),
	}
	for _, nr := range refused {
		p = append(p, equal(nr, 0, 1), ret(unix.SECCOMP_RET_ERRNO|uint32(unix.EPERM)))
	}
	p = append(p,
		// Who started a program is told by its auxiliary vector, which only this call could change (see Origin).
		equal(unix.SYS_PRCTL, 0, 4), load(dataArg0), equal(unix.PR_SET_MM, 0, 1), ret(unix.SECCOMP_RET_ERRNO|uint32(unix.EPERM)), ret(unix.SECCOMP_RET_ALLOW),
		// The flags of clone3 lie in memory, so it answers as if it weren't there, and C libraries use clone.
		equal(unix.SYS_CLONE3, 0, 1), ret(unix.SECCOMP_RET_ERRNO|uint32(unix.ENOSYS)),
		// Another process with which this one shares its working directory could change it after it was judged. Threads may: an exec
		// leaves none of them.
		equal(unix.SYS_CLONE, 0, 4), load(dataArg0),
		unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: unix.CLONE_FS | unix.CLONE_THREAD},
		equal(unix.CLONE_FS, 0, 1), ret(unix.SECCOMP_RET_ERRNO|uint32(unix.EPERM)),
	)
	return append(p, ret(unix.SECCOMP_RET_ALLOW))
}

// Install puts the filter on the calling thread and what it starts, and gives the listener. The thread must be locked, have
// no-new-privileges set, and exec afterwards: that call is announced too. It fails on a kernel before Linux 5.19, and where
// there is a listener already.
func Install() (listener int, err error) {
	p := Filter()
	prog := unix.SockFprog{Len: uint16(len(p)), Filter: &p[0]} //nolint:gosec // some thirty instructions
	// Without WAIT_KILLABLE_RECV a signal, and the guard's own PTRACE_INTERRUPT, would take the thread out of the call.
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_NEW_LISTENER|unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, uintptr(unsafe.Pointer(&prog)))
	if errno == 0 {
		return int(fd), nil
	}
	if errno == unix.EINVAL {
		return -1, fmt.Errorf("cannot announce execs: %w (it needs Linux 5.19)", errno)
	}
	if errno == unix.EBUSY {
		return -1, fmt.Errorf("%w: it is in a session already, which what it starts belongs to (or another filter of it has a listener)", errno)
	}
	return -1, fmt.Errorf("cannot announce execs: %w", errno)
}
