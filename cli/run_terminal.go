package cli

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// terminal is the session's own terminal, which stands for the caller's: what is typed goes in as it is, and what comes out is
// written as it is. A nil one does nothing.
type terminal struct {
	master *os.File
	slave  *os.File
	in     *os.File // the caller's, where keys come from; nil where its standard input is none
	out    *os.File
	was    *term.State
	copied chan struct{}

	once sync.Once
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
	fd := int(t.master.Fd())
	if err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return err
	}
	n, err := unix.IoctlGetUint32(fd, unix.TIOCGPTN)
	if err != nil {
		return err
	}
	if t.slave, err = os.OpenFile("/dev/pts/"+strconv.FormatUint(uint64(n), 10), os.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0); err != nil {
		return err
	}
	if set, err := unix.IoctlGetTermios(int(like.Fd()), unix.TCGETS); err == nil {
		_ = unix.IoctlSetTermios(int(t.slave.Fd()), unix.TCSETS, set)
	}
	t.resize()
	return nil
}

// resize gives it the size that the caller's has now.
func (t *terminal) resize() {
	if t == nil {
		return
	}
	if size, err := unix.IoctlGetWinsize(int(t.out.Fd()), unix.TIOCGWINSZ); err == nil {
		_ = unix.IoctlSetWinsize(int(t.master.Fd()), unix.TIOCSWINSZ, size)
	}
}

// begin takes the caller's terminal: keys arrive unread.
func (t *terminal) begin() {
	if t == nil {
		return
	}
	t.resize()
	if t.in != nil {
		t.was, _ = term.MakeRaw(int(t.in.Fd()))
	}
	t.once.Do(func() {
		_ = t.slave.Close() // the agent's processes have it
		go func() {
			defer close(t.copied)
			_, _ = io.Copy(t.out, t.master) // ends by EIO when the last of them has closed it
		}()
		if t.in != nil {
			go func() { _, _ = io.Copy(t.master, t.in) }()
		}
	})
}

// end gives the caller's terminal back as it was.
func (t *terminal) end() {
	if t != nil && t.was != nil {
		_ = term.Restore(int(t.in.Fd()), t.was)
		t.was = nil
	}
}

// drainTime is how long output that is on its way is waited for; processes that the agent has left may keep the terminal open.
const drainTime = 200 * time.Millisecond

// drain waits for what the agent has written last, and gives the caller's terminal back.
func (t *terminal) drain() {
	if t == nil {
		return
	}
	select {
	case <-t.copied:
	case <-time.After(drainTime):
	}
	t.end()
}

// close ends it.
func (t *terminal) close() {
	if t != nil {
		t.end()
		_ = t.master.Close()
	}
}
