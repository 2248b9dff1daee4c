package notify

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden/bridge"
)

// The specification's names, and the bus's own.
const (
	name          = "org.freedesktop.Notifications"
	path          = "/org/freedesktop/Notifications"
	notifyMethod  = name + ".Notify"
	closeMethod   = name + ".CloseNotification"
	abilities     = name + ".GetCapabilities"
	actionInvoked = name + ".ActionInvoked"

	bus          = "org.freedesktop.DBus"
	ownerChanged = bus + ".NameOwnerChanged"
)

// take waits for the turn on the bus, and gives what hands it on.
func (s *Service) take(ctx context.Context) (give func()) {
	select {
	case s.turn <- struct{}{}:
		return func() { <-s.turn }
	case <-ctx.Done():
		return func() {}
	}
}

// attach connects to the bus, unless that is done, and gives what is heard there, and the server so far.
func (s *Service) attach(ctx context.Context) (<-chan *dbus.Signal, string, error) {
	defer s.take(ctx)()
	_, err := s.connect(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signals, s.owner, err
}

// connect gives the connection to the bus. The turn is held.
func (s *Service) connect(ctx context.Context) (*dbus.Conn, error) {
	s.mu.Lock()
	conn, ended := s.conn, s.ended
	s.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case ended:
		return nil, errors.New("the program ends")
	case conn != nil:
		return conn, nil
	}
	conn, err := dbus.Connect(s.o.Address, dbus.WithSignalHandler(dbus.NewSequentialSignalHandler()))
	if err != nil {
		return nil, fmt.Errorf("cannot reach the session's bus: %v", err)
	}
	for _, match := range [][]dbus.MatchOption{
		{dbus.WithMatchSender(name), dbus.WithMatchInterface(name)},
		{dbus.WithMatchSender(bus), dbus.WithMatchInterface(bus), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, name)},
	} {
		if err := conn.AddMatchSignalContext(ctx, match...); err != nil {
			_ = conn.Close()
			return nil, fmt.Errorf("cannot listen on the session's bus: %v", err)
		}
	}
	signals := make(chan *dbus.Signal, 1)
	conn.Signal(signals)
	var owner string // "" where there is none
	_ = conn.BusObject().CallWithContext(ctx, bus+".GetNameOwner", 0, name).Store(&owner)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn, s.signals, s.owner = conn, signals, owner
	return conn, nil
}

// forget drops what belongs to a connection that is gone. The lock is held.
func (s *Service) forget() {
	s.conn, s.signals, s.owner, s.can = nil, nil, "", nil
	s.shown = map[uint32]*shown{}
}

// server is the one that has the name, by its own name on the bus: what is asked of it can't be answered by a successor.
type server struct {
	dbus.BusObject
	owner string
	can   map[string]bool
}

// server finds, or has the bus start, who shows notifications, and asks what it can. The turn is held.
func (s *Service) server(ctx context.Context) (*server, error) {
	conn, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	v := server{owner: s.owner, can: s.can}
	s.mu.Unlock()
	if v.owner == "" {
		o := conn.BusObject()
		_ = o.CallWithContext(ctx, bus+".StartServiceByName", 0, name, uint32(0)).Err
		if err := o.CallWithContext(ctx, bus+".GetNameOwner", 0, name).Store(&v.owner); err != nil {
			return nil, fmt.Errorf("nothing shows notifications in this session: %v", err)
		}
		v.can = nil
	}
	v.BusObject = conn.Object(v.owner, path)
	if v.can == nil {
		var all []string
		if err := v.CallWithContext(ctx, abilities, 0).Store(&all); err != nil {
			return nil, fmt.Errorf("cannot ask what the notification server can: %v", err)
		}
		v.can = map[string]bool{}
		for _, a := range all {
			v.can[a] = true
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == conn {
		s.owner, s.can = v.owner, v.can
	}
	return &v, nil
}

// show shows a message, in the place of what stands there under a reference; with only, unless something else stands there now.
func (s *Service) show(ctx context.Context, ref string, m *bridge.Message, prefix string, only *shown) (string, error) {
	defer s.take(ctx)()
	v, err := s.server(ctx)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	replaces := s.idOf(ref)
	now := s.shown[replaces]
	changed := only != nil && (now == nil || now.message != only.message)
	s.mu.Unlock()
	if changed {
		return ref, nil
	}
	n := v.notice(m, prefix)
	id, err := v.notify(ctx, replaces, n)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.owner != v.owner {
		return "", errors.New("the notification server has gone meanwhile")
	}
	if !keptBy(v.owner)(ref) {
		ref = v.owner + "/" + strconv.FormatUint(uint64(id), 10)
	}
	delete(s.shown, replaces)
	s.shown[id] = &shown{ref: ref, message: m, keys: n.keys()}
	return ref, nil
}

func (v *server) notify(ctx context.Context, replaces uint32, n *notice) (id uint32, err error) {
	err = v.CallWithContext(ctx, notifyMethod, 0, "Clawrden", replaces, "dialog-question", n.summary, n.body, n.actions, n.hints, n.expire).Store(&id)
	if err != nil {
		return 0, fmt.Errorf("the notification server refuses: %v", err)
	}
	return id, nil
}

// idOf gives the server's number for a reference; 0 where it is another server's. The lock is held.
func (s *Service) idOf(ref string) uint32 {
	for id, n := range s.shown {
		if n.ref == ref {
			return id
		}
	}
	if !keptBy(s.owner)(ref) {
		return 0
	}
	_, number, _ := strings.Cut(ref, "/")
	id, _ := strconv.ParseUint(number, 10, 32)
	return uint32(id)
}

// takeBack closes what stands under a reference. Where that is gone already, so much the better.
func (s *Service) takeBack(ctx context.Context, ref string) {
	defer s.take(ctx)()
	s.mu.Lock()
	conn, owner, id := s.conn, s.owner, s.idOf(ref)
	delete(s.shown, id)
	s.mu.Unlock()
	if conn != nil && id != 0 {
		_ = conn.Object(owner, path).CallWithContext(ctx, closeMethod, 0, id).Err
	}
}

// signal takes one signal, and gives what is to be done about it. Whoever isn't the owner of the name isn't heard: a signal can be sent
// straight to this connection, whatever it listens to.
func (s *Service) signal(ctx context.Context, desk bridge.Desk, sig *dbus.Signal) func() {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case sig.Sender == bus && sig.Name == ownerChanged:
		var changed, before, after string
		if dbus.Store(sig.Body, &changed, &before, &after) != nil || changed != name || after == s.owner {
			return nil
		}
		s.owner, s.can, s.shown = after, nil, map[uint32]*shown{}
		return func() { desk.Anew(keptBy(after)) }
	case sig.Sender == s.owner && s.owner != "" && sig.Path == path && sig.Name == actionInvoked:
		var id uint32
		var key string
		if dbus.Store(sig.Body, &id, &key) != nil {
			return nil
		}
		if n := s.shown[id]; n != nil && n.keys[key] {
			return func() { s.pressed(ctx, desk, n, key) }
		}
	}
	return nil
}
