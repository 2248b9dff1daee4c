// Package learn proposes rules from past commands: what ran, by kind of command, as rules that allow just that.
//
// A proposal is for a person to read, shorten and sign; it is never put in force. It must never allow anything that was
// denied before, by the policy or by a person, and never an interpreter, a wrapper or a shell, whose arguments say nothing
// of what they run. `clawrden policy learn` calls it.
package learn

import (
	"cmp"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/replay"
)

// Limits of what is kept and written.
const (
	maxGroups   = 10_000 // kinds of commands that are told apart
	maxDenied   = 20_000 // different denied commands that proposals are checked against
	maxExamples = 3
	maxDirs     = 4 // directories that one rule names
	maxOperands = 8 // operands that one rule names
	maxFlags    = 40
)

// Options say what is enough for a proposal.
type Options struct {
	Min int // how often a kind of command must have run; 0 means 2
}

// Proposal is what was learned.
type Proposal struct {
	Records int       `json:"records"` // decided commands that were read
	Bad     int       `json:"bad"`     // lines that are no records
	Rules   []Rule    `json:"rules"`
	Skipped []Skipped `json:"skipped"` // kinds of commands for which nothing is proposed, and why
}

// Rule is one proposed rule.
type Rule struct {
	Name        string   `json:"name"`
	Tool        string   `json:"tool"`
	Subcommands []string `json:"subcommands,omitempty"`
	Flags       []string `json:"flags"`                 // the only options
	Operands    []string `json:"operands,omitempty"`    // beside those that name paths
	AnyOperand  bool     `json:"any_operand,omitempty"` // operands that name no paths can't be listed: they vary
	Paths       []string `json:"paths"`
	Count       int      `json:"count"`    // how many commands it is drawn from
	Approved    int      `json:"approved"` // of these by a person
	Examples    []string `json:"examples"`

	exact bool // Operands are all that there are
}

// Skipped is a kind of command without a proposal.
type Skipped struct {
	Tool  string `json:"tool"`
	Why   string `json:"why"`
	Count int    `json:"count"`
}

// From reads a log and proposes rules. Commands are read by the policy's grammars; those that its rules allow already
// aren't proposed again.
func From(in *replay.Reader, p *policy.Policy, o Options) (Proposal, error) {
	l := learner{policy: p, groups: map[string]*group{}}
	seen := map[string][]*group{}
	for {
		past, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Proposal{}, err
		}
		groups, known := seen[string(past.Key)]
		if !known {
			r, err := past.Record()
			if err != nil {
				in.Bad++
				continue
			}
			groups = l.add(r)
			if len(seen) >= maxDenied {
				clear(seen)
			}
			seen[string(past.Key)] = groups
		}
		l.records++
		for _, g := range groups {
			g.count++
		}
	}
	return Proposal{Records: l.records, Bad: in.Bad, Rules: l.rules(cmp.Or(o.Min, 2)), Skipped: l.skips()}, nil
}

// learner gathers kinds of commands.
type learner struct {
	policy  *policy.Policy
	groups  map[string]*group // by tool and subcommands
	denied  []*clawrden.Record
	many    bool // more were denied than are kept
	fine    bool // a kind of command of which one was denied may have a rule that doesn't allow that one
	records int
}

// group is one kind of command: a tool with its subcommands.
type group struct {
	tool     string
	subs     []string
	flags    map[string]bool
	operands map[string]bool
	dirs     map[string]bool
	examples []string
	count    int
	approved int
	why      string // why nothing is proposed; "" so far
	idle     string // why nothing was learned of one of its commands
	none     bool   // some had no operands
	pathed   bool   // some had operands that name paths
}

// add puts one record, and all that are alike, into the groups of its commands.
func (l *learner) add(r *clawrden.Record) []*group {
	f, sure := replay.Facts(l.policy, r)
	ran := r.Decision == clawrden.OutcomeAllow || r.Decision == clawrden.OutcomeApproved
	refused := r.Decision == clawrden.OutcomeDeny || r.Decision == clawrden.OutcomeDenied ||
		len(r.Rules) > 0 && r.Rules[0].Action == clawrden.Deny // in observe mode
	if refused {
		if l.many = l.many || len(l.denied) >= maxDenied; !l.many {
			l.denied = append(l.denied, r)
		}
	}
	var out []*group
	opaque := f.Overflow != ""
	wrapped := false // run by something that isn't proposed, such as sudo: that says nothing of the command alone
	for i := range f.Commands {
		c := &f.Commands[i]
		opaque = opaque || len(c.Opaque) > 0 || len(c.Unknown) > 0
		if runs, _ := l.policy.RunsOthers(c.Tool, c.Subcommands); runs && !c.Carrier && len(f.Commands) > 1 {
			wrapped = true
		}
	}
	var alone []clawrden.CommandVerdict
	if l.fine {
		alone = l.policy.Verdicts(&f)
	}
	for i := range f.Commands {
		c := &f.Commands[i]
		if c.Carrier || c.Builtin || c.Tool == "" || i < len(alone) && alone[i].Verdict == clawrden.Allow.String() {
			continue
		}
		g := l.group(c)
		if g == nil || slices.Contains(out, g) {
			continue
		}
		out = append(out, g)
		switch {
		case refused && l.fine:
			g.idle = "never ran"
			out = out[:len(out)-1]
		case refused:
			g.why = "was denied before"
		case opaque:
			g.idle = "ran only with something that can't be seen"
			out = out[:len(out)-1]
		case wrapped && g.why == "":
			g.idle = "ran only within something else"
			out = out[:len(out)-1]
		case !ran:
			g.idle = "never ran"
			out = out[:len(out)-1]
		case allowedAlready(r):
			out = out[:len(out)-1]
		default:
			g.learn(&f, i, sure)
			if r.Decision == clawrden.OutcomeApproved {
				g.approved++
			}
		}
	}
	return out
}

func allowedAlready(r *clawrden.Record) bool {
	return r.Decision == clawrden.OutcomeAllow && len(r.Rules) > 0 && r.Rules[0].Action == clawrden.Allow
}

func (g *group) skip(why string) {
	if g.why == "" {
		g.why = why
	}
}

func (l *learner) group(c *clawrden.CommandFact) *group {
	key := strings.Join(append([]string{c.Tool}, c.Subcommands...), "\x00")
	if g := l.groups[key]; g != nil {
		return g
	}
	if len(l.groups) >= maxGroups {
		return nil
	}
	g := &group{tool: c.Tool, subs: c.Subcommands, flags: map[string]bool{}, operands: map[string]bool{}, dirs: map[string]bool{}}
	if runs, known := l.policy.RunsOthers(c.Tool, c.Subcommands); runs {
		g.why = "runs other programs, or rules the host"
	} else if !known {
		g.why = "isn't known well enough: there is no grammar of it"
	}
	l.groups[key] = g
	return g
}

// learn notes what one command used.
func (g *group) learn(f *clawrden.Facts, i int, sure bool) {
	c := &f.Commands[i]
	for k := range c.Flags {
		if len(g.flags) <= maxFlags {
			g.flags[c.Flags[k].Names[0]] = true
		}
	}
	isPath := map[int]bool{}
	found := false
	for k := range f.Paths {
		p := &f.Paths[k]
		if p.Command != i || p.Arg == clawrden.ArgTool || p.Arg == clawrden.ArgCwd {
			continue
		}
		if p.Arg >= 0 {
			isPath[p.Arg] = true
		}
		found = true
		g.place(p, f.Cwd, sure)
	}
	if !found {
		g.dirs[f.Cwd] = true
	}
	g.none = g.none || len(c.Operands) == 0
	for _, at := range c.Operands {
		g.pathed = g.pathed || isPath[at]
		if !isPath[at] && len(g.operands) <= maxOperands {
			g.operands[c.Args[at]] = true
		}
	}
	shown := strings.Join(append([]string{c.Tool}, c.Args...), " ")
	if len(g.examples) < maxExamples && !slices.Contains(g.examples, shown) {
		g.examples = append(g.examples, shown)
	}
}

// place notes the directory that a path lies in.
func (g *group) place(p *clawrden.PathFact, cwd string, sure bool) {
	switch {
	case p.Err != "" || p.Unknown:
		g.skip("names paths that couldn't be resolved")
	case p.Resolved == "" && !sure:
		g.skip("names paths that the records don't resolve")
	case p.Resolved == cwd || strings.HasPrefix(p.Resolved, cwd+"/"):
		g.dirs[cwd] = true // the working directory says more than one below it
	default:
		g.dirs[path.Dir(p.Resolved)] = true
	}
}
