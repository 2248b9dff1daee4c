package pidfd

import (
	"bytes"
	"errors"
	"strconv"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// info is struct pidfd_info, first version (include/uapi/linux/pidfd.h).
type info struct {
	mask, cgroup uint64
	ids          [11]uint32
	exitCode     int32
}

const (
	getInfo    = 0xc040ff0b // PIDFD_GET_INFO: _IOWR(0xFF, 11, struct pidfd_info)
	infoPID    = 1 << 0     // PIDFD_INFO_PID, Linux 6.13
	infoCgroup = 1 << 2     // PIDFD_INFO_CGROUPID, Linux 6.13
	infoExit   = 1 << 3     // PIDFD_INFO_EXIT, Linux 6.15
)

// ExitStatus asks the kernel how a process ended. It knows only after the parent has reaped it, and from Linux 6.15 on.
func ExitStatus(fd int) (syscall.WaitStatus, bool) {
	i := info{mask: infoExit}
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), getInfo, uintptr(unsafe.Pointer(&i)))
	if errno != 0 || i.mask&infoExit == 0 {
		return 0, false
	}
	return syscall.WaitStatus(uint32(i.exitCode)), true //nolint:gosec // the kernel's bits, as wait(2) gives them
}

// PID asks the kernel for the number of a process, in this pid namespace, which it tells from Linux 6.13 on; 0 where it doesn't.
func PID(fd int) int {
	pid, _ := PIDAndCgroup(fd)
	return pid
}

// PIDAndCgroup asks for the number of the process's cgroup in the unified hierarchy as well, which the kernel gives to no other one
// after it; 0 where it isn't told.
func PIDAndCgroup(fd int) (pid int, cgroup uint64) {
	i := info{mask: infoPID | infoCgroup}
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), getInfo, uintptr(unsafe.Pointer(&i)))
	if errno != 0 || i.mask&infoPID == 0 {
		return 0, 0
	}
	if i.mask&infoCgroup == 0 {
		i.cgroup = 0
	}
	return int(i.ids[0]), i.cgroup
}

// Proc opens the /proc directory of a pidfd's process, which stays that process's whoever has its number later; -1 where it can't
// be had.
func Proc(fd int) int {
	pid := PID(fd)
	if pid == 0 {
		pid = numberOf(fd)
	}
	if pid <= 0 {
		return -1
	}
	proc, err := unix.Open("/proc/"+strconv.Itoa(pid), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1
	}
	// It still has its number, so that is what was opened.
	if unix.PidfdSendSignal(fd, 0, nil, 0) != nil {
		_ = unix.Close(proc)
		return -1
	}
	return proc
}

// numberOf is PID for older kernels.
func numberOf(fd int) int {
	for line := range bytes.Lines(read(unix.AT_FDCWD, "/proc/self/fdinfo/"+strconv.Itoa(fd))) {
		if rest, ok := bytes.CutPrefix(line, []byte("Pid:")); ok {
			n, _ := strconv.Atoi(string(bytes.TrimSpace(rest)))
			return n
		}
	}
	return 0
}

// Unreaped reads how a process ended that has, as wait(2) will tell its parent, while that hasn't asked yet; proc is its /proc
// directory. It takes CAP_SYS_PTRACE for another user's.
func Unreaped(proc int) (syscall.WaitStatus, bool) {
	if !statTells() {
		return 0, false
	}
	return parseEnd(read(proc, "stat"))
}

// read reads a short file of the kernel's, which gives all of it at once; nothing where it can't be read.
func read(dir int, name string) []byte {
	fd, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil
	}
	defer func() { _ = unix.Close(fd) }()
	b := make([]byte, 2048)
	n, err := unix.Read(fd, b)
	if err != nil {
		return nil
	}
	return b[:n]
}

// parseEnd takes the exit status out of /proc/PID/stat, where it is the last of 52 fields.
func parseEnd(stat []byte) (syscall.WaitStatus, bool) {
	const state, status, base, bits = 0, 49, 10, 32 // counted from behind the name
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) <= status || string(fields[state]) != "Z" {
		return 0, false
	}
	n, err := strconv.ParseUint(string(fields[status]), base, bits)
	if err != nil || n > 0xffff {
		return 0, false
	}
	return syscall.WaitStatus(n), true
}

// statTells reports whether that field is the whole process's. Up to Linux 5.16 it was that of the first thread, which may have
// ended before the rest.
var statTells = sync.OnceValue(func() bool {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return false
	}
	return since(unix.ByteSliceToString(u.Release[:]), 5, 17)
})

// since reports whether a kernel's release is at least major.minor.
func since(release string, major, minor int) bool {
	var is [2]int
	for i := range is {
		n := 0
		for n < len(release) && release[n] >= '0' && release[n] <= '9' {
			n++
		}
		var err error
		if is[i], err = strconv.Atoi(release[:n]); err != nil {
			return false
		}
		if release = release[n:]; release != "" {
			release = release[1:]
		}
	}
	return is[0] > major || is[0] == major && is[1] >= minor
}

// Supported finds out whether this kernel tells how a process that isn't a child ended: it makes one end and asks. The
// process is this program itself, asked for its version; what it answers doesn't matter.
var Supported = sync.OnceValue(func() bool {
	fd := -1
	pid, err := syscall.ForkExec("/proc/self/exe", []string{"clawrden", "--version"}, &syscall.ProcAttr{Sys: &syscall.SysProcAttr{PidFD: &fd}})
	if err != nil {
		return false
	}
	var status syscall.WaitStatus
	for {
		if _, err = syscall.Wait4(pid, &status, 0, nil); !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if fd < 0 {
		return false
	}
	defer func() { _ = unix.Close(fd) }()
	told, ok := ExitStatus(fd)
	return ok && err == nil && told == status
})
