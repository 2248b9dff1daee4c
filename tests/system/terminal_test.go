package system

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// screen is a command in the container, on a terminal.
type screen struct {
	t    *testing.T
	tty  *os.File
	seen chan string
	text string // what wasn't waited for yet
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

// expect waits until the terminal shows something after what was waited for before.
func (s *screen) expect(text string) {
	s.t.Helper()
	limit := time.After(patience)
	for {
		if _, rest, ok := strings.Cut(s.text, text); ok {
			s.text = rest
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
