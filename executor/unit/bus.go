package unit

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/godbus/dbus/v5"
)

const (
	systemd     = "org.freedesktop.systemd1"
	managerPath = "/org/freedesktop/systemd1"
	manager     = systemd + ".Manager."
	unitIface   = systemd + ".Unit"
	service     = systemd + ".Service"
	getProperty = "org.freedesktop.DBus.Properties.Get"
)

// bus is a connection to systemd by way of the system bus. The bus lets a connection wait for 128 answers at once and fails what goes
// beyond (max_replies_per_connection of dbus-daemon): so calls, and units that are asked for properties, wait for a turn.
type bus struct {
	conn    *dbus.Conn
	manager dbus.BusObject
	calls   chan struct{}
	asks    chan struct{} // a turn is for up to maxQuestions calls
}

const (
	maxCalls     = 48
	maxAsks      = 8
	maxQuestions = 10
)

// turn waits for one; done gives it back.
func turn(ctx context.Context, turns chan struct{}) (done func(), err error) {
	select {
	case turns <- struct{}{}:
		return func() { <-turns }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("systemd is busy: %w", ctx.Err())
	}
}

var errNoSystemd = errors.New("cannot start a unit: systemd doesn't run here; an operator can give the rule another executor")

// connect gives the connection, a new one where the last was lost.
func (e *Executor) connect() (*bus, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.bus != nil && e.bus.conn.Connected() {
		return e.bus, nil
	}
	if e.bus != nil {
		e.bus.close()
		e.bus = nil
	}
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		return nil, errNoSystemd
	}
	address := e.o.Bus
	if address == "" {
		address = "unix:path=/run/dbus/system_bus_socket"
	}
	conn, err := dbus.Connect(address)
	if err != nil {
		return nil, fmt.Errorf("cannot start a unit: no system bus: %v; a retry helps once there is one", err)
	}
	e.bus = &bus{conn, conn.Object(systemd, managerPath), make(chan struct{}, maxCalls), make(chan struct{}, maxAsks)}
	return e.bus, nil
}

func (b *bus) close() { _ = b.conn.Close() }

// property is one of a unit, as StartTransientUnit takes it: (sv).
type property struct {
	Name  string
	Value dbus.Variant
}

// start asks for a unit. It returns when systemd has taken the job on, not when it is done.
func (b *bus) start(ctx context.Context, name string, properties []property) error {
	type auxiliary struct {
		Name       string
		Properties []property
	}
	if err := b.call(ctx, "StartTransientUnit", name, "fail", properties, []auxiliary{}); err != nil {
		return fmt.Errorf("cannot start a unit: %w", err)
	}
	return nil
}

// tell makes a call whose answer nobody waits for.
func (b *bus) tell(method string, args ...any) {
	b.manager.Go(manager+method, dbus.FlagNoReplyExpected, nil, args...)
}

// call makes one and waits.
func (b *bus) call(ctx context.Context, method string, args ...any) error {
	done, err := turn(ctx, b.calls)
	if err != nil {
		return err
	}
	defer done()
	return b.manager.CallWithContext(ctx, manager+method, 0, args...).Err
}

// isGone reports whether an error says that systemd has no such unit.
func isGone(err error) bool {
	var e dbus.Error
	return errors.As(err, &e) && (e.Name == systemd+".NoSuchUnit" || e.Name == "org.freedesktop.DBus.Error.UnknownObject")
}

// get reads properties of a unit, at most maxQuestions. The questions travel together; one that can't be answered is left out.
func (b *bus) get(ctx context.Context, name string, asked ...question) (map[string]dbus.Variant, error) {
	done, err := turn(ctx, b.asks)
	if err != nil {
		return nil, err
	}
	defer done()
	unit := b.conn.Object(systemd, pathOf(name))
	calls := make([]*dbus.Call, len(asked))
	for i, q := range asked {
		calls[i] = unit.GoWithContext(ctx, getProperty, 0, make(chan *dbus.Call, 1), q.iface, q.name)
	}
	got := make(map[string]dbus.Variant, len(asked))
	var met error
	for i, c := range calls {
		<-c.Done
		var v dbus.Variant
		if c.Err != nil {
			met = c.Err
		} else if err := c.Store(&v); err == nil {
			got[asked[i].name] = v //nolint:gosec // calls has the length of asked
		}
	}
	if len(got) > 0 {
		met = nil
	}
	return got, met
}

type question struct{ iface, name string }

// pathOf is the object of a unit: all but letters and digits are written as their numbers.
func pathOf(name string) dbus.ObjectPath {
	const hex = "0123456789abcdef"
	path := []byte(managerPath + "/unit/")
	for i := range len(name) {
		c := name[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' && i > 0 {
			path = append(path, c)
		} else {
			path = append(path, '_', hex[c>>4], hex[c&15])
		}
	}
	return dbus.ObjectPath(path)
}
