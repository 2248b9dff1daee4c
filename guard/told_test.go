package guard

import (
	"context"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/guardlink"
)

// hears takes one Start, answers it, and gives the connection that the rest comes by.
func hears(t *testing.T, l *net.UnixListener, answer []byte) (*guardlink.Start, *net.UnixConn) {
	t.Helper()
	conn, err := l.AcceptUnix()
	if err != nil {
		t.Fatal(err)
	}
	typ, b := frame(t, conn)
	if typ != guardlink.TypeStart {
		t.Fatal(typ)
	}
	s, err := guardlink.ParseStart(b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(answer); err != nil {
		t.Fatal(err)
	}
	return s, conn
}

func frame(t *testing.T, conn *net.UnixConn) (guardlink.Type, []byte) {
	t.Helper()
	head, oob := make([]byte, guardlink.HeaderLen), make([]byte, unix.CmsgSpace(4))
	_, _, _, _, err := conn.ReadMsgUnix(head, oob)
	if err != nil {
		t.Fatal(err)
	}
	typ, n, err := guardlink.ParseHeader(head)
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(conn, b); err != nil {
		t.Fatal(err)
	}
	return typ, b
}

// TestBegin tells one daemon after the other, and the last one how it ended.
func TestBegin(t *testing.T) {
	path := filepath.Join(t.TempDir(), "judge.sock")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	self, err := unix.PidfdOpen(unix.Getpid(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(self) }()
	d := NewDaemon(path)
	begun := &Begun{Session: "a", Since: time.UnixMicro(5), Pidfd: self}
	result := make(chan func(uint64), 1)
	begin := func() {
		go func() {
			end, err := d.Begin(context.Background(), begun)
			if err != nil {
				t.Log(err)
			}
			result <- end
		}()
	}
	begin()
	_, conn := hears(t, l, guardlink.AppendRefuse(nil, 125, "not now"))
	if <-result != nil {
		t.Error("it began all the same")
	}
	_ = conn.Close()

	begin()
	s, conn := hears(t, l, guardlink.AppendPlain(nil, guardlink.TypeRun))
	end := <-result
	if s.Session != "a" || s.Again || s.Since != 5 || end == nil {
		t.Fatalf("%+v", s)
	}
	_ = conn.Close() // this daemon is gone
	s, conn = hears(t, l, guardlink.AppendPlain(nil, guardlink.TypeRun))
	if s.Session != "a" || !s.Again || s.Since != 5 {
		t.Errorf("%+v", s)
	}
	end(7)
	typ, b := frame(t, conn)
	if n, err := guardlink.ParseEnd(b); typ != guardlink.TypeEnd || n != 7 || err != nil {
		t.Errorf("%v %d %v", typ, n, err)
	}
	_ = conn.Close()
}
