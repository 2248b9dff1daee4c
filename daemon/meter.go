package daemon

import (
	"errors"
	"time"

	"github.com/clawrden/clawrden"
)

// Meter counts what no record tells. It is called on the way of every command: it must neither wait nor fail, and it keeps
// nothing.
type Meter interface {
	Connected(socket string)                       // socketShim or socketGuard
	Refused(why string)                            // a connection that became no request: one of the words below
	Judged(took time.Duration)                     // by the policy alone
	Answered(way clawrden.Way, took time.Duration) // from the connection until it was on record, without a person's time
}

// The words that a Meter hears.
const (
	socketShim  = "shim"
	socketGuard = "guard"

	refusedMalformed    = "malformed"
	refusedVersion      = "version"
	refusedBusy         = "busy"
	refusedUnidentified = "unidentified"
	refusedStranger     = "stranger" // it isn't who the socket is for
)

// uncounted is the Meter of a daemon that has none.
type uncounted struct{}

func (uncounted) Connected(string)                     {}
func (uncounted) Refused(string)                       {}
func (uncounted) Judged(time.Duration)                 {}
func (uncounted) Answered(clawrden.Way, time.Duration) {}

// answered measures a call that has been decided.
func (d *Daemon) answered(c *call) {
	d.o.Meter.Answered(c.request.Way, time.Since(c.arrived)-c.waited)
}

func refusedWord(err error) string {
	var m malformed
	switch {
	case errors.As(err, &m) && m.version:
		return refusedVersion
	case errors.Is(err, errBusy):
		return refusedBusy
	}
	return refusedMalformed
}

// Connections is how many connections of agents have sent no whole request yet.
func (d *Daemon) Connections() int {
	d.agents.mu.Lock()
	defer d.agents.mu.Unlock()
	return d.agents.open
}
