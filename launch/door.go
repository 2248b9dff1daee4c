package launch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/clawrden/clawrden/internal/peercred"
)

// Door is a socket for one launcher, which finds it by its path: for a container.
type Door struct {
	listener *net.UnixListener
	path     string
}

// Listen makes the socket. The directory must be its maker's alone, on the host; whoever the launcher starts as may
// connect, and Accept looks at who it is.
func Listen(path string) (*Door, error) {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("cannot make the launcher's socket: %v", err)
	}
	l.SetUnlinkOnClose(true)
	if err := os.Chmod(path, 0o666); err != nil { //nolint:gosec // see above
		return nil, errors.Join(fmt.Errorf("cannot make the launcher's socket: %v", err), l.Close())
	}
	return &Door{l, path}, nil
}

// Path is where the socket is.
func (d *Door) Path() string { return d.path }

// Close takes the socket away. It may be called twice.
func (d *Door) Close() error { return d.listener.Close() }

// Accept returns the connection of the launcher, and closes the door behind it. check is shown everybody who comes, by the
// kernel's word, and says who isn't the launcher: those are sent away, a few of them at most.
func (d *Door) Accept(ctx context.Context, check func(*peercred.Peer) error) (*net.UnixConn, error) {
	defer func() { _ = d.Close() }()
	stop := bound(ctx, func(t time.Time) error { return d.listener.SetDeadline(t) })
	defer stop()
	const patience = 16
	var wrong error
	for range patience {
		conn, err := d.listener.AcceptUnix()
		if err != nil {
			return nil, fmt.Errorf("the launcher did not come: %w", errors.Join(cause(ctx, err), wrong))
		}
		p, err := peercred.Of(conn)
		if err == nil {
			err = check(p)
			p.Close()
		}
		if err == nil {
			return conn, nil
		}
		wrong = err
		_ = conn.Close()
	}
	return nil, fmt.Errorf("the launcher did not come, but others did: %w", wrong)
}
