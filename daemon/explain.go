package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"strconv"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/peercred"
)

// maxExplained bounds a command that is thought of: enough for any that a person types.
const maxExplained = 4096

// Explain tells what the policy says of a command if the caller ran it now in cwd ("" for the caller's own), with an empty
// environment. It is the same way as a command's, up to the decision; nothing runs, nobody is asked, nothing is recorded.
func (d *Daemon) Explain(ctx context.Context, by clawrden.Caller, argv []string, cwd string) (decision clawrden.Decision, err error) {
	err = d.think(ctx, by, clawrden.ExplainWish{Argv: argv, Cwd: cwd}, func(c *call) error {
		decision = c.decision
		return nil
	})
	return decision, err
}

// Explained tells the same at length, as JSON, and of any user and agent. Who calls from another machine is told what holds for
// the daemon's own files.
func (d *Daemon) Explained(ctx context.Context, by clawrden.Caller, w clawrden.ExplainWish) (text json.RawMessage, err error) {
	if by.Identity.PID == 0 || by.Token != nil {
		self := clawrden.Identity{UID: uint32(os.Geteuid()), PID: os.Getpid()}
		if self.Start, _, err = parentOf(self.PID); err != nil {
			return nil, err
		}
		if w.User == "" {
			w.User = strconv.FormatUint(uint64(by.Identity.UID), 10)
		}
		if w.Cwd == "" {
			w.Cwd = "/"
		}
		by.Identity = self
	}
	err = d.think(ctx, by, w, func(c *call) error {
		text, err = d.policy.Load().Explained(&c.facts)
		return err
	})
	return text, err
}

// think goes the way of a command up to the decision, and hands it over while the caller's files are open.
func (d *Daemon) think(ctx context.Context, by clawrden.Caller, w clawrden.ExplainWish, then func(*call) error) error {
	tool := ""
	if len(w.Argv) > 0 {
		tool = path.Base(w.Argv[0])
	}
	switch {
	case tool == "" || tool == "." || tool == "/":
		return fmt.Errorf("%w: a command starts with the name of its tool", clawrden.ErrBadRequest)
	case len(w.Argv) > maxExplained:
		return fmt.Errorf("%w: a command has 1 to %d words", clawrden.ErrBadRequest, maxExplained)
	case w.Cwd != "" && !path.IsAbs(w.Cwd):
		return fmt.Errorf("%w: the working directory is an absolute path", clawrden.ErrBadRequest)
	}
	peer, err := peercred.OfPID(by.Identity.PID, by.Identity.UID)
	if err != nil || peer.Start != by.Identity.Start {
		if err == nil {
			peer.Close()
		}
		return fmt.Errorf("%w: the caller went away", clawrden.ErrNotAuthorized)
	}
	c := &call{peer: peer, can: true, arrived: time.Now(), hungUp: make(chan struct{})}
	c.request = clawrden.Request{Way: clawrden.WayShim, Tool: tool, Argv: w.Argv, Cwd: w.Cwd, Identity: by.Identity, Received: c.arrived}
	defer peer.Close()
	defer c.closeDescriptors()
	defer c.closeTool()
	if err := d.pretend(&c.request.Identity, &w); err != nil {
		return err
	}
	_, image := d.confirm(ctx, c)
	d.understand(c)
	c.facts.Image = image
	if w.Cwd != "" {
		c.request.Way = clawrden.WayPlain // a working directory by its name, not the caller's own
	}
	d.resolve(ctx, c)
	c.request.Way = clawrden.WayShim
	d.evaluate(ctx, c)
	return then(c)
}

// pretend makes the identity that a command is thought of as having.
func (d *Daemon) pretend(id *clawrden.Identity, w *clawrden.ExplainWish) error {
	if w.User != "" {
		uid, err := d.uid(w.User)
		if err != nil {
			return fmt.Errorf("%w: there is no user %s on this host", clawrden.ErrBadRequest, clawrden.Text(w.User))
		}
		*id = clawrden.Identity{UID: uid, GID: uid, User: d.o.UserName(uid), PID: id.PID, Start: id.Start, HostNS: true}
		if d.o.Users != nil {
			if u, err := d.o.Users.UserByName(id.User); err == nil {
				id.GID = u.GID
				id.Groups, _ = d.o.Users.GroupIDs(u) // without them it is in fewer groups
			}
		}
	}
	if w.Agent != "" {
		if err := clawrden.CheckAgentName(w.Agent); err != nil {
			return fmt.Errorf("%w: %v", clawrden.ErrBadRequest, err)
		}
		id.Agent = w.Agent
	}
	return nil
}
