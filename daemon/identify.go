package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/peercred"
	"github.com/clawrden/clawrden/protocol"
)

// passCredentials has the kernel put the sender's pid on everything that comes in, so that a connection that was handed to
// another process is noticed. Accepted sockets inherit it.
func passCredentials(l *net.UnixListener) error {
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PASSCRED, 1) }); err != nil {
		return err
	}
	return inner
}

// identify is the first step: who connected, by the kernel's word.
func (d *Daemon) identify(conn *net.UnixConn) (*call, error) {
	peer, err := peercred.Of(conn)
	if err != nil {
		return nil, err
	}
	c := &call{conn: conn, peer: peer, arrived: time.Now(), hungUp: make(chan struct{})}
	c.reply = shimReply{c}
	c.request.Identity = peer.Identity
	c.request.Received = c.arrived
	return c, nil
}

// controls reports whether a caller could change the daemon itself, so that nothing in place binds it: root on the host,
// or with --dev the user that the daemon runs as.
func (d *Daemon) controls(id *clawrden.Identity) bool {
	if !id.HostNS {
		return false
	}
	return id.UID == 0 || (d.o.Dev && id.UID == uint32(os.Geteuid()))
}

// refuseUnknown ends a connection whose other end can't be identified.
func (d *Daemon) refuseUnknown(conn *net.UnixConn, err error) {
	defer func() { _ = conn.Close() }()
	d.log.Info("refused a connection", slog.Any("error", err))
	if errors.Is(err, peercred.ErrGone) {
		return // nobody asked for anything yet
	}
	d.o.Meter.Refused(refusedUnidentified)
	d.recordRefused(&clawrden.Record{Event: clawrden.EventRefused, Decision: clawrden.OutcomeDeny, Reason: err.Error()})
	_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = conn.Write(protocol.AppendRefuse(nil, protocol.ExitFailed, "cannot tell who is calling: "+err.Error()))
}

// refuseMalformed ends a connection that never became a request.
func (d *Daemon) refuseMalformed(c *call, err error) {
	var m malformed
	switch {
	case errors.As(err, &m) && m.silent:
		return
	case errors.Is(err, context.Canceled) && c.request.Way != clawrden.WayPlain:
		return // a shim sends it again
	case errors.Is(err, context.Canceled):
		c.reply.refuse(protocol.ExitFailed, "the daemon is stopping\na retry helps once it runs again")
		return
	}
	c.outcome = clawrden.OutcomeDeny
	d.o.Meter.Refused(refusedWord(err))
	d.recordRefused(&clawrden.Record{
		Event: clawrden.EventRefused, Identity: &c.request.Identity, Way: c.request.Way,
		Decision: clawrden.OutcomeDeny, Reason: err.Error(),
	})
	if m.version {
		_, _ = c.conn.Write(protocol.AppendVersion(nil))
	} else {
		c.reply.refuse(protocol.ExitFailed, fmt.Sprintf("the daemon refused the request: %v", err))
	}
	drain(c.conn)
}

// drain takes what the other end is still sending, for a short time: closing a socket with unread data resets it, and the
// answer would be lost.
func drain(conn *net.UnixConn) {
	const (
		most     = 2 * protocol.MaxRequest
		patience = time.Second
	)
	_ = conn.CloseWrite()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	_, _ = io.CopyN(io.Discard, conn, most)
}
