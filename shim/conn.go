package shim

import (
	"errors"
	"syscall"
	"unsafe"

	"github.com/clawrden/clawrden/protocol"
)

// conn is the connection to the daemon.
type conn struct {
	fd      int
	signals int // where signals are read while the command runs elsewhere; -1: they are obeyed
	blocked int // where those arrive that were blocked when the shim started, and can't stay so; -1: there are none
	path    string
	aside   *start // set for a bystander: the command, whose real tool is run where the daemon can't say; see passBy

	ticket protocol.Ticket // for the ask that the daemon has said is waiting
	until  int64           // for so long a return is tried, in milliseconds since 1970; 0: nothing is known of it yet
	tries  int             // connections that ended without a word since the last frame came
	begun  bool            // the daemon has had it run, here or elsewhere: it must not be sent again
	apart  bool            // it runs elsewhere, and no daemon has said yet that it follows it
	unsent uint64          // signals for what runs elsewhere
	sent   uint64          // the last of them that was written
}

// connect reaches the daemon, or ends with the reason. What a bystander may do must not hang on its environment, so that
// one asks the host's own daemon.
func (c *conn) connect(s *start, tool string) {
	path := s.getenv("CLAWRDEN_SOCKET")
	if path == "" || c.aside != nil {
		path = protocol.DefaultSocket
	}
	c.path = path
	fd, err := dial(path, 0)
	if keptBlocked := mask & escaping; err == nil && keptBlocked != 0 {
		c.blocked, err = catch(keptBlocked)
	}
	if err == nil {
		c.fd = fd
	} else {
		c.giveUp(tool+" was not run: cannot reach the daemon at "+path+": "+err.Error(), reachHint(err))
	}
}

// dial connects to the daemon's socket. With a limit in milliseconds it doesn't block for longer than that, and nor does a
// write: nobody may be there to accept it.
func dial(path string, limit int64) (int, error) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	if limit > 0 {
		tv := syscall.NsecToTimeval(limit * 1e6)
		_ = syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_SNDTIMEO, &tv)
	}
	for {
		switch err := syscall.Connect(fd, &syscall.SockaddrUnix{Name: path}); err {
		case nil:
			return fd, nil
		case syscall.EINTR:
		default:
			_ = syscall.Close(fd)
			return -1, err
		}
	}
}

func reachHint(err error) string {
	switch {
	case errors.Is(err, syscall.ENOENT), errors.Is(err, syscall.ECONNREFUSED):
		return "start it (systemctl enable --now clawrden.socket), or set CLAWRDEN_SOCKET; a retry does not help until then"
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return "this user may not use the socket; it is another agent's, or the user has to join the group clawrden-agents"
	}
	return ""
}

// send writes the request, with the descriptors on its first byte.
func (c *conn) send(s *start, tool string) {
	r := protocol.Request{Tool: tool, Argv: s.args, Env: s.env, Again: c.tries > 0, Ticket: c.ticket}
	var fds []int
	for fd := range 3 {
		if closed&(1<<fd) == 0 {
			r.Descriptors |= 1 << fd
			fds = append(fds, fd)
		}
	}
	const oPath = 0x200000
	if cwd, err := syscall.Open(".", oPath|syscall.O_DIRECTORY|syscall.O_CLOEXEC, 0); err == nil {
		r.Descriptors |= protocol.HasCwd
		fds = append(fds, cwd)
		defer syscall.Close(cwd)
	}
	size := protocol.HeaderLen + 64 + len(tool)
	for _, words := range [2][]string{s.args, s.env} {
		for _, w := range words {
			size += len(w) + 1
		}
	}
	c.write(protocol.AppendRequest(make([]byte, 0, size), &r), fds)
}

// write sends all of b and says whether that could be done; a peer that has gone is noticed at the next read too.
func (c *conn) write(b []byte, fds []int) bool {
	var rights []byte
	if len(fds) > 0 {
		rights = syscall.UnixRights(fds...)
	}
	for len(b) > 0 {
		n, err := syscall.SendmsgN(c.fd, b, rights, nil, syscall.MSG_NOSIGNAL)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return false
		}
		b, rights = b[n:], nil
	}
	return true
}

// next reads one frame; ok is false where the connection ended before it was whole and nothing has been run. Then it closes
// what came with it. It obeys or passes on the signals that come first.
func (c *conn) next(tool string) (h protocol.Header, payload []byte, fds []int, ok bool) {
	b := make([]byte, protocol.HeaderLen)
	fds, ok = c.read(b, nil, tool)
	if ok {
		var err error
		h, err = protocol.ParseHeader(b)
		if err == nil && h.Length > protocol.MaxReply {
			err = protocol.ErrLength
		}
		c.check(err)
		payload = make([]byte, h.Length)
		fds, ok = c.read(payload, fds, tool)
	}
	if !ok {
		for _, fd := range fds {
			_ = syscall.Close(fd)
		}
		return h, nil, nil, false
	}
	c.tries = 0
	return h, payload, fds, true
}

// read fills b and adds the descriptors that came with it; ok is false where the connection ended first.
func (c *conn) read(b []byte, fds []int, tool string) (_ []int, ok bool) {
	const cmsgCloexec = 0x40000000
	oob := make([]byte, syscall.CmsgSpace(4*protocol.MaxDescriptors))
	for len(b) > 0 {
		c.await(tool)
		if c.aside != nil && !readable(c.fd, patience) {
			c.passBy()
		}
		if c.tries > 0 && !c.begun && c.ticket != (protocol.Ticket{}) {
			c.answered(tool)
		}
		n, oobn, _, _, err := syscall.Recvmsg(c.fd, b, oob, cmsgCloexec)
		if err == syscall.EINTR {
			continue
		}
		if n == 0 || err != nil {
			if err == syscall.ECONNRESET { // the other end has gone without reading all of it
				c.unsent |= c.sent
			}
			if c.begun && c.signals < 0 || c.aside != nil {
				c.closed(tool)
			}
			return fds, false
		}
		b = b[n:]
		messages, err := syscall.ParseSocketControlMessage(oob[:oobn])
		c.check(err)
		for i := range messages {
			if got, err := syscall.ParseUnixRights(&messages[i]); err == nil {
				fds = append(fds, got...)
			}
		}
	}
	return fds, true
}

// closed ends the shim because the daemon has gone away without an answer.
func (c *conn) closed(tool string) {
	c.giveUp(tool+" was not run: the daemon at "+c.path+" closed the connection without an answer",
		"see its journal (journalctl -u clawrden); a retry may help")
}

// await returns when the socket is readable. Where the command runs elsewhere, signals are sent there meanwhile.
func (c *conn) await(tool string) {
	for c.signals >= 0 && !c.apart {
		if ready := poll(c.fd, c.signals, -1); ready[1] {
			if info, ok := readSignal(c.signals); ok {
				c.unsent |= bit(syscall.Signal(info.number))
				c.sendSignals()
			}
		} else if ready[0] {
			return
		}
	}
	for c.apart && !poll(c.fd, -1, max(c.until-now(), 0))[0] { // a signal ends a wait, too
		if now() >= c.until {
			c.lost(tool)
		}
	}
}

// sendSignals sends on what has come. What can't be sent stays for the daemon's next life.
func (c *conn) sendSignals() {
	for n := syscall.Signal(1); n <= 64; n++ {
		if c.unsent&bit(n) != 0 && c.write(protocol.AppendNumber(nil, protocol.TypeSignal, uint32(n)), nil) {
			c.unsent &^= bit(n)
			c.sent = bit(n)
		}
	}
}

// passSignals sends signals to where the command runs, from now on.
func (c *conn) passSignals() {
	own := setOf(syscall.SIGCHLD, syscall.SIGURG, syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU, syscall.SIGCONT)
	signals, err := catch(all &^ own &^ ignored)
	c.check(err)
	c.signals = signals
}

type pollfd struct {
	fd      int32
	events  int16
	revents int16
}

// poll waits for input on any of two descriptors, for so many milliseconds; -1: without end.
func poll(a, b int, ms int64) [2]bool {
	const in = 1
	fds := [2]pollfd{{fd: int32(a), events: in}, {fd: int32(b), events: in}}
	var limit *syscall.Timespec
	if ms >= 0 {
		ts := syscall.NsecToTimespec(ms * 1e6)
		limit = &ts
	}
	_, _, errno := syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&fds)), 2, uintptr(unsafe.Pointer(limit)), 0, 8, 0)
	if errno != 0 {
		return [2]bool{}
	}
	return [2]bool{fds[0].revents != 0, fds[1].revents != 0}
}
