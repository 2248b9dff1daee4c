package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// Change is one thing that two policies say differently.
type Change struct {
	Kind  string   `json:"kind"` // added, removed, changed
	Block string   `json:"block"`
	Name  string   `json:"name,omitempty"`
	File  string   `json:"file,omitempty"` // of the new one, where it is there
	Line  int      `json:"line,omitempty"`
	Old   []string `json:"old"` // what only the old one says
	New   []string `json:"new"` // what only the new one says
}

// Compare tells which settings, rules, grants, profiles, approval, executor and tool blocks differ, by name. Tests and the order of files are
// no difference; where rules go by their order, their places are.
func Compare(old, updated *Policy) []Change {
	changes := []Change{}
	add := func(block, name string, at clawrden.RuleRef, a, b []string) {
		c := Change{Kind: "changed", Block: block, Name: name, File: at.File, Line: at.Line, Old: without(a, b), New: without(b, a)}
		switch {
		case a == nil:
			c.Kind = "added"
		case b == nil:
			c.Kind = "removed"
		case len(c.Old)+len(c.New) == 0:
			return
		}
		changes = append(changes, c)
	}
	add("policy", "", updated.settings.defRef, old.settings.say(), updated.settings.say())
	before := map[string]*rule{}
	for _, r := range old.rules {
		before[r.ref.Name] = r
	}
	for i, r := range updated.rules {
		b := r.say(updated, i)
		if o := before[r.ref.Name]; o != nil {
			add("rule", r.ref.Name, r.ref, o.say(old, slices.Index(old.rules, o)), b)
			delete(before, r.ref.Name)
		} else {
			add("rule", r.ref.Name, r.ref, nil, b)
		}
	}
	for i, r := range old.rules {
		if before[r.ref.Name] == r {
			add("rule", r.ref.Name, r.ref, r.say(old, i), nil)
		}
	}
	compareGrants(old, updated, add)
	compareProfiles(old, updated, add)
	compareBlocks(old, updated, add)
	add("environment", "", clawrden.RuleRef{}, old.environment.say(), updated.environment.say())
	add("kill_switch", "", updated.killSwitch.Place, sayKillSwitch(&old.killSwitch), sayKillSwitch(&updated.killSwitch))
	return changes
}

// say writes what the environment block says, one line each.
func (e *Environment) say() []string {
	out := []string{}
	if !e.all {
		out = append(out, "pass "+wordTexts(e.pass))
	}
	if len(e.strip) > 0 {
		out = append(out, "strip "+wordTexts(e.strip))
	}
	for _, name := range slices.Sorted(maps.Keys(e.Set)) {
		out = append(out, fmt.Sprintf("set %s=%q", name, e.Set[name]))
	}
	return out
}

func wordTexts(globs []*wordGlob) string {
	text := make([]string, len(globs))
	for i, g := range globs {
		text[i] = g.text
	}
	return list(text)
}

func sayKillSwitch(k *clawrden.KillSwitch) []string {
	out := []string{
		"running " + string(cmp.Or(k.Running, clawrden.KillRunning)), "agents " + string(cmp.Or(k.Agents, clawrden.KillLeave)),
	}
	if k.Denials > 0 {
		scope := "agent"
		if k.All {
			scope = "all"
		}
		out = append(out, fmt.Sprintf("trip %d denials within %v, scope %s", k.Denials, k.Within, scope))
	}
	return out
}

func compareGrants(old, updated *Policy, add func(block, name string, at clawrden.RuleRef, a, b []string)) {
	before := map[string]*grant{}
	for _, g := range old.grantList() {
		before[g.ID] = g
	}
	for _, g := range updated.grantList() {
		var was []string
		if o := before[g.ID]; o != nil {
			was = o.say()
			delete(before, g.ID)
		}
		add("grant", g.ID, g.ref, was, g.say())
	}
	for _, g := range old.grantList() {
		if before[g.ID] != nil {
			add("grant", g.ID, g.ref, g.say(), nil)
		}
	}
}

func without(a, b []string) []string {
	out := []string{}
	for _, s := range a {
		if !slices.Contains(b, s) {
			out = append(out, s)
		}
	}
	return out
}

// say writes the settings down, one a line.
func (s *settings) say() []string {
	out := []string{"default " + s.def.String(), "opaque " + s.opaque.String()}
	if s.observe {
		out = append(out, "mode observe")
	}
	if s.first {
		out = append(out, "combine first")
	}
	if s.timeout > 0 {
		out = append(out, "timeout "+s.timeout.String())
	}
	if s.selfApproval {
		out = append(out, "self_approval")
	}
	if s.allowedPaths != nil {
		out = append(out, "allowed_paths "+globTexts(s.allowedPaths))
	}
	return out
}

// say writes a rule down, one condition a line.
func (r *rule) say(p *Policy, place int) []string {
	names := make([]string, len(r.commands))
	for i := range r.commands {
		switch c := &r.commands[i]; {
		case c.word != nil:
			names[i] = c.word.text
		case c.path != nil:
			names[i] = c.path.text
		default:
			names[i] = c.name
		}
	}
	out := []string{"commands " + list(names), "action " + r.ref.Action.String()}
	if p.settings.first {
		out = append(out, fmt.Sprintf("place %d", place+1))
	}
	out = append(out, r.when.say()...)
	for _, u := range r.unless {
		out = append(out, "unless "+strings.Join(u.say(), " and "))
	}
	if r.reason != "" {
		out = append(out, fmt.Sprintf("reason %q", r.reason))
	}
	if r.profile != nil {
		out = append(out, fmt.Sprintf("profile %q", r.profile.Name))
	}
	if r.limits != (clawrden.Limits{}) {
		out = append(out, "limits "+strings.Join(sayLimits(&r.limits), ", "))
	}
	if r.recording != "" {
		out = append(out, "recording "+r.recording)
	}
	if len(r.passEnv) > 0 {
		out = append(out, "pass_env "+wordTexts(r.passEnv))
	}
	if r.executor != nil {
		out = append(out, "executor "+r.executor.Name)
	}
	if r.approval != nil {
		out = append(out, "approval "+r.approval.Name)
	}
	for text, on := range map[string]bool{"mode observe": r.observe, "grantable false": r.fixed, "opaque allow": r.seesAll, "record count": r.counted} {
		if on {
			out = append(out, text)
		}
	}
	return out
}

func (c condition) say() []string {
	out := make([]string, len(c))
	for i, p := range c {
		out[i] = p.describe()
	}
	return out
}

// Touched names the tools that the differences between two policies can be about; all is true where they can be about any.
func Touched(old, updated *Policy) (tools map[string]bool, all bool) {
	if old.tools != updated.tools || len(without(old.settings.say(), updated.settings.say())) > 0 || len(without(updated.settings.say(), old.settings.say())) > 0 {
		return nil, true
	}
	tools = map[string]bool{}
	for _, c := range Compare(old, updated) {
		for _, p := range []*Policy{old, updated} {
			for _, g := range p.grantList() {
				if c.Block == "grant" && g.ID == c.Name {
					tools[g.Tool] = true
				}
			}
			for _, r := range p.rules {
				if r.ref.Name != c.Name || c.Block != "rule" {
					continue
				}
				if r.rank > 0 {
					return nil, true
				}
				for i := range r.commands {
					tools[r.commands[i].name] = true
				}
			}
		}
	}
	return tools, false
}
