package policy

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// Explanation says why a request is judged as it is. It is made by the same walk as the decision, so the two agree.
// Its JSON form is what `clawrden policy explain -o json` prints; texts are escaped where they aren't UTF-8.
type Explanation struct {
	Verdict  clawrden.Verdict     `json:"verdict"`
	Rule     string               `json:"rule"` // the deciding one; "" when the default decided
	File     string               `json:"file"` // where it stands, or the default; "" where that isn't set
	Line     int                  `json:"line"`
	Reason   string               `json:"reason,omitempty"`
	Would    string               `json:"would,omitempty"` // what the policy would say if it weren't in observe mode
	Executor string               `json:"executor,omitempty"`
	Approval string               `json:"approval,omitempty"`
	Profile  string               `json:"profile,omitempty"`
	Command  CommandExplanation   `json:"command"`
	Grants   []GrantExplanation   `json:"grants,omitempty"` // those for the tool, where the rules ask
	Nested   []CommandExplanation `json:"nested"`           // the commands inside it, an outer one before its inner ones
	Decision clawrden.Decision    `json:"-"`
}

// CommandExplanation is one command: what was understood of it, and which rules speak of it.
type CommandExplanation struct {
	Command     string            `json:"command"` // the tool's name; "" where it can't be known
	Args        []string          `json:"args"`
	Subcommands []string          `json:"subcommands,omitempty"`
	Flags       []string          `json:"flags,omitempty"` // by their main names, with values
	Operands    []string          `json:"operands,omitempty"`
	Paths       []string          `json:"paths,omitempty"` // absolute, where they lead
	Via         string            `json:"via,omitempty"`   // how the outer command runs it
	Outer       int               `json:"outer"`           // -1, 0 for the request's own command, n for the n-th nested
	Opaque      []string          `json:"opaque,omitempty"`
	Verdict     string            `json:"verdict,omitempty"` // "" where it takes the verdict of its inner commands
	Rule        string            `json:"rule,omitempty"`    // what gave it: a rule, or a setting such as "default" or "opaque"
	File        string            `json:"file,omitempty"`
	Line        int               `json:"line,omitempty"`
	Rules       []RuleExplanation `json:"rules"`          // those that matched
	Near        []RuleExplanation `json:"near,omitempty"` // those that failed by one condition
}

// RuleExplanation is one rule as it looked at one command.
type RuleExplanation struct {
	clawrden.RuleRef
	Match      string      `json:"match"` // yes; no; or unknown words: it may match, by words that only the run shows
	Observe    bool        `json:"observe,omitempty"`
	Conditions []Condition `json:"conditions,omitempty"`
}

// Condition is one condition of a rule, with the words that met it.
type Condition struct {
	Text   string   `json:"text"`
	Holds  string   `json:"holds"`            // yes, no, unknown words, unknown fact
	Unless int      `json:"unless,omitempty"` // the n-th exception that it stands in; 0 for when
	Words  []string `json:"words,omitempty"`
}

// Explained is the JSON form of what Explain says.
func (p *Policy) Explained(f *clawrden.Facts) (json.RawMessage, error) {
	return json.Marshal(p.Explain(f))
}

// Explain judges facts as Decide does and says how it came about.
func (p *Policy) Explain(f *clawrden.Facts) Explanation {
	e := Explanation{Nested: []CommandExplanation{}}
	commands := make([]CommandExplanation, len(f.Commands))
	for i := range f.Commands {
		commands[i] = describe(f, i)
	}
	d := p.decideTraced(f, func(v *view, r *rule, t truth) {
		x := RuleExplanation{RuleRef: r.ref, Match: t.String(), Observe: r.observe}
		c := &commands[v.index]
		switch failed := r.conditions(v, &x); {
		case t != no:
			c.Rules = append(c.Rules, x)
		case failed == 1 && r.named(v) == yes && r.rank < 2:
			c.Near = append(c.Near, x)
		}
	}, func(fi *finding) {
		c := &commands[fi.command]
		if old, err := clawrden.ParseVerdict(c.Verdict); err != nil || fi.verdict.Strictness() > old.Strictness() {
			c.Verdict, c.Rule, c.File, c.Line = fi.verdict.String(), fi.ref.Name, fi.ref.File, fi.ref.Line
		}
		if fi.rule == nil && fi.ref.Name != "" {
			c.Rules = append(c.Rules, RuleExplanation{RuleRef: *fi.ref, Match: yes.String(), Conditions: []Condition{{Text: fi.reason, Holds: yes.String()}}})
		}
	})
	e.Decision, e.Verdict, e.Reason = d, d.Verdict, d.Reason
	before := d
	before.Unlower()
	e.Grants = p.grantsOn(f, &before)
	e.Executor, e.Approval = d.Executor, d.Approval
	if d.Profile != nil {
		e.Profile = d.Profile.Name
	}
	if d.Would != clawrden.Invalid {
		e.Would = d.Would.String()
	}
	if r := d.Rule(); r != nil {
		e.Rule, e.File, e.Line = r.Name, r.File, r.Line
	} else {
		e.File, e.Line = p.settings.defRef.File, p.settings.defRef.Line
	}
	if len(commands) > 0 {
		e.Command, e.Nested = commands[0], append(e.Nested, commands[1:]...)
	}
	return e
}

// describe writes down what was understood of one command.
func describe(f *clawrden.Facts, i int) CommandExplanation {
	c := &f.Commands[i]
	x := CommandExplanation{
		Command: clawrden.Text(c.Tool), Args: shown(c.Args), Subcommands: shown(c.Subcommands), Via: c.Via, Outer: c.Parent,
		Opaque: c.Opaque, Rules: []RuleExplanation{},
	}
	for k := range c.Flags {
		x.Flags = append(x.Flags, clawrden.Text(flagText(&c.Flags[k])))
	}
	for _, at := range c.Operands {
		if at >= 0 && at < len(c.Args) {
			x.Operands = append(x.Operands, clawrden.Text(c.Args[at]))
		}
	}
	for k := range f.Paths {
		if pf := &f.Paths[k]; pf.Command == i && pf.Arg != clawrden.ArgTool && (i > 0 || pf.Arg != clawrden.ArgCwd) {
			x.Paths = append(x.Paths, clawrden.Text(leadsTo(f, pf)))
		}
	}
	return x
}

// leadsTo is where a path leads, as far as it is known.
func leadsTo(f *clawrden.Facts, pf *clawrden.PathFact) string {
	switch {
	case pf.Resolved != "":
		return pf.Resolved
	case pf.Unknown && !pf.Pattern:
		return pf.Word
	}
	if p := lexical(f, pf); p != "" {
		return p
	}
	return pf.Word
}

func shown(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = clawrden.Text(w)
	}
	return out
}

func flagText(f *clawrden.FlagFact) string {
	if f.Has {
		return f.Names[0] + "=" + f.Value
	}
	return f.Names[0]
}

// conditions asks each of the rule's conditions once more, notes the answers and counts those that kept it from matching.
func (r *rule) conditions(v *view, x *RuleExplanation) (failed int) {
	at := *v
	at.homes.wide, at.excuse = at.strict, false
	for _, p := range r.when {
		t := p.eval(&at)
		x.Conditions = append(x.Conditions, Condition{Text: p.describe(), Holds: t.String(), Words: wordsOf(p, &at)})
		if t == no || t != yes && !at.strict {
			failed++
		}
	}
	if r.exe != nil && r.exe.eval(&at) == no {
		x.Conditions = append(x.Conditions, Condition{Text: r.exe.describe(), Holds: no.String(), Words: at.facts.Exe.Kinds})
		failed++
	}
	at.homes.wide, at.excuse = !at.strict, true
	for i, u := range r.unless {
		held := u.holds(&at)
		for _, p := range u {
			x.Conditions = append(x.Conditions, Condition{Text: p.describe(), Holds: p.eval(&at).String(), Unless: i + 1, Words: wordsOf(p, &at)})
		}
		if held == yes || held != no && !at.strict {
			failed++
		}
	}
	return failed
}

// wordsOf names the words that met a predicate.
func wordsOf(p pred, v *view) []string {
	var out []string
	add := func(w string) {
		if w = clawrden.Text(w); !slices.Contains(out, w) && len(out) < 16 {
			out = append(out, w)
		}
	}
	switch p := p.(type) {
	case *flagsPred:
		for i := range v.cmd.Flags {
			if f := &v.cmd.Flags[i]; listed(p.flags, f) == (p.kind != "flags_only") {
				add(flagText(f))
			}
		}
	case *operandsPred:
		for _, at := range v.cmd.Operands {
			if anyWord(p.globs, v.cmd.Args[at]) {
				add(v.cmd.Args[at])
			}
		}
	case *pathsPred:
		for i := range v.paths {
			if covered(p.globs, v, i) != no {
				add(leadsTo(v.facts, &v.paths[i]))
			}
		}
	case *lineagePred:
		if l := v.facts.Lineage; l != nil {
			for i := range l.Ancestors {
				if anyWord(p.globs, l.Ancestors[i].Tool) && (p.via || i == 0) {
					add(l.Ancestors[i].Tool)
				}
			}
		}
	case *subcommandsPred:
		if p.eval(v) == yes {
			add(strings.Join(v.cmd.Subcommands, " "))
		}
	}
	return out
}
