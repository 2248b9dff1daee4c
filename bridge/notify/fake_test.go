package notify

import (
	"bufio"
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden/bridge/bridgetest"
)

// session starts a session bus of its own and gives its address.
func session(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("dbus-daemon"); err != nil {
		t.Skip("dbus-daemon is missing")
	}
	c := exec.Command("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1", "--address=unix:path="+filepath.Join(t.TempDir(), "bus"))
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(address)
}

func dial(t *testing.T, address string) *dbus.Conn {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// notified is one call of Notify.
type notified struct {
	id, replaces  uint32
	summary, body string
	actions       []string
	hints         map[string]dbus.Variant
	expire        int32
}

// key gives the key of the action with a label.
func (n *notified) key(label string) string {
	for i := 0; i+1 < len(n.actions); i += 2 {
		if n.actions[i+1] == label && n.actions[i] != keyDefault {
			return n.actions[i]
		}
	}
	return ""
}

// fake is a notification server as the specification has it, with what it is told to be able to do.
type fake struct {
	conn   *dbus.Conn
	can    []string
	odd    bool // it gives a new number to what replaces another
	next   uint32
	shown  chan notified
	closed chan uint32
}

func serve(t *testing.T, address string, can ...string) *fake {
	t.Helper()
	f := &fake{conn: dial(t, address), can: can, shown: make(chan notified, 100), closed: make(chan uint32, 100)}
	if err := f.conn.Export(f, path, name); err != nil {
		t.Fatal(err)
	}
	f.own(t)
	return f
}

func (f *fake) own(t *testing.T) {
	t.Helper()
	if r, err := f.conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil || r != dbus.RequestNameReplyPrimaryOwner {
		t.Fatal(r, err)
	}
}

// GetCapabilities is of the specification, as are the two that follow.
func (f *fake) GetCapabilities() ([]string, *dbus.Error) { return f.can, nil }

func (f *fake) Notify(_ string, replaces uint32, _, summary, body string, actions []string, hints map[string]dbus.Variant, expire int32) (uint32, *dbus.Error) {
	id := replaces
	if id == 0 || f.odd {
		f.next++
		id = f.next
	}
	f.shown <- notified{id, replaces, summary, body, actions, hints, expire}
	return id, nil
}

func (f *fake) CloseNotification(id uint32) *dbus.Error {
	f.closed <- id
	return nil
}

// press says that an action was pressed.
func press(t *testing.T, conn *dbus.Conn, id uint32, key string) {
	t.Helper()
	if err := conn.Emit(path, actionInvoked, id, key); err != nil {
		t.Fatal(err)
	}
	settled(t, conn)
}

// settled returns when the bus has taken everything that was sent on a connection before.
func settled(t *testing.T, conn *dbus.Conn) {
	t.Helper()
	if err := conn.BusObject().Call(bus+".GetId", 0).Err; err != nil {
		t.Fatal(err)
	}
}

// begin runs a service on a bus; started has what it starts.
func begin(t *testing.T, address, link string) (s *Service, desk *bridgetest.Desk, started chan []string, stop func()) {
	t.Helper()
	started = make(chan []string, 10)
	s = New(Options{Address: address, Person: "ann", Link: link, Start: func(words []string) error {
		started <- words
		return nil
	}})
	desk = bridgetest.New()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, desk) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	if said := bridgetest.Next(t, desk.Said); said != "anew" {
		t.Fatal(said)
	}
	return s, desk, started, stop
}

// straight sends a signal to one connection, which needn't listen to it.
func straight(t *testing.T, conn *dbus.Conn, to string, at dbus.ObjectPath, signal string, body ...any) {
	t.Helper()
	i := strings.LastIndexByte(signal, '.')
	m := &dbus.Message{Type: dbus.TypeSignal, Body: body, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldDestination: dbus.MakeVariant(to), dbus.FieldPath: dbus.MakeVariant(at),
		dbus.FieldInterface: dbus.MakeVariant(signal[:i]), dbus.FieldMember: dbus.MakeVariant(signal[i+1:]),
		dbus.FieldSignature: dbus.MakeVariant(dbus.SignatureOf(body...)),
	}}
	if call := conn.Send(m, nil); call != nil && call.Err != nil {
		t.Fatal(call.Err)
	}
	settled(t, conn)
}
