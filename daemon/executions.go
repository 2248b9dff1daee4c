package daemon

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/clawrden/clawrden"
)

// Executions gives the commands that run, oldest first.
func (d *Daemon) Executions() []clawrden.Execution {
	list := []clawrden.Execution{}
	d.running.mu.Lock()
	for _, e := range d.running.known {
		list = append(list, e.shown)
	}
	d.running.mu.Unlock()
	slices.SortFunc(list, func(a, b clawrden.Execution) int {
		return cmp.Or(a.Since.Compare(b.Since.Time), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// execution is what is told of a command while it runs: its words as short as an event's, since they are kept as long.
func (c *call) execution() clawrden.Execution {
	e := clawrden.Execution{
		Command: clawrden.Text(c.request.Tool), Cwd: clawrden.Text(c.request.Cwd), Session: c.facts.Session,
		Executor: c.executor, Since: clawrden.Timestamp{Time: time.Now()}, Rules: c.decision.Rules,
	}
	if c.decision.Profile != nil {
		e.Profile = c.decision.Profile.Name
	}
	e.Args, e.ArgsB64 = clawrden.Words(c.request.Args())
	e.Args, e.ArgsB64 = shortWords(e.Args, e.ArgsB64)
	if e.Rules == nil {
		e.Rules = []clawrden.RuleRef{}
	}
	return e
}

// executionOf is the same of a command of an earlier life.
func executionOf(k *keptRun) clawrden.Execution {
	r := &k.Record
	e := clawrden.Execution{
		Command: r.Command, Cwd: r.Cwd, Session: r.Session, Executor: r.Executor, Profile: r.Profile,
		Since: clawrden.Timestamp{Time: k.Begun}, Rules: r.Rules,
	}
	e.Args, e.ArgsB64 = shortWords(r.Args, r.ArgsB64)
	if e.Rules == nil {
		e.Rules = []clawrden.RuleRef{}
	}
	return e
}

// resumed counts a command of an earlier life that an executor still runs.
func (r *running) resumed(k *keptRun, p Process) (remove func()) {
	e := &execution{pidfd: -1, process: p, shown: executionOf(k)}
	if in, ok := p.(placed); ok {
		e.place = in.Place()
	}
	return r.add(k.Record.ID, k.Record.Identity, e)
}

// Profiles tells of the profiles of the policy in force, by name; Profile gives what one of them says.
func (d *Daemon) Profiles() []clawrden.ProfileInfo { return d.policy.Load().ProfileList() }

// Profile is one of them.
func (d *Daemon) Profile(name string) (*clawrden.Profile, error) {
	p, ok := d.policy.Load().Sandbox(name)
	if !ok {
		return nil, clawrden.Missing("there is no profile %s", clawrden.Text(name))
	}
	return p, nil
}

// CheckPolicy tells what is wrong with files, if they were the policy.
func (d *Daemon) CheckPolicy(files map[string][]byte) (clawrden.PolicyCheck, error) {
	if d.o.CheckPolicy == nil {
		return clawrden.PolicyCheck{}, fmt.Errorf("%w: this daemon checks no policies", clawrden.ErrBadRequest)
	}
	return d.o.CheckPolicy(files), nil
}
