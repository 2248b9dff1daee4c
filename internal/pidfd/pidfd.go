// Package pidfd waits for the end of processes that are not the caller's children, and of connections, on one thread.
//
// It never reads from what it watches. The daemon calls it.
package pidfd

import (
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sys/unix"
)

// Watcher tells when watched descriptors change. One goroutine waits in the kernel until Close.
type Watcher struct {
	epoll, wake int
	done        chan struct{}

	mu      sync.Mutex
	waiting map[int32]watched
	watches int32 // made so far
}

// watched is what is called when a descriptor's change comes. Its number tells a change from one of a descriptor that had the same
// number before, and was closed when the kernel had told of it already.
type watched struct {
	number int32
	call   func()
}

// NewWatcher starts a watcher.
func NewWatcher() (*Watcher, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		_ = unix.Close(epoll)
		return nil, err
	}
	w := &Watcher{epoll: epoll, wake: wake, done: make(chan struct{}), waiting: map[int32]watched{}}
	if err := unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, wake, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(wake)}); err != nil {
		return nil, errors.Join(err, unix.Close(epoll), unix.Close(wake))
	}
	go w.loop()
	return w, nil
}

// Close ends the goroutine.
func (w *Watcher) Close() {
	_, _ = unix.Write(w.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	<-w.done
	_ = unix.Close(w.epoll)
	_ = unix.Close(w.wake)
}

// Exited returns a channel that is closed when the process ends; its parent may not have reaped it yet.
func (w *Watcher) Exited(fd int) (<-chan struct{}, error) { return w.tell(fd, unix.EPOLLIN) }

// OnExit has f called when the process ends, by the goroutine that watches: f must be short, and not call the watcher.
func (w *Watcher) OnExit(fd int, f func()) error { return w.add(fd, unix.EPOLLIN, f) }

// HungUp returns a channel that is closed when a process was reaped, or a socket's peer has closed both directions.
func (w *Watcher) HungUp(fd int) (<-chan struct{}, error) { return w.tell(fd, 0) }

// OnHangUp has f called, by a goroutine of its own, where HungUp would close its channel.
func (w *Watcher) OnHangUp(fd int, f func()) error { return w.add(fd, 0, func() { go f() }) }

// CallExited has f called by the watcher itself, which does nothing else meanwhile, where Exited would close its channel. It may
// still be called right after Forget.
func (w *Watcher) CallExited(fd int, f func()) error { return w.add(fd, unix.EPOLLIN, f) }

// CallReaped does so where HungUp would close its channel.
func (w *Watcher) CallReaped(fd int, f func()) error { return w.add(fd, 0, f) }

func (w *Watcher) tell(fd int, events uint32) (<-chan struct{}, error) {
	c := make(chan struct{})
	return c, w.add(fd, events, func() { close(c) })
}

// add watches fd once. The caller keeps fd open until f was called or Forget returned.
func (w *Watcher) add(fd int, events uint32, f func()) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, dup := w.waiting[int32(fd)]; dup {
		return fmt.Errorf("descriptor %d is already watched", fd)
	}
	w.watches++
	w.waiting[int32(fd)] = watched{w.watches, f}
	err := unix.EpollCtl(w.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: events | unix.EPOLLHUP | unix.EPOLLONESHOT, Fd: int32(fd), Pad: w.watches})
	if err != nil {
		delete(w.waiting, int32(fd))
		return err
	}
	return nil
}

// Forget ends the watch of fd; its channel stays as it is. It is harmless after the change.
func (w *Watcher) Forget(fd int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.waiting[int32(fd)]; ok {
		delete(w.waiting, int32(fd))
		_ = unix.EpollCtl(w.epoll, unix.EPOLL_CTL_DEL, fd, nil)
	}
}

func (w *Watcher) loop() {
	defer close(w.done)
	events := make([]unix.EpollEvent, 64)
	for {
		n, err := unix.EpollWait(w.epoll, events, -1)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
		for _, e := range events[:max(n, 0)] {
			if e.Fd == int32(w.wake) {
				return
			}
			w.fire(e.Fd, e.Pad)
		}
	}
}

func (w *Watcher) fire(fd, number int32) {
	w.mu.Lock()
	now, ok := w.waiting[fd]
	if ok = ok && now.number == number; ok {
		delete(w.waiting, fd)
		_ = unix.EpollCtl(w.epoll, unix.EPOLL_CTL_DEL, int(fd), nil)
	}
	w.mu.Unlock()
	if ok {
		now.call()
	}
}
