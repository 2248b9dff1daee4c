package execnotify

import (
	"errors"
	"os"
	"slices"
	"strings"
)

// Mount is a procfs as a process sees it.
type Mount struct {
	At       string // as mountinfo writes it
	ReadOnly bool
}

// maxMounts bounds what is read, in bytes.
const maxMounts = 4 << 20

// ProcMounts lists the procfs mounts in a mountinfo file (proc_pid_mountinfo(5)).
func ProcMounts(mountinfo string) ([]Mount, error) {
	b, err := os.ReadFile(mountinfo)
	if err != nil {
		return nil, err
	}
	if len(b) > maxMounts {
		return nil, errors.New("there are too many mounts to look through")
	}
	var out []Mount
	for line := range strings.Lines(string(b)) {
		before, after, ok := strings.Cut(line, " - ")
		mount, source := strings.Fields(before), strings.Fields(after)
		if !ok || len(mount) < 6 || len(source) < 1 {
			return nil, errors.New("the list of mounts can't be read")
		}
		if source[0] != "proc" {
			continue
		}
		ro := slices.Contains(strings.Split(mount[5], ","), "ro") || len(source) > 2 && slices.Contains(strings.Split(source[2], ","), "ro")
		out = append(out, Mount{At: mount[4], ReadOnly: ro})
	}
	return out, nil
}

// Whole leaves out the mounts below /proc itself, by which parts of it are made read-only or hidden.
func Whole(mounts []Mount) []Mount {
	return slices.DeleteFunc(slices.Clone(mounts), func(m Mount) bool { return strings.HasPrefix(m.At, "/proc/") })
}
