package dbusapi

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// message is a call as a bus passes it on.
func message(tb testing.TB, sender string, body ...any) []byte {
	tb.Helper()
	m := &dbus.Message{Type: dbus.TypeMethodCall, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldPath: dbus.MakeVariant(dbus.ObjectPath("/org/clawrden1")), dbus.FieldInterface: dbus.MakeVariant("org.clawrden1.Manager"),
		dbus.FieldMember: dbus.MakeVariant("Reload"), dbus.FieldSender: dbus.MakeVariant(sender), dbus.FieldDestination: dbus.MakeVariant(":1.1"),
	}, Body: body}
	if len(body) > 0 {
		m.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.SignatureOf(body...))
	}
	var b bytes.Buffer
	if err := m.EncodeTo(&b, binary.LittleEndian); err != nil {
		tb.Fatal(err)
	}
	out := b.Bytes()
	binary.LittleEndian.PutUint32(out[8:], 7) // the serial, which the library leaves to its connections
	return out
}

func signalMessage(tb testing.TB, sender string) []byte {
	tb.Helper()
	m := &dbus.Message{Type: dbus.TypeSignal, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldPath: dbus.MakeVariant(dbus.ObjectPath("/")), dbus.FieldInterface: dbus.MakeVariant("a.b"),
		dbus.FieldMember: dbus.MakeVariant("C"), dbus.FieldSender: dbus.MakeVariant(sender),
	}}
	var b bytes.Buffer
	if err := m.EncodeTo(&b, binary.LittleEndian); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// undecodable is a call that keeps to the protocol, and that the library closes its connection at: a dictionary with
// signatures as keys.
func undecodable(tb testing.TB, sender string) []byte {
	tb.Helper()
	m := message(tb, sender, map[string]string{"x": "y"})
	i := bytes.Index(m, []byte("a{ss}\x00"))
	m[i+2] = 'g'
	body := []byte{0, 0, 0, 0, 0, 0, 0, 0, 1, 's', 0, 0, 2, 0, 0, 0, 'h', 'i', 0}
	binary.LittleEndian.PutUint32(body, uint32(len(body)-8))
	end := len(m) - int(binary.LittleEndian.Uint32(m[4:]))
	binary.LittleEndian.PutUint32(m[4:], uint32(len(body)))
	return append(m[:end:end], body...)
}

// passed feeds bytes to a wire and gives the messages that come through, and what was refused.
func passed(in []byte) (through [][]byte, refused []string, err error) {
	near, far := net.Pipe()
	w := newWire(near)
	w.framed = true
	w.refuse = func(to string, serial uint32, name, _ string) {
		if serial == 7 {
			refused = append(refused, to+" "+strings.TrimPrefix(name, busErrors))
		}
	}
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		_, _ = far.Write(in)
		_ = far.Close()
	}()
	for err == nil {
		if err = w.next(); err == nil && w.frame != nil {
			through = append(through, w.frame)
			w.frame = nil
		}
	}
	_ = near.Close()
	<-fed
	return through, refused, err
}

func TestWire(t *testing.T) {
	good := message(t, ":1.2", "x")
	tests := []struct {
		name    string
		in      []byte
		through int
		refused []string
		err     error
	}{
		{"calls", append(append([]byte{}, good...), good...), 2, nil, io.EOF},
		{"cut short", good[:len(good)-1], 0, nil, io.ErrUnexpectedEOF},
		{"too long", append(message(t, ":1.3", strings.Repeat("x", maxMessage)), good...), 1, []string{":1.3 LimitsExceeded"}, io.EOF},
		{"undecodable", append(undecodable(t, ":1.4"), good...), 1, []string{":1.4 InvalidArgs"}, io.EOF},
		{"no bus", []byte("HTTP/1.1 200 OK\r\n\r\n"), 0, nil, errProtocol},
		{"a stranger's signal", append(signalMessage(t, ":1.5"), good...), 1, nil, io.EOF},
		{"the bus's signal", signalMessage(t, "org.freedesktop.DBus"), 1, nil, io.EOF},
		{"too many", bytes.Repeat(good, maxCallsOfSender+2), maxCallsOfSender, []string{":1.2 LimitsExceeded", ":1.2 LimitsExceeded"}, io.EOF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			through, refused, err := passed(tt.in)
			if len(through) != tt.through || err != tt.err { //nolint:errorlint // exactly these
				t.Errorf("%d messages, %v; want %d, %v", len(through), err, tt.through, tt.err)
			}
			if diff := cmp.Diff(tt.refused, refused); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCallsAreCounted(t *testing.T) {
	w := newWire(nil)
	for i := range maxCalls {
		if why := w.enter(strings.Repeat("x", i/maxCallsOfSender)); why != "" {
			t.Fatalf("call %d: %s", i, why)
		}
	}
	if w.enter("y") == "" {
		t.Error("no limit")
	}
	idle := w.idle()
	for i := range maxCalls {
		select {
		case <-idle:
			t.Fatal("idle too early")
		default:
		}
		w.done(strings.Repeat("x", i/maxCallsOfSender))
	}
	<-idle
	<-w.idle()
	if len(w.calls) != 0 || w.total != 0 {
		t.Errorf("%d left, %v", w.total, w.calls)
	}
}

func TestSocketOf(t *testing.T) {
	for address, want := range map[string]string{
		"unix:path=/run/dbus/system_bus_socket":         "/run/dbus/system_bus_socket",
		"unix:abstract=/tmp/x,guid=aa":                  "@/tmp/x",
		"tcp:host=example.org;unix:guid=aa,path=/a%20b": "/a b",
		"unixexec:path=/bin/sh":                         "",
		"tcp:host=example.org":                          "",
		"unix:path=":                                    "",
		"":                                              "",
	} {
		got, err := socketOf(address)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", address, got, err)
		}
	}
}

func FuzzWire(f *testing.F) {
	f.Add(message(f, ":1.2", "x", map[string]dbus.Variant{"revision": dbus.MakeVariant(uint64(1))}))
	f.Add(undecodable(f, ":1.4"))
	f.Add(message(f, ":1.3", strings.Repeat("x", maxMessage)))
	f.Add(signalMessage(f, "org.freedesktop.DBus"))
	f.Add([]byte("l\x01\x00\x01\xff\xff\xff\xff\x01\x00\x00\x00\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, in []byte) {
		through, _, err := passed(in)
		if err == nil {
			t.Error("no end")
		}
		for _, m := range through {
			if _, err := decode(m); err != nil {
				t.Errorf("passed on %q: %v", m, err)
			}
		}
	})
}

// Descriptors that come with messages are lost in the kernel.
func TestDescriptorsAreNotTaken(t *testing.T) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	file := os.NewFile(uintptr(pair[1]), "near")
	near, err := net.FileConn(file)
	_ = file.Close()
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	open := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	w := newWire(near)
	w.framed = true
	before := open()
	for range 20 {
		if err := unix.Sendmsg(pair[0], message(t, ":1.2", "x"), unix.UnixRights(0, 1, 2), nil, 0); err != nil {
			t.Fatal(err)
		}
		if err := w.next(); err != nil {
			t.Fatal(err)
		}
		w.done(":1.2")
	}
	if after := open(); after != before {
		t.Errorf("%d descriptors are open, and %d were before", after, before)
	}
}

func TestNegotiate(t *testing.T) {
	for said, ok := range map[string]bool{"AGREE_UNIX_FD\r\n": true, "ERROR \"not here\"\r\n": true, "ERROR\r\n": true, "OK 1234\r\n": false, "": false, strings.Repeat("x", 1<<20): false} {
		near, far := net.Pipe()
		w := newWire(near)
		done := make(chan string, 1)
		go func() {
			defer far.Close()
			line, _ := bufio.NewReader(far).ReadString('\n')
			done <- line
			_, _ = far.Write([]byte(said))
		}()
		err := w.negotiate()
		_ = near.Close()
		if line := <-done; (err == nil) != ok || line != "NEGOTIATE_UNIX_FD\r\n" {
			t.Errorf("%.20q to %q: %v", said, line, err)
		}
	}
}
