package policy

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/clawrden/clawrden"
)

// rule is one compiled rule.
type rule struct {
	ref       clawrden.RuleRef
	at        hcl.Range
	commands  []commandPattern
	when      condition   // all must hold
	unless    []condition // none may hold
	exe       *exePred    // of a rule that allows and doesn't speak of it: which kinds of files it is about
	kinds     []string    // the kinds that it names
	reason    string
	executor  *executor        // nil for the way's own default
	approval  *ApprovalProfile // nil for the defaults
	profile   *Profile         // nil for none
	limits    clawrden.Limits
	passEnv   []*wordGlob // variables that are passed on although they would be left out
	examples  []example
	recording string // output, all or ""
	observe   bool   // recorded only
	fixed     bool   // approvals of it can't be remembered
	seesAll   bool   // covers what can't be seen too
	counted   bool   // what it allows in sessions is counted instead of recorded
	rank      int    // how closely commands name the tool: 0 by name, 1 by glob or path, 2 any
}

// commandPattern is one word of `commands`.
type commandPattern struct {
	name string    // a plain base name
	word *wordGlob // a glob over base names
	path *pathGlob // a glob over the path that the tool was found at
}

// condition is a list of predicates that must all hold.
type condition []pred

// pred is one question about one command.
type pred interface {
	// eval answers it from the facts alone.
	eval(v *view) truth
	// describe says what must hold, for explanations: `args is ["push"]`.
	describe() string
}

// view is one command among the facts, as predicates see it.
type view struct {
	facts   *clawrden.Facts
	index   int // of the command
	cmd     *clawrden.CommandFact
	paths   []clawrden.PathFact // of this command
	written []string            // the same as written, made absolute when first asked for; may be nil
	homes   homes
	strict  bool // the rule denies or asks
	excuse  bool // the question stands in an exception
	masked  mask // facts from a record: what is assumed of those that it lacks
	example bool // a match or not_match example: only the words count, the place and the person fit
}

// fits answers questions about place and person in examples, which speak of words alone: they hold, except in exceptions.
func (v *view) fits() truth { return truthOf(!v.excuse) }

// holds is the least of the predicates' answers.
func (c condition) holds(v *view) truth {
	t := yes
	for _, p := range c {
		if t = min(t, p.eval(v)); t == no {
			return no
		}
	}
	return t
}

// matches says how surely the rule matches one command. A rule that denies or asks matches on facts that aren't known and
// is excused only by an exception that surely holds; a rule that allows is the other way round. So the result is no, yes,
// or, for strict rules alone, maybe: the rule hinges on words that aren't known before the command runs.
func (r *rule) matches(v *view) truth {
	v.strict = r.ref.Action != clawrden.Allow
	v.homes.wide, v.excuse = v.strict, false
	t := r.named(v)
	if t != no { // most by far are about other tools
		t = min(t, r.when.holds(v))
	}
	if r.exe != nil && t != no {
		t = min(t, r.exe.eval(v))
	}
	switch {
	case t == no || t != yes && !v.strict:
		return no
	case t == likely:
		t = yes
	}
	v.homes.wide, v.excuse = !v.strict, true
	for _, u := range r.unless {
		if e := u.holds(v); e == yes || e != no && !v.strict {
			return no
		}
	}
	return t
}

// named asks whether the rule's commands name this one.
func (r *rule) named(v *view) truth {
	t := no
	for i := range r.commands {
		if t = max(t, r.commands[i].match(v)); t == yes {
			return yes
		}
	}
	return t
}

func (c *commandPattern) match(v *view) truth {
	tool := v.cmd.Tool
	switch {
	case tool == "":
		return maybe // the name itself isn't known
	case c.name != "":
		return truthOf(c.name == tool)
	case c.word != nil:
		return truthOf(c.word.match(tool))
	}
	return c.matchPath(v)
}

// matchPath compares the places that the tool was found at: as written or found by PATH, and with symlinks followed. A
// rule that allows needs the file itself, with symlinks followed, in the pattern.
func (c *commandPattern) matchPath(v *view) truth {
	found, resolved := "", ""
	if v.index == 0 {
		found, resolved = v.facts.Exe.Path, v.facts.Exe.Resolved
	}
	for i := range v.paths {
		if v.paths[i].Arg == clawrden.ArgTool {
			found, resolved = lexical(v.facts, &v.paths[i]), v.paths[i].Resolved
		}
	}
	if found == "" && resolved == "" {
		if v.strict { // the place isn't known: a rule for one place applies if the name would
			return min(likely, truthOf(c.couldBe(v.cmd.Tool)))
		}
		return no
	}
	if resolved == "" {
		resolved = found
	}
	if v.strict {
		return truthOf(c.path.match(resolved, v.homes) || c.path.match(found, v.homes))
	}
	return truthOf(c.path.match(resolved, v.homes))
}

// mayName reports whether the rule's commands may name a tool, wherever it is found.
func (r *rule) mayName(tool string) bool {
	return slices.ContainsFunc(r.commands, func(c commandPattern) bool {
		return c.path != nil || c.name == tool || c.word != nil && c.word.match(tool)
	})
}

// couldBe compares the pattern's last component with a tool's name.
func (c *commandPattern) couldBe(tool string) bool {
	for i := range c.path.alts {
		parts := c.path.alts[i].parts
		if n := len(parts); n > 0 && (parts[n-1] == "**" || matchRun(parts[n-1], tool)) {
			return true
		}
	}
	return false
}

func isGlob(s string) bool { return strings.ContainsAny(s, `*?[{\`) }
