package launch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
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
			fds = append(fds, int(f.Fd()))
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
	pidfd, err := Follow(ctx, conn, nil)
	if pidfd >= 0 {
		_ = unix.Close(pidfd)
	}
	return err
}

// Follow is Wait that also gives the pidfd of the tool's process, which the launcher has opened for itself and which the
// caller closes; -1 where the kernel, or a filter around the launcher, has none. ready, unless it is nil, takes the pidfd over
// before the tool runs, while the process is still the launcher.
func Follow(ctx context.Context, conn *net.UnixConn, ready func(pidfd int)) (pidfd int, err error) {
	stop := bound(ctx, conn.SetReadDeadline)
	defer stop()
	pidfd = -1
	defer func() {
		if err != nil && pidfd >= 0 {
			_ = unix.Close(pidfd)
			pidfd = -1
		}
	}()
	kind, payload, fds, err := readFrame(conn)
	switch {
	case errors.Is(err, errFrame):
		return pidfd, err
	case err != nil:
		return pidfd, fmt.Errorf("the launcher ended before the tool ran: %w", cause(ctx, err))
	case kind == typeReady && len(payload) == 0 && len(fds) > 0:
		last, err := connOf(fds[0])
		if len(fds) > 1 {
			pidfd = fds[1]
		}
		if err != nil {
			return pidfd, err
		}
		defer func() { _ = last.Close() }()
		if ready != nil && pidfd >= 0 {
			ready(pidfd)
			pidfd = -1
		}
		return pidfd, untilExec(ctx, last)
	}
	closeAll(fds)
	return pidfd, refusalOf(kind, payload)
}

// untilExec waits for the end of the launcher's last socket: nil. Whatever it says there is a refusal.
func untilExec(ctx context.Context, last *net.UnixConn) error {
	stop := bound(ctx, last.SetReadDeadline)
	defer stop()
	kind, payload, fds, err := readFrame(last)
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case errors.Is(err, errFrame):
		return err
	case err != nil:
		return fmt.Errorf("the launcher ended before the tool ran: %w", cause(ctx, err))
	}
	closeAll(fds)
	return refusalOf(kind, payload)
}

func refusalOf(kind uint8, payload []byte) error {
	if kind != typeRefused {
		return errFrame
	}
	r, err := parseRefused(payload)
	if err != nil {
		return err
	}
	return r
}

func closeAll(fds []int) {
	for _, fd := range fds {
		_ = unix.Close(fd)
	}
}

// connOf takes over the descriptor of a Unix socket.
func connOf(fd int) (*net.UnixConn, error) {
	f := os.NewFile(uintptr(fd), "launcher")
	defer func() { _ = f.Close() }()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, fmt.Errorf("cannot use the launcher's socket: %v", err)
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		return nil, errors.Join(errFrame, c.Close())
	}
	return u, nil
}

// readFrame reads one frame of the launcher's, and what came with it.
func readFrame(conn *net.UnixConn) (kind uint8, payload []byte, fds []int, err error) {
	const intSize, most = 4, 2
	header, oob := make([]byte, headerLen), make([]byte, unix.CmsgSpace(most*intSize))
	n, oobn, _, _, err := conn.ReadMsgUnix(header, oob)
	if err == nil && n == 0 {
		err = io.EOF
	}
	if err != nil {
		return 0, nil, nil, err
	}
	if fds, err = rights(oob[:oobn]); err != nil {
		return 0, nil, nil, errors.Join(errFrame, err)
	}
	var length uint32
	if _, err = io.ReadFull(conn, header[n:]); err == nil {
		if kind, length, err = parseHeader(header); err == nil && length > maxRefused+16 {
			err = errFrame
		}
	}
	if err == nil {
		payload = make([]byte, length)
		_, err = io.ReadFull(conn, payload)
	}
	if err != nil {
		closeAll(fds)
		return 0, nil, nil, err
	}
	return kind, payload, fds, nil
}

// Pair makes the two ends of a launcher's socket: the executor's, and the one to start the launcher with.
func Pair() (ours *net.UnixConn, launchers *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot make a socket for the launcher: %v", err)
	}
	launchers = os.NewFile(uintptr(fds[1]), "launcher")
	if ours, err = connOf(fds[0]); err != nil {
		return nil, nil, errors.Join(err, launchers.Close())
	}
	return ours, launchers, nil
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
