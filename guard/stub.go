package guard

import (
	"encoding/binary"
	"errors"
	"strings"

	"golang.org/x/sys/unix"
)

// maxText bounds what a process says of its own refusal. It is written below its stack pointer, where a new stack has room.
const maxText = 2048

// How far under the stack pointer the text and the path begin, clear of the red zone.
const (
	below     = 4096 + maxText
	pathBelow = below + unix.PathMax
)

// stub is what a held process does in place of its program: it becomes another one, or where that isn't asked for or fails, says
// the text and exits.
type stub struct {
	become string
	code   int
	text   []byte
}

// path is what it becomes, as the kernel reads it.
func (s *stub) path() []byte {
	if s.become == "" {
		return nil
	}
	return append([]byte(s.become), 0)
}

// stack tells where argv and the environment of a process in its exec stop are: the kernel has put them above the count.
func stack(pid int, sp uint64) (argv, envp uint64, err error) {
	const word = 8
	var argc [word]byte
	if n, err := unix.PtracePeekData(pid, uintptr(sp), argc[:]); err != nil || n != word {
		return 0, 0, errors.Join(err, unix.EIO)
	}
	n := binary.LittleEndian.Uint64(argc[:])
	if n > maxWords {
		return 0, 0, unix.EIO
	}
	return sp + word, sp + word*(n+2), nil
}

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

// put writes to the stack of a held process, in one piece where the kernel lets it.
func put(pid int, addr uintptr, b []byte) error {
	if len(b) == 0 {
		return nil
	}
	local := []unix.Iovec{{Base: &b[0]}}
	local[0].SetLen(len(b))
	if n, err := unix.ProcessVMWritev(pid, local, []unix.RemoteIovec{{Base: addr, Len: len(b)}}, 0); err == nil && n == len(b) {
		return nil
	}
	return poke(pid, addr, b)
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
