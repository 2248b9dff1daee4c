package unit

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/peercred"
)

// cgroupRoot is where the unified hierarchy is mounted, where it is the only one.
const cgroupRoot = "/sys/fs/cgroup"

// mostCgroupFile bounds what is read of a cgroup's file: io.stat has a line for each disk.
const mostCgroupFile = 64 << 10

// openCgroup opens the cgroup of a unit's process, by its /proc directory; -1 where the kernel counts otherwise.
func openCgroup(proc int, unit string) int {
	path := peercred.CgroupOf(proc)
	if !strings.HasSuffix(path, "/"+unit) || strings.Contains(path, "/../") {
		return -1
	}
	fd, err := unix.Open(cgroupRoot+path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1
	}
	var fs unix.Statfs_t
	if unix.Fstatfs(fd, &fs) != nil || fs.Type != unix.CGROUP2_SUPER_MAGIC {
		_ = unix.Close(fd)
		return -1
	}
	return fd
}

// usageOf reads what a cgroup has used so far: what of it the kernel counts there, and nothing once the cgroup is gone.
func usageOf(cgroup int) (u clawrden.Usage) {
	read := func(name string) []byte {
		b, err := peercred.ReadAt(cgroup, name, mostCgroupFile)
		if err != nil {
			return nil
		}
		return b
	}
	const nanoseconds = 1000 // in a microsecond
	if n, ok := value(read("cpu.stat"), "usage_usec "); ok {
		n *= nanoseconds
		u.CPU = &n
	}
	if n, ok := value(read("memory.peak"), ""); ok { // Linux 5.19
		u.Memory = &n
	}
	if b := read("io.stat"); b != nil {
		u.Read, u.Written = sum(b, "rbytes="), sum(b, "wbytes=")
	}
	return u
}

// value is the number behind a key at the start of a line.
func value(b []byte, key string) (uint64, bool) {
	const base, bits = 10, 64
	for line := range bytes.Lines(b) {
		if rest, ok := bytes.CutPrefix(line, []byte(key)); ok {
			n, err := strconv.ParseUint(string(bytes.TrimSpace(rest)), base, bits)
			return n, err == nil
		}
	}
	return 0, false
}

// sum adds up the numbers behind a key, over all disks.
func sum(b []byte, key string) *uint64 {
	const base, bits = 10, 64
	var total uint64
	for field := range bytes.FieldsSeq(b) {
		if rest, ok := bytes.CutPrefix(field, []byte(key)); ok {
			n, err := strconv.ParseUint(string(rest), base, bits)
			if err != nil {
				return nil
			}
			total += n
		}
	}
	return &total
}
