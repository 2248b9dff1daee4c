package guard

import (
	"errors"

	"golang.org/x/sys/unix"
)

// turn is had by one worker at a time. Threads wait for it in the kernel: with a mutex of the runtime, where each worker is bound to
// a thread of its own, one thread would be woken to wake another, for each exec.
type turn struct{ fd int }

func newTurn() (turn, error) {
	fd, err := unix.Eventfd(1, unix.EFD_CLOEXEC|unix.EFD_SEMAPHORE)
	return turn{fd}, err
}

func (t turn) take() {
	var b [8]byte
	for {
		if _, err := unix.Read(t.fd, b[:]); !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

func (t turn) pass() {
	one := [8]byte{1} // little-endian
	_, _ = unix.Write(t.fd, one[:])
}

func (t turn) close() { _ = unix.Close(t.fd) }
