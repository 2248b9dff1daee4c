package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/clawrden/clawrden"
)

// stageSaved is how often the counts of a candidate are written down: what a daemon that is killed may lose of them.
const stageSaved = time.Minute

var errNoRollout = fmt.Errorf("%w: this daemon keeps no candidates or versions of the policy", clawrden.ErrBadRequest)

// Stage gives the candidate of the policy, running or ended, with what came of it.
func (d *Daemon) Stage() (clawrden.Stage, error) {
	if d.o.Rollout == nil {
		return clawrden.Stage{}, errNoRollout
	}
	d.stage.changing.Lock()
	s := d.stage.last
	d.stage.changing.Unlock()
	if s == nil {
		return clawrden.Stage{}, clawrden.Missing("no policy is staged; `clawrden policy stage NEW --for 24h` has one judge beside the one in force")
	}
	v := s.view()
	if s.Policy != nil {
		v.Changes, v.Looser = d.o.Rollout.Compare(d.policy.Load().Policy, s.Policy)
	}
	return v, nil
}

// StagePolicy has a candidate judge beside the policy in force, in place of the one before.
func (d *Daemon) StagePolicy(ctx context.Context, by clawrden.Caller, w clawrden.StageWish) (clawrden.Stage, error) {
	if d.o.Rollout == nil {
		return clawrden.Stage{}, errNoRollout
	}
	span, err := time.ParseDuration(w.For)
	if err != nil || span < clawrden.MinStage || span > clawrden.MaxStage {
		return clawrden.Stage{}, fmt.Errorf("%w: for is a span from %v to %v, such as 24h", clawrden.ErrBadRequest, clawrden.MinStage, clawrden.MaxStage)
	}
	p, err := d.o.Rollout.Candidate(w.Files)
	if err != nil {
		return clawrden.Stage{}, err
	}
	live := d.policy.Load()
	if p.Digest() == live.Digest() {
		return clawrden.Stage{}, fmt.Errorf("%w: it is the policy in force", clawrden.ErrExists)
	}
	now := time.Now()
	s := &staged{Policy: p, files: w.Files, groups: map[stageKey]*clawrden.Disagreement{}}
	s.s = clawrden.Stage{
		Digest: p.Digest(), Rules: p.Rules(), Against: live.Digest(), By: d.approver(by),
		Since: clawrden.Timestamp{Time: now}, Until: clawrden.Timestamp{Time: now.Add(span)}, Counted: clawrden.Timestamp{Time: now},
	}
	changes, _ := d.o.Rollout.Compare(live.Policy, p)
	r := &clawrden.Record{
		Event: clawrden.EventStaged, Policy: p.Digest(), Before: live.Digest(), Approver: s.s.By, Changes: fewLines(changes),
		Reason: "until " + now.Add(span).UTC().Format(time.RFC3339),
	}
	if err := d.record(r); err != nil {
		return clawrden.Stage{}, fmt.Errorf("it can't be recorded, so it was not staged: %w", err)
	}
	d.endStage("another candidate took its place")
	if err := d.beginStage(s); err != nil {
		d.log.ErrorContext(ctx, "the staged policy is not kept over a restart", slog.Any("error", err))
	}
	d.live.publish(clawrden.Event{Type: clawrden.LiveReloaded, Message: "a candidate of the policy is staged"})
	return d.Stage()
}

// beginStage has a candidate judge until its time is over.
func (d *Daemon) beginStage(s *staged) error {
	d.stage.changing.Lock()
	defer d.stage.changing.Unlock()
	d.stage.last = s
	d.stage.running.Store(s)
	s.mu.Lock()
	s.timers = append(s.timers, time.AfterFunc(time.Until(s.s.Until.Time), func() { d.endThis(s, "its time is over") }))
	s.timers = append(s.timers, time.AfterFunc(stageSaved, func() { d.saveStage(s) }))
	s.dirty = true
	s.mu.Unlock()
	return d.stage.keep(s)
}

// saveStage writes the counts down, and comes again.
func (d *Daemon) saveStage(s *staged) {
	d.stage.changing.Lock()
	defer d.stage.changing.Unlock()
	if d.stage.running.Load() != s {
		return
	}
	if err := d.stage.keep(s); err != nil {
		d.log.Error("the counts of the staged policy are not kept", slog.Any("error", err))
	}
	s.mu.Lock()
	s.timers[1].Reset(stageSaved)
	s.mu.Unlock()
}

// EndStage has the candidate judge no more; what came of it stays.
func (d *Daemon) EndStage(_ context.Context, by clawrden.Caller) (clawrden.Stage, error) {
	if d.o.Rollout == nil || d.stage.running.Load() == nil {
		return clawrden.Stage{}, clawrden.Missing("no policy is staged")
	}
	d.endStage("ended by " + d.personAt(by))
	return d.Stage()
}

func (d *Daemon) endStage(why string) { d.endThis(d.stage.running.Load(), why) }

// endThis ends a candidate that still judges, on record.
func (d *Daemon) endThis(s *staged, why string) {
	if s == nil || !d.stage.running.CompareAndSwap(s, nil) {
		return
	}
	s.stop(why)
	d.stage.changing.Lock()
	err := d.stage.keep(s)
	d.stage.changing.Unlock()
	if err != nil {
		d.log.Error("the result of the staged policy is not kept", slog.Any("error", err))
	}
	v := s.view()
	_ = d.record(&clawrden.Record{
		Event: clawrden.EventStageEnded, Policy: v.Digest, Before: v.Against,
		Reason: fmt.Sprintf("%s; of %d commands it disagreed on %d, and would have newly allowed %d", why, v.Counts.Judged, v.Counts.Disagreed, v.Counts.Allowed),
	})
	d.live.publish(clawrden.Event{Type: clawrden.LiveReloaded, Message: "the candidate of the policy has ended"})
}

func (s *staged) stop(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.timers {
		t.Stop()
	}
	s.s.Ended, s.dirty = why, true
}

// restage has the candidate go on beside another policy in force. Where the operator changed that, the counts begin anew.
func (d *Daemon) restage(changed bool) {
	s := d.stage.running.Load()
	if s == nil {
		return
	}
	live := d.policy.Load()
	p, err := d.o.Rollout.Candidate(s.files)
	if err != nil {
		d.endThis(s, "it doesn't fit any more: "+shown(err.Error(), 400))
		return
	}
	if p.Digest() == live.Digest() {
		d.endThis(s, "it is in force")
		return
	}
	next := &staged{Policy: p, files: s.files, groups: map[stageKey]*clawrden.Disagreement{}}
	s.stop("")
	s.mu.Lock()
	next.s = s.s
	if !changed || s.s.Against == live.Digest() {
		for key, g := range s.groups {
			own := *g // calls that are being judged go on with the old one
			own.Examples = slices.Clone(g.Examples)
			next.groups[key] = &own
		}
	} else {
		next.s.Counts, next.s.Counted = clawrden.StageCounts{}, clawrden.Timestamp{Time: time.Now()}
	}
	s.mu.Unlock()
	next.s.Against, next.s.Digest, next.s.Rules = live.Digest(), p.Digest(), p.Rules()
	if err := d.beginStage(next); err != nil {
		d.log.Error("the staged policy is not kept over a restart", slog.Any("error", err))
	}
}

// brief is for the status; nil where nothing was ever staged.
func (d *Daemon) briefStage() *clawrden.StageBrief {
	d.stage.changing.Lock()
	s := d.stage.last
	d.stage.changing.Unlock()
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return &clawrden.StageBrief{Digest: s.s.Digest, Until: s.s.Until, Ended: s.s.Ended, Counts: s.s.Counts}
}
