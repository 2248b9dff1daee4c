package policy

import (
	"strings"

	"github.com/clawrden/clawrden"
)

// What a policy that was converted from the YAML form needs: combine = "first", and patterns over joined arguments. Both
// say less than they seem to, so neither can be used beside the rest of the language: what a wrapper or a shell runs isn't
// looked at, and patterns don't tell options from operands.

// oneFile refuses combine = "first" over several files: their order would decide.
func (c *compiler) oneFile(nodes []*node) {
	s := &c.policy.settings
	if !s.first {
		return
	}
	for _, n := range nodes {
		if n.schema == ruleSchema && n.at.Filename != s.firstAt.Filename {
			c.problem(n.at, "Rule in another file", `combine = "first" (%s) goes by the order of the rules, so all of them must stand in that file.`, place(s.firstAt))
			return
		}
	}
}

// patterns compiles the patterns of a rule.
func (c *compiler) patterns(n *node) condition {
	v, ok := n.vals["patterns"]
	if !ok {
		return nil
	}
	if !c.policy.settings.first {
		c.problem(v.nameAt, "Misplaced patterns", `patterns look at joined text, which is easily evaded. They are only for policies converted from the YAML form, with combine = "first"; use subcommands, flags_any and operands instead.`)
	}
	p := &patternsPred{text: n.texts("patterns")}
	if len(p.text) == 0 {
		c.problem(v.at, "Empty list", "patterns names nothing, so it could never hold; take it out.")
	}
	for i, text := range p.text {
		if strings.TrimSpace(text) == "" {
			c.problem(v.elemAt(i), "Empty pattern", "An empty pattern fits everything.")
			continue
		}
		p.globs = append(p.globs, wordPattern(text))
	}
	return condition{p}
}

// wordPattern compiles the words of a pattern as globs; nil where one of them is none, and only the text counts.
func wordPattern(text string) []wordAlt {
	words := strings.Fields(text)
	out := make([]wordAlt, len(words))
	for i, w := range words {
		if len(w) > maxGlob || checkGlob(w) != nil {
			return nil
		}
		out[i] = wordAlt{pattern: w, plain: !strings.ContainsAny(w, `*?[\`), any: strings.Trim(w, "*") == ""}
	}
	return out
}

// patternsPred asks whether one of some texts is part of the joined arguments, or fits arguments in a row word by word.
type patternsPred struct {
	text  []string
	globs [][]wordAlt // beside text
}

func (p *patternsPred) describe() string { return "patterns " + list(p.text) }

func (p *patternsPred) eval(v *view) truth {
	args := v.cmd.Args
	joined := ""
	if len(args) > 0 {
		joined = strings.Join(args, " ")
	}
	for i, text := range p.text {
		if strings.Contains(joined, text) || fitsInRow(p.globs[i], args) {
			return yes
		}
	}
	return no
}

// fitsInRow reports whether some arguments in a row fit the globs one by one.
func fitsInRow(globs []wordAlt, args []string) bool {
	if len(globs) == 0 {
		return false
	}
	for from := 0; from+len(globs) <= len(args); from++ {
		fits := true
		for k := range globs {
			if !globs[k].match(args[from+k]) {
				fits = false
				break
			}
		}
		if fits {
			return true
		}
	}
	return false
}

func (a *wordAlt) match(word string) bool {
	return a.any || a.plain && a.pattern == word || !a.plain && matchRun(a.pattern, word)
}

// first judges the request's own command by the first rule that matches it.
func (j *judge) first() {
	j.look(0)
	named, general := j.policy.index.byName[j.view.cmd.Tool], j.policy.index.general
	matched := false
	for len(named)+len(general) > 0 && (!matched || j.asked != nil) {
		var r *rule
		if len(general) == 0 || len(named) > 0 && named[0].at.Start.Byte < general[0].at.Start.Byte {
			r, named = named[0], named[1:]
		} else {
			r, general = general[0], general[1:]
		}
		if matched { // only for the explanation
			j.asked(&j.view, r, r.matches(&j.view))
			continue
		}
		matched = j.rules([]*rule{r})
	}
	if !matched {
		j.add(finding{ref: &j.policy.settings.defRef, verdict: j.policy.settings.def})
	}
	j.place(0)
	j.file(0)
	if s := &j.policy.settings; s.allowedPaths != nil {
		v := j.view
		v.strict, v.homes.wide = false, false
		if anyGlob(s.allowedPaths, j.facts.Cwd, &v) != yes {
			j.outside(0, j.facts.Cwd, clawrden.Deny)
		}
	}
	j.overflow()
}
