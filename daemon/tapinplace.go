package daemon

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/proctree"
	"github.com/clawrden/clawrden/protocol"
)

// A command in place whose output is recorded or bounded is a child of its shim, which keeps the caller's own descriptors and gives
// it others. The shim is the agent's process: an honest one does so, and what is recorded is no more than that.

// tappable refuses what has to be recorded or bounded in place where the shim is too old to be told.
func (c *call) tappable() error {
	if !c.wantsTap() || c.executor != execMirror || c.held != nil || c.request.Protocol >= protocol.VersionStdio {
		return nil
	}
	return fmt.Errorf("its rule has its output recorded or bounded, which this shim is too old for (protocol version %d); have the operator install the shim of this release", c.request.Protocol)
}

// tapInPlace gives a command that the shim runs its descriptors. Those that it has of its caller's are nil.
func (d *Daemon) tapInPlace(c *call) (*tapped, error) {
	if !c.wantsTap() {
		return &tapped{}, nil
	}
	if err := c.tappable(); err != nil {
		return nil, err
	}
	stdio := c.stdio
	if c.decision.Recording != "all" {
		stdio[0] = nil // else whoever writes to it would have one more reader
	}
	t, err := d.tap(c, stdio)
	if err != nil {
		return nil, err
	}
	for i, f := range t.stdio {
		if f == stdio[i] {
			t.stdio[i] = nil
		}
	}
	return t, nil
}

// replaced says which of them a command in place has.
func (t *tapped) replaced() (s protocol.Stdio) {
	for i, f := range t.stdio {
		if f != nil {
			s |= 1 << i
		}
	}
	return s
}

// join puts them behind the descriptors of what is run.
func (t *tapped) join(fds []int) ([]int, error) {
	if len(fds)+t.replaced().Len() > protocol.MaxDescriptors {
		return nil, errors.New("too many scripts name each other for its output to be recorded or bounded")
	}
	for _, f := range t.stdio {
		if f != nil {
			fds = append(fds, int(f.Fd()))
		}
	}
	return fds, nil
}

// boundInPlace ends what a shim runs once it has more output than it may, until done is called.
func (c *call) boundInPlace(process int, t *tapped) (done func()) {
	if t.tap == nil || c.decision.Limits.Output == 0 {
		return func() {}
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case <-t.tap.Over():
			c.killBelow(process)
		case <-stop:
		}
	}()
	return func() {
		close(stop)
		<-stopped
	}
}

// killBelow ends what a shim runs. Nothing is stopped for that first: the shim would stop with its tool.
func (c *call) killBelow(process int) {
	id := &c.request.Identity
	_ = proctree.Below([]proctree.Root{{Pidfd: process, PID: id.PID, Start: id.Start}}, unix.SIGKILL)
}

// passedInPlace waits until the caller has the output of a command that has ended, and lets the shim end then.
func (c *call) passedInPlace(t *tapped, clock *timer) {
	if t.tap == nil {
		return
	}
	if c.passed, c.overflowed = t.end(); c.overflowed && !clock.over.Load() {
		c.reply.refuse(protocol.ExitDenied, c.overflowRefusal())
		c.killBelow(c.peer.Pidfd) // what it has left behind, for which the shim waits
	}
	_ = c.conn.CloseWrite()
}
