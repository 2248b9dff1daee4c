package httpapitest

import (
	"context"
	"os"
	"slices"

	"github.com/clawrden/clawrden"
)

// Guard has sessions run.
func (c *Control) Guard(sessions ...clawrden.Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sessions = sessions
}

// Sessions gives what Guard was given.
func (c *Control) Sessions() []clawrden.Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.sessions)
}

// StartSession gives a place to every session.
func (c *Control) StartSession(_ context.Context, _ clawrden.Caller, w clawrden.SessionWish, _ []*os.File) (clawrden.SessionPlace, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return clawrden.SessionPlace{Name: w.Name, Unit: "clawrden-session-" + w.Name + ".service"}, c.fault
}
