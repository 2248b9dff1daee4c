package httpapitest

import (
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
