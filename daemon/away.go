package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/protocol"
)

// What was decided can't always be run as the guard holds it: elsewhere, with another environment, with other arguments, from a
// sealed copy, with its output recorded. Then the held process becomes the shim, which comes to the daemon like any other, and is given the request that it
// was held for:
//
//	held ──▶ decided, recorded ──▶ away ──exec──▶ shim ──request──▶ takes it up ──▶ runs elsewhere, or by an errand
//	                                └──▶ its process ends first: finished, as not run

// away is such a request until the shim has come for it.
type away struct {
	call  *call
	taken chan struct{} // closed by who takes it up
	left  chan struct{} // closed when nobody follows it here any more
}

// leaves reports whether what was decided can't be run as it is held.
func (c *call) leaves() bool {
	return c.held != nil && (c.executor != execMirror || !c.env.Empty() || c.edited != nil || c.held.copied || c.wantsTap())
}

// detour finds the shim for a call that has to leave, or may yet. Where there is none, what needs it is denied, before a person is
// asked.
func (d *Daemon) detour(ctx context.Context, c *call) error {
	if err := d.findEntry(ctx, c); err != nil {
		return err
	}
	if c.held == nil || !c.leaves() && c.decision.Verdict != clawrden.Ask {
		return nil
	}
	if c.held.shim == "" && c.held.noShim == nil {
		c.held.shim, c.held.noShim = d.findShim(ctx, c)
	}
	if !c.leaves() {
		return nil
	}
	return c.held.noShim
}

var errNoShim = errors.New("it can't be run as it is held, and the shim that would take it there can't be reached from where it runs (in a container, mount /var/lib/clawrden/shims there)")

// findShim looks for the shim of this release in the caller's own root.
func (d *Daemon) findShim(ctx context.Context, c *call) (string, error) {
	path := inside(ctx, d, c, func(ctx context.Context, root *agentroot.Root) string {
		for _, own := range d.steps.own {
			if f, err := root.Walk(own.path); err == nil {
				is := d.isOneOf(ctx, d.steps.own, f)
				f.Close()
				if is {
					return own.path
				}
			}
		}
		return ""
	})
	if path == "" {
		return "", errNoShim
	}
	return path, nil
}

// isOneOf reports whether a file is one of this release's, which nobody but root can change.
func (d *Daemon) isOneOf(ctx context.Context, own []ownProgram, f *agentroot.File) bool {
	if !rootsAlone(&f.Stat) || !slices.ContainsFunc(own, func(o ownProgram) bool { return o.size == f.Stat.Size }) {
		return false
	}
	sum, err := d.hasher.Digest(ctx, f.FD)
	return err == nil && slices.ContainsFunc(own, func(o ownProgram) bool { return o.sha256 == sum })
}

// pack makes ready what leaves: nothing holds its files any more once it does.
func (d *Daemon) pack(ctx context.Context, c *call) error {
	c.held.copied = c.outcome == clawrden.OutcomeApproved && c.tool != nil && c.tool.Scripted() && d.o.Writable != agentroot.ByPath
	if !c.leaves() {
		return nil
	}
	if c.held.noShim != nil || c.held.shim == "" {
		return errNoShim
	}
	if c.tool == nil || d.o.Writable == agentroot.ByPath {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, d.agents.limits.ResolveTime)
	defer cancel()
	return d.hasher.Seal(ctx, c.tool)
}

// sendAway has the held process become the shim, and waits beside until that has come.
func (d *Daemon) sendAway(c *call) {
	a := &away{call: c, taken: make(chan struct{}), left: make(chan struct{})}
	d.supersede(c.process(), c.request.ID)
	if l := c.held.lineage; l != nil {
		l.pass(c.held.image, c.held.caller) // it runs nothing: what the shim does is its caller's
	}
	d.steps.part(c.process(), a)
	remove := d.running.inPlace(c, c.peer.Pidfd)
	c.reply.(*heldReply).redirect(c.held.shim, protocol.ExitFailed, fmt.Sprintf("%s was not run: %s can't be run from where it is", clawrden.Text(c.request.Tool), c.held.shim))
	d.work.Go(func() {
		defer close(a.left)
		defer remove()
		why := d.untilTaken(c, a)
		if why == nil || !d.steps.returned(c.process(), a) {
			return // it is who has taken it up
		}
		c.failed = why
		d.recordFinished(c, job.Exit{Source: clawrden.ExitUnknown})
		d.heard(c)
		c.close()
	})
}

// untilTaken waits for the shim; an error says why it won't come.
func (d *Daemon) untilTaken(c *call, a *away) error {
	gone, err := d.watch.Exited(c.peer.Pidfd)
	if err != nil {
		return fmt.Errorf("its process can't be followed: %v", err)
	}
	defer d.watch.Forget(c.peer.Pidfd)
	select {
	case <-a.taken:
		return nil
	case <-gone:
		return errors.New("its process ended before the shim had taken it up")
	case <-c.stopping:
		return errors.New("the daemon stopped before the shim had taken it up")
	}
}

// part notes what a process is away for.
func (s *steps) part(p pidStart, a *away) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away == nil {
		s.away = map[pidStart]*away{}
	}
	s.away[p] = a
}

// returned takes it back; false where somebody has taken it up.
func (s *steps) returned(p pidStart, a *away) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away[p] != a {
		return false
	}
	delete(s.away, p)
	return true
}

// take gives the request that a process is away for, once it runs the shim.
func (s *steps) take(p pidStart) *away {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.away[p]
	if _, shim := s.shims[p]; a == nil || !shim {
		return nil
	}
	delete(s.away, p)
	return a
}

// takesUp makes the call of a shim the request that its process was held for, if there is one, and takes it to its end.
func (d *Daemon) takesUp(ctx context.Context, c *call) bool {
	if c.can || c.request.Way != clawrden.WayShim {
		return false
	}
	a := d.steps.take(c.process())
	if a == nil {
		return false
	}
	close(a.taken)
	<-a.left
	was := a.call
	defer was.close()
	if !was.same(c) {
		was.failed = errors.New("the shim came with other words than were decided")
		d.recordFinished(was, job.Exit{Source: clawrden.ExitUnknown})
		d.heard(was)
		c.reply.refuse(protocol.ExitFailed, "the daemon refused the request: "+was.failed.Error())
		return true
	}
	c.become(was)
	d.settle(ctx, c)
	return true
}

// same reports whether the shim has brought what was held.
func (c *call) same(shim *call) bool {
	var dirs [2]inode
	for i, of := range []*call{c, shim} {
		if of.cwd != nil {
			dirs[i] = placeOf(int(of.cwd.Fd()))
		}
	}
	return dirs[0] == dirs[1] && slices.Equal(c.held.argv, shim.request.Argv) && slices.Equal(c.request.Env, shim.request.Env)
}

// become takes over all that was decided of a held call, and what it was decided on. The descriptors are the shim's own.
func (c *call) become(was *call) {
	version := c.request.Protocol
	c.request, c.request.Protocol = was.request, version
	c.facts, c.decision, c.executor, c.env, c.digest, c.outcome = was.facts, was.decision, was.executor, was.env, was.digest, was.outcome
	c.approval, c.edited, c.grant, c.remembered, c.gaps, c.entry = was.approval, was.edited, was.grant, was.remembered, was.gaps, was.entry
	c.root, c.tool, was.root, was.tool = was.root, was.tool, nil, nil
	c.session = inSession{was.held.session, was.held.lesser, was.facts.Lineage}
	c.whole = len(was.held.argv) != len(was.request.Argv) // what the kernel put in front of a script's own
	c.recorded, c.kept, was.kept = true, was.kept, false
}
