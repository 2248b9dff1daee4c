package agentroot

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// ErrWriters says that this kernel lets a file be written while a process runs it. Linux 6.11 did for a while (commit 2a010c412853).
var ErrWriters = errors.New("a file that a process runs can be written on this kernel")

// WritersKeptOut makes sure that the kernel refuses to write to a file that a process runs: only then a digest that is taken of it
// while it is held says what will run. It tries with this program's own file, where only root and the file's owner can tell.
func WritersKeptOut() error { return writersKeptOut("/proc/self/exe") }

func writersKeptOut(running string) error {
	fd, err := unix.Open(running, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	switch {
	case errors.Is(err, unix.ETXTBSY):
		return nil
	case err != nil:
		return fmt.Errorf("it can't be told whether files that run can be written: %v", err)
	}
	_ = unix.Close(fd)
	return ErrWriters
}
