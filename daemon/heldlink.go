package daemon

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/guardlink"
)

// guardFrame is what the guard sent: a frame's contents and its descriptors. The contents are good until the next one is read.
type guardFrame struct {
	t    guardlink.Type
	body []byte
	fds  []int
}

// guardReader reads frames.
type guardReader struct {
	receive func(b, oob []byte) (n, oobn, flags int, err error)
	buf     []byte // what comes most often fits in
	oob     []byte
}

func newGuardReader(conn *net.UnixConn) *guardReader {
	const most = 16 << 10
	return &guardReader{
		buf: make([]byte, most), oob: make([]byte, unix.CmsgSpace(3*4)+unix.CmsgSpace(unix.SizeofUcred)),
		receive: func(b, oob []byte) (n, oobn, flags int, err error) {
			n, oobn, flags, _, err = conn.ReadMsgUnix(b, oob)
			return n, oobn, flags, err
		},
	}
}

// read receives one frame with its descriptors, which are there also with an error.
func (r *guardReader) read() (f guardFrame, err error) {
	n, oobn, flags, err := r.receive(r.buf, r.oob)
	if err != nil || n == 0 {
		return f, errors.Join(err, io.EOF)
	}
	in := &input{}
	_, err = in.control(r.oob[:oobn])
	if f.fds = in.fds; err != nil || flags&unix.MSG_CTRUNC != 0 {
		return f, errors.Join(err, errors.New("the guard's descriptors did not come through"))
	}
	if n < guardlink.HeaderLen {
		if err := r.fill(r.buf[n:guardlink.HeaderLen]); err != nil {
			return f, err
		}
		n = guardlink.HeaderLen
	}
	t, size, err := guardlink.ParseHeader(r.buf[:guardlink.HeaderLen])
	if err != nil {
		return f, err
	}
	f.t, f.body = t, r.buf[guardlink.HeaderLen:n]
	if len(f.body) > size {
		return f, guardlink.ErrContent // it waits for the answer before it says more
	}
	if have := len(f.body); have < size {
		f.body = append(make([]byte, 0, size), f.body...)[:size]
		err = r.fill(f.body[have:])
	}
	return f, err
}

// fill receives the rest of a frame.
func (r *guardReader) fill(b []byte) error {
	for len(b) > 0 {
		n, _, _, err := r.receive(b, nil)
		if err != nil || n == 0 {
			return errors.Join(err, io.ErrUnexpectedEOF)
		}
		b = b[n:]
	}
	return nil
}

// heldLink is a connection on which the guard asks about one exec after the other. Its thread waits for the next one in the kernel: the
// runtime's poller would wake two threads for each.
type heldLink struct {
	*guardReader
	fd int
}

// openLink takes a connection over from the runtime's poller, which is told of all that comes as long as it has it.
func openLink(conn *net.UnixConn, r *guardReader) (*heldLink, error) {
	defer func() { _ = conn.Close() }()
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	l := &heldLink{guardReader: r, fd: -1}
	if err := raw.Control(func(fd uintptr) { l.fd, _ = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) }); err != nil || l.fd < 0 {
		return nil, errors.Join(err, errors.New("no descriptor is left for the guard's connection"))
	}
	limit := unix.NsecToTimeval(int64(replyTime))
	if err := errors.Join(unix.SetNonblock(l.fd, false), unix.SetsockoptTimeval(l.fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &limit)); err != nil {
		_ = unix.Close(l.fd)
		return nil, err
	}
	r.receive = func(b, oob []byte) (n, oobn, flags int, err error) { return receiveOn(l.fd, b, oob, 0) }
	return l, nil
}

// until has nothing more read once the context has ended. close ends that, and the connection.
func (l *heldLink) until(ctx context.Context) (closeLink func()) {
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		_ = unix.Shutdown(l.fd, unix.SHUT_RD)
	})
	return func() {
		if !stop() {
			<-ended
		}
		_ = unix.Close(l.fd)
	}
}

func receiveOn(fd int, b, oob []byte, wish int) (n, oobn, flags int, err error) {
	for {
		n, oobn, flags, _, err = unix.Recvmsg(fd, b, oob, wish|unix.MSG_CMSG_CLOEXEC)
		if !errors.Is(err, unix.EINTR) {
			return max(n, 0), oobn, flags, err
		}
	}
}

// write sends one frame.
func (l *heldLink) write(b []byte) {
	for begun := time.Now(); len(b) > 0 && time.Since(begun) < replyTime; {
		n, err := unix.SendmsgN(l.fd, b, nil, nil, unix.MSG_NOSIGNAL)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
		b = b[max(n, 0):]
	}
}

// held reads a frame as an exec that is held.
func (f guardFrame) held(err error) (*guardlink.Held, []int, error) {
	if err != nil {
		return nil, f.fds, err
	}
	if f.t != guardlink.TypeHeld {
		return nil, f.fds, guardlink.ErrContent
	}
	h, err := guardlink.ParseHeld(f.body)
	if err != nil {
		return nil, f.fds, err
	}
	if want := 2 + map[bool]int{true: 1}[h.Cwd]; len(f.fds) != want || len(h.Argv) == 0 {
		return nil, f.fds, guardlink.ErrContent
	}
	return h, f.fds, nil
}
