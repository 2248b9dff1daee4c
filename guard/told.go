package guard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/guardlink"
)

// Witness is told of sessions as they come and go.
type Witness interface {
	// Begin returns when it is on record that the session begins; an error is why it may not. It doesn't take over the pidfd.
	// end is to be called once, when the last process has gone. The context's end isn't the session's.
	Begin(ctx context.Context, s *Begun) (end func(execs uint64), err error)
}

// Begun is a session that is about to begin.
type Begun struct {
	Session string
	Lacks   string // what a boundary needs and it hasn't; "" where it is one
	Since   time.Time
	Pidfd   int  // of its first process
	Again   bool // it has begun in an earlier life of the guard: nothing is waited for, and it can't be refused
}

// told is what the daemon has been told of one session.
type told struct {
	path  string
	start guardlink.Start
	pidfd int
	over  chan uint64
	left  chan struct{} // closed when nobody tells any more
}

// Begin tells the daemon, and goes on to tell each one that comes in its place.
func (d *Daemon) Begin(ctx context.Context, s *Begun) (end func(execs uint64), err error) {
	pidfd, err := unix.FcntlInt(uintptr(s.Pidfd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	t := &told{
		path: d.path, pidfd: pidfd, over: make(chan uint64, 1), left: make(chan struct{}),
		start: guardlink.Start{Session: s.Session, Lacks: s.Lacks, Since: uint64(s.Since.UnixMicro())},
	}
	if s.Again {
		t.start.Again = true
		go func() {
			if conn, err := t.again(ctx); err == nil {
				t.follow(ctx, conn)
				return
			}
			_ = unix.Close(t.pidfd)
			close(t.left)
		}()
		return t.end, nil
	}
	soon, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := t.tell(soon)
	if err != nil {
		_ = unix.Close(pidfd)
		return nil, err
	}
	t.start.Again = true
	go t.follow(ctx, conn)
	return t.end, nil
}

// end tells that the session is over, and returns when that is told, or nobody is left to tell it to.
func (t *told) end(execs uint64) {
	t.over <- execs
	<-t.left
}

// turnedDownError is the daemon's no, which asking again doesn't change.
type turnedDownError struct{ why string }

func (r turnedDownError) Error() string { return r.why }

// tell says that the session is there until a daemon has taken note of it, or the context ends.
func (t *told) tell(ctx context.Context) (*net.UnixConn, error) {
	for {
		conn, err := t.once()
		if err == nil || errors.As(err, new(turnedDownError)) {
			return conn, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, fmt.Errorf("the daemon can't be reached: %v; an operator can look with: systemctl status clawrden", err)
		}
	}
}

func (t *told) once() (*net.UnixConn, error) {
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: t.path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(patience))
	frame := guardlink.AppendStart(nil, &t.start)
	if _, _, err = conn.WriteMsgUnix(frame, unix.UnixRights(t.pidfd), nil); err == nil {
		err = heard(conn)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	_ = conn.SetDeadline(time.Time{})
	return conn, nil
}

// heard reads the daemon's answer to a Start.
func heard(conn *net.UnixConn) error {
	var head [guardlink.HeaderLen]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return err
	}
	typ, n, err := guardlink.ParseHeader(head[:])
	if err != nil {
		return err
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(conn, b); err != nil {
		return err
	}
	switch typ {
	case guardlink.TypeRun:
		return nil
	case guardlink.TypeRefuse:
		_, why, err := guardlink.ParseRefuse(b)
		if err != nil {
			return err
		}
		return turnedDownError{why}
	case guardlink.TypeHeld, guardlink.TypeWaiting, guardlink.TypeGone, guardlink.TypeAttach, guardlink.TypeStart, guardlink.TypeEnd, guardlink.TypeRedirect:
	}
	return errAnswer
}

// follow keeps the daemon told until the session is over, or the guard ends: then whoever takes the session up tells.
func (t *told) follow(ctx context.Context, conn *net.UnixConn) {
	defer close(t.left)
	defer func() { _ = unix.Close(t.pidfd) }()
	for {
		lost := make(chan struct{})
		go func() {
			defer close(lost)
			_, _ = io.Copy(io.Discard, conn) // the daemon has nothing more to say
		}()
		over, execs := false, uint64(0)
		select {
		case execs = <-t.over:
			over = true
			_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
			_, _ = conn.Write(guardlink.AppendEnd(nil, execs))
		case <-ctx.Done():
			over = true
		case <-lost:
		}
		_ = conn.Close()
		<-lost
		if over {
			return
		}
		var err error
		if conn, err = t.again(ctx); err != nil {
			return
		}
	}
}

// again tells a daemon that has come in the place of the one before; not for long any more once the session is over.
func (t *told) again(ctx context.Context) (*net.UnixConn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	telling := make(chan struct{})
	defer close(telling)
	go func() {
		select {
		case execs := <-t.over:
			t.over <- execs // for follow
			select {
			case <-time.After(patience):
				cancel()
			case <-telling:
			}
		case <-telling:
		}
	}()
	return t.tell(ctx)
}
