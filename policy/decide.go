package policy

import (
	"fmt"
	"slices"

	"github.com/clawrden/clawrden"
)

// Decide judges facts. It is pure: the same facts and policy give the same decision. Every command among the facts is
// judged by itself and the strictest verdict counts: deny before ask before allow. Of the rules that gave it, the one that
// names the tool most closely decides, then the first by name.
func (p *Policy) Decide(f *clawrden.Facts) clawrden.Decision {
	d := clawrden.Decision{Verdict: clawrden.Deny, Policy: p.digest}
	if p.why != "" {
		d.Reason = p.why
		return d
	}
	if p.settings.def == clawrden.Invalid {
		d.Reason = "There is no policy, so every command is denied."
		return d
	}
	if err := checkFacts(f); err != "" {
		d.Reason = "The command can't be judged: " + err + "."
		return d
	}
	j := judge{policy: p, facts: f}
	for i := range f.Commands {
		j.command(i)
	}
	return j.decision(d)
}

// checkFacts refuses facts that hold no command or aren't in order, which Understand never makes.
func checkFacts(f *clawrden.Facts) string {
	if len(f.Commands) == 0 {
		return "the facts name none"
	}
	last := 0
	for i := range f.Paths {
		if f.Paths[i].Command < last || f.Paths[i].Command >= len(f.Commands) {
			return "its paths are out of order"
		}
		last = f.Paths[i].Command
	}
	return ""
}

// judge gathers what the rules say of one request.
type judge struct {
	policy *Policy
	facts  *clawrden.Facts
	view   view
	paths  int // index of the first path fact not yet used
	finds  []finding
	verd   clawrden.Verdict // strictest verdict so far
}

// finding is one rule that matched one command.
type finding struct {
	rule    *rule // nil for the policy's own settings
	ref     clawrden.RuleRef
	verdict clawrden.Verdict // what it gives: the rule's action, or less where it only may match
	command int
	reason  string
}

// command judges one command.
func (j *judge) command(i int) {
	f := j.facts
	from := j.paths
	for j.paths < len(f.Paths) && f.Paths[j.paths].Command == i {
		j.paths++
	}
	j.view = view{facts: f, index: i, cmd: &f.Commands[i], paths: f.Paths[from:j.paths], homes: homes{dir: f.Home}}
	verdict := clawrden.Invalid
	for _, list := range [2][]*rule{j.policy.index.byName[j.view.cmd.Tool], j.policy.index.general} {
		for _, r := range list {
			if r.matches(&j.view) == no {
				continue
			}
			j.finds = append(j.finds, finding{rule: r, ref: r.ref, verdict: r.ref.Action, command: i, reason: r.reason})
			if verdict == clawrden.Invalid || r.ref.Action.Strictness() > verdict.Strictness() {
				verdict = r.ref.Action
			}
		}
	}
	if verdict == clawrden.Invalid {
		verdict = j.byDefault(i)
	}
	if j.policy.settings.allowedPaths != nil {
		if word, ok := j.outside(); ok {
			verdict = clawrden.Deny
			j.finds = append(j.finds, finding{ref: j.policy.settings.allowedRef, verdict: verdict, command: i,
				reason: fmt.Sprintf("%s lies outside the allowed paths.", clawrden.Text(word))})
		}
	}
	if j.verd == clawrden.Invalid {
		j.verd = verdict
	} else {
		j.verd = clawrden.Stricter(j.verd, verdict)
	}
}

// byDefault is the verdict for a command that no rule matches.
func (j *judge) byDefault(i int) clawrden.Verdict {
	s := &j.policy.settings
	reason := fmt.Sprintf("No rule matches %s, so the policy's default decides.", clawrden.Text(j.facts.Commands[i].Tool))
	j.finds = append(j.finds, finding{ref: s.defRef, verdict: s.def, command: i, reason: reason})
	return s.def
}

// outside finds a path that no allowed path covers.
func (j *judge) outside() (string, bool) {
	j.view.strict, j.view.homes.wide = false, false
	allowed := j.policy.settings.allowedPaths
	if j.view.index == 0 && anyGlob(allowed, j.facts.Cwd, &j.view) != yes {
		return j.facts.Cwd, true
	}
	for i := range j.view.paths {
		pf := &j.view.paths[i]
		if pf.Arg != clawrden.ArgTool && covered(allowed, &j.view, pf) != yes {
			return pf.Word, true
		}
	}
	return "", false
}

// decision puts the findings together, the deciding one first.
func (j *judge) decision(d clawrden.Decision) clawrden.Decision {
	slices.SortStableFunc(j.finds, compareFindings)
	first := &j.finds[0]
	d.Verdict, d.Reason = j.verd, first.reason
	for i := range j.finds {
		ref := j.finds[i].ref
		if ref.Name != "" && ref.Name != "default" && !slices.Contains(d.Rules, ref) {
			d.Rules = append(d.Rules, ref)
		}
	}
	if first.rule == nil {
		if first.ref.Name == "" || first.ref.Name == "default" {
			d.Rules = nil // the default decided
		}
		return d
	}
	if e := first.rule.executor; e != nil {
		d.Executor = e.Kind
	}
	if a := first.rule.approval; a != nil {
		d.Approval, d.Timeout = a.Name, a.Timeout
	}
	return d
}

// compareFindings orders findings: the strictest first, then the one that names the tool most closely, then by name. The
// order of files and lines has no say.
func compareFindings(a, b finding) int {
	if s := b.verdict.Strictness() - a.verdict.Strictness(); s != 0 {
		return s
	}
	if (a.rule == nil) != (b.rule == nil) {
		if a.rule == nil {
			return 1
		}
		return -1
	}
	if a.rule != nil && a.rule.rank != b.rule.rank {
		return a.rule.rank - b.rule.rank
	}
	switch {
	case a.ref.Name < b.ref.Name:
		return -1
	case a.ref.Name > b.ref.Name:
		return 1
	}
	return a.command - b.command
}
