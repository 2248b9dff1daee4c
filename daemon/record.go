package daemon

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/protocol"
)

// record appends a record; where the configuration says so, one that can't be written is only complained about.
func (d *Daemon) record(r *clawrden.Record) error { return d.tolerate(d.o.Audit.Append(r)) }

func (d *Daemon) tolerate(err error) error {
	if err == nil {
		if d.unrecorded.Load() != nil {
			d.unrecorded.Store(nil)
		}
		return nil
	}
	d.log.Error("cannot write the audit log", slog.Any("error", err))
	u := &clawrden.Unrecorded{Error: strings.TrimPrefix(err.Error(), "cannot write the audit log: "), Since: clawrden.Timestamp{Time: time.Now()}, Denies: !d.o.AuditOptional}
	if before := d.unrecorded.Load(); before != nil {
		u.Since = before.Since
	}
	d.unrecorded.Store(u)
	if d.o.AuditOptional {
		return nil
	}
	return err
}

// decidedRecord makes the record of how a call was decided.
func (d *Daemon) decidedRecord(c *call) *clawrden.Record {
	r := d.base(c, clawrden.EventDecided)
	r.EnvNames, r.EnvSHA256 = environment(c.request.Env)
	r.Hint = c.request.Hint
	if c.facts.Exe.Path != "" {
		exe := c.facts.Exe // a copy: the record's event is kept long after the call, and must not keep that
		r.Exe = &exe
	}
	r.Home, r.Session, r.Image, r.Counts, r.Lineage = c.facts.Home, c.facts.Session, c.facts.Image, c.facts.Counts, c.facts.Lineage
	r.Paths, r.PathsCut = recordPaths(&c.facts)
	verdict := c.decision.Verdict
	r.Verdict = &verdict
	r.Observed = c.decision.Observed
	if c.decision.Would != clawrden.Invalid {
		r.Would = c.decision.Would.String()
	}
	r.Rules, r.Reason, r.Policy, r.Digest = c.decision.Rules, c.decision.Reason, c.decision.Policy, c.digest
	if c.outcome.Runs() {
		r.Executor, r.Boundary, r.Profile = c.executor, d.boundary(c), c.profile()
		r.EnvRemoved, r.EnvSet = c.env.Removed, assigned(c.env.Set)
	}
	if a := c.approval; a != nil {
		r.Approver, r.Comment, r.Votes = a.By, a.Comment, votesOf(a)
		if r.Remembered = c.remembered; c.remembered == "" {
			r.WaitedMS = time.Since(a.Created).Milliseconds()
		}
	}
	if c.edited != nil {
		r.AskedArgs, r.AskedB64 = clawrden.Words(c.edited.asked)
		if r.AskedArgs == nil {
			r.AskedArgs = []string{}
		}
		r.EditedBy = &c.edited.by
	}
	if id := c.decision.Grant; id != "" {
		d.written.use(id)
		if r.Grant = id; r.Approver == nil {
			if g := d.grantOf(id); g != nil {
				r.Approver = &g.By
			}
		}
	}
	if c.grant != nil {
		r.Grant, r.Approver = c.grant.ID, &c.grant.By
	}
	return r
}

// votesOf gives the votes that a record names beside the approver.
func votesOf(a *clawrden.Approval) []clawrden.Approver {
	if len(a.Votes) > 1 || len(a.Votes) > 0 && a.State != clawrden.StateApproved {
		return a.Votes
	}
	return nil
}

// recordDecided writes the record without which nothing runs. What a person approved is forced to the disk.
func (d *Daemon) recordDecided(c *call) error {
	r := d.decidedRecord(c)
	var err error
	if c.outcome == clawrden.OutcomeApproved {
		err = d.tolerate(d.o.Audit.AppendSync(r))
	} else {
		err = d.record(r)
	}
	if err == nil {
		c.differs.example(r)
		d.live.publish(clawrden.Event{Type: clawrden.LiveDecided, Entry: entryOf(r)})
	}
	return err
}

// recordFinished writes how it ended, as far as anybody knows.
func (d *Daemon) recordFinished(c *call, exit job.Exit) {
	r := d.base(c, clawrden.EventFinished)
	r.Executor, r.Boundary, r.Profile = c.executor, d.boundary(c), c.profile()
	r.Gaps = c.gaps
	if c.failed != nil {
		r.Reason = c.failed.Error()
	}
	if r.TimedOut = c.timedOut; c.timedOut {
		r.Reason = c.timeText()
	}
	r.Output, r.Recording = c.passed.Output, c.passed.Recording
	if r.Overflowed = c.overflowed; c.overflowed {
		r.Reason = c.overflowText()
	}
	d.finish(r, c.begun, exit, c.decision.Rules)
}

// profile names the profile that the command runs under; "" without one.
func (c *call) profile() string {
	if c.decision.Profile == nil {
		return ""
	}
	return c.decision.Profile.Name
}

// finish writes the last record of a command.
func (d *Daemon) finish(r *clawrden.Record, begun time.Time, exit job.Exit, rules []clawrden.RuleRef) {
	r.ExitCode, r.Signal, r.ExitSource = exit.Code(), exit.Signal(), exit.Source
	if r.ExitSource == "" {
		r.ExitSource = clawrden.ExitUnknown
	}
	r.DurationMS, r.Usage = exit.Duration(begun).Milliseconds(), exit.Usage
	_ = d.record(r) // it ran: there is nothing left to deny
	e := entryOf(r)
	if e.Approver = nil; rules != nil {
		e.Rules = rules
	}
	d.live.publish(clawrden.Event{Type: clawrden.LiveFinished, Entry: e})
}

// base has what both records of a command carry.
func (d *Daemon) base(c *call, event string) *clawrden.Record {
	r := &clawrden.Record{
		Event: event, ID: c.request.ID, Way: c.request.Way,
		Command: clawrden.Text(c.request.Tool), Cwd: clawrden.Text(c.request.Cwd),
		Identity: &c.request.Identity, Decision: c.outcome,
	}
	r.Args, r.ArgsB64 = clawrden.Words(c.request.Args())
	if len(c.request.Argv) > 0 && c.request.Argv[0] != c.request.Tool {
		r.Argv0 = clawrden.Text(c.request.Argv[0])
	}
	return r
}

// assigned gives the names of assignments.
func assigned(env []string) (names []string) {
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		names = append(names, name)
	}
	return names
}

// environment gives the names, and a digest over all of it.
func environment(env []string) (names []string, digest string) {
	h := sha256.New()
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		names = append(names, clawrden.Text(name))
		_, _ = io.WriteString(h, e)
		h.Write([]byte{0})
	}
	return names, hex.EncodeToString(h.Sum(nil))
}

// fail answers a request that was allowed and can't be carried out, because its record can't be written.
func (d *Daemon) fail(c *call, err error) {
	c.reply.refuse(protocol.ExitFailed, fmt.Sprintf("%s was not run: the audit log can't be written\n%v\nan operator has to mend that; a retry helps only then", clawrden.Text(c.request.Tool), err))
}

// entryOf is a row of the history from one of its records.
func entryOf(r *clawrden.Record) *clawrden.Entry {
	e := &clawrden.Entry{
		ID: r.ID, Timestamp: r.Timestamp, Command: r.Command, Args: r.Args, ArgsB64: r.ArgsB64, Cwd: r.Cwd, Identity: *r.Identity,
		Decision: r.Decision, ExitCode: r.ExitCode, DurationMS: r.DurationMS, Output: r.Output, Recording: r.Recording, Signal: r.Signal, ExitSource: r.ExitSource, Usage: r.Usage,
		Rules: r.Rules, Reason: r.Reason, Comment: r.Comment, Approver: r.Approver, AskedArgs: r.AskedArgs, AskedB64: r.AskedB64, EditedBy: r.EditedBy, Executor: r.Executor, Boundary: r.Boundary,
		Exe: r.Exe, Way: r.Way, Session: r.Session, Seq: r.Seq,
	}
	if e.Args == nil {
		e.Args = []string{}
	}
	if e.Rules == nil {
		e.Rules = []clawrden.RuleRef{}
	}
	return e
}

// pendingOf is a row of the queue for a call that is about to wait.
func pendingOf(c *call, expires time.Time) *clawrden.Pending {
	return pendingFrom(&clawrden.Approval{
		ID: c.request.ID, Request: c.request, Facts: c.facts, Decision: c.decision, Digest: c.digest,
		Revision: 1, Created: time.Now(), Expires: expires,
	})
}

func pendingFrom(a *clawrden.Approval) *clawrden.Pending {
	p := &clawrden.Pending{
		ID: a.ID, Command: clawrden.Text(a.Request.Tool), Cwd: clawrden.Text(a.Request.Cwd), Identity: a.Request.Identity,
		Rules: a.Decision.Rules, Reason: a.Decision.Reason, Digest: a.Digest, Revision: a.Revision,
		Created: clawrden.Timestamp{Time: a.Created}, Expires: clawrden.Timestamp{Time: a.Expires},
		Demands: a.Decision.Demands, Votes: a.Votes, Lacking: a.Lacking(),
		Way: a.Request.Way, Session: a.Facts.Session, Executor: executorOf(&a.Decision),
	}
	if a.Decision.Profile != nil {
		p.Profile = a.Decision.Profile.Name
	}
	p.Args, p.ArgsB64 = clawrden.Words(a.Request.Args())
	if p.Args == nil {
		p.Args = []string{}
	}
	if p.Rules == nil {
		p.Rules = []clawrden.RuleRef{}
	}
	if a.Facts.Exe.Path != "" {
		exe := a.Facts.Exe
		p.Exe = &exe
	}
	return p
}
