package peercred

import (
	"path"
	"sync"

	"golang.org/x/sys/unix"
)

// cgroupNames remembers what cgroups are called, by the numbers that the kernel gives them: one alone has a number, none gets it
// again, and in the unified hierarchy none is ever called otherwise. So the agent can change which one a process is in, where it
// may, but not what a number stands for.
type cgroupNames struct {
	mu    sync.Mutex
	names map[uint64]string
}

// maxCgroups bounds what is remembered.
const maxCgroups = 4096

var cgroups cgroupNames

// of gives the path of a process's cgroup by its number, 0 for unknown, and its /proc directory.
func (c *cgroupNames) of(number uint64, proc int) string {
	if number == 0 {
		return CgroupOf(proc)
	}
	c.mu.Lock()
	name, known := c.names[number]
	c.mu.Unlock()
	if known {
		return name
	}
	name = CgroupOf(proc)
	if numberOfCgroup(name) != number { // it was moved since its number was asked for
		return name
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.names == nil || len(c.names) >= maxCgroups {
		c.names = map[uint64]string{}
	}
	c.names[number] = name
	return name
}

// numberOfCgroup gives the number of the cgroup that a path leads to, which is that of its directory; 0 where it can't be told.
func numberOfCgroup(name string) uint64 {
	var x unix.Statx_t
	at := cgroupMount()
	if at == "" || name == "" || unix.Statx(unix.AT_FDCWD, path.Join(at, name), unix.AT_SYMLINK_NOFOLLOW, unix.STATX_INO, &x) != nil {
		return 0
	}
	return x.Ino
}

// cgroupMount is where the unified hierarchy is mounted, "" where it isn't to be found.
var cgroupMount = sync.OnceValue(func() string {
	for _, at := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"} {
		var s unix.Statfs_t
		if unix.Statfs(at, &s) == nil && s.Type == unix.CGROUP2_SUPER_MAGIC {
			return at
		}
	}
	return ""
})
