package dbusapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// Run serves until ctx ends. While there is no bus, or the name can't be had, it tries again, each time after a longer while;
// it says so once, and once more when the name is there.
func (s *Server) Run(ctx context.Context) {
	retry := firstRetry
	for ctx.Err() == nil {
		served, err := s.serve(ctx)
		if ctx.Err() != nil {
			return
		}
		if served {
			retry = firstRetry
			s.silent = false
		}
		if !s.silent {
			s.silent = true
			level := slog.LevelInfo // many hosts have no bus, and lack nothing
			if served {
				level = slog.LevelWarn
			}
			s.log.LogAttrs(ctx, level, "no D-Bus at present; the control socket is the way in", slog.Any("error", err))
		}
		select {
		case <-time.After(retry):
		case <-ctx.Done():
		}
		retry = min(2*retry, lastRetry)
	}
}

// serve is one connection, from its first byte to its end. served tells that the name was had.
func (s *Server) serve(ctx context.Context) (served bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l, err := s.connect(ctx)
	if err != nil {
		return false, err
	}
	followed := make(chan struct{})
	ready := make(chan struct{})
	go func() {
		defer close(followed)
		l.follow(ctx, ready)
	}()
	defer func() {
		cancel()
		l.close()
		<-followed
	}()
	<-ready // the objects are there before anybody can ask for them
	if err := l.requestName(ctx); err != nil {
		return false, err
	}
	s.log.InfoContext(ctx, "on D-Bus", slog.String("name", Name))
	s.up.Store(true)
	defer s.up.Store(false)
	select {
	case <-l.conn.Context().Done():
		return true, errors.New("the bus closed the connection")
	case <-ctx.Done():
		return true, ctx.Err()
	}
}

// life is one connection to the bus, with what has been announced on it.
type life struct {
	*Server
	ctx      context.Context //nolint:containedctx // the connection's own: calls come from the library without one
	conn     *dbus.Conn
	wire     *wire
	requests announced
}

// connect dials the bus, says hello, and is ready for calls. No descriptor that comes over it is ever taken.
func (s *Server) connect(ctx context.Context) (*life, error) {
	address, err := socketOf(s.address)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: dialTime}
	raw, err := dialer.DialContext(ctx, "unix", address)
	if err != nil {
		return nil, fmt.Errorf("cannot reach the bus: %v", err)
	}
	l := &life{Server: s, ctx: ctx, wire: newWire(raw)}
	l.wire.refuse = l.refuse
	l.conn, err = dbus.NewConn(l.wire, dbus.WithHandler(handler{l}), dbus.WithContext(ctx))
	if err != nil {
		_ = raw.Close()
		return nil, err
	}
	_ = raw.SetReadDeadline(time.Now().Add(dialTime)) // a bus that accepts and then says nothing
	err = l.conn.Auth([]dbus.Auth{dbus.AuthExternal(fmt.Sprint(os.Geteuid()))})
	if err == nil {
		err = l.conn.Hello()
	}
	if err == nil {
		err = raw.SetReadDeadline(time.Time{})
	}
	if err != nil {
		_ = l.conn.Close()
		return nil, fmt.Errorf("cannot join the bus: %v", err)
	}
	return l, nil
}

func (l *life) requestName(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, busTime)
	defer cancel()
	var reply uint32
	err := l.conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.RequestName", 0, Name, uint32(dbus.NameFlagDoNotQueue)).Store(&reply)
	switch {
	case err != nil:
		return fmt.Errorf("cannot take the name %s: %v", Name, err)
	case dbus.RequestNameReply(reply) != dbus.RequestNameReplyPrimaryOwner:
		return fmt.Errorf("cannot take the name %s: another program has it", Name)
	}
	return nil
}

// close ends the connection and waits, for a while, until no call is in work any more.
func (l *life) close() {
	_ = l.conn.Close()
	select {
	case <-l.wire.idle():
	case <-time.After(endTime):
	}
}

// systemBus is the address of the system bus.
func systemBus() string {
	if a := os.Getenv("DBUS_SYSTEM_BUS_ADDRESS"); a != "" {
		return a
	}
	return "unix:path=/run/dbus/system_bus_socket"
}

// socketOf gives the socket of an address: the first part that is a Unix socket on this host.
func socketOf(address string) (string, error) {
	for part := range strings.SplitSeq(address, ";") {
		rest, ok := strings.CutPrefix(part, "unix:")
		if !ok {
			continue
		}
		for pair := range strings.SplitSeq(rest, ",") {
			key, value, _ := strings.Cut(pair, "=")
			value, err := dbus.UnescapeBusAddressValue(value)
			if err != nil || value == "" {
				continue
			}
			switch key {
			case "path":
				return value, nil
			case "abstract":
				return "@" + value, nil
			}
		}
	}
	return "", fmt.Errorf("cannot use the bus address %q: only unix:path= and unix:abstract= are", address)
}
