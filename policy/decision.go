package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// decision puts the findings together, the deciding one first.
func (j *judge) decision() clawrden.Decision {
	slices.SortStableFunc(j.finds, compareFindings)
	first := &j.finds[0]
	if first.rule == nil && first.reason == "" { // only the default gives no reason of its own
		first.reason = j.noRule(first.command)
	}
	d := clawrden.Decision{Verdict: j.verdict, Reason: first.reason, Observed: j.observed, Policy: j.policy.digest}
	d.Rules = make([]clawrden.RuleRef, 0, len(j.finds))
	for i := range j.finds {
		f := &j.finds[i]
		if f.ref.Name != "" && f.ref.Name != "default" && !slices.Contains(d.Rules, *f.ref) {
			d.Rules = append(d.Rules, *f.ref)
		}
		if f.rule != nil && f.rule.fixed {
			d.Fixed = true
		}
	}
	if len(d.Rules) == 0 {
		d.Rules = nil
	}
	if first.rule == nil {
		if first.ref.Name == "" || first.ref.Name == "default" {
			d.Rules = nil // the default decided
		}
	} else if a := first.rule.approval; a != nil {
		d.Approval, d.Timeout = a.Name, a.Timeout
	}
	if d.Verdict == clawrden.Ask {
		d.Demands = j.demands()
	}
	if d.Verdict != clawrden.Deny {
		j.executor(&d)
	}
	d.Counted = j.counted(&d)
	return d
}

// counted reports whether a record of its own can be spared: each rule that had a say allows, and says so.
func (j *judge) counted(d *clawrden.Decision) bool {
	return j.facts.Way == clawrden.WayGuard && d.Verdict == clawrden.Allow && len(d.Observed) == 0 && d.Place == nil && d.Profile == nil && d.Recording == "" &&
		!slices.ContainsFunc(j.finds, func(f finding) bool { return f.rule == nil || !f.rule.counted })
}

// demands gathers what an approval must meet: the approval blocks of all that asks, each once. It gives nil where nothing
// says more than the defaults.
func (j *judge) demands() []clawrden.Demand {
	var out []clawrden.Demand
	plain := true
	for i := range j.finds {
		f := &j.finds[i]
		if f.verdict != clawrden.Ask {
			continue
		}
		d := clawrden.Demand{Self: j.policy.settings.selfApproval}
		if f.rule != nil && f.rule.approval != nil {
			a := f.rule.approval
			d = clawrden.Demand{Name: a.Name, Approvers: a.Approvers, Quorum: a.Quorum, Self: d.Self || a.Self, Escalate: a.Escalate, After: a.After, EditArgs: a.EditArgs, EachBehindBridge: a.EachBehindBridge, Grants: a.Grants}
		}
		if slices.ContainsFunc(out, func(o clawrden.Demand) bool { return o.Name == d.Name }) {
			continue
		}
		plain = plain && len(d.Approvers) == 0 && d.Quorum <= 1 && !d.Self && !d.EditArgs && !d.EachBehindBridge && d.Grants == nil
		out = append(out, d)
	}
	if plain {
		return nil
	}
	return out
}

// executor finds the one way in which all commands of the request may run.
func (j *judge) executor(d *clawrden.Decision) {
	var place *executor
	var profile *Profile
	for i := range j.finds {
		r := j.finds[i].rule
		if r == nil {
			continue
		}
		if r.executor != nil {
			if place != nil && place.Name != r.executor.Name {
				d.Verdict = clawrden.Deny
				d.Reason = fmt.Sprintf("These commands run in different places, %s and %s: run them one by one.", place.Name, r.executor.Name)
				return
			}
			place = r.executor
		}
		d.Limits = tighter(d.Limits, r.limits)
		d.Recording = fuller(d.Recording, r.recording)
		if r.profile != nil {
			if profile != nil && profile != r.profile {
				d.Verdict = clawrden.Deny
				d.Reason = fmt.Sprintf("These commands run under different profiles, %s and %s: run them one by one.", profile.Name, r.profile.Name)
				return
			}
			profile = r.profile
		}
	}
	if place != nil {
		d.Executor, d.Place = place.Kind, &place.Place
		if d.Limits.Time == 0 {
			d.Limits.Time = place.Timeout
		}
	}
	if d.Limits.Time == 0 {
		d.Limits.Time = j.policy.settings.timeout
	}
	if profile != nil {
		held := profile.Profile // the limits are of this run
		d.Limits = tighter(d.Limits, held.Limits)
		held.Filesystem = j.policy.settings.narrow(held.Filesystem, j.facts.Home)
		held.Limits, d.Profile = d.Limits, &held
	}
}

// compareFindings orders findings: the strictest first, then rules before settings, then the approval that asks most, then
// the rule that names the tool most closely, then by name. The order of files and lines has no say.
func compareFindings(a, b finding) int {
	if s := b.verdict.Strictness() - a.verdict.Strictness(); s != 0 {
		return s
	}
	switch {
	case a.rule == nil && b.rule != nil:
		return 1
	case a.rule != nil && b.rule == nil:
		return -1
	case a.rule != nil && b.rule != nil:
		if q := b.rule.quorum() - a.rule.quorum(); q != 0 {
			return q
		}
		if r := a.rule.rank - b.rule.rank; r != 0 {
			return r
		}
	}
	if (a.reason == "") != (b.reason == "") && a.rule == nil { // the default gives no reason; let another setting speak
		if a.reason == "" {
			return 1
		}
		return -1
	}
	if c := strings.Compare(a.ref.Name, b.ref.Name); c != 0 {
		return c
	}
	return a.command - b.command
}

// quorum is how many people the rule's approval needs.
func (r *rule) quorum() int {
	if r.approval == nil {
		return 1
	}
	return max(r.approval.Quorum, 1)
}
