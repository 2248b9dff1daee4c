package guard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/guardlink"
)

// Daemon is the judge that asks the daemon, over its socket for the guard. It keeps the connections that aren't in use.
type Daemon struct {
	path string

	mu   sync.Mutex
	free []int
}

// NewDaemon makes one. The daemon needn't be there yet.
func NewDaemon(path string) *Daemon { return &Daemon{path: path} }

const (
	maxFree = 16
	// patience is how long a held exec waits for a daemon that isn't there: it may be restarting.
	patience = 20 * time.Second
	pause    = 50 * time.Millisecond
)

// Judge asks. It is quick where the daemon has an answer; where it asks a person, or isn't there, the verdict comes later.
func (d *Daemon) Judge(ctx context.Context, h *Held) (Verdict, <-chan Verdict) {
	conn, v, waits, err := d.try(h)
	if err == nil && !waits {
		d.keep(conn)
		return v, nil
	}
	later := make(chan Verdict, 1)
	// The caller closes its descriptors once it has a verdict, or the process is gone: then the context has ended.
	go func() {
		if v, ok := d.wait(ctx, h, conn, err); ok {
			later <- v
		}
	}()
	return Verdict{}, later
}

// try sends the exec and reads one answer. An error means that there is no daemon to speak of.
func (d *Daemon) try(h *Held) (conn int, v Verdict, waits bool, err error) {
	for {
		var fresh bool
		if conn, fresh, err = d.connection(); err != nil {
			return -1, v, false, err
		}
		if err = send(conn, h); err == nil {
			v, waits, err = receive(conn)
		}
		if err == nil {
			return conn, v, waits, nil
		}
		_ = unix.Close(conn)
		if fresh {
			return -1, v, false, err
		}
		// A kept connection was to a daemon that has gone since.
	}
}

// wait goes on until there is a verdict, or the process is gone. A daemon that went away is asked anew.
func (d *Daemon) wait(ctx context.Context, h *Held, conn int, err error) (Verdict, bool) {
	defer func() {
		if conn >= 0 {
			_ = unix.Close(conn)
		}
	}()
	deadline := time.Now().Add(patience)
	for {
		if err == nil {
			var v Verdict
			if v, err = d.verdict(ctx, conn); err == nil {
				return v, true
			}
			deadline = time.Now().Add(patience)
			_ = unix.Close(conn)
			conn = -1
		}
		if ctx.Err() != nil {
			return Verdict{}, false
		}
		if time.Now().After(deadline) {
			return Verdict{Code: exitFailed, Text: fmt.Sprintf("the daemon can't be reached: %v\nan operator can look with: systemctl status clawrden", err)}, true
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return Verdict{}, false
		}
		var v Verdict
		var waits bool
		if conn, v, waits, err = d.try(h); err == nil && !waits {
			d.keep(conn)
			conn = -1
			return v, true
		}
	}
}

// verdict reads the answer of a daemon that asks a person. When the held process is gone it tells.
func (d *Daemon) verdict(ctx context.Context, conn int) (Verdict, error) {
	stop := context.AfterFunc(ctx, func() {
		if errors.Is(context.Cause(ctx), errGone) { // else the guard ends, and the daemon sees that
			_, _ = unix.Write(conn, guardlink.AppendPlain(nil, guardlink.TypeGone))
		}
		_ = unix.Shutdown(conn, unix.SHUT_RDWR)
	})
	v, waits, err := receive(conn)
	if !stop() && err == nil {
		err = context.Canceled
	}
	if err == nil && waits {
		err = errAnswer
	}
	return v, err
}

var errAnswer = errors.New("the daemon's answer can't be read")

// connection takes one that isn't in use, or makes one.
func (d *Daemon) connection() (conn int, fresh bool, err error) {
	d.mu.Lock()
	if n := len(d.free); n > 0 {
		conn, d.free = d.free[n-1], d.free[:n-1]
		d.mu.Unlock()
		return conn, false, nil
	}
	d.mu.Unlock()
	conn, err = unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, true, err
	}
	if err := unix.Connect(conn, &unix.SockaddrUnix{Name: d.path}); err != nil {
		_ = unix.Close(conn)
		return -1, true, fmt.Errorf("%s: %w", d.path, err)
	}
	return conn, true, nil
}

func (d *Daemon) keep(conn int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.free) >= maxFree {
		_ = unix.Close(conn)
		return
	}
	d.free = append(d.free, conn)
}

// send writes the exec. Blocking calls on the worker's own thread are quicker here than the runtime's poller.
func send(conn int, h *Held) error {
	fds := []int{h.Pidfd, h.Exe}
	if h.Cwd >= 0 {
		fds = append(fds, h.Cwd)
	}
	b := guardlink.AppendHeld(nil, &guardlink.Held{Session: h.Session, Asked: h.Asked, Why: h.Why, Cwd: h.Cwd >= 0, Lesser: h.Lesser, Elsewhere: h.Elsewhere, Caller: h.Caller, Image: h.Image, Argv: h.Argv, Env: h.Env})
	n, err := unix.SendmsgN(conn, b, unix.UnixRights(fds...), nil, unix.MSG_NOSIGNAL)
	for err == nil && n < len(b) {
		var m int
		m, err = unix.SendmsgN(conn, b[n:], nil, nil, unix.MSG_NOSIGNAL)
		n += m
	}
	return err
}

func receive(conn int) (v Verdict, waits bool, err error) {
	var head [guardlink.HeaderLen]byte
	if err := readFull(conn, head[:]); err != nil {
		return v, false, err
	}
	t, n, err := guardlink.ParseHeader(head[:])
	if err != nil {
		return v, false, err
	}
	b := make([]byte, n)
	if err := readFull(conn, b); err != nil {
		return v, false, err
	}
	switch t {
	case guardlink.TypeRun:
		return Verdict{Run: true}, false, nil
	case guardlink.TypeWaiting:
		return v, true, nil
	case guardlink.TypeRefuse:
		v.Code, v.Text, err = guardlink.ParseRefuse(b)
		return v, false, err
	case guardlink.TypeRedirect:
		v.Redirect, v.Code, v.Text, err = guardlink.ParseRedirect(b)
		return v, false, err
	case guardlink.TypeHeld, guardlink.TypeGone, guardlink.TypeAttach, guardlink.TypeStart, guardlink.TypeEnd:
	}
	return v, false, errAnswer
}

func readFull(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := unix.Read(fd, b)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return err
		case n == 0:
			return io.ErrUnexpectedEOF
		}
		b = b[n:]
	}
	return nil
}
