package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/replay"
)

// explainAgain judges a command of the history by the daemon's policy, or by that of files.
func (a *app) explainAgain(ctx context.Context, from *policyOrRunning, id string) error {
	d, err := a.connect()
	if err != nil {
		return err
	}
	var again clawrden.Rejudged
	if len(from.paths) == 0 {
		again, err = d.Rejudge(ctx, id)
	} else {
		var p *policy.Policy
		if p, err = from.get(ctx, a); err != nil {
			return err
		}
		var s clawrden.Story
		if s, err = d.Story(ctx, id); err == nil {
			again, err = replay.Again(p, s.Decided)
		}
	}
	if err != nil {
		return err
	}
	if a.format == formatJSON {
		return a.json(again)
	}
	return a.showAgain(&again)
}

// showAgain shows then and now side by side, what isn't known, and how now comes about.
func (a *app) showAgain(r *clawrden.Rejudged) error {
	then, now := r.Then, r.Now
	t := newTable(a.stdout, "", "THEN", "NOW")
	verdict := func(v clawrden.Verdict) string { return paint(a.color(), v.String(), v.String()) }
	mildly := ""
	if r.Mildly != nil {
		mildly = ", or " + r.Mildly.String()
	}
	t.row("verdict", verdict(then.Verdict), verdict(now.Verdict)+mildly)
	if then.Outcome != "" && string(then.Outcome) != then.Verdict.String() {
		t.row("outcome", display.Line(string(then.Outcome)), "-")
	}
	for i := range max(len(then.Rules), len(now.Rules)) {
		t.row("rule", ruleAt(then.Rules, i), ruleAt(now.Rules, i))
	}
	for _, row := range [][3]string{
		{"reason", then.Reason, now.Reason},
		{"executor", then.Executor, now.Executor},
		{"profile", then.Profile, now.Profile},
		{"policy", short(then.Policy), short(now.Policy)},
	} {
		if row[1] != "" || row[2] != "" {
			t.row(row[0], dash(row[1]), dash(row[2]))
		}
	}
	if err := t.flush(); err != nil {
		return err
	}
	for _, what := range r.Unknown {
		fmt.Fprintln(a.stdout, "unknown: "+display.Line(what))
	}
	var e policy.Explanation
	if err := json.Unmarshal(r.Explanation, &e); err != nil {
		return errors.New("cannot read the daemon's explanation: it may be of another version")
	}
	fmt.Fprintln(a.stdout)
	return a.showExplanation(&e)
}

func ruleAt(rules []clawrden.RuleRef, i int) string {
	if i >= len(rules) {
		return "-"
	}
	return ruleLine(rules[i])
}

func short(digest string) string { return digest[:min(len(digest), 12)] }

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return display.Line(s)
}
