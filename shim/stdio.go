package shim

import (
	"syscall"
	"unsafe"
)

// A tool whose output is recorded has other descriptors than this process: pipes, or terminals that control nobody. What it writes
// there a helper of the daemon's passes on to this process's own.

// winsize is a terminal's, in characters and pixels.
type winsize struct{ rows, columns, width, height uint16 }

// lent closes what the tool alone is to have, so that its end is seen. Of terminals this process sets the size.
func (y *stayer) lent() {
	for fd, lent := range y.stdio {
		if lent == 0 {
			continue
		}
		var w winsize
		if !ioctl(lent, syscall.TIOCGWINSZ, &w) {
			_ = syscall.Close(lent)
			y.stdio[fd] = -1
		}
	}
}

// resized gives the tool's terminals the size of the caller's, and has all of this group look again: the kernel told them before
// it was so. It reports whether there was a change to be passed on in this way.
func (y *stayer) resized(s *signalInfo) bool {
	self := s.pid == int32(syscall.Getpid()) && s.code <= 0
	any := false
	for fd, lent := range y.stdio {
		var w winsize
		if lent > 0 && ioctl(fd, syscall.TIOCGWINSZ, &w) {
			any = true
			if !self {
				ioctl(lent, syscall.TIOCSWINSZ, &w)
			}
		}
	}
	if any && !self {
		_ = syscall.Kill(0, syscall.SIGWINCH)
	}
	return any
}

// takeBack gives up what the tool had, once it has ended, and reports whether it had anything.
func (y *stayer) takeBack() (had bool) {
	for _, lent := range y.stdio {
		had = had || lent != 0
		if lent > 0 {
			_ = syscall.Close(lent)
		}
	}
	y.stdio = [3]int{}
	return had
}

// passTime is how long a daemon that neither goes nor speaks is waited for, in milliseconds. It takes half of that itself where nobody
// reads the output.
const passTime = 30_000

// untilPassed waits, once the tool has ended, until the daemon says no more: then all that was written has been passed on. What it
// may say is that there was too much. A daemon that goes ends the wait, too.
func (y *stayer) untilPassed() {
	for end := now() + passTime; now() < end; {
		if poll(y.fd, -1, end-now())[0] && !y.hear() {
			return
		}
	}
}

func ioctl(fd int, what uintptr, w *winsize) bool {
	_, _, errno := syscall.RawSyscall(syscall.SYS_IOCTL, uintptr(fd), what, uintptr(unsafe.Pointer(w)))
	return errno == 0
}
