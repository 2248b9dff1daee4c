package replay

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/policy"
)

// Report is what a change of the policy would have done to past commands.
type Report struct {
	Records  int      `json:"records"`  // decided commands that were judged
	Bad      int      `json:"bad"`      // lines that are no records
	Changed  int      `json:"changed"`  // commands whose verdict changes
	Saved    int      `json:"saved"`    // prompts fewer
	Added    int      `json:"added"`    // prompts more
	Untold   int      `json:"untold"`   // can't be told: they hinge on what records don't hold
	Folded   uint64   `json:"folded"`   // execs of guard sessions that the log only counts: they can't be judged
	Verified bool     `json:"verified"` // the log is what was written, as far as that can be told; the caller says so
	Masked   int      `json:"masked"`   // had words that secrets were left out of: judged as they are on record
	Changes  []Effect `json:"changes"`  // newly allowed ones first, then by number
	Unknowns []Effect `json:"unknowns"` // those that can't be told
}

// Effect is a group of past commands that change in the same way.
type Effect struct {
	Old      clawrden.Verdict  `json:"old"`
	New      clawrden.Verdict  `json:"new"`
	OldRule  *clawrden.RuleRef `json:"old_rule,omitempty"` // nil: the default
	NewRule  *clawrden.RuleRef `json:"new_rule,omitempty"`
	Tool     string            `json:"tool"` // with its subcommands
	Count    int               `json:"count"`
	Examples []Example         `json:"examples"` // the first few that differ
}

// Example is one past command.
type Example struct {
	ID      string   `json:"id"`
	Command string   `json:"command"`
	Args    []string `json:"args"`
	Cwd     string   `json:"cwd"`
}

const (
	maxExamples = 3
	maxCache    = 1 << 15 // commands whose outcome is remembered
)

// Diff judges the commands of a log by two policies.
func Diff(in *Reader, old, updated *policy.Policy) (Report, error) {
	in.Clock = in.Clock || old.UsesTime() || updated.UsesTime()
	d := differ{old: old, updated: updated, seen: map[string]*outcome{}, groups: map[group]*Effect{}, touched: map[string]bool{}}
	for _, c := range policy.Compare(old, updated) {
		d.touched[c.Name] = true
	}
	d.tools, d.all = policy.Touched(old, updated)
	for {
		past, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return d.report, err
		}
		o := d.seen[string(past.Key)]
		if o == nil {
			if o = d.judge(&past); o == nil {
				in.Bad++
				continue
			}
		}
		d.count(o)
		if past.masked() {
			d.report.Masked++
		}
	}
	d.report.Bad, d.report.Folded = in.Bad, in.Folded
	return d.finish(), nil
}

type differ struct {
	old, updated *policy.Policy
	seen         map[string]*outcome
	groups       map[group]*Effect
	touched      map[string]bool // names of the rules that differ
	tools        map[string]bool // tools that they are about
	all          bool            // they, or settings, may be about any
	report       Report
}

// outcome is what becomes of one command, and of all that are like it.
type outcome struct {
	effect *Effect // nil where nothing changes
	sure   bool
}

// group tells effects apart.
type group struct {
	old, updated clawrden.Verdict
	oldBy, newBy string
	tool         string
	sure         bool
}

// judge judges a command that wasn't seen before; nil for one that is no record.
func (d *differ) judge(past *Past) *outcome {
	if !d.mentions(past) {
		return d.remember(past, &outcome{sure: true})
	}
	r, err := past.Record()
	if err != nil {
		return nil
	}
	facts, resolved := Facts(d.updated, r)
	if !d.concerned(&facts) {
		return d.remember(past, &outcome{sure: true})
	}
	tool := Tool(&facts)
	a, mildA := Judge(d.old, r)
	b, mildB := judge(d.updated, &facts, resolved)
	va, vb := said(&a), said(&b)
	o := &outcome{sure: va == said(&mildA) && vb == said(&mildB)}
	// Where both hinge on the same missing fact, in rules that are the same in both, nothing changes whatever it was.
	same := va == vb && d.untouched(&a, &b) && said(&mildA) == said(&mildB) && d.untouched(&mildA, &mildB)
	if o.sure && va != vb || !o.sure && !same {
		g := group{va, vb, ruleName(&a), ruleName(&b), tool, o.sure}
		if o.effect = d.groups[g]; o.effect == nil {
			o.effect = &Effect{Old: va, New: vb, OldRule: a.Rule(), NewRule: b.Rule(), Tool: g.tool, Examples: []Example{}}
			d.groups[g] = o.effect
		}
		if e := o.effect; len(e.Examples) < maxExamples {
			e.Examples = append(e.Examples, Example{ID: r.ID, Command: r.Command, Args: append([]string{}, r.Args...), Cwd: r.Cwd})
		}
	}
	return d.remember(past, o)
}

// mentions reports whether a command's words can name a tool that a differing rule is about. Every nested command's name
// is part of a word, unless quotes, an escape, an expansion or braces put it together.
func (d *differ) mentions(past *Past) bool {
	if d.all || len(past.args) == 0 || past.args[0] != '[' || len(past.command) < 3 || !json.Valid(past.line) || bytes.ContainsAny(past.args, "\\'$`{") || bytes.ContainsAny(past.command, "\\") {
		return true
	}
	for tool := range d.tools {
		if bytes.Contains(past.args, []byte(tool)) || bytes.Contains(past.command, []byte(tool)) {
			return true
		}
	}
	return false
}

// concerned reports whether a rule that differs can be about any of the commands.
func (d *differ) concerned(f *clawrden.Facts) bool {
	if d.all {
		return true
	}
	for i := range f.Commands {
		if d.tools[f.Commands[i].Tool] {
			return true
		}
	}
	return false
}

// untouched reports whether the same rule decides, and says the same in both policies.
func (d *differ) untouched(a, b *clawrden.Decision) bool {
	return ruleName(a) == ruleName(b) && !d.touched[ruleName(a)]
}

func (d *differ) remember(past *Past, o *outcome) *outcome {
	if len(d.seen) >= maxCache { // a log of all different commands: what is remembered doesn't help
		clear(d.seen)
	}
	d.seen[string(past.Key)] = o
	return o
}

// said is the policy's own verdict, in observe mode too.
func said(d *clawrden.Decision) clawrden.Verdict {
	if d.Would != clawrden.Invalid {
		return d.Would
	}
	return d.Verdict
}

func ruleName(d *clawrden.Decision) string {
	if r := d.Rule(); r != nil {
		return r.Name
	}
	return ""
}

func (d *differ) count(o *outcome) {
	d.report.Records++
	if o.effect == nil {
		return
	}
	o.effect.Count++
	switch {
	case !o.sure:
		d.report.Untold++
		return
	case o.effect.Old == clawrden.Ask:
		d.report.Saved++
	case o.effect.New == clawrden.Ask:
		d.report.Added++
	}
	d.report.Changed++
}

func (d *differ) finish() Report {
	d.report.Changes, d.report.Unknowns = []Effect{}, []Effect{}
	for g, e := range d.groups {
		if g.sure {
			d.report.Changes = append(d.report.Changes, *e)
		} else {
			d.report.Unknowns = append(d.report.Unknowns, *e)
		}
	}
	for _, list := range [][]Effect{d.report.Changes, d.report.Unknowns} {
		slices.SortFunc(list, func(a, b Effect) int {
			return cmp.Or(cmp.Compare(a.New.Strictness(), b.New.Strictness()), cmp.Compare(b.Old.Strictness(), a.Old.Strictness()),
				cmp.Compare(b.Count, a.Count), cmp.Compare(a.Tool, b.Tool), cmp.Compare(ruleOf(a), ruleOf(b)))
		})
	}
	return d.report
}

func ruleOf(e Effect) string {
	if e.NewRule == nil {
		return ""
	}
	return e.NewRule.Name
}
