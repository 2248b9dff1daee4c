package launch

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/sessionlink"
	"github.com/clawrden/clawrden/protocol"
)

// watched is a session in front of which somebody sits: the launcher stays as the agent's parent, so that a stop by Ctrl-Z
// has somebody to tell of it, and says over a socket how it ended. It has no more rights than the agent.
type watched struct {
	conn   *os.File
	tty    int  // the terminal that it leads a session of; -1 without
	behind bool // the agent begins in the background

	mu sync.Mutex // what is written
}

// watch takes the socket out of a word like /proc/self/fd/N.
func watch(word string) (*watched, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(word, "/proc/self/fd/"))
	if err != nil || n < 3 {
		return nil, fmt.Errorf("%q is no descriptor", word)
	}
	if kind, err := unix.GetsockoptInt(n, unix.SOL_SOCKET, unix.SO_DOMAIN); err != nil || kind != unix.AF_UNIX {
		return nil, fmt.Errorf("descriptor %d is no Unix socket", n)
	}
	unix.CloseOnExec(n)
	w := &watched{conn: os.NewFile(uintptr(n), "run"), tty: -1}
	for fd := range 3 {
		if _, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP); err == nil { // only one's own terminal answers
			w.tty = fd
			break
		}
	}
	return w, nil
}

// receive waits for what to run.
func (w *watched) receive() (*sessionlink.Agent, error) {
	t, b, err := sessionlink.Read(w.conn)
	if err == nil && t == sessionlink.TypeContinue {
		w.behind = b[0] == sessionlink.Behind
		t, b, err = sessionlink.Read(w.conn)
	}
	if err != nil {
		return nil, fmt.Errorf("clawrden run is gone: %v", err)
	}
	if t != sessionlink.TypeAgent {
		return nil, sessionlink.ErrFrame
	}
	return sessionlink.ParseAgent(b)
}

func (w *watched) say(frame []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, _ = w.conn.Write(frame) // where nobody is left to hear it, the exit status tells
}

func (w *watched) refuse(code int, why string) int {
	w.say(sessionlink.AppendRefused(nil, byte(code), why)) //nolint:gosec // an exit status
	return code
}

// run starts the agent from this thread, on which the filter is, and waits for it.
func (w *watched) run(path string, a *sessionlink.Agent) int {
	// What is meant for the agent isn't for this process. What is caught here, unlike what is ignored, the agent finds at its default.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGTSTP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP, syscall.SIGTERM)
	attr := &syscall.ProcAttr{Env: a.Env, Files: []uintptr{0, 1, 2}, Sys: &syscall.SysProcAttr{Setpgid: true}}
	if w.tty >= 0 && !w.behind {
		attr.Sys.Foreground, attr.Sys.Ctty = true, w.tty
	}
	pid, err := syscall.ForkExec(path, a.Argv, attr)
	if err != nil {
		code := protocol.ExitDenied
		if errors.Is(err, unix.ENOENT) {
			code = protocol.ExitNoTool
		}
		return w.refuse(code, path+": "+err.Error())
	}
	signal.Ignore(syscall.SIGTTOU, syscall.SIGTTIN) // it hands out the terminal from the background
	w.say(sessionlink.AppendNumber(nil, sessionlink.TypeBegun, 0))
	go w.listen(pid)
	for {
		var status syscall.WaitStatus
		_, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return w.refuse(protocol.ExitFailed, "cannot wait for the agent: "+err.Error())
		case status.Stopped():
			w.say(sessionlink.AppendNumber(nil, sessionlink.TypeStopped, byte(status.StopSignal()))) //nolint:gosec // a signal
		case status.Exited():
			w.say(sessionlink.AppendNumber(nil, sessionlink.TypeExited, byte(status.ExitStatus()))) //nolint:gosec // 8 bits
			return status.ExitStatus()
		case status.Signaled():
			w.say(sessionlink.AppendNumber(nil, sessionlink.TypeKilled, byte(status.Signal()))) //nolint:gosec // a signal
			const bySignal = 128
			return bySignal + int(status.Signal())
		}
	}
}

// listen carries out what the person's side says. When that is gone, the agent is told as by a terminal that hangs up.
func (w *watched) listen(pid int) {
	for {
		t, b, err := sessionlink.Read(w.conn)
		switch {
		case err != nil:
			_ = syscall.Kill(-pid, syscall.SIGHUP)
			_ = syscall.Kill(-pid, syscall.SIGCONT)
			return
		case t == sessionlink.TypeSignal:
			_ = syscall.Kill(-pid, syscall.Signal(b[0]))
		case t == sessionlink.TypeContinue:
			if w.tty >= 0 {
				front := pid
				if b[0] == sessionlink.Behind {
					front = unix.Getpgrp()
				}
				_ = unix.IoctlSetPointerInt(w.tty, unix.TIOCSPGRP, front)
			}
			_ = syscall.Kill(-pid, syscall.SIGCONT)
		}
	}
}
