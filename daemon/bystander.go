package daemon

import (
	"errors"
	"slices"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/peercred"
	"github.com/clawrden/clawrden/protocol"
)

// ungoverned reports whether a caller is root on the host and none of an agent's: it doesn't run inside a governed command,
// doesn't descend from an agent's process, and stands in no slice of ours and in nothing that may be a container. A service
// with a mount namespace of its own is on the host, too. Only of a shim in a tool's own place it is worth the look.
func (d *Daemon) ungoverned(c *call) bool {
	id := &c.request.Identity
	return id.UID == 0 && agentroot.MayBeBehind(c.peer.Proc) && c.peer.Container == "" && id.Agent == "" && c.came == "" && c.peer.OnHostButMounts() &&
		!peercred.InGovernedSlice(id.Cgroup) && !d.governed(id) && !peercred.Descends(id.PID, d.ofAgents())
}

// ofAgents tells an agent's process: by the agents' group, or by the user or group of a registered one.
func (d *Daemon) ofAgents() func(uid, gid uint32, groups []uint32) bool {
	uids, gids := map[uint32]bool{}, map[uint32]bool{}
	if d.o.AgentsGID != 0 {
		gids[d.o.AgentsGID] = true
	}
	if d.o.Registry != nil {
		for _, a := range d.o.Registry.List() {
			if a.UID != nil {
				uids[*a.UID] = true
			}
			if a.GID != nil {
				gids[*a.GID] = true
			}
		}
	}
	return func(uid, gid uint32, groups []uint32) bool {
		return uid != 0 && uids[uid] || gids[gid] || slices.ContainsFunc(groups, func(g uint32) bool { return gids[g] })
	}
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
	d.answered(c)
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
	return d.handOver(c, &tapped{}, frame, fds)
}
