package policy

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// Decide judges facts. It is pure: the same facts and policy give the same decision. Every command among the facts is
// judged by itself and the strictest verdict counts: deny before ask before allow. Of the rules that gave it, the one that
// names the tool most closely decides, then the first by name.
func (p *Policy) Decide(f *clawrden.Facts) clawrden.Decision { return p.decideTraced(f, nil, nil) }

// decideTraced judges, and shows each question to asked as it is answered and each finding to found at the end.
func (p *Policy) decideTraced(f *clawrden.Facts, asked func(*view, *rule, truth), found func(*finding)) clawrden.Decision {
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
	j := judge{policy: p, facts: f, asked: asked}
	d = j.all()
	for i := range j.finds {
		if found != nil {
			found(&j.finds[i])
		}
	}
	d.Session = f.Way == clawrden.WayGuard
	p.lower(&d, f)
	if p.settings.observe && d.Verdict != clawrden.Allow {
		d.Would, d.Verdict = d.Verdict, clawrden.Allow
	}
	d.Counted = d.Counted && d.Verdict == clawrden.Allow && d.Would == clawrden.Invalid && d.Grant == ""
	return d
}

// checkFacts refuses facts that hold no command or aren't in order, which Understand never makes.
func checkFacts(f *clawrden.Facts) string {
	if len(f.Commands) == 0 {
		return "the facts name none"
	}
	for i := range f.Commands {
		c := &f.Commands[i]
		if c.Parent >= i || i > 0 && c.Parent < 0 {
			return "its commands are out of order"
		}
		for _, at := range c.Operands {
			if at < 0 || at >= len(c.Args) {
				return "an operand is no argument"
			}
		}
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
	policy   *Policy
	facts    *clawrden.Facts
	asked    func(*view, *rule, truth)
	view     view
	written  []string
	paths    int // index of the first path fact not yet used
	finds    []finding
	observed []clawrden.RuleRef
	example  bool
	exe      []string                 // kinds of the file that a matching rule has named
	later    bool                     // the command in view will be held and judged by itself
	verdict  clawrden.Verdict         // strictest so far; Invalid: none
	covers   [maxCommands / 64]uint64 // commands whose allowing rule covers what can't be seen
}

// finding is one thing that speaks to the verdict on one command: a rule, or a setting of the policy.
type finding struct {
	rule    *rule // nil for the policy's own settings
	ref     *clawrden.RuleRef
	verdict clawrden.Verdict // what it gives: the rule's action, or less where it only may match
	command int
	reason  string
}

// all judges every command.
func (j *judge) all() clawrden.Decision {
	j.written = make([]string, len(j.facts.Paths))
	j.finds = make([]finding, 0, 4+len(j.facts.Commands))
	if j.policy.settings.first {
		j.first()
		return j.decision()
	}
	for i := range j.facts.Commands {
		j.command(i)
	}
	j.overflow()
	if j.verdict == clawrden.Invalid { // nothing but carriers and builtins
		j.add(finding{ref: &j.policy.settings.defRef, verdict: j.policy.settings.def})
	}
	return j.decision()
}

// overflow denies what was too large to be read.
func (j *judge) overflow() {
	if j.facts.Overflow != "" {
		ref := &clawrden.RuleRef{Name: "limits", Action: clawrden.Deny, File: j.policy.settings.defRef.File, Line: j.policy.settings.defRef.Line}
		j.add(finding{ref: ref, verdict: clawrden.Deny, reason: "The command is too large to be judged: " + j.facts.Overflow + "."})
	}
}

func (j *judge) add(f finding) {
	j.finds = append(j.finds, f)
	if j.verdict == clawrden.Invalid {
		j.verdict = f.verdict
		return
	}
	j.verdict = clawrden.Stricter(j.verdict, f.verdict)
}

// command judges one command.
func (j *judge) command(i int) {
	j.look(i)
	j.later = j.comesByItself()
	matched := j.view.cmd.Tool == "" // any rule may be about it, but that it is opaque says it all
	if !matched {
		others := j.policy.index.general
		if j.asked == nil { // else each answer is shown
			others = j.policy.index.about(j.view.cmd.Tool)
		}
		named, general := j.rules(j.policy.index.byName[j.view.cmd.Tool]), j.rules(others)
		matched = named || general
	}
	if !j.later {
		j.opaque(i)
	}
	j.place(i)
	j.file(i)
	if !matched && !j.later && !j.silent() {
		j.add(finding{ref: &j.policy.settings.defRef, verdict: j.policy.settings.def, command: i})
	}
	if j.policy.settings.allowedPaths != nil {
		j.allowed(i)
	}
}

// comesByItself reports whether the command in view will be judged again, on what really runs: in a guard session each exec
// is. Only what denies it counts before; whether it is asked about is settled then. What the shell does around it isn't held:
// a file that it writes counts now.
func (j *judge) comesByItself() bool {
	f, c := j.facts, j.view.cmd
	if f.Way != clawrden.WayGuard || c.Parent < 0 || c.Builtin || j.policy.settings.first || j.inOne() {
		return false
	}
	for i := range j.view.paths {
		if j.view.paths[i].Arg == clawrden.ArgRedirect {
			return false
		}
	}
	for p := c.Parent; p >= 0; p = f.Commands[p].Parent { // what runs elsewhere, on another host or in a container, is seen here only
		parent := &f.Commands[p]
		if g := j.policy.tools.find(parent.Tool); !parent.Builtin && (!parent.Carrier || g == nil || g.inside) {
			return false
		}
	}
	return true
}

// inOne reports whether the file that runs is one of many tools in one, whatever it is called by: such a shell may run those
// tools itself, without an exec.
func (j *judge) inOne() bool {
	exe := &j.facts.Exe
	for exe.Interpreter != nil {
		exe = exe.Interpreter
	}
	g := j.policy.tools.find(path.Base(exe.Resolved))
	return g != nil && g.inside
}

// look turns to one command.
func (j *judge) look(i int) {
	f := j.facts
	from := j.paths
	for j.paths < len(f.Paths) && f.Paths[j.paths].Command == i {
		j.paths++
	}
	j.view = view{facts: f, index: i, cmd: &f.Commands[i], paths: f.Paths[from:j.paths], written: j.written[from:j.paths], homes: homes{dir: f.Home}, example: j.example, masked: j.policy.masked}
}

// rules asks some rules, and reports whether any speaks of the command for sure.
func (j *judge) rules(list []*rule) bool {
	matched := false
	for _, r := range list {
		t := r.matches(&j.view)
		if j.asked != nil {
			j.asked(&j.view, r, t)
		}
		switch {
		case t == no:
			continue
		case r.observe:
			if !slices.Contains(j.observed, r.ref) {
				j.observed = append(j.observed, r.ref)
			}
			continue
		}
		f := finding{rule: r, ref: &r.ref, verdict: r.ref.Action, command: j.view.index, reason: r.reason}
		if t == maybe { // it hinges on words that aren't known: no more than the verdict for those
			if j.policy.settings.opaque == clawrden.Allow {
				continue
			}
			f.verdict = milder(f.verdict, j.policy.settings.opaque)
			f.reason = strings.TrimSpace(fmt.Sprintf("The rule %q may apply, since some words are known only when the command runs. %s", r.ref.Name, r.reason))
		} else {
			matched = true
			j.exe = append(j.exe, r.kinds...)
		}
		if j.later && f.verdict != clawrden.Deny {
			continue
		}
		if r.seesAll && j.view.index < maxCommands {
			j.covers[j.view.index/64] |= 1 << (j.view.index % 64)
		}
		j.add(f)
	}
	return matched
}

func milder(a, b clawrden.Verdict) clawrden.Verdict {
	if clawrden.Stricter(a, b) == a {
		return b
	}
	return a
}

// silent reports whether a command needs no rule of its own: a wrapper that carries judged commands, or a part of the
// shell, unless the shell writes a file for it.
func (j *judge) silent() bool {
	if !j.view.cmd.Carrier && !j.view.cmd.Builtin {
		return false
	}
	for i := range j.view.paths {
		if j.view.paths[i].Write {
			return false
		}
	}
	return true
}

// opaque gives the policy's verdict for a command of which it can't be told what it runs, unless a rule that allows it,
// or the command that runs it, covers that.
func (j *judge) opaque(i int) {
	c := j.view.cmd
	covered := j.covered(i) && !slices.ContainsFunc(c.Env, riskyEnv) || c.Tool == "" && j.covered(c.Parent)
	if len(c.Opaque) == 0 || covered { // whoever allows what a tool runs doesn't mean what its environment makes it run
		return
	}
	j.add(finding{
		ref: &j.policy.settings.opaqueRef, verdict: j.policy.settings.opaque, command: i,
		reason: "It can't be told what this runs: " + strings.Join(c.Opaque, "; ") + ".",
	})
}

func (j *judge) covered(i int) bool {
	return i >= 0 && i < maxCommands && j.covers[i/64]&(1<<(i%64)) != 0
}

// place denies a tool that was found where its tool block doesn't allow it.
func (j *judge) place(i int) {
	g := j.policy.tools.find(j.view.cmd.Tool)
	if g == nil || len(g.exec) == 0 && len(g.sha256) == 0 {
		return
	}
	ref := &clawrden.RuleRef{Name: "tool " + j.view.cmd.Tool, Action: clawrden.Deny, File: g.at.Filename, Line: g.at.Start.Line}
	found, sum := "", ""
	if i == 0 {
		found, sum = j.facts.Exe.Resolved, j.facts.Exe.SHA256
		if found == "" {
			found = j.facts.Exe.Path
		}
	}
	for k := range j.view.paths {
		if pf := &j.view.paths[k]; pf.Arg == clawrden.ArgTool {
			if found = pf.Resolved; found == "" {
				found = lexical(j.facts, pf)
			}
		}
	}
	if found != "" && len(g.exec) > 0 && anyGlob(g.exec, found, &view{facts: j.facts}) != yes {
		j.add(finding{ref: ref, verdict: clawrden.Deny, command: i, reason: fmt.Sprintf("%s was found at %s, which isn't its place.", clawrden.Text(j.view.cmd.Tool), clawrden.Text(found))})
	}
	if sum != "" && len(g.sha256) > 0 && !slices.Contains(g.sha256, sum) {
		j.add(finding{ref: ref, verdict: clawrden.Deny, command: i, reason: fmt.Sprintf("The file of %s isn't one that the policy knows.", clawrden.Text(j.view.cmd.Tool))})
	}
}

func (j *judge) noRule(i int) string {
	if i == 0 && j.facts.Way == clawrden.WayGuard && slices.Contains(j.facts.Exe.Kinds, clawrden.KindWritable) {
		return fmt.Sprintf("No rule speaks of %s as a file that the agent can write (exe_any), so the policy's default decides.", title(&j.facts.Commands[i]))
	}
	return fmt.Sprintf("No rule speaks of %s, so the policy's default decides.", title(&j.facts.Commands[i]))
}

// title names a command with its subcommands.
func title(c *clawrden.CommandFact) string {
	if len(c.Subcommands) == 0 {
		return clawrden.Text(c.Tool)
	}
	return clawrden.Text(c.Tool + " " + strings.Join(c.Subcommands, " "))
}

// allowed finds a path that no allowed path covers.
func (j *judge) allowed(i int) {
	s := &j.policy.settings
	v := j.view
	v.strict, v.homes.wide = false, false
	if i == 0 && anyGlob(s.allowedPaths, j.facts.Cwd, &v) != yes {
		j.outside(i, j.facts.Cwd, clawrden.Deny)
		return
	}
	for k := range v.paths {
		pf := &v.paths[k]
		if pf.Arg == clawrden.ArgTool {
			continue
		}
		switch covered(s.allowedPaths, &v, k) {
		case yes:
		case maybe:
			j.outside(i, pf.Word, s.opaque)
		case no, likely:
			j.outside(i, pf.Word, clawrden.Deny)
			return
		}
	}
}

func (j *judge) outside(i int, word string, verdict clawrden.Verdict) {
	reason := fmt.Sprintf("%s lies outside the allowed paths.", clawrden.Text(word))
	if verdict != clawrden.Deny {
		reason = fmt.Sprintf("%s may lie outside the allowed paths.", clawrden.Text(word))
	}
	j.add(finding{ref: &j.policy.settings.allowedRef, verdict: verdict, command: i, reason: reason})
}
