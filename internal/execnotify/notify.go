package execnotify

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Notification is one exec that waits (struct seccomp_notif).
type Notification struct {
	ID     uint64
	PID    uint32 // the calling thread, in the receiver's pid namespace; 0 if it can't be seen from there
	Flags  uint32
	Number int32 // of the call
	Arch   uint32
	IP     uint64
	Args   [6]uint64
}

// response is struct seccomp_notif_resp.
type response struct {
	id    uint64
	val   int64
	err   int32
	flags uint32
}

const (
	idValid  = 0x40082102 // SECCOMP_IOCTL_NOTIF_ID_VALID: _IOW('!', 2, __u64)
	setFlags = 0x40082104 // SECCOMP_IOCTL_NOTIF_SET_FLAGS: _IOW('!', 4, __u64), Linux 6.6
	syncWake = 1          // SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
)

// TakeTurns tells the kernel that of caller and receiver one waits for the other, so that they are best run on the same processor. It
// does nothing before Linux 6.6.
func TakeTurns(listener int) {
	_, _, _ = unix.Syscall(unix.SYS_IOCTL, uintptr(listener), setFlags, syncWake)
}

// ErrNone says that there was nothing to receive after all: the caller died first.
var ErrNone = errors.New("no exec waits")

// Receive takes the next announcement. It may block, so callers wait for the listener first, and do both one at a time.
func Receive(listener int) (n Notification, err error) {
	for {
		n = Notification{} // the kernel wants it zeroed
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), unix.SECCOMP_IOCTL_NOTIF_RECV, uintptr(unsafe.Pointer(&n)))
		if errno == 0 {
			return n, nil
		}
		if errno == unix.ENOENT {
			return n, ErrNone
		}
		if errno != unix.EINTR {
			return n, errno
		}
	}
}

// Valid reports whether the caller still waits: what was read of it by its number before was of that process.
func Valid(listener int, id uint64) bool {
	_, _, errno := unix.RawSyscall(unix.SYS_IOCTL, uintptr(listener), idValid, uintptr(unsafe.Pointer(&id)))
	return errno == 0
}

// Continue lets the call go on, to be judged at the exec stop.
func Continue(listener int, id uint64) error {
	return send(listener, response{id: id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE})
}

// Fail ends the call with an error.
func Fail(listener int, id uint64, e unix.Errno) error {
	return send(listener, response{id: id, err: -int32(e)}) //nolint:gosec // errno values are small
}

func send(listener int, r response) error {
	_, _, errno := unix.RawSyscall(unix.SYS_IOCTL, uintptr(listener), unix.SECCOMP_IOCTL_NOTIF_SEND, uintptr(unsafe.Pointer(&r)))
	if errno != 0 {
		return errno
	}
	return nil
}
