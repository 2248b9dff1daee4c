package peercred

import (
	"bytes"
	"strconv"
)

// defaultUmask is taken where the process's own can't be read: it is what most have.
const defaultUmask = 0o022

// Umask is the process's umask, as the kernel tells it.
func (p *Peer) Umask() uint32 {
	status, err := ReadAt(p.Proc, "status", 4096)
	if err != nil {
		return defaultUmask
	}
	return parseUmask(status)
}

// parseUmask reads /proc/PID/status. The name in its first line can't hold a newline: the kernel escapes it.
func parseUmask(status []byte) uint32 {
	const octal, bits = 8, 9
	for line := range bytes.Lines(status) {
		if value, ok := bytes.CutPrefix(line, []byte("Umask:\t")); ok {
			if n, err := strconv.ParseUint(string(bytes.TrimSpace(value)), octal, bits); err == nil {
				return uint32(n)
			}
		}
	}
	return defaultUmask
}
