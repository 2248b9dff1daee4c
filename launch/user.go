package launch

import (
	"errors"
	"fmt"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// become takes on the user, the group and the supplementary groups, in this thread: raw calls, since syscall's own would
// have all threads follow. What root has beside its uid goes with it.
func (l *launcher) become() *Refusal {
	u := &l.order.User
	what := fmt.Sprintf("uid %d, gid %d", u.UID, u.GID)
	if !isUser(u) {
		if unix.Geteuid() != 0 {
			return refuse(StepUser, what, fmt.Errorf("it runs as uid %d and isn't root", unix.Geteuid()))
		}
		var groups unsafe.Pointer
		if len(u.Groups) > 0 {
			groups = unsafe.Pointer(&u.Groups[0])
		}
		if _, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, uintptr(len(u.Groups)), uintptr(groups), 0); errno != 0 {
			return refuse(StepUser, what+", its groups", errno)
		}
		for _, set := range []struct{ call, id uintptr }{{unix.SYS_SETRESGID, uintptr(u.GID)}, {unix.SYS_SETRESUID, uintptr(u.UID)}} {
			if _, _, errno := unix.RawSyscall(set.call, set.id, set.id, set.id); errno != 0 {
				return refuse(StepUser, what, errno)
			}
		}
		if !isUser(u) {
			return refuse(StepUser, what, errors.New("the kernel says that it is somebody else"))
		}
	}
	if u.UID == 0 {
		return nil
	}
	none := [2]unix.CapUserData{}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	_, _, errno := unix.RawSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none[0])), 0)
	if errno != 0 {
		return refuse(StepUser, "give up capabilities", errno)
	}
	return nil
}

// isUser reports whether this thread has all ids of the user, and no group more or less.
func isUser(u *User) bool {
	ruid, euid, suid := unix.Getresuid()
	rgid, egid, sgid := unix.Getresgid()
	for _, id := range []int{ruid, euid, suid} {
		if id != int(u.UID) {
			return false
		}
	}
	for _, id := range []int{rgid, egid, sgid} {
		if id != int(u.GID) {
			return false
		}
	}
	have, err := unix.Getgroups()
	if err != nil {
		return false
	}
	want := make([]int, len(u.Groups))
	for i, g := range u.Groups {
		want[i] = int(g)
	}
	return slices.Equal(set(have), set(want))
}

func set(groups []int) []int {
	slices.Sort(groups)
	return slices.Compact(groups)
}
