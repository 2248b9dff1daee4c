package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// terminal is the session's own terminal, which stands for the caller's: what is typed goes in as it is, and what comes out is
// written as it is. A nil one does nothing. Its methods but place, resize and displaced are called by one at a time.
type terminal struct {
	master *os.File
	slave  *os.File
	in     *os.File // the caller's, where keys come from; nil where its standard input is none
	out    *os.File
	was    unix.Termios // how the caller's was before it was taken
	raw    unix.Termios // and how it is since
	copied chan struct{}
	keys   *keys // nil without in
}

// newTerminal makes one where the caller has one, and puts it in the place of those standard descriptors that are terminals.
func newTerminal(stdio *[3]*os.File) (*terminal, error) {
	t := &terminal{copied: make(chan struct{})}
	for i, f := range stdio {
		if !term.IsTerminal(int(f.Fd())) {
			continue
		}
		if i == 0 {
			t.in = f
		} else if t.out == nil {
			t.out = f
		}
	}
	if t.in == nil && t.out == nil {
		return nil, nil //nolint:nilnil // none is needed
	}
	from := t.in
	if from == nil {
		from = t.out
	}
	if t.out == nil {
		t.out = t.in // for the echo
	}
	if err := t.open(from); err != nil {
		return nil, fmt.Errorf("cannot make a terminal for the agent: %v", err)
	}
	for i, f := range stdio {
		if term.IsTerminal(int(f.Fd())) {
			stdio[i] = t.slave
		}
	}
	return t, nil
}

// open makes the pair, with the settings and the size of the caller's.
func (t *terminal) open(like *os.File) (err error) {
	if t.master, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0); err != nil {
		return err
	}
	var n uint32
	var number error
	if err = t.control(func(fd int) {
		if number = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); number == nil {
			n, number = unix.IoctlGetUint32(fd, unix.TIOCGPTN)
		}
	}); err != nil || number != nil {
		return errors.Join(err, number)
	}
	if t.slave, err = os.OpenFile("/dev/pts/"+strconv.FormatUint(uint64(n), 10), os.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0); err != nil {
		return err
	}
	if set, err := unix.IoctlGetTermios(int(like.Fd()), unix.TCGETS); err == nil {
		_ = unix.IoctlSetTermios(int(t.slave.Fd()), unix.TCSETS, set)
	}
	t.resize()
	if t.in != nil {
		t.keys, err = newKeys(t.in, t.master)
	}
	return err
}

// control calls f with the master's descriptor. Fd would have reads block the file's closing, which hangs the terminal up.
func (t *terminal) control(f func(fd int)) error {
	c, err := t.master.SyscallConn()
	if err != nil {
		return err
	}
	return c.Control(func(fd uintptr) { f(int(fd)) })
}

// resize gives it the size that the caller's has now.
func (t *terminal) resize() {
	if t == nil {
		return
	}
	if size, err := unix.IoctlGetWinsize(int(t.out.Fd()), unix.TIOCGWINSZ); err == nil {
		_ = t.control(func(fd int) { _ = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, size) })
	}
}

// place is where the shell has this job. One that isn't of the terminal's session has it in front, like any program.
func (t *terminal) place() place {
	if t == nil {
		return inFront
	}
	f := t.in
	if f == nil {
		f = t.out
	}
	if front, err := unix.IoctlGetInt(int(f.Fd()), unix.TIOCGPGRP); err == nil && front != unix.Getpgrp() {
		return behind
	}
	return inFront
}

// displaced tells that keys can't be read any more, because this job stands behind.
func (t *terminal) displaced() <-chan struct{} {
	if t == nil || t.keys == nil {
		return nil
	}
	return t.keys.displaced
}

// begin has the agent's output written, and what is typed read once the terminal is taken.
func (t *terminal) begin() {
	if t == nil {
		return
	}
	_ = t.slave.Close() // the agent's processes have it
	go func() {
		defer close(t.copied)
		_, _ = io.Copy(t.out, t.master) // ends by EIO when the last of them has closed it
	}()
	if t.keys != nil {
		go t.keys.pass()
	}
}

// take takes the caller's terminal: keys arrive unread.
func (t *terminal) take() {
	if t == nil {
		return
	}
	t.resize()
	if t.in == nil {
		return
	}
	if now, err := unix.IoctlGetTermios(int(t.in.Fd()), unix.TCGETS); err == nil && *now != t.raw {
		t.was = *now
		makeRaw(now)
		if unix.IoctlSetTermios(int(t.in.Fd()), unix.TCSETS, now) == nil {
			if now, err = unix.IoctlGetTermios(int(t.in.Fd()), unix.TCGETS); err == nil { // not all drivers do all that is said
				t.raw = *now
			}
		}
	}
	t.keys.listen(true)
}

// makeRaw is cfmakeraw(3).
func makeRaw(t *unix.Termios) {
	t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	t.Oflag &^= unix.OPOST
	t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	t.Cflag &^= unix.CSIZE | unix.PARENB
	t.Cflag |= unix.CS8
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
}

// leave reads no more keys.
func (t *terminal) leave() {
	if t != nil && t.keys != nil {
		t.keys.listen(false)
	}
}

// giveBack gives the caller's terminal back as it was, unless a shell has it already.
func (t *terminal) giveBack() {
	t.leave()
	if t != nil && t.raw != (unix.Termios{}) && t.place() == inFront {
		_ = unix.IoctlSetTermios(int(t.in.Fd()), unix.TCSETSW, &t.was)
		t.raw = unix.Termios{}
	}
}

// drainTime is how long output that is on its way is waited for; processes that the agent has left may keep the terminal open.
const drainTime = 200 * time.Millisecond

// drain waits for what the agent has written last.
func (t *terminal) drain() {
	if t == nil {
		return
	}
	select {
	case <-t.copied:
	case <-time.After(drainTime):
	}
	t.giveBack()
}

// close ends it.
func (t *terminal) close() {
	if t != nil {
		t.giveBack()
		_ = t.master.Close()
	}
}
