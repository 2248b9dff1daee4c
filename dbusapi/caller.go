package dbusapi

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/peercred"
)

// door is this door's name in Caller and in the record.
const door = "dbus"

// caller asks the bus who a connection is, and the kernel what that process is. A caller that can't be told has no rights.
func (l *life) caller(ctx context.Context, sender string) (clawrden.Caller, error) {
	if uniqueName(sender) == "" {
		return clawrden.Caller{}, fmt.Errorf("%w: the call has no sender", clawrden.ErrNotAuthorized)
	}
	ctx, cancel := context.WithTimeout(ctx, busTime)
	defer cancel()
	var said map[string]dbus.Variant
	err := l.conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.GetConnectionCredentials", 0, sender).Store(&said)
	if err != nil {
		return clawrden.Caller{}, fmt.Errorf("%w: the bus can't tell who is calling", clawrden.ErrNotAuthorized)
	}
	uid, known := said["UnixUserID"].Value().(uint32)
	pid, seen := said["ProcessID"].Value().(uint32)
	if !known || !seen {
		return clawrden.Caller{}, fmt.Errorf("%w: the bus can't tell who is calling", clawrden.ErrNotAuthorized)
	}
	p, err := peercred.OfPID(int(pid), uid)
	if err != nil {
		l.log.DebugContext(ctx, "cannot identify a caller", slog.Any("error", err), slog.String("door", door))
		return clawrden.Caller{}, fmt.Errorf("%w: cannot identify the caller, as which it connected", clawrden.ErrNotAuthorized)
	}
	defer p.Close()
	// The groups that the kernel told the bus when the connection was made are what counts at the other doors too. A bus
	// that doesn't pass them on leaves those that the process has now.
	if groups, ok := said["UnixGroupIDs"].Value().([]uint32); ok {
		p.Groups = groups
	}
	return clawrden.Caller{Identity: p.Identity, Door: door}, nil
}
