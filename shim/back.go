package shim

import (
	"syscall"

	"github.com/clawrden/clawrden/protocol"
)

// A daemon that is restarted, or dies, closes the connection without an answer. Until it has had the command run nothing is
// lost by that: the shim connects again and sends the same request. Meanwhile it has no signal handlers but those that keep
// what was blocked, so that a signal does to it what it does to any program that waits.
const (
	// resendTime is how long a request that nobody is asked about yet is tried again, in milliseconds: a restart takes one or
	// two seconds.
	resendTime = 10_000
	// A request that makes the daemon fall must not be sent for ever. One that waits for a person is worth more tries.
	resends = 3
	returns = 16
	// slack is how long after an ask's deadline its end may still be told, in milliseconds.
	slack = 5_000
	// The pauses between two tries, in milliseconds.
	firstPause, longestPause = 10, 1_000
	// lateTime is how long a tool's end is kept from its parent so that a daemon that is being restarted can be told of it.
	lateTime = 2_000
)

// now is the time of day in milliseconds since 1970: an ask's deadline is one.
func now() int64 {
	var tv syscall.Timeval
	_ = syscall.Gettimeofday(&tv)
	return tv.Sec*1000 + tv.Usec/1000
}

// back sends the request over a new connection, in place of one that ended without an answer; or it ends the shim.
func (c *conn) back(s *start, tool string) {
	waits := c.ticket != (protocol.Ticket{})
	most := resends
	if waits {
		most = returns
	}
	if c.until == 0 {
		c.until = now() + resendTime
	}
	_ = syscall.Close(c.fd)
	for pause := int64(firstPause) << min(c.tries, 8); ; pause *= 2 {
		left := c.until - now()
		switch {
		case left <= 0 && waits:
			c.expired(tool)
		case left <= 0 || c.tries >= most:
			c.closed(tool)
		}
		pause = min(pause, longestPause)
		poll(-1, -1, min(pause, left))
		if fd, err := dial(c.path, left); err == nil {
			c.fd = fd
			c.tries++
			c.send(s, tool)
			return
		}
	}
}

// answered waits for the daemon to say something on a connection of a shim that came back, or ends the shim when the time
// for that is over: a socket may take connections for a daemon that never comes.
func (c *conn) answered(tool string) {
	for {
		left := c.until + slack - now()
		if left <= 0 {
			c.expired(tool)
		}
		if poll(c.fd, -1, left)[0] {
			return
		}
	}
}

// expired ends the shim because the ask's time is over, and no daemon is there to say so.
func (c *conn) expired(tool string) {
	say(tool + " was not run: nobody approved it in time, and the daemon at " + c.path + " has gone\nan operator has to look after that; a retry helps only then")
	exit(protocol.ExitExpired)
}

// waits keeps what a shim needs to come back, and says what the daemon has for people.
func (c *conn) waits(version uint8, payload []byte) {
	w, err := protocol.ParseWait(version, payload)
	c.check(err)
	if version >= 3 { // else a person says something
		c.ticket, c.until = w.Ticket, w.Until
	}
	say(w.Text)
}

// late tells the daemon how the tool ended, over a new connection: the one that had it run has gone. It gives up soon,
// because somebody waits for this process to end.
func (c *conn) late(status uint32) {
	end := now() + lateTime
	_ = syscall.Close(c.fd)
	for pause := int64(firstPause); ; pause = min(2*pause, longestPause) {
		if fd, err := dial(c.path, lateTime); err == nil {
			c.fd = fd
			if c.write(protocol.AppendLate(nil, status), nil) {
				break
			}
			_ = syscall.Close(fd)
		}
		left := end - now()
		if left <= 0 {
			return
		}
		poll(-1, -1, min(pause, left))
	}
	// The daemon closes when it has read it; it asks the kernel who says so, and this process has to be there then.
	for left := end - now(); left > 0 && !poll(c.fd, -1, left)[0]; left = end - now() {
	}
}
