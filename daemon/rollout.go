package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
)

// Rollout changes which policy is in force.
type Rollout interface {
	// Candidate compiles the policy that there would be if these files, by names without a directory, were all that the operator
	// has; clawrden.ErrPolicyInvalid, with what is wrong.
	Candidate(files map[string]string) (Policy, error)
	// Compare tells in lines what differs, and what of that may let more run.
	Compare(old, updated Policy) (changes, looser []string)
	// Texts gives the operator's files of a policy in the form that Candidate takes.
	Texts(files []clawrden.PolicyFile) map[string]string
	// Put puts files in place. A restart takes that back until it is kept.
	Put(files map[string]string) (Replacement, error)
}

// Replacement is a policy that was put in place, not for good yet.
type Replacement interface {
	Keep() error
	Undo() error
}

// Versions keeps the policies that were in force.
type Versions interface {
	Add(clawrden.PolicyVersion) (clawrden.PolicyVersion, error) // the newest is the same again: that one
	List() ([]clawrden.PolicyVersion, error)                    // the newest first, without files
	Get(id string) (clawrden.PolicyVersion, error)              // "" for the newest
}

// Bounds of what a record says of a change.
const (
	maxChangeLines = 64
	maxChangeLine  = 400 // characters
)

// fewLines are as many of the lines as a record holds.
func fewLines(lines []string) []string {
	var out []string
	for i, l := range lines {
		if i == maxChangeLines {
			return append(out, fmt.Sprintf("… and %d more", len(lines)-i))
		}
		out = append(out, shown(l, maxChangeLine))
	}
	return out
}

// PolicyVersions gives the policies that were in force, the newest first, without their files.
func (d *Daemon) PolicyVersions() ([]clawrden.PolicyVersion, error) {
	if d.o.Versions == nil {
		return nil, errNoRollout
	}
	return d.o.Versions.List()
}

// PolicyVersion gives one of them with its files.
func (d *Daemon) PolicyVersion(id string) (clawrden.PolicyVersion, error) {
	if d.o.Versions == nil {
		return clawrden.PolicyVersion{}, errNoRollout
	}
	return d.o.Versions.Get(id)
}

// noteVersion keeps what came into force by its files.
func (d *Daemon) noteVersion(how string, by *clawrden.Approver) {
	live := d.policy.Load()
	if d.o.Versions == nil || d.o.Rollout == nil || live.Digest() == "" || live.failed != "" {
		return
	}
	last, err := d.o.Versions.Get("")
	if err == nil && last.Digest == live.Digest() {
		return
	}
	v := d.version(live.Policy, how, by)
	if err == nil {
		if old, err := d.o.Rollout.Candidate(d.o.Rollout.Texts(last.Files)); err == nil {
			v.Changes, _ = d.o.Rollout.Compare(old, live.Policy)
		}
	}
	d.addVersion(v)
}

func (d *Daemon) version(p Policy, how string, by *clawrden.Approver) clawrden.PolicyVersion {
	return clawrden.PolicyVersion{
		Digest: p.Digest(), Rules: p.Rules(), At: clawrden.Timestamp{Time: time.Now()}, How: how, By: by, Files: p.Files(), Changes: []string{},
	}
}

func (d *Daemon) addVersion(v clawrden.PolicyVersion) clawrden.PolicyVersion {
	kept, err := d.o.Versions.Add(v)
	if err != nil {
		d.log.Error("the policy's version is not kept", slog.Any("error", err))
		return v
	}
	kept.Files = nil
	return kept
}

// Promote puts the candidate that the person has seen in force, for good: its files are put in place.
func (d *Daemon) Promote(ctx context.Context, by clawrden.Caller, o clawrden.PolicyOrder) (clawrden.PolicyVersion, error) {
	if d.o.Rollout == nil || d.o.Versions == nil {
		return clawrden.PolicyVersion{}, errNoRollout
	}
	d.stage.changing.Lock()
	s := d.stage.last
	d.stage.changing.Unlock()
	switch {
	case s == nil:
		return clawrden.PolicyVersion{}, clawrden.Missing("no policy is staged; `clawrden policy stage NEW --for 24h` comes first")
	case o.Digest == "":
		return clawrden.PolicyVersion{}, fmt.Errorf("%w: the digest says which candidate is meant", clawrden.ErrBadRequest)
	case o.Digest != s.view().Digest:
		return clawrden.PolicyVersion{}, fmt.Errorf("%w: another candidate is staged now", clawrden.ErrStale)
	}
	v, err := d.replace(ctx, s.files, &o, clawrden.EventPromoted, clawrden.PolicyVersion{How: clawrden.CamePromoted, By: d.approver(by)})
	if err == nil {
		d.endThis(s, "it was promoted")
	}
	return v, err
}

// Rollback puts an earlier version in force again: by its number, or the one before.
func (d *Daemon) Rollback(ctx context.Context, by clawrden.Caller, o clawrden.PolicyOrder) (clawrden.PolicyVersion, error) {
	if d.o.Rollout == nil || d.o.Versions == nil {
		return clawrden.PolicyVersion{}, errNoRollout
	}
	if o.ID == "" {
		list, err := d.o.Versions.List()
		if err != nil {
			return clawrden.PolicyVersion{}, err
		}
		if len(list) < 2 {
			return clawrden.PolicyVersion{}, clawrden.Missing("there is no version before this one")
		}
		o.ID = list[1].ID
	}
	was, err := d.o.Versions.Get(o.ID)
	if err != nil {
		return was, err
	}
	files := d.o.Rollout.Texts(was.Files)
	next := clawrden.PolicyVersion{How: clawrden.CameBack, Of: was.ID, By: d.approver(by)}
	return d.replace(ctx, files, &o, clawrden.EventRolledBack, next)
}

// replace puts files in place of the policy in force. What can't be recorded, or isn't what was looked at, is taken back.
func (d *Daemon) replace(ctx context.Context, files map[string]string, o *clawrden.PolicyOrder, event string, v clawrden.PolicyVersion) (clawrden.PolicyVersion, error) {
	d.loading.Lock()
	defer d.loading.Unlock()
	live := d.policy.Load()
	next, err := d.o.Rollout.Candidate(files)
	if err != nil {
		return v, err
	}
	if next.Digest() == live.Digest() {
		return v, fmt.Errorf("%w: it is the policy in force", clawrden.ErrExists)
	}
	if o.Digest != "" && o.Digest != next.Digest() {
		return v, fmt.Errorf("%w: with what stands beside its files now it is another policy", clawrden.ErrStale)
	}
	changes, looser := d.o.Rollout.Compare(live.Policy, next)
	if len(looser) > 0 && !o.Looser {
		return v, fmt.Errorf("%w:\n%s", clawrden.ErrLooser, strings.Join(fewLines(looser), "\n"))
	}
	put, err := d.o.Rollout.Put(files)
	if err != nil {
		return v, err
	}
	p, err := d.o.LoadPolicy()
	if err == nil && p.Digest() != next.Digest() {
		err = fmt.Errorf("%w: the files were changed meanwhile", clawrden.ErrStale)
	}
	r := &clawrden.Record{Event: event, Policy: next.Digest(), Before: live.Digest(), Approver: v.By, Changes: fewLines(changes)}
	if v.Of != "" {
		r.Reason = "version " + v.Of
	}
	if err == nil {
		if err = d.tolerate(d.o.Audit.AppendSync(r)); err != nil {
			err = fmt.Errorf("it can't be recorded, so it was taken back: %w", err)
		}
	}
	if err != nil {
		return v, d.putBack(ctx, put, err)
	}
	d.policy.Store(&loaded{Policy: p, at: time.Now()})
	if err := put.Keep(); err != nil {
		d.log.ErrorContext(ctx, "the policy is in force, but a restart takes it back", slog.Any("error", err))
	}
	if event != clawrden.EventPromoted {
		d.restage(true)
	}
	full := d.version(p, v.How, v.By)
	full.Of, full.Changes = v.Of, changes
	full = d.addVersion(full)
	full.InForce = true
	d.live.publish(clawrden.Event{Type: clawrden.LiveReloaded})
	return full, nil
}

// putBack puts the files back, and has the policy in force be read from them once more: it is the last good one again.
func (d *Daemon) putBack(ctx context.Context, put Replacement, why error) error {
	err := put.Undo()
	if err == nil {
		_, err = d.o.LoadPolicy()
	}
	if err != nil {
		d.log.ErrorContext(ctx, "the files of the policy aren't what is in force", slog.Any("error", err))
	}
	return errors.Join(why, err)
}
