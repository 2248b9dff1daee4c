package dbusapi

import (
	"context"

	"github.com/godbus/dbus/v5"
)

const changedOwner = "org.freedesktop.DBus.NameOwnerChanged"

// whileThere gives a context that ends when the caller leaves the bus: a prompt that nobody waits for any more is taken back.
// stop must be called once.
func (l *life) whileThere(ctx context.Context, sender string) (there context.Context, stop func(), err error) {
	there, cancel := context.WithCancel(ctx)
	rule := []dbus.MatchOption{dbus.WithMatchSender("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, sender)}
	signals := make(chan *dbus.Signal, 16)
	l.conn.Signal(signals)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		defer cancel()
		for {
			select {
			case s, ok := <-signals:
				if !ok || s.Name == changedOwner && len(s.Body) == 3 && s.Body[0] == sender && s.Body[2] == "" {
					return
				}
			case <-there.Done():
				return
			}
		}
	}()
	stop = func() {
		cancel()
		<-watched
		l.conn.RemoveSignal(signals)
		_ = l.conn.RemoveMatchSignal(rule...) // the connection is at its end, where this fails
	}
	err = l.conn.AddMatchSignalContext(there, rule...)
	if err == nil { // it may have left before the rule was there
		var has bool
		err = l.conn.BusObject().CallWithContext(there, "org.freedesktop.DBus.NameHasOwner", 0, sender).Store(&has)
		if err == nil && !has {
			cancel()
		}
	}
	if err != nil {
		stop()
		return nil, nil, err
	}
	return there, stop, nil
}
