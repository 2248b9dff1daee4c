package httpapi

import (
	"net"
	"net/http"
	"sync"
)

// On a port of the host anybody can connect and say nothing. A connection without a request ends by the server's time limits;
// until then each place (a user of this host, another machine) has so many beside its streams, and no more.
const (
	maxConns        = 8192 // open at once, from everywhere
	maxConnsOfPlace = 128  // beside streams
)

// conns are the open connections over TCP, by the place that they come from as soon as that is known.
type conns struct {
	ofPlace int // at most

	mu     sync.Mutex
	open   map[net.Conn]string // "" until it is known
	places map[string]int
}

// enter counts a connection, and reports whether there is room for it.
func (c *conns) enter(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.open) >= maxConns {
		return false
	}
	if c.open == nil {
		c.open, c.places = map[net.Conn]string{}, map[string]int{}
	}
	c.open[conn] = ""
	return true
}

// from says where a connection comes from, and reports whether that place may have one more.
func (c *conns) from(conn net.Conn, place string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, open := c.open[conn]; !open || c.places[place] >= c.ofPlace {
		return false
	}
	c.open[conn] = place
	c.places[place]++
	return true
}

// state is told by the server when a connection ends.
func (c *conns) state(conn net.Conn, s http.ConnState) {
	if s != http.StateClosed && s != http.StateHijacked {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	place := c.open[conn]
	delete(c.open, conn)
	if place == "" {
		return
	}
	if c.places[place]--; c.places[place] <= 0 {
		delete(c.places, place)
	}
}
