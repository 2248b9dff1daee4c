package mirror

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/clawrden/clawrden/internal/peercred"
)

// inside tells how a user or group of the host is counted in a process's user namespace.
func inside(proc int, file string, host uint32) (uint32, error) {
	const maxMap = 64 << 10 // 340 lines, the kernel's limit, of at most 36 characters
	b, err := peercred.ReadAt(proc, file, maxMap)
	if err != nil {
		return 0, fmt.Errorf("cannot read the caller's %s: %v", file, err)
	}
	id, ok := mapped(string(b), host)
	if !ok {
		return 0, fmt.Errorf("the caller's container has no number for %d in its %s", host, file)
	}
	return id, nil
}

// mapped looks an id up in a map of lines of three numbers: first inside, first outside, how many.
func mapped(text string, host uint32) (uint32, bool) {
	for line := range strings.Lines(text) {
		var n [3]uint64
		fields := strings.Fields(line)
		if len(fields) != len(n) {
			return 0, false
		}
		for i, f := range fields {
			var err error
			if n[i], err = strconv.ParseUint(f, 10, 32); err != nil {
				return 0, false
			}
		}
		if h := uint64(host); h >= n[1] && h-n[1] < n[2] {
			return uint32(n[0] + h - n[1]), true //nolint:gosec // both are ids of 32 bits
		}
	}
	return 0, false
}

// pidInside is a process's number in its own pid namespace.
func pidInside(proc int) (int, error) {
	const maxStatus = 1 << 20
	b, err := peercred.ReadAt(proc, "status", maxStatus)
	if err == nil {
		for line := range strings.Lines(string(b)) {
			if numbers, ok := strings.CutPrefix(line, "NSpid:"); ok {
				fields := strings.Fields(numbers)
				if len(fields) > 0 {
					return strconv.Atoi(fields[len(fields)-1])
				}
			}
		}
	}
	return 0, fmt.Errorf("cannot tell the caller's process number in its container: %v", err)
}
