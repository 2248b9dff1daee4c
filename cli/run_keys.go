package cli

import (
	"errors"
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// keys passes on what is typed at a terminal as long as it may be read. While it may not, nothing is taken that is meant for others.
type keys struct {
	from, to  *os.File
	wake      *os.File // an eventfd: on has changed
	on        atomic.Bool
	displaced chan struct{}
}

func newKeys(from, to *os.File) (*keys, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, err
	}
	return &keys{from: from, to: to, wake: os.NewFile(uintptr(fd), "wake"), displaced: make(chan struct{}, 1)}, nil
}

// listen says whether keys may be read.
func (k *keys) listen(on bool) {
	k.on.Store(on)
	_, _ = k.wake.Write([]byte{1, 0, 0, 0, 0, 0, 0, 0})
}

// pass reads until the terminal hangs up, and then hangs up the agent's. SIGTTIN is ignored meanwhile, so that a read from behind
// fails.
func (k *keys) pass() {
	buf := make([]byte, 4096)
	for {
		fds := []unix.PollFd{{Fd: int32(k.wake.Fd()), Events: unix.POLLIN}, {Fd: -1, Events: unix.POLLIN}} //nolint:gosec // descriptors
		if k.on.Load() {
			fds[1].Fd = int32(k.from.Fd()) //nolint:gosec // a descriptor
		}
		if _, err := unix.Poll(fds, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
		if fds[0].Revents != 0 {
			_, _ = unix.Read(int(k.wake.Fd()), buf[:8])
			continue
		}
		if fds[1].Revents == 0 || !k.on.Load() {
			continue
		}
		n, err := unix.Read(int(k.from.Fd()), buf)
		switch {
		case n > 0:
			if _, err := k.to.Write(buf[:n]); err != nil {
				return
			}
		case errors.Is(err, unix.EINTR), errors.Is(err, unix.EAGAIN):
		case errors.Is(err, unix.EIO) && fds[1].Revents&unix.POLLHUP == 0:
			k.on.Store(false)
			select {
			case k.displaced <- struct{}{}:
			default:
			}
		default:
			_ = k.to.Close()
			return
		}
	}
}
