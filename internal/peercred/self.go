package peercred

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// HostRoot returns nil if this process is root on the host and none of an agent's, else why it isn't, by the kernel's word
// alone and without the daemon. agent tells an agent's process by its uid, gid and groups, inUnit an agent's cgroup.
func HostRoot(agent func(uid, gid uint32, groups []uint32) bool, inUnit func(cgroup string) bool) error {
	real, effective, saved := unix.Getresuid()
	if real != 0 || effective != 0 || saved != 0 {
		return errors.New("this is for root")
	}
	for _, name := range []string{"user", "pid", "mnt"} {
		own, err := os.Readlink("/proc/self/ns/" + name)
		if err != nil {
			return fmt.Errorf("cannot tell where this process stands: %v", err)
		}
		if first, err := os.Readlink("/proc/1/ns/" + name); err != nil || own != first {
			return fmt.Errorf("this process isn't on the host: its %s namespace isn't that of the host's first process", name)
		}
	}
	proc, err := unix.Open("/proc/self", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("cannot tell where this process stands: %v", err)
	}
	defer func() { _ = unix.Close(proc) }()
	cgroup := CgroupOf(proc)
	if _, container := unitOf(cgroup); container != "" {
		return errors.New("this process runs in a container")
	}
	switch {
	case InGovernedSlice(cgroup) || inUnit(cgroup):
		return errors.New("this process runs in an agent's unit, or in the slice of agents or of their commands")
	case Descends(os.Getpid(), agent):
		return errors.New("this process descends from an agent's")
	}
	return nil
}
