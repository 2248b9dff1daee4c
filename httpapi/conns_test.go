package httpapi

import (
	"net"
	"net/http"
	"testing"
)

// One place can't take the connections of another, and what has ended counts no more.
func TestConns(t *testing.T) {
	c := conns{ofPlace: 2}
	at := make([]net.Conn, 5)
	for i := range at {
		at[i], _ = net.Pipe()
		if !c.enter(at[i]) {
			t.Fatal("there is no room")
		}
	}
	if !c.from(at[0], "uid 1") || !c.from(at[1], "uid 1") || c.from(at[2], "uid 1") || !c.from(at[2], "uid 2") {
		t.Error("a place has more than it may, or another has none")
	}
	c.state(at[0], http.StateIdle)
	if c.from(at[3], "uid 1") {
		t.Error("an idle one counts no more")
	}
	c.state(at[0], http.StateClosed)
	c.state(at[0], http.StateClosed)
	if !c.from(at[3], "uid 1") || c.from(at[0], "uid 3") {
		t.Error("what has ended counts, or comes back")
	}
	for _, conn := range at {
		c.state(conn, http.StateClosed)
	}
	if len(c.open) != 0 || len(c.places) != 0 {
		t.Errorf("left: %v, %v", c.open, c.places)
	}
	for range maxConns {
		conn, _ := net.Pipe()
		c.enter(conn)
	}
	if last, _ := net.Pipe(); c.enter(last) {
		t.Error("there is always room")
	}
}
