package dbusapi_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
)

// A bus that goes away and comes back has the name again, with the objects of what waits by then; while there is no bus,
// nothing stops.
func TestBusGoesAndComes(t *testing.T) {
	b := startBus(t)
	c := serve(t, b)
	c.Ask("ab", "ls")
	for range 2 {
		b.stop()
		c.Ask("cd", "ls")
		if _, err := c.Pending("cd"); err != nil {
			t.Error(err)
		}
		_ = os.Remove(filepath.Join(b.dir, "bus"))
		b.start()
		b.await("org.clawrden1", true)
		conn := b.client()
		if got := managed(t, conn); len(got) < 2 {
			t.Errorf("%d objects", len(got))
		}
		_ = conn.Close()
	}
	if _, err := b.call(self, "Approve", "sa{sv}", "ab", "0"); err != nil {
		t.Error(err)
	}
}

// The name of a program that has it already isn't taken, and is had once it is free.
func TestNameIsTaken(t *testing.T) {
	b := startBus(t)
	other := b.client()
	if _, err := other.RequestName("org.clawrden1", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	run(t, b, &control{}).until(t, "another program has it")
	_ = other.Close()
	conn := b.client()
	b.await("org.clawrden1", true)
	if property(t, conn, "/org/clawrden1", "org.clawrden1.Manager.Version") != "1.2.3" {
		t.Error("somebody else has it")
	}
}

// A stranger who sends what the library can't decode, what is too long, or too much at once, throws nobody off the bus.
func TestHostileMessages(t *testing.T) {
	needRoot(t) // the bus lets an ordinary user send less
	onEveryBus(t, func(t *testing.T, b *bus) {
		c := serve(t, b)
		c.Ask("ab", "ls")
		var owner string
		conn := b.client()
		if err := conn.BusObject().Call("org.freedesktop.DBus.GetNameOwner", 0, "org.clawrden1").Store(&owner); err != nil {
			t.Fatal(err)
		}
		object := conn.Object("org.clawrden1", "/org/clawrden1")
		if err := object.Call("org.clawrden1.Manager.GetRequest", 0, strings.Repeat("x", 1<<20)).Err; err == nil || !strings.Contains(err.Error(), "65536 bytes") {
			t.Errorf("long: %v", err)
		}
		if err, ok := errors.AsType[dbus.Error](b.undecodable()); !ok || err.Name != "org.freedesktop.DBus.Error.InvalidArgs" {
			t.Errorf("undecodable: %+v", err)
		}
		// Descriptors don't get through.
		if err := object.Call("org.clawrden1.Manager.GetRequest", 0, dbus.UnixFD(0)).Err; err == nil {
			t.Error("a descriptor got through")
		}
		var flood sync.WaitGroup
		for range 400 {
			flood.Go(func() { _ = object.Call("org.clawrden1.Manager.ListRequests", 0).Err })
		}
		flood.Wait()
		if err := object.Call("org.clawrden1.Manager.ListRequests", 0).Err; err != nil {
			t.Error(err)
		}
		var now string
		if err := conn.BusObject().Call("org.freedesktop.DBus.GetNameOwner", 0, "org.clawrden1").Store(&now); err != nil || now != owner {
			t.Errorf("the daemon was %s, is %q: %v", owner, now, err)
		}
	})
}

// undecodable sends a call with a dictionary whose keys are signatures, which the protocol allows, on a connection of its
// own, and gives the error that comes back.
func (b *bus) undecodable() error {
	b.t.Helper()
	raw, err := net.Dial("unix", strings.TrimPrefix(b.address, "unix:path="))
	if err != nil {
		b.t.Fatal(err)
	}
	patch := &patched{Conn: raw}
	conn, err := dbus.NewConn(patch)
	if err != nil {
		b.t.Fatal(err)
	}
	defer conn.Close()
	if err := errors.Join(conn.Auth(nil), conn.Hello()); err != nil {
		b.t.Fatal(err)
	}
	return conn.Object("org.clawrden1", "/org/clawrden1").Call("org.clawrden1.Manager.Reload", 0, map[string]string{"x": "y"}).Err
}

// patched changes the type of a dictionary on its way out.
type patched struct{ net.Conn }

func (p *patched) Write(m []byte) (int, error) {
	i := bytes.Index(m, []byte("a{ss}\x00"))
	if i < 0 {
		return p.Conn.Write(m)
	}
	m = bytes.Clone(m)
	n := len(m)
	m[i+2] = 'g'
	body := []byte{0, 0, 0, 0, 0, 0, 0, 0, 1, 's', 0, 0, 2, 0, 0, 0, 'h', 'i', 0}
	binary.LittleEndian.PutUint32(body, uint32(len(body)-8))
	end := len(m) - int(binary.LittleEndian.Uint32(m[4:]))
	binary.LittleEndian.PutUint32(m[4:], uint32(len(body)))
	if _, err := p.Conn.Write(append(m[:end:end], body...)); err != nil {
		return 0, err
	}
	return n, nil
}
