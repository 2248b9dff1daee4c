package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/pidfd"
	"github.com/clawrden/clawrden/protocol"
	"github.com/clawrden/clawrden/protocol/plain"
)

// malformed is what came in and isn't a request.
type malformed struct {
	err     error
	version bool // the answer is a Version frame
	silent  bool // nothing was sent, or nobody is there to hear
}

func (m malformed) Error() string { return m.err.Error() }
func (m malformed) Unwrap() error { return m.err }

// receive reads one request, in either mode, within the limits of time and size.
func (d *Daemon) receive(ctx context.Context, c *call) error {
	limit := c.arrived.Add(d.agents.limits.RequestTime)
	held, cancel := context.WithDeadline(ctx, limit)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = c.conn.SetReadDeadline(time.Unix(1, 0)) })
	in := &input{conn: c.conn, pid: c.peer.PID, large: func() error { return d.holdLarge(held, c) }}
	err := d.receiveFrom(in, c)
	evicted := c.place.leave() // from here on nobody else sets the deadline
	if !stop() {
		err = ctx.Err()
	}
	if err == nil {
		_ = c.conn.SetReadDeadline(time.Time{})
		return d.listen(c)
	}
	closeAll(in.fds)
	switch {
	case errors.Is(err, errBusy):
		return malformed{err: err}
	case !errors.Is(err, os.ErrDeadlineExceeded):
		return err
	case evicted:
		err = fmt.Errorf("%w: so many connections wait without a whole request that the oldest is closed", errBusy)
	default:
		err = fmt.Errorf("no whole request came within %v", d.agents.limits.RequestTime)
	}
	return malformed{err: err, silent: in.got == 0}
}

// listen notices from now on what the other end says further, and that it goes away.
func (d *Daemon) listen(c *call) error {
	if c.request.Way == clawrden.WayPlain {
		return c.watchHangUp(d.watch)
	}
	c.frames = make(chan frame, maxFrames)
	over := make(chan struct{})
	c.unwatch = func() { close(over) }
	d.work.Go(func() { c.readFrames(over) })
	return nil
}

// holdLarge waits for a place among the large requests of the agent.
func (d *Daemon) holdLarge(ctx context.Context, c *call) error {
	if c.large != nil {
		return nil
	}
	leave, err := d.agents.large(ctx, &c.request.Identity)
	c.large = leave
	return err
}

func (d *Daemon) receiveFrom(in *input, c *call) error {
	first := make([]byte, 1)
	if err := in.fill(first); err != nil {
		return err
	}
	if first[0] == '{' {
		c.request.Way, c.reply = clawrden.WayPlain, plainReply{c}
		return d.receivePlain(in, c)
	}
	c.request.Way = clawrden.WayShim
	return d.receiveFrame(in, c, first[0])
}

// receiveFrame reads the shim's Request.
func (d *Daemon) receiveFrame(in *input, c *call, first byte) error {
	header := make([]byte, protocol.HeaderLen)
	header[0] = first
	if err := in.fill(header[1:]); err != nil {
		return err
	}
	h, err := protocol.ParseHeader(header)
	if err != nil {
		return malformed{err: err}
	}
	if err := protocol.CheckHeader(h); err != nil {
		return malformed{err: fmt.Errorf("%w (version %d, type %d, %d bytes)", err, h.Version, h.Type, h.Length), version: errors.Is(err, protocol.ErrVersion)}
	}
	payload, err := in.payload(int(h.Length))
	if err != nil {
		return err
	}
	c.version = h.Version
	if h.Type == protocol.TypeFinished {
		status, err := protocol.ParseNumber(payload)
		if err != nil || len(in.fds) > 0 {
			return malformed{err: errors.New("the end of a command came with more than its status")}
		}
		c.late = &status
		return nil
	}
	if c.attach = h.Type == protocol.TypeAttach; c.attach {
		if len(in.fds) > 0 {
			return malformed{err: errors.New("descriptors came with the question how a command ends")}
		}
		return nil
	}
	r, err := protocol.ParseRequest(h.Version, payload)
	if err != nil {
		return malformed{err: err}
	}
	want := 0
	for bit := range 4 {
		want += int(r.Descriptors>>bit) & 1
	}
	if len(in.fds) != want {
		return malformed{err: fmt.Errorf("%d descriptors came with the request, which speaks of %d", len(in.fds), want)}
	}
	c.setDescriptors(r.Descriptors, in.fds)
	in.fds = nil
	c.can, c.again, c.ticket = r.Purpose == protocol.PurposeCan, r.Again && r.Purpose == protocol.PurposeRun, r.Ticket
	c.request.Protocol = h.Version
	// The name outlives the request in events and approvals, and must not keep all of it in memory.
	c.request.Tool, c.request.Argv, c.request.Env = strings.Clone(r.Tool), r.Argv, r.Env
	return nil
}

// receivePlain reads the line of JSON.
func (d *Daemon) receivePlain(in *input, c *call) error {
	line, err := in.line([]byte{'{'})
	if err != nil {
		return err
	}
	r, err := plain.Parse(line)
	if err != nil {
		return malformed{err: err}
	}
	if len(in.fds) != 0 {
		return malformed{err: errors.New("descriptors came with a line of JSON, which takes none")}
	}
	c.can = r.Can
	c.request.Tool, c.request.Argv, c.request.Env = r.Command, append([]string{r.Command}, r.Args...), r.Env
	c.request.Cwd = r.Cwd
	if r.Identity != nil && (r.Identity.UID != c.peer.UID || r.Identity.GID != c.peer.GID) {
		c.request.Hint = &clawrden.Identity{UID: r.Identity.UID, GID: r.Identity.GID}
	}
	return nil
}

// input reads a connection, collects the descriptors, and makes sure that the process that connected is the one that
// sends.
type input struct {
	conn  *net.UnixConn
	pid   int
	large func() error // called before more than maxSmall bytes are held
	fds   []int
	got   int // bytes so far
}

// fill reads exactly len(b) bytes.
func (in *input) fill(b []byte) error {
	for len(b) > 0 {
		n, err := in.read(b)
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// payload reads n bytes, without believing n before the bytes are there.
func (in *input) payload(n int) ([]byte, error) {
	var b []byte
	for len(b) < n {
		have := len(b)
		next := min(n, maxSmall)
		if have > 0 { // few at a time come here, so the rest may be believed
			if err := in.large(); err != nil {
				return nil, err
			}
			next = n
		}
		b = append(make([]byte, 0, next), b...)[:next]
		if err := in.fill(b[have:]); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// line reads up to the newline, or to the end of what is sent.
func (in *input) line(b []byte) ([]byte, error) {
	buf := make([]byte, 4096)
	for {
		n, err := in.read(buf)
		if errors.Is(err, errEnded) {
			return b, nil
		}
		if err != nil {
			return nil, err
		}
		b = append(b, buf[:n]...)
		if i := bytes.IndexByte(buf[:n], '\n'); i >= 0 {
			if len(bytes.TrimSpace(buf[i:n])) > 0 {
				return nil, malformed{err: errors.New("something follows the first line; one request a connection")}
			}
			return b, nil
		}
		if len(b) > plain.MaxLine {
			return nil, malformed{err: fmt.Errorf("the line is longer than %d bytes", plain.MaxLine)}
		}
		if len(b) > maxSmall {
			if err := in.large(); err != nil {
				return nil, err
			}
		}
	}
}

var errEnded = errors.New("the connection ended before the request did")

// read receives once. At the end of the stream it returns errEnded, silent if nothing ever came.
func (in *input) read(b []byte) (int, error) {
	oob := make([]byte, unix.CmsgSpace(4*protocol.MaxDescriptors)+unix.CmsgSpace(unix.SizeofUcred))
	n, oobn, flags, _, err := in.conn.ReadMsgUnix(b, oob)
	if err != nil {
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return 0, err
		case errors.Is(err, io.EOF):
			err = errEnded
		default:
			err = fmt.Errorf("cannot read: %w", err)
		}
		return 0, malformed{err: err, silent: in.got == 0}
	}
	sender, err := in.control(oob[:oobn])
	switch {
	case err != nil:
		return 0, malformed{err: err}
	case flags&unix.MSG_CTRUNC != 0 && len(in.fds) < protocol.MaxDescriptors:
		return 0, malformed{err: fmt.Errorf("%w: the daemon has no room for the descriptors that came; try again", errBusy)}
	case flags&unix.MSG_CTRUNC != 0 || len(in.fds) > protocol.MaxDescriptors:
		return 0, malformed{err: errors.New("more descriptors came than a request has")}
	case n == 0:
		return 0, malformed{err: errEnded, silent: in.got == 0}
	case sender == 0:
		return 0, malformed{err: errors.New("the kernel does not say who sent this, because it was sent before the daemon had the socket; try again, and set PassCredentials=yes in clawrden.socket")}
	case sender != in.pid:
		return 0, malformed{err: fmt.Errorf("the connection was opened by process %d and used by process %d; each has to open its own", in.pid, sender)}
	}
	in.got += n
	return n, nil
}

// control takes the descriptors out of the ancillary data, and the sender's pid.
func (in *input) control(oob []byte) (sender int, err error) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return 0, err
	}
	for i := range messages {
		m := &messages[i]
		switch {
		case m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SCM_RIGHTS:
			fds, err := unix.ParseUnixRights(m)
			if err != nil {
				return 0, err
			}
			in.fds = append(in.fds, fds...)
		case m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SCM_CREDENTIALS:
			cred, err := unix.ParseUnixCredentials(m)
			if err != nil {
				return 0, err
			}
			sender = int(cred.Pid)
		}
	}
	return sender, nil
}

// maxFrames is how many frames of a shim may wait to be read before its command runs. After that it passes signals on, as
// many as it is sent, and waits until they are read.
const maxFrames = 4

// frame is what a shim says after its request.
type frame struct {
	typ    protocol.Type
	number uint32
}

// readFrames passes on what the shim says, until the connection ends or it says something that it may not.
func (c *call) readFrames(over <-chan struct{}) {
	defer close(c.hungUp)
	b := make([]byte, protocol.HeaderLen+4)
	for {
		if _, err := io.ReadFull(c.conn, b); err != nil {
			return
		}
		h, err := protocol.ParseHeader(b)
		if err != nil || h.Length != 4 {
			return
		}
		n, err := protocol.ParseNumber(b[protocol.HeaderLen:])
		if err != nil {
			return
		}
		if h.Type != protocol.TypeFinished && h.Type != protocol.TypeFailed && h.Type != protocol.TypeSignal {
			return // a second request, for instance
		}
		select {
		case c.frames <- frame{h.Type, n}:
		default:
			if !c.elsewhere.Load() {
				return // nobody waits for that many
			}
			select {
			case c.frames <- frame{h.Type, n}:
			case <-over:
				return
			}
		}
	}
}

// watchHangUp notices that a plain client has closed the connection for good; one that has only finished sending hasn't.
func (c *call) watchHangUp(w *pidfd.Watcher) error {
	raw, err := c.conn.SyscallConn()
	if err != nil {
		return err
	}
	dup := -1
	if err := raw.Control(func(fd uintptr) { dup, err = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) }); err != nil || dup < 0 {
		return fmt.Errorf("cannot watch the connection: %v", err)
	}
	gone, err := w.HungUp(dup)
	if err != nil {
		_ = unix.Close(dup)
		return err
	}
	stop := make(chan struct{})
	c.unwatch = func() {
		close(stop)
		w.Forget(dup)
		_ = unix.Close(dup)
	}
	go func() {
		defer close(c.hungUp) // also when the call is over, for those who wait for it
		select {
		case <-gone:
		case <-stop:
		}
	}()
	return nil
}

// onHangUp calls f when the other end has gone.
func (c *call) onHangUp(f func()) {
	hungUp := c.hungUp
	go func() {
		<-hungUp
		f()
	}()
}
