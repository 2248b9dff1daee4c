package daemon

import (
	"context"
	"fmt"
	"path"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/peercred"
)

// Explain tells what the policy says of a command if the caller ran it now in cwd ("" for the caller's own), with an empty
// environment. It is the same way as a command's, up to the decision; nothing runs, nobody is asked, nothing is recorded.
func (d *Daemon) Explain(ctx context.Context, by clawrden.Caller, argv []string, cwd string) (clawrden.Decision, error) {
	tool := ""
	if len(argv) > 0 {
		tool = path.Base(argv[0])
	}
	switch {
	case tool == "" || tool == "." || tool == "/":
		return clawrden.Decision{}, fmt.Errorf("%w: a command starts with the name of its tool", clawrden.ErrBadRequest)
	case cwd != "" && !path.IsAbs(cwd):
		return clawrden.Decision{}, fmt.Errorf("%w: the working directory is an absolute path", clawrden.ErrBadRequest)
	}
	peer, err := peercred.OfPID(by.Identity.PID, by.Identity.UID)
	if err != nil || peer.Start != by.Identity.Start {
		if err == nil {
			peer.Close()
		}
		return clawrden.Decision{}, fmt.Errorf("%w: the caller went away", clawrden.ErrNotAuthorized)
	}
	c := &call{peer: peer, can: true, arrived: time.Now(), hungUp: make(chan struct{})}
	c.request = clawrden.Request{Way: clawrden.WayShim, Tool: tool, Argv: argv, Cwd: cwd, Identity: by.Identity, Received: c.arrived}
	defer peer.Close()
	defer c.closeDescriptors()
	defer c.closeTool()
	_, image := d.confirm(ctx, c)
	d.understand(c)
	c.facts.Image = image
	if cwd != "" {
		c.request.Way = clawrden.WayPlain // a working directory by its name, not the caller's own
	}
	d.resolve(ctx, c)
	c.request.Way = clawrden.WayShim
	d.evaluate(ctx, c)
	return c.decision, nil
}
