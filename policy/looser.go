package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// Looser names the differences by which a policy may let run, or ask about, what the one before denied or asked about. It never
// leaves one out that may; of many that it names only a person can tell that they don't.
func Looser(old, updated *Policy) []string {
	out := []string{}
	for _, c := range Compare(old, updated) {
		if !c.stricter(old, updated) {
			out = append(out, c.Text())
		}
	}
	return out
}

// Text says a change in one line.
func (c *Change) Text() string {
	s := c.Kind + " " + c.Block
	if c.Name != "" {
		s += fmt.Sprintf(" %q", c.Name)
	}
	if c.File != "" {
		s += fmt.Sprintf(" (%s:%d)", c.File, c.Line)
	}
	var parts []string
	for _, l := range c.Old {
		parts = append(parts, "- "+l)
	}
	for _, l := range c.New {
		parts = append(parts, "+ "+l)
	}
	if len(parts) > 0 {
		s += ": " + strings.Join(parts, "; ")
	}
	return s
}

// stricter reports whether a change can't but deny or ask more.
func (c *Change) stricter(old, updated *Policy) bool {
	switch c.Block {
	case "policy":
		a, b := &old.settings, &updated.settings
		other := func(s string) bool { return !strings.HasPrefix(s, "default ") && !strings.HasPrefix(s, "opaque ") }
		return !slices.ContainsFunc(c.Old, other) && !slices.ContainsFunc(c.New, other) &&
			b.def.Strictness() >= a.def.Strictness() && b.opaque.Strictness() >= a.opaque.Strictness()
	case "grant":
		return c.Kind == "removed"
	case "profile", "approval", "executor":
		return c.Kind == "added" // what comes into use by it is told by rules
	case "rule":
		return !old.settings.first && !updated.settings.first && c.stricterRule(old, updated)
	}
	return false
}

func (c *Change) stricterRule(old, updated *Policy) bool {
	switch c.Kind {
	case "added":
		r := updated.ruleNamed(c.Name)
		return r != nil && !r.observe && (r.ref.Action == clawrden.Deny || r.ref.Action == clawrden.Ask && updated.settings.def != clawrden.Deny)
	case "removed":
		r := old.ruleNamed(c.Name)
		return r != nil && (r.ref.Action == clawrden.Allow || r.observe) && r.bare() && old.settings.def != clawrden.Allow && updated.settings.def != clawrden.Allow
	}
	told := func(s string) bool { return !strings.HasPrefix(s, "reason ") }
	return !slices.ContainsFunc(c.Old, told) && !slices.ContainsFunc(c.New, told)
}

func (p *Policy) ruleNamed(name string) *rule {
	i := slices.IndexFunc(p.rules, func(r *rule) bool { return r.ref.Name == name })
	if i < 0 {
		return nil
	}
	return p.rules[i]
}

// bare reports whether a rule says nothing of how a command runs: without another one of its kind it might run more freely.
func (r *rule) bare() bool {
	return r.profile == nil && r.executor == nil && r.approval == nil && r.limits == (clawrden.Limits{}) && r.recording == "" && len(r.passEnv) == 0 && !r.fixed
}
