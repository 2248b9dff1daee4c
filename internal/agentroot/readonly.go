package agentroot

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// What is mounted read-only in a container can't be written by its root either, as long as nothing else that is mounted there leads to
// the same file system and can be written: who may mount nothing can't change that.

// fixedMounts gives the mounts, by their numbers, of a process whose files can't be written; nil where the file that it runs is on none.
func (r *Root) fixedMounts(proc, exe int) map[uint64]bool {
	var s unix.Statfs_t
	if !r.container || unix.Fstatfs(exe, &s) != nil || s.Flags&unix.ST_RDONLY == 0 {
		return nil
	}
	b, err := readAt(proc, "mountinfo", maxMountinfo)
	if err != nil {
		return nil
	}
	return fixedIn(b)
}

// fixedIn reads a mountinfo.
func fixedIn(mountinfo []byte) map[uint64]bool {
	type mount struct {
		id  uint64
		dev string
	}
	var closed []mount
	open := map[string]bool{} // file systems that can be written
	for line := range bytes.Lines(mountinfo) {
		before, after, found := strings.Cut(string(line), " - ")
		f, fs := strings.Fields(before), strings.Fields(after)
		if !found || len(f) < 6 || len(fs) < 3 {
			return nil
		}
		id, err := strconv.ParseUint(f[0], 10, 64)
		if err != nil {
			return nil
		}
		if slices.Contains(strings.Split(f[5], ","), "ro") || slices.Contains(strings.Split(fs[2], ","), "ro") {
			closed = append(closed, mount{id, f[2]})
		} else {
			open[f[2]] = true
		}
	}
	fixed := map[uint64]bool{}
	for _, m := range closed {
		fixed[m.id] = !open[m.dev]
	}
	return fixed
}

// readOnly reports whether a file is on a mount that nobody in there can write.
func (r *Root) readOnly(fd int) bool {
	if r.fixed == nil {
		return false
	}
	mount, _ := mountOf(fd)
	return r.fixed[mount]
}
