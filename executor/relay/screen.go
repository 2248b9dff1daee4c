package relay

import (
	"bytes"
	"fmt"

	"golang.org/x/sys/unix"
)

// screen is a terminal that a command in place writes to, and no more: it controls nobody, and nothing is typed there, so that the
// caller's own goes on doing all that a terminal does. What is written goes through as it is. How it is set, and its size, are kept
// the same on both, as far as the command can see: a program may set its terminal by the descriptor that it writes to.
type screen struct {
	master, caller int
	was            unix.Termios // the command's, as last seen
	size           unix.Winsize
}

// lookAtAll says what the caller's descriptors are.
func (t *tapper) lookAtAll() []byte {
	tty, size := t.look()
	what := flag(tty)
	if oneFile(1, 2) {
		what |= isSame
	}
	var of [3]unix.Stat_t
	for fd, is := range []byte{isInTTY, isOutTTY, isErrTTY} {
		if _, err := unix.IoctlGetTermios(fd, unix.TCGETS); err == nil {
			what |= is
			_ = unix.Fstat(fd, &of[fd])
		}
	}
	if what&isOutTTY != 0 && what&isErrTTY != 0 && of[1].Rdev == of[2].Rdev {
		what |= isOneTTY
	}
	return packet('T', what, size)
}

// openScreens makes them like the caller's, and says so.
func (t *tapper) openScreens() bool {
	any := false
	for i := range t.sources {
		s := &t.sources[i]
		if s.screen == nil {
			continue
		}
		any = true
		if err := s.screen.open(); err != nil {
			return false
		}
		if s.to == 1 { // the first event says that a terminal's is recorded
			t.note(eventSize, s.screen.sizeText())
		}
	}
	if any {
		_, err := unix.Write(controlFD, []byte{'R', 0})
		return err == nil
	}
	return true
}

func (s *screen) open() error {
	caller, err := unix.IoctlGetTermios(s.caller, unix.TCGETS)
	if err != nil {
		return err
	}
	t := *caller
	t.Oflag &^= unix.OPOST  // the caller's does it
	t.Lflag |= unix.EXTPROC // so that changes are told (tty_ioctl(2), TIOCPKT)
	if err := unix.IoctlSetTermios(s.master, unix.TCSETS, &t); err != nil {
		return err
	}
	now, err := unix.IoctlGetTermios(s.master, unix.TCGETS)
	if err != nil {
		return err
	}
	s.was = *now
	s.resize()
	return unix.IoctlSetPointerInt(s.master, unix.TIOCPKT, 1)
}

// unpack takes what was read in packet mode: data, or the word that something was changed.
func (t *tapper) unpack(s *screen, b []byte) []byte {
	if s.resize() && s.caller == 1 {
		t.note(eventSize, s.sizeText())
	}
	switch {
	case b[0] == unix.TIOCPKT_DATA:
		return b[1:]
	case b[0]&unix.TIOCPKT_IOCTL != 0:
		s.follow()
	}
	return nil
}

// follow sets the caller's terminal as the command has set its own.
func (s *screen) follow() {
	now, err := unix.IoctlGetTermios(s.master, unix.TCGETS)
	if err != nil {
		return
	}
	caller, err := unix.IoctlGetTermios(s.caller, unix.TCGETS)
	if err != nil {
		return
	}
	t := *caller
	merge(&t.Iflag, s.was.Iflag, now.Iflag)
	merge(&t.Oflag, s.was.Oflag, now.Oflag)
	merge(&t.Lflag, s.was.Lflag&^unix.EXTPROC, now.Lflag&^unix.EXTPROC)
	for i := range t.Cc {
		if s.was.Cc[i] != now.Cc[i] {
			t.Cc[i] = now.Cc[i]
		}
	}
	s.was = *now
	if t != *caller {
		_ = unix.IoctlSetTermios(s.caller, unix.TCSETS, &t)
	}
	if now.Oflag&unix.OPOST != 0 || now.Lflag&unix.EXTPROC == 0 {
		s.was.Oflag &^= unix.OPOST
		s.was.Lflag |= unix.EXTPROC
		again := s.was
		_ = unix.IoctlSetTermios(s.master, unix.TCSETS, &again)
	}
}

// merge makes those changes to flags that lie between two states.
func merge(flags *uint32, was, now uint32) {
	changed := was ^ now
	*flags = *flags&^changed | now&changed
}

// resize gives the command's terminal the size of the caller's, and reports whether it has changed.
func (s *screen) resize() bool {
	w, err := unix.IoctlGetWinsize(s.caller, unix.TIOCGWINSZ)
	if err != nil || *w == s.size {
		return false
	}
	s.size = *w
	_ = unix.IoctlSetWinsize(s.master, unix.TIOCSWINSZ, w)
	return true
}

func (s *screen) sizeText() []byte { return fmt.Appendf(nil, "%dx%d", s.size.Col, s.size.Row) }

// shown is what the caller's terminal makes of some output.
func (s *screen) shown(b []byte) []byte {
	t, err := unix.IoctlGetTermios(s.caller, unix.TCGETS)
	if err != nil || t.Oflag&unix.OPOST == 0 || t.Oflag&unix.ONLCR == 0 {
		return b
	}
	return bytes.ReplaceAll(b, []byte{'\n'}, []byte("\r\n"))
}
