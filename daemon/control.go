package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/clawrden/clawrden"
)

// loaded is a policy in force, with when it came and what was wrong with the last one that didn't.
type loaded struct {
	Policy
	at     time.Time
	failed string
}

// loadPolicy reads the policy and puts it in force. An error leaves the one before it; at start, the last good one of the
// daemon's life before, if it comes with the error.
func (d *Daemon) loadPolicy() error {
	d.loading.Lock()
	defer d.loading.Unlock()
	p, err := d.o.LoadPolicy()
	old := d.policy.Load()
	switch {
	case err == nil:
		d.policy.Store(&loaded{Policy: p, at: time.Now()})
		d.restage(true)
	case old != nil:
		kept := *old
		kept.failed = err.Error()
		d.policy.Store(&kept)
	case p != nil:
		d.policy.Store(&loaded{Policy: p, at: time.Now(), failed: err.Error()})
	default:
		d.policy.Store(&loaded{Policy: nothing{}, at: time.Now(), failed: err.Error()})
	}
	return err
}

// nothing is the policy of a daemon that never had a good one: it denies all.
type nothing struct{}

func (nothing) Understand(r *clawrden.Request) clawrden.Facts {
	return clawrden.Facts{Tool: r.Tool, Args: r.Args(), Cwd: r.Cwd, Env: r.Env, Way: r.Way, Identity: r.Identity}
}

func (nothing) Decide(*clawrden.Facts) clawrden.Decision {
	return clawrden.Refuse("the policy is invalid, so every command is denied; an operator has to mend it (clawrden policy check)")
}
func (nothing) Counts(*clawrden.Facts) []clawrden.Counter          { return nil }
func (nothing) Verdicts(*clawrden.Facts) []clawrden.CommandVerdict { return nil }
func (nothing) RunsOwn(*clawrden.Facts) bool                       { return false }
func (nothing) Digest() string                                     { return "" }
func (nothing) Rules() int                                         { return 0 }
func (nothing) Files() []clawrden.PolicyFile                       { return nil }
func (nothing) Grants() []clawrden.Grant                           { return nil }
func (nothing) KillSwitch() clawrden.KillSwitch                    { return clawrden.KillSwitch{} }
func (nothing) Sandbox(string) (*clawrden.Profile, bool)           { return nil, false }
func (nothing) ProfileList() []clawrden.ProfileInfo                { return []clawrden.ProfileInfo{} }

func (n nothing) Explained(f *clawrden.Facts) (json.RawMessage, error) {
	d := n.Decide(f)
	return json.Marshal(map[string]any{"verdict": d.Verdict, "rule": "", "file": "", "line": 0, "reason": d.Reason, "nested": []string{}})
}

func (nothing) Environ(*clawrden.Decision, bool, []string) clawrden.EnvChange {
	return clawrden.EnvChange{}
}

// Status tells what the daemon is doing.
func (d *Daemon) Status() clawrden.Status {
	p := d.policy.Load()
	s := clawrden.Status{
		Status: "running", Pending: d.o.Queue.Len(), Uptime: int64(time.Since(d.started).Seconds()),
		Version: d.o.Version, Dev: d.o.Dev, Running: d.running.len(), ExitSource: clawrden.ExitKernel,
	}
	s.Sessions, s.Bridges = d.Sessions(), d.Bridges()
	s.Locked, s.Locks = d.lock.everybody(), d.lock.all()
	if d.stay {
		s.ExitSource = clawrden.ExitShim
	}
	s.Policy.Digest, s.Policy.Rules, s.Policy.Error = p.Digest(), p.Rules(), p.failed
	s.Policy.Loaded = clawrden.Timestamp{Time: p.at}
	s.Stage, s.Unrecorded = d.briefStage(), d.unrecorded.Load()
	return s
}

// Policy gives the text of the policy in force; no files where there never was a good one.
func (d *Daemon) Policy() clawrden.PolicySource {
	p := d.policy.Load()
	s := clawrden.PolicySource{Digest: p.Digest(), Files: p.Files()}
	if s.Files == nil {
		s.Files = []clawrden.PolicyFile{}
	}
	return s
}

// Queue gives the waiting asks, oldest first.
func (d *Daemon) Queue() []clawrden.Pending {
	list := d.o.Queue.List()
	out := make([]clawrden.Pending, 0, len(list))
	for i := range list {
		out = append(out, *pendingFrom(&list[i]))
	}
	return out
}

// QueuePage gives at most that many of the waiting asks, oldest first, behind the one with this whole id, and whether there are
// more.
func (d *Daemon) QueuePage(after string, most int) ([]clawrden.Pending, bool, error) {
	list, more, err := d.o.Queue.Page(after, most)
	out := make([]clawrden.Pending, 0, len(list))
	for i := range list {
		out = append(out, *pendingFrom(&list[i]))
	}
	return out, more, err
}

// Pending gives one waiting ask by its id or a unique prefix.
func (d *Daemon) Pending(id string) (clawrden.Pending, error) {
	a, err := d.o.Queue.Get(id)
	if err != nil {
		return clawrden.Pending{}, err
	}
	if a.State != clawrden.StatePending {
		return clawrden.Pending{}, fmt.Errorf("%w: it is %s", clawrden.ErrDecided, a.State)
	}
	return *d.pendingInFull(&a), nil
}

// pendingInFull adds what takes a look at the policy and at the sessions, so that lists go without it.
func (d *Daemon) pendingInFull(a *clawrden.Approval) *clawrden.Pending {
	p := pendingFrom(a)
	p.Commands = d.policy.Load().Verdicts(&a.Facts)
	p.Boundary = clawrden.BoundaryNone
	if e := d.o.Executors[p.Executor]; e != nil {
		p.Boundary = e.Boundary()
	} else if p.Way == clawrden.WayGuard {
		for _, s := range d.Sessions() {
			if s.Name == p.Session {
				p.Boundary = s.Boundary
			}
		}
	}
	return p
}

// Approve lets one waiting request run.
func (d *Daemon) Approve(ctx context.Context, by clawrden.Caller, id string, a clawrden.Answer) error {
	if a.Grant != nil {
		return d.approveAndGrant(ctx, by, id, a)
	}
	return d.answer(ctx, by, id, a, d.o.Queue.Approve)
}

// Deny refuses one waiting request.
func (d *Daemon) Deny(ctx context.Context, by clawrden.Caller, id string, a clawrden.Answer) error {
	if a.Grant != nil {
		return fmt.Errorf("%w: a grant belongs to an approval", clawrden.ErrBadRequest)
	}
	if a.Args != nil || a.ArgsB64 != nil {
		return fmt.Errorf("%w: changed arguments belong to an approval", clawrden.ErrBadRequest)
	}
	return d.answer(ctx, by, id, a, d.o.Queue.Deny)
}

func (d *Daemon) answer(ctx context.Context, by clawrden.Caller, id string, a clawrden.Answer, decide func(string, clawrden.Approver, clawrden.Answer) (clawrden.Approval, error)) error {
	asked, err := d.o.Queue.Get(id)
	if err != nil {
		return err
	}
	who, err := d.mayDecide(by, &asked)
	if err != nil {
		return err
	}
	if a.Args != nil || a.ArgsB64 != nil {
		if a.Edit, err = d.edit(ctx, by, &asked, &a); err != nil {
			return err
		}
	}
	now, err := decide(asked.ID, who, a)
	if err != nil {
		return err
	}
	d.keepDecision(&now)
	switch now.State {
	case clawrden.StatePending: // more people have to
		d.live.publish(clawrden.Event{Type: clawrden.LivePending, Pending: pendingFrom(&now)})
	case clawrden.StateExpired: // it was approved after its time
		return d.record(&clawrden.Record{
			Event: clawrden.EventLate, ID: now.ID, Command: clawrden.Text(now.Request.Tool), Digest: now.Digest,
			Identity: &now.Request.Identity, Approver: &who, Comment: a.Comment, Votes: now.Votes,
		})
	case clawrden.StateApproved, clawrden.StateDenied, clawrden.StateCancelled:
	}
	return nil
}

// keepDecision writes down what a person said before that person hears that it was taken. If that can't be done it stands all
// the same, for as long as this daemon runs.
func (d *Daemon) keepDecision(now *clawrden.Approval) {
	var err error
	if now.State == clawrden.StateExpired {
		err = d.keepMemory(now.ID)
	} else {
		err = d.asks.update(now)
	}
	if err != nil {
		d.log.Error("a decision stands, but a restart would forget it", slog.String("id", now.ID), slog.Any("error", err))
	}
}

// History gives what was decided, newest first.
func (d *Daemon) History(f clawrden.HistoryFilter) ([]clawrden.Entry, bool, error) {
	return d.o.Audit.History(f)
}

// Entry gives one decided request by its id or a unique prefix.
func (d *Daemon) Entry(id string) (clawrden.Entry, error) { return d.o.Audit.Lookup(id) }

// Story gives all that the log has of one command, by its id or a unique prefix.
func (d *Daemon) Story(id string) (clawrden.Story, error) { return d.o.Audit.Story(id) }

// Rejudge tells what the policy in force says of a command of the past, by what its record holds.
func (d *Daemon) Rejudge(id string) (clawrden.Rejudged, error) {
	if d.o.Rejudge == nil {
		return clawrden.Rejudged{}, fmt.Errorf("%w: this daemon judges nothing of the past", clawrden.ErrBadRequest)
	}
	s, err := d.o.Audit.Story(id)
	if err != nil {
		return clawrden.Rejudged{}, err
	}
	return d.o.Rejudge(d.policy.Load().Policy, s.Decided)
}

// Recording gives what was recorded of a command, by its whole id.
func (d *Daemon) Recording(id string) (io.ReadCloser, error) {
	if d.o.Taps == nil {
		return nil, clawrden.Missing("nothing is recorded here")
	}
	return d.o.Taps.Recording(id)
}

// Reload reads the policy again. An invalid one is refused, and the one in force stays.
func (d *Daemon) Reload(ctx context.Context, by clawrden.Caller) error {
	err := d.loadPolicy()
	r := &clawrden.Record{Event: clawrden.EventReloaded, Policy: d.policy.Load().Digest(), Approver: d.approver(by)}
	if err != nil {
		r.Reason = err.Error()
		d.log.ErrorContext(ctx, "the policy was not reloaded", slog.Any("error", err))
	}
	_ = d.record(r)
	d.live.publish(clawrden.Event{Type: clawrden.LiveReloaded, Message: r.Reason})
	if err == nil {
		d.noteVersion(clawrden.CameReloaded, r.Approver)
	}
	if err != nil {
		stays := "the one before it stays in force"
		if _, none := d.policy.Load().Policy.(nothing); none {
			stays = "there was no good one before it, so every command is denied until it is mended"
		}
		return fmt.Errorf("%w; %s:\n%v", clawrden.ErrPolicyInvalid, stays, err)
	}
	return nil
}

// Subscribe gives the events after since, then those that come.
func (d *Daemon) Subscribe(since uint64) (<-chan clawrden.Event, func()) {
	return d.live.subscribe(since)
}

func (d *Daemon) approver(by clawrden.Caller) *clawrden.Approver {
	a := &clawrden.Approver{UID: by.Identity.UID, User: d.o.UserName(by.Identity.UID), Door: by.Door}
	if by.Token != nil {
		a.Token = by.Token.Name
	}
	if b := d.bridgeOf(&by.Identity); b != nil { // on its own, or for whom it says
		a.Door, a.Bridge, a.Person = doorBridge, b.Name, by.For
	}
	return a
}

func (d *Daemon) personAt(by clawrden.Caller) string { return person(d.approver(by)) }
