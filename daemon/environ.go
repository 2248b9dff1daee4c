package daemon

import (
	"fmt"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

// environ settles which variables an allowed command gets. A shim that is too old to leave any out is refused, rather than
// let past.
func (d *Daemon) environ(c *call) error {
	elsewhere := c.executor == execUnit || c.executor == execGhost
	c.env = d.policy.Load().Environ(&c.decision, elsewhere, c.request.Env)
	if c.env.Empty() || c.executor != execMirror || c.held != nil || c.request.Protocol >= protocol.VersionArgv {
		return nil
	}
	what := "sets variables"
	if len(c.env.Removed) > 0 {
		const most = 10
		names, more := c.env.Removed, ""
		if len(names) > most {
			names, more = names[:most], ", …"
		}
		what = "takes out " + strings.Join(names, ", ") + more
	}
	return fmt.Errorf("the policy %s, which this shim is too old to do (protocol version %d); unset them, or have the operator install the shim of this release", what, c.request.Protocol)
}

// runRequest is the request with the environment that its command gets.
func (c *call) runRequest() *clawrden.Request {
	r := c.request
	r.Env = c.env.Apply(r.Env)
	return &r
}

// execEnv tells the shim how its environment is changed; nil if it isn't.
func (c *call) execEnv() *protocol.ExecEnv {
	if c.env.Empty() {
		return nil
	}
	return protocol.NewExecEnv(len(c.request.Env), c.env.Drop, c.env.Set)
}
