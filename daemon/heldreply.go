package daemon

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/guardlink"
	"github.com/clawrden/clawrden/internal/job"
)

// heldReply answers the guard.
type heldReply struct {
	conn   *net.UnixConn
	cancel func()        // called when left is closed while a person is asked
	left   chan struct{} // closed when the guard has said that the process is gone, or is gone itself
	gone   bool          // nobody is there any more: the process has ended, or the guard
	lost   atomic.Bool   // it was the guard
	asked  bool
	done   chan struct{}
}

func (r *heldReply) write(b []byte) {
	_ = r.conn.SetWriteDeadline(time.Now().Add(replyTime))
	_, _ = r.conn.Write(b)
}

// waiting tells the guard that a person is asked, and listens for the process's death from then on.
func (r *heldReply) waiting(*call, string, time.Time) {
	if r.asked {
		return
	}
	r.asked = true
	r.write(guardlink.AppendPlain(nil, guardlink.TypeWaiting))
	r.done = make(chan struct{})
	go func() {
		defer close(r.done)
		var b [guardlink.HeaderLen]byte
		_, err := io.ReadFull(r.conn, b[:])
		if err != nil && errors.Is(err, os.ErrDeadlineExceeded) {
			return // end stopped it
		}
		r.lost.Store(err != nil)
		r.gone = true
		close(r.left)
		r.cancel()
	}()
}

// end stops listening: the connection is free for the next exec, unless the process is gone.
func (r *heldReply) end() {
	if r.done == nil {
		close(r.left)
		return
	}
	_ = r.conn.SetReadDeadline(time.Now())
	<-r.done
	if !r.gone {
		_ = r.conn.SetReadDeadline(time.Time{})
		close(r.left)
	}
}

func (r *heldReply) refuse(code int, text string) { r.write(guardlink.AppendRefuse(nil, code, text)) }

// redirect has the process become the shim; code and text are for where it can't.
func (r *heldReply) redirect(shim string, code int, text string) {
	r.write(guardlink.AppendRedirect(nil, shim, code, text))
}

func (r *heldReply) started(*call) { r.write(guardlink.AppendPlain(nil, guardlink.TypeRun)) }

// note has nowhere to go: nothing runs yet that could show it.
func (r *heldReply) note(*call, string) {}

func (r *heldReply) answer(*call) {}

func (r *heldReply) stdio(*call) ([3]*os.File, func(), error) {
	return [3]*os.File{}, nil, errors.New("the guard has no descriptors")
}

func (r *heldReply) exited(*call, job.Exit) {}

// guardFrame is what the guard sent: a frame's contents and its descriptors.
type guardFrame struct {
	t    guardlink.Type
	body []byte
	fds  []int
}

// readGuard receives one frame with its descriptors, which are there also with an error.
func readGuard(conn *net.UnixConn) (f guardFrame, err error) {
	in := &input{conn: conn, large: func() error { return nil }}
	head := make([]byte, guardlink.HeaderLen)
	oob := make([]byte, unix.CmsgSpace(3*4)+unix.CmsgSpace(unix.SizeofUcred))
	n, oobn, flags, _, err := conn.ReadMsgUnix(head, oob)
	if err != nil || n == 0 {
		return f, errors.Join(err, io.EOF)
	}
	_, err = in.control(oob[:oobn])
	if f.fds = in.fds; err != nil || flags&unix.MSG_CTRUNC != 0 {
		return f, errors.Join(err, errors.New("the guard's descriptors did not come through"))
	}
	if _, err := io.ReadFull(conn, head[n:]); err != nil {
		return f, err
	}
	t, size, err := guardlink.ParseHeader(head)
	if err != nil {
		return f, err
	}
	f.t, f.body = t, make([]byte, size)
	_, err = io.ReadFull(conn, f.body)
	return f, err
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
