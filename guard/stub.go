package guard

import (
	"strings"

	"golang.org/x/sys/unix"
)

// maxText bounds what a process says of its own refusal. It is written below its stack pointer, where a new stack has room.
const maxText = 2048

// below is how far under the stack pointer the text begins, clear of the red zone.
const below = 4096 + maxText

// stderrText is a refusal as it is written to standard error.
func stderrText(text string) []byte {
	if text == "" {
		return nil
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("clawrden: " + strings.TrimSuffix(line, "\n") + "\n")
	}
	return []byte(b.String()[:min(b.Len(), maxText)])
}

// poke writes into a held process. Its pages are its own: a mapped file is copied first.
func poke(pid int, addr uintptr, b []byte) error {
	if len(b) == 0 {
		return nil
	}
	n, err := unix.PtracePokeData(pid, addr, b)
	if err == nil && n != len(b) {
		err = unix.EIO
	}
	return err
}
