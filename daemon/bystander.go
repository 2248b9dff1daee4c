package daemon

import (
	"errors"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/peercred"
	"github.com/clawrden/clawrden/protocol"
)

// ungoverned reports whether a caller is root on the host and none of an agent's: it doesn't run inside a governed command,
// doesn't descend from a process that has the agents' group, and stands in no slice of ours and in nothing that
// may be a container. A service
// with a mount namespace of its own is on the host, too.
func (d *Daemon) ungoverned(c *call) bool {
	id := &c.request.Identity
	return id.UID == 0 && c.peer.Container == "" && id.Agent == "" && c.peer.OnHostButMounts() &&
		!peercred.InGovernedSlice(id.Cgroup) && !d.governed(id) &&
		(d.o.AgentsGID == 0 || !peercred.Descends(id.PID, d.o.AgentsGID))
}

// letPass answers a bystander: ungoverned, and by a shim in the tool's own place, which everybody meets, agent or not. No
// policy and no kill switch keeps root from a tool of the host. It is recorded like any other command.
func (d *Daemon) letPass(c *call) {
	c.executor = execMirror
	if c.decision.Verdict != clawrden.Deny {
		c.decision = clawrden.Decision{Verdict: clawrden.Allow, Reason: "no agent: root on the host, at the tool's own place"}
		c.outcome = clawrden.OutcomeAllow
	}
	if c.failed != nil && c.decision.Verdict != clawrden.Deny {
		c.deny(c.code, c.failed.Error())
	}
	if c.decision.Verdict == clawrden.Deny {
		c.outcome = clawrden.OutcomeDeny
	}
	if err := d.recordDecided(c); err != nil {
		d.fail(c, err)
		return
	}
	if !c.outcome.Runs() {
		c.reply.refuse(c.refusal())
		return
	}
	d.recordFinished(c, d.runAside(c))
}

// runAside hands a bystander's tool to its shim. It isn't among the running: the kill switch doesn't end it, and what it
// starts isn't governed.
func (d *Daemon) runAside(c *call) job.Exit {
	if !d.o.Unchanged(c.tool) {
		return d.unrun(c, protocol.ExitFailed, errors.New("it was changed while it was looked at; try again"))
	}
	frame, fds, err := d.o.Plan(c.tool, nil, protocol.Exec{Stay: d.stay})
	if err != nil {
		return d.unrun(c, protocol.ExitFailed, err)
	}
	return d.handOver(c, frame, fds)
}
