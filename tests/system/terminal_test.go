package system

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// screen is a command in the container, on a terminal.
type screen struct {
	t    *testing.T
	tty  *os.File
	seen chan string
	text string // what wasn't waited for yet
	last string // what stood before what was waited for last
}

// onTerminal starts a command in the container on a terminal of its own.
func (m *machine) onTerminal(t *testing.T, args ...string) *screen {
	t.Helper()
	c := m.command(args...)
	s := &screen{t: t, seen: make(chan string, 1000)}
	var err error
	if s.tty, err = pty.StartWithSize(c, &pty.Winsize{Rows: 24, Cols: 100}); err != nil {
		t.Fatalf("no terminal: %v", err)
	}
	s.closable()
	go func() {
		defer close(s.seen)
		for buf := make([]byte, 4096); ; {
			n, err := s.tty.Read(buf)
			if err != nil {
				return
			}
			s.seen <- string(buf[:n])
		}
	}()
	t.Cleanup(func() { _ = c.Process.Kill(); _ = s.tty.Close(); _ = c.Wait() })
	return s
}

// closable has a read of the terminal not keep it open.
func (s *screen) closable() {
	if err := unix.SetNonblock(int(s.tty.Fd()), true); err != nil {
		s.t.Fatal(err)
	}
}

// resize changes the window.
func (s *screen) resize(rows, columns uint16) {
	s.t.Helper()
	if err := pty.Setsize(s.tty, &pty.Winsize{Rows: rows, Cols: columns}); err != nil {
		s.t.Fatal(err)
	}
	s.closable()
}

// expect waits until the terminal shows something after what was waited for before.
func (s *screen) expect(text string) {
	s.t.Helper()
	limit := time.After(patience)
	for {
		if before, rest, ok := strings.Cut(s.text, text); ok {
			s.last, s.text = before, rest
			return
		}
		select {
		case more, ok := <-s.seen:
			if !ok {
				s.t.Fatalf("it ended without showing %q: %q", text, s.text)
			}
			s.text += more
		case <-limit:
			s.t.Fatalf("it didn't show %q: %q", text, s.text)
		}
	}
}

func (s *screen) send(keys string) {
	s.t.Helper()
	if _, err := s.tty.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}
