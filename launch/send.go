package launch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Send tells the launcher at the other end what to do. The launcher has its own copies of the descriptors when it returns.
// The context bounds how long the launcher may take to read.
func Send(ctx context.Context, conn *net.UnixConn, o *Order, stdio [3]*os.File) error {
	var mask uint8
	var fds []int
	for i, f := range stdio {
		if f != nil {
			mask |= 1 << i
			fds = append(fds, int(f.Fd())) //nolint:gosec // a descriptor
		}
	}
	frame, err := appendOrder(o, mask)
	if err != nil {
		return fmt.Errorf("cannot tell the launcher: %v", err)
	}
	fds = append(fds, o.Tool.FDs...)
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	stop := bound(ctx, conn.SetWriteDeadline)
	defer stop()
	n, _, err := conn.WriteMsgUnix(frame, rights, nil)
	if err == nil && n < len(frame) {
		_, err = conn.Write(frame[n:])
	}
	if err != nil {
		return fmt.Errorf("cannot tell the launcher: %w", cause(ctx, err))
	}
	return nil
}

// Wait returns nil once the tool runs in the launcher's place. A *Refusal is why the launcher didn't run it.
func Wait(ctx context.Context, conn *net.UnixConn) error {
	stop := bound(ctx, conn.SetReadDeadline)
	defer stop()
	ready := false
	header := make([]byte, headerLen)
	for {
		_, err := io.ReadFull(conn, header)
		switch {
		case ready && (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)):
			return nil
		case err != nil:
			return fmt.Errorf("the launcher ended before the tool ran: %w", cause(ctx, err))
		}
		kind, length, err := parseHeader(header)
		if err != nil || length > maxRefused+16 {
			return errors.Join(errFrame, err)
		}
		payload := make([]byte, length)
		if _, err := io.ReadFull(conn, payload); err != nil {
			return fmt.Errorf("the launcher ended before the tool ran: %w", cause(ctx, err))
		}
		switch {
		case kind == typeReady && length == 0 && !ready:
			ready = true
		case kind == typeRefused:
			r, err := parseRefused(payload)
			if err != nil {
				return err
			}
			return r
		default:
			return errFrame
		}
	}
}

// Pair makes the two ends of a launcher's socket: the executor's, and the one to start the launcher with.
func Pair() (ours *net.UnixConn, launchers *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot make a socket for the launcher: %v", err)
	}
	launchers = os.NewFile(uintptr(fds[1]), "launcher")
	f := os.NewFile(uintptr(fds[0]), "launcher's executor")
	defer func() { _ = f.Close() }()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("cannot make a socket for the launcher: %v", err), launchers.Close())
	}
	return c.(*net.UnixConn), launchers, nil //nolint:forcetypeassert // it was made as one
}

// bound makes the context's end a deadline in the past.
func bound(ctx context.Context, set func(time.Time) error) (stop func()) {
	end := context.AfterFunc(ctx, func() { _ = set(time.Unix(1, 0)) })
	return func() { end() }
}

// cause is the context's error where that ended it.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
