package cli

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/internal/sessionlink"
	"github.com/clawrden/clawrden/protocol"
)

// sitting is the person's side of a session. For the shell it is a job like any other: it is stopped when its agent is, continued in
// front or behind, and the session's terminal has the agent where the shell has this.
type sitting struct {
	conn     *net.UnixConn
	terminal *terminal // nil without
	signals  chan os.Signal
	begun    atomic.Bool

	mu    sync.Mutex
	stood place // what the launcher was told last; nowhere while this process is about to stop or to end
}

// sit passes on what the person does until the agent ends, and ends like it. Where this job stands at first the launcher has been
// told.
func sit(conn *net.UnixConn, t *terminal) error {
	s := &sitting{conn: conn, terminal: t, signals: make(chan os.Signal, 16), stood: t.place()}
	for _, sig := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH, syscall.SIGTSTP, syscall.SIGCONT} {
		if !signal.Ignored(sig) { // as nohup has it
			signal.Notify(s.signals, sig)
		}
	}
	defer signal.Stop(s.signals)
	if t != nil {
		signal.Ignore(syscall.SIGTTIN) // a read from behind fails, and is done again once this job stands in front
	}
	done := make(chan struct{})
	defer close(done)
	go s.hear(done)
	return s.until()
}

// glanceTime is how often a job that runs behind looks whether its shell has taken it to the front: shells say nothing then.
const glanceTime = 200 * time.Millisecond

// hear carries out signals, and notices where the job is put.
func (s *sitting) hear(done <-chan struct{}) {
	for {
		var look <-chan time.Time
		if s.terminal != nil && s.standing() == behind {
			look = time.After(glanceTime)
		}
		select {
		case sig := <-s.signals:
			s.pass(sig.(syscall.Signal))
		case <-s.terminal.displaced():
			s.arrange()
		case <-look:
			s.arrange()
		case <-done:
			return
		}
	}
}

func (s *sitting) pass(sig syscall.Signal) {
	switch {
	case sig == syscall.SIGWINCH:
		s.terminal.resize()
		return
	case sig == syscall.SIGCONT:
		s.arrange()
		return
	case !s.begun.Load() && sig != syscall.SIGTSTP:
		_ = dieOf(sig) // the launcher hears of it by the end of the connection, and so does an agent that begins just now
	}
	_, _ = s.conn.Write(sessionlink.AppendNumber(nil, sessionlink.TypeSignal, byte(sig))) //nolint:gosec // a signal
}

// until hears what the launcher says, to the end.
func (s *sitting) until() error {
	for {
		t, b, err := sessionlink.Read(s.conn)
		if err != nil {
			s.end()
			return err
		}
		switch t {
		case sessionlink.TypeBegun:
			s.terminal.begin()
			s.begun.Store(true)
			s.arrange()
		case sessionlink.TypeStopped:
			s.stop(syscall.Signal(b[0]))
		case sessionlink.TypeExited:
			s.end()
			if b[0] == 0 {
				return nil
			}
			return exitError{int(b[0])}
		case sessionlink.TypeKilled:
			s.end()
			return dieOf(syscall.Signal(b[0]))
		case sessionlink.TypeRefused:
			if int(b[0]) == protocol.ExitFailed {
				return errors.New(string(b[1:]))
			}
			fmt.Fprintln(os.Stderr, "clawrden: "+display.Line(string(b[1:])))
			return exitError{int(b[0])}
		case sessionlink.TypeAgent, sessionlink.TypeSignal, sessionlink.TypeContinue:
			return sessionlink.ErrFrame
		}
	}
}

// stop does what a stop of the agent does to a job: the shell has the terminal until it continues this one, and the agent with it.
func (s *sitting) stop(by syscall.Signal) {
	s.mu.Lock()
	s.terminal.giveBack()
	s.stood = nowhere
	s.mu.Unlock()
	stopSelf(by)
	s.mu.Lock()
	s.move(s.terminal.place())
	s.mu.Unlock()
}

// end waits for the last output and gives the terminal back, for good.
func (s *sitting) end() {
	s.mu.Lock()
	s.stood = nowhere
	s.mu.Unlock()
	s.terminal.drain()
}

// arrange has the session stand where this job stands, unless it is stopped.
func (s *sitting) arrange() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.begun.Load() || s.stood == nowhere {
		return
	}
	at := s.terminal.place()
	if at == s.stood {
		if at == inFront {
			s.terminal.take() // the shell may have had it meanwhile
		}
		return
	}
	s.move(at)
}

// move puts the session where the job is, and continues it. The caller holds the lock.
func (s *sitting) move(to place) {
	if to == inFront {
		s.terminal.take()
	} else {
		s.terminal.leave()
	}
	s.stood = to
	_, _ = s.conn.Write(to.frame())
}

func (s *sitting) standing() place {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stood
}

// place is where a job stands for its shell.
type place byte

const (
	nowhere place = iota
	inFront
	behind
)

// frame tells the launcher of it.
func (p place) frame() []byte {
	n := sessionlink.Front
	if p == behind {
		n = sessionlink.Behind
	}
	return sessionlink.AppendNumber(nil, sessionlink.TypeContinue, n)
}
