package replay

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/policy"
)

// ErrNoDecision is a record that tells of no decided command.
var ErrNoDecision = errors.New("it is no record of a decided command")

// Again judges one command of the past by a policy, and says what can't be told from its record.
func Again(p *policy.Policy, r *clawrden.Record) (clawrden.Rejudged, error) {
	if r == nil || r.Event != clawrden.EventDecided || r.Command == "" {
		return clawrden.Rejudged{}, ErrNoDecision
	}
	f, resolved := Facts(p, r)
	high, low := judge(p, &f, resolved)
	text, err := p.Explained(&f)
	if err != nil {
		return clawrden.Rejudged{}, err
	}
	at := r.Timestamp
	a := clawrden.Rejudged{
		ID: r.ID, Explanation: text, Unknown: unknown(p, r, high.Verdict != low.Verdict),
		Then: clawrden.Judgment{Outcome: r.Decision, Rules: r.Rules, Reason: r.Reason, Policy: r.Policy, Executor: r.Executor, Profile: r.Profile, Time: &at},
		Now:  clawrden.Judgment{Verdict: high.Verdict, Rules: high.Rules, Reason: high.Reason, Policy: p.Digest(), Executor: high.Executor},
	}
	if high.Profile != nil {
		a.Now.Profile = high.Profile.Name
	}
	if r.Verdict != nil {
		a.Then.Verdict = *r.Verdict
	}
	for _, j := range []*clawrden.Judgment{&a.Then, &a.Now} {
		if j.Rules == nil {
			j.Rules = []clawrden.RuleRef{}
		}
	}
	if low.Verdict != high.Verdict {
		a.Mildly = &low.Verdict
	}
	a.Same = a.Mildly == nil && a.Then.Verdict == a.Now.Verdict
	return a, nil
}

// unknown says what a record lacks that could matter.
func unknown(p *policy.Policy, r *clawrden.Record, hinges bool) (list []string) {
	say := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	if hinges {
		say("the verdict hinges on what the record doesn't hold: values of the environment, counters of a rate, or where a path led")
	}
	if r.PathsCut {
		say("there were more paths than a record holds")
	}
	if len(r.Masked) > 0 {
		say("secrets were left out of the arguments %s: rules see what the log shows in their place", counted(r.Masked))
	}
	if r.EditedBy != nil {
		say("a person changed the arguments before it ran; what ran is judged, not what was asked for")
	}
	if r.Grant != "" {
		say("a grant let it run then: grants that people have made are not asked now")
	}
	if p.UsesTime() {
		say("hours and the ends of grants are taken as of that time, by the clock's zone of this host")
	}
	return list
}

// counted gives places from one, as people do.
func counted(at []int) string {
	var words []string
	for _, i := range at {
		words = append(words, strconv.Itoa(i+1))
	}
	return strings.Join(words, ", ")
}
