package learn

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/replay"
)

// rules makes a rule of each group that may have one, the most frequent first, and drops those that would allow what was
// denied before.
func (l *learner) rules(least int) []Rule {
	out := []Rule{}
	for _, key := range slices.Sorted(maps.Keys(l.groups)) {
		g := l.groups[key]
		if len(g.examples) == 0 && g.why == "" {
			g.why = cmp.Or(g.idle, "is allowed already")
			continue
		}
		if g.why == "" && g.count < least {
			g.why = "ran too seldom"
		}
		if g.why == "" && len(g.flags) > maxFlags {
			g.why = "uses too many options"
		}
		if g.why != "" {
			continue
		}
		r := g.rule()
		if r.Paths == nil {
			g.why = "works all over the file system"
			continue
		}
		if l.allowsDenied(&r) {
			g.why = "can't be told from what was denied before"
			continue
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b Rule) int { return cmp.Compare(b.Count, a.Count) })
	return out
}

func (g *group) rule() Rule {
	words := append([]string{g.tool}, g.subs...)
	r := Rule{
		Name: "learned: " + strings.Join(words, " "), Tool: g.tool, Flags: []string{}, Paths: dirs(g.dirs),
		Count: g.count, Approved: min(g.approved, g.count), Examples: g.examples,
	}
	if len(g.subs) > 0 {
		r.Subcommands = []string{strings.Join(g.subs, " ")}
	}
	r.Flags = append(r.Flags, slices.Sorted(maps.Keys(g.flags))...)
	switch {
	case len(g.operands) > maxOperands || len(g.operands) > 0 && (g.none || g.pathed):
		r.AnyOperand = true
	default:
		r.Operands = append([]string{}, slices.Sorted(maps.Keys(g.operands))...)
		r.exact = !g.pathed
	}
	return r
}

// dirs gives few directories that hold all; nil where these would be too near the root to mean anything.
func dirs(set map[string]bool) []string {
	list := slices.Sorted(maps.Keys(set))
	for {
		list = slices.Compact(list)
		for i := 0; i+1 < len(list); { // one within another
			if strings.HasPrefix(list[i+1], list[i]+"/") {
				list = slices.Delete(list, i+1, i+2)
				continue
			}
			i++
		}
		if len(list) <= maxDirs {
			break
		}
		best := 0 // the two neighbours that have most in common
		for i := 1; i+1 < len(list); i++ {
			if len(common(list[i], list[i+1])) > len(common(list[best], list[best+1])) {
				best = i
			}
		}
		list[best] = common(list[best], list[best+1])
		list = slices.Delete(list, best+1, best+2)
		slices.Sort(list)
	}
	var out []string
	for _, d := range list {
		if strings.Count(d, "/") < 2 && d != "/tmp" || strings.ContainsAny(d, "\\*?[{}") || !strings.HasPrefix(d, "/") {
			return nil
		}
		out = append(out, d+"/**")
	}
	return out
}

// common is the deepest directory above both, without a slash at its end.
func common(a, b string) string {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < min(len(as), len(bs)) && as[n] == bs[n] {
		n++
	}
	return strings.Join(as[:n], "/")
}

// allowsDenied judges everything that was denied by the rule alone.
func (l *learner) allowsDenied(r *Rule) bool {
	if l.many {
		return true // not all that was denied is known
	}
	p, diags := policy.Parse(map[string][]byte{"proposal.hcl": append([]byte("policy {\n  default = \"deny\"\n}\n"), r.hcl()...)})
	if diags.HasErrors() {
		return true
	}
	for _, d := range l.denied {
		if _, mildest := replay.Judge(p, d); mildest.Verdict == clawrden.Allow {
			return true
		}
	}
	return false
}

// skips lists the groups without a rule, the most frequent first.
func (l *learner) skips() []Skipped {
	out := []Skipped{}
	for _, key := range slices.Sorted(maps.Keys(l.groups)) {
		if g := l.groups[key]; g.why != "" && g.count > 0 {
			out = append(out, Skipped{Tool: clawrden.Text(strings.Join(append([]string{g.tool}, g.subs...), " ")), Why: g.why, Count: g.count})
		}
	}
	slices.SortStableFunc(out, func(a, b Skipped) int { return cmp.Compare(b.Count, a.Count) })
	return out
}
