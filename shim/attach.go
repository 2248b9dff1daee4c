package shim

import (
	"syscall"

	"github.com/clawrden/clawrden/protocol"
)

// attachTime is how long a shim looks for a daemon that follows what runs elsewhere for it, in milliseconds. The command goes on
// meanwhile, so there is no hurry; but whoever waits for this process is to hear of it if nobody comes.
const attachTime = 60_000

// attach connects anew, in place of a connection that ended while the command ran elsewhere: to hear how it ends. What has come
// of signals meanwhile waits for that.
func (c *conn) attach(tool string) {
	if !c.apart {
		c.apart, c.until, c.tries = true, now()+attachTime, 0
	}
	_ = syscall.Close(c.fd)
	c.fd = -1
	for pause := int64(firstPause) << min(c.tries, 8); ; pause *= 2 {
		left := c.until - now()
		if left <= 0 {
			c.lost(tool)
		}
		pause = min(pause, longestPause)
		poll(-1, -1, min(pause, left))
		if fd, err := dial(c.path, left); err == nil {
			c.fd = fd
			c.tries++
			c.write(protocol.AppendAttach(nil), nil)
			return
		}
	}
}

// startedElsewhere has signals sent to where the command runs, from now on, or again.
func (c *conn) startedElsewhere() {
	if c.signals < 0 {
		c.passSignals()
	}
	c.apart = false
	c.sendSignals()
}

// lost ends the shim because nobody follows what runs elsewhere any more. It must not be run again by a bystander either.
func (c *conn) lost(tool string) {
	fail("the daemon at "+c.path+" has gone while "+tool+" ran elsewhere; it may run on, and its end is not known here",
		"look at what it has done before a retry; an operator finds its end in the history")
}
