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
}

// connect reaches the daemon, or ends with the reason. What a bystander may do must not hang on its environment, so that
// one asks the host's own daemon.
func (c *conn) connect(s *start, tool string) {
	path := s.getenv("CLAWRDEN_SOCKET")
	if path == "" || c.aside != nil {
		path = protocol.DefaultSocket
	}
	c.path = path
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err == nil {
		for {
			if err = syscall.Connect(fd, &syscall.SockaddrUnix{Name: path}); !errors.Is(err, syscall.EINTR) {
				break
			}
		}
	}
	if keptBlocked := mask & escaping; err == nil && keptBlocked != 0 {
		c.blocked, err = catch(keptBlocked)
	}
	if err == nil {
		c.fd = fd
	} else {
		c.giveUp(tool+" was not run: cannot reach the daemon at "+path+": "+err.Error(), reachHint(err))
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
	r := protocol.Request{Tool: tool, Argv: s.args, Env: s.env}
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

// write sends all of b; a peer that has gone is noticed at the next read, which says so better.
func (c *conn) write(b []byte, fds []int) {
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
			return
		}
		b, rights = b[n:], nil
	}
}

// next reads one frame. It ends the shim when the connection ends, and obeys or passes on the signals that come first.
func (c *conn) next(tool string) (protocol.Header, []byte, []int) {
	b := make([]byte, protocol.HeaderLen)
	fds := c.read(b, tool)
	h, err := protocol.ParseHeader(b)
	if err == nil && h.Length > protocol.MaxReply {
		err = protocol.ErrLength
	}
	c.check(err)
	payload := make([]byte, h.Length)
	return h, payload, append(fds, c.read(payload, tool)...)
}

// read fills b and returns the descriptors that came with it.
func (c *conn) read(b []byte, tool string) (fds []int) {
	const cmsgCloexec = 0x40000000
	oob := make([]byte, syscall.CmsgSpace(4*protocol.MaxDescriptors))
	for len(b) > 0 {
		c.await()
		if c.aside != nil && !readable(c.fd, patience) {
			c.passBy()
		}
		n, oobn, _, _, err := syscall.Recvmsg(c.fd, b, oob, cmsgCloexec)
		if err == syscall.EINTR {
			continue
		}
		if n == 0 || err != nil {
			c.giveUp(tool+" was not run: the daemon at "+c.path+" closed the connection without an answer",
				"see its journal (journalctl -u clawrden); a retry may help")
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
	return fds
}

// await returns when the socket is readable. Where the command runs elsewhere, signals are sent there meanwhile.
func (c *conn) await() {
	for c.signals >= 0 {
		if ready := poll(c.fd, c.signals); ready[1] {
			if info, ok := readSignal(c.signals); ok {
				c.write(protocol.AppendNumber(nil, protocol.TypeSignal, uint32(info.number)), nil)
			}
		} else if ready[0] {
			return
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

// poll waits for input on any of two descriptors.
func poll(a, b int) [2]bool {
	const in = 1
	fds := [2]pollfd{{fd: int32(a), events: in}, {fd: int32(b), events: in}}
	_, _, errno := syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&fds)), 2, 0, 0, 8, 0)
	if errno != 0 {
		return [2]bool{}
	}
	return [2]bool{fds[0].revents != 0, fds[1].revents != 0}
}
