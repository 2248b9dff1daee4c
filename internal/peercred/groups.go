package peercred

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// getsockoptGroups fills groups with SO_PEERGROUPS (Linux 4.13); ERANGE if there are more.
func getsockoptGroups(fd int, groups []uint32) (int, error) {
	size := uint32(len(groups) * 4)
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_PEERGROUPS,
		uintptr(unsafe.Pointer(&groups[0])), uintptr(unsafe.Pointer(&size)), 0)
	if errno != 0 {
		return 0, errno
	}
	return int(size / 4), nil
}
