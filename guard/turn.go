package guard

import (
	"context"
	"errors"

	"golang.org/x/sys/unix"
)

// turn has one worker at a time take an exec from the listener. All that are idle wait in the kernel, which wakes the one that came
// last, whose memory is warm, and nobody else until that one has passed the turn on. With a lock of the runtime's, or with one worker
// that wakes the next, each exec would wake two threads.
type turn struct {
	epoll int
	stop  int // readable for ever once nobody is to wait any more
}

func newTurn(listener int) (t turn, err error) {
	t = turn{epoll: -1, stop: -1}
	if t.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err == nil {
		t.stop, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	}
	if err == nil {
		err = t.watch(unix.EPOLL_CTL_ADD, t.stop, unix.EPOLLIN)
	}
	if err == nil {
		err = t.watch(unix.EPOLL_CTL_ADD, listener, unix.EPOLLIN|unix.EPOLLONESHOT)
	}
	if err != nil {
		t.close()
	}
	return t, err
}

func (t turn) watch(op, fd int, events uint32) error {
	return unix.EpollCtl(t.epoll, op, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)})
}

// take waits for the turn: an exec waits, or none ever will. over is set where nobody is to wait any more.
func (t turn) take() (over bool) {
	var events [1]unix.EpollEvent
	for {
		n, err := unix.EpollWait(t.epoll, events[:], -1)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil || n < 1 || int(events[0].Fd) == t.stop:
			return true
		}
		return events[0].Events&unix.EPOLLIN == 0 // else no process has the filter any more
	}
}

// pass lets the next one have the turn: at once, if another exec waits.
func (t turn) pass(listener int) {
	_ = t.watch(unix.EPOLL_CTL_MOD, listener, unix.EPOLLIN|unix.EPOLLONESHOT)
}

// until lets nobody wait once the context has ended. release is to be called before close.
func (t turn) until(ctx context.Context) (release func()) {
	told := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(told)
		one := [8]byte{1} // little-endian
		_, _ = unix.Write(t.stop, one[:])
	})
	return func() {
		if !stop() {
			<-told
		}
	}
}

func (t turn) close() {
	for _, fd := range []int{t.epoll, t.stop} {
		if fd >= 0 {
			_ = unix.Close(fd)
		}
	}
}
