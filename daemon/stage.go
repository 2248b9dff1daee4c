package daemon

import (
	"cmp"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// Bounds of what is kept of a candidate's disagreements, and of what is shown of each.
const (
	maxStageGroups   = 256 // further ones are counted together
	maxStageExamples = 3
	maxStageTool     = 120  // characters
	maxStageArgs     = 1024 // bytes of an example
)

// stage is the candidate of the policy, if there is one: the one that judges, and the last one, which is shown and may come into force.
type stage struct {
	running  atomic.Pointer[staged] // asked on the way of each command; nil costs nothing
	changing sync.Mutex
	last     *staged // guarded by changing
	path     string
}

// staged is a policy that judges beside the one in force, and what came of it.
type staged struct {
	Policy
	files map[string]string
	rates rates // its own, from its beginning on

	mu     sync.Mutex
	s      clawrden.Stage // guarded by mu, as is all below; Groups, Changes and Looser are made when it is shown
	groups map[stageKey]*clawrden.Disagreement
	dirty  bool
	timers []*time.Timer
}

type stageKey struct {
	old, updated         clawrden.Verdict
	oldRule, updatedRule clawrden.RuleRef
	tool                 string
}

// differs is where two policies disagreed on a call; its example is taken once the call's record has been masked.
type differs struct {
	of    *staged
	group *clawrden.Disagreement
}

// beside has the candidate judge a call that the policy in force has just judged. Whatever becomes of it, the call goes on.
func (d *Daemon) beside(c *call) {
	s := d.stage.running.Load()
	if s == nil || c.can || c.beside {
		return
	}
	c.beside = true
	defer func() {
		if v := recover(); v != nil {
			d.log.Error("the staged policy failed", slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
		}
	}()
	decision, sure := s.judge(c)
	c.differs = s.count(&c.facts, &c.decision, &decision, sure)
}

// judge gives the candidate's decision, by its own grammars and counters. It isn't sure where they name paths that were not resolved.
func (s *staged) judge(c *call) (clawrden.Decision, bool) {
	f, sure := s.read(c, &c.facts)
	f.Counts = s.rates.count(&f.Identity, s.Counts(&f), f.Time, true)
	out := s.Decide(&f)
	if c.held == nil {
		return out, sure
	}
	for i := range c.held.also {
		g, known := s.read(c, &c.held.also[i])
		g.Counts = f.Counts
		out, sure = stricter(out, s.Decide(&g)), sure && known
	}
	return out, sure
}

// read makes the candidate's facts out of those of the policy in force.
func (s *staged) read(c *call, f *clawrden.Facts) (g clawrden.Facts, sure bool) {
	argv := append([]string{f.Tool}, f.Args...)
	if f.Renamed && len(c.request.Argv) > 0 {
		argv[0] = c.request.Argv[0]
	}
	g = s.Understand(&clawrden.Request{
		ID: c.request.ID, Way: f.Way, Tool: f.Tool, Argv: argv, Cwd: f.Cwd, Env: f.Env, Identity: f.Identity, Received: f.Time,
	})
	g.Exe, g.Home, g.Session, g.Image, g.Lineage, g.Time, g.Renamed = f.Exe, f.Home, f.Session, f.Image, f.Lineage, f.Time, f.Renamed
	g.Paths, sure = slices.Clone(g.Paths), true
	for i := range g.Paths {
		p := &g.Paths[i]
		at := slices.IndexFunc(f.Paths, func(q clawrden.PathFact) bool {
			return q.Word == p.Word && q.Base == p.Base && q.Unknown == p.Unknown
		})
		switch {
		case at >= 0:
			p.Resolved, p.Err = f.Paths[at].Resolved, f.Paths[at].Err
		case p.Arg == clawrden.ArgCwd && p.Word == f.Cwd && f.Cwd != "":
			p.Resolved = f.Cwd // it was followed when the call was resolved
		case p.Unknown:
			p.Err = "it isn't known before the command runs"
		default:
			p.Err, sure = "it wasn't resolved for this policy", false
		}
	}
	return g, sure
}

// count counts one command that both have judged.
func (s *staged) count(f *clawrden.Facts, old, updated *clawrden.Decision, sure bool) *differs {
	a, b := said(old), said(updated)
	s.mu.Lock()
	defer s.mu.Unlock()
	n := &s.s.Counts
	s.dirty = true
	if !sure {
		n.Untold++
		return nil
	}
	if n.Judged++; a == b {
		return nil
	}
	n.Disagreed++
	switch b {
	case clawrden.Allow:
		n.Allowed++
	case clawrden.Deny:
		n.Denied++
	case clawrden.Ask:
		n.More++
	case clawrden.Invalid: // said gives none
	}
	if a == clawrden.Ask {
		n.Fewer++
	}
	group := s.group(f, old, updated)
	group.Count++
	return &differs{s, group}
}

// said is a policy's own verdict, in observe mode too.
func said(d *clawrden.Decision) clawrden.Verdict {
	switch {
	case d.Would != clawrden.Invalid:
		return d.Would
	case d.Verdict == clawrden.Invalid:
		return clawrden.Deny
	}
	return d.Verdict
}

// group finds the group of a disagreement, or makes one; those past the bound are one for each pair of verdicts.
func (s *staged) group(f *clawrden.Facts, old, updated *clawrden.Decision) *clawrden.Disagreement {
	key := stageKey{old: said(old), updated: said(updated), tool: toolOf(f)}
	if r := old.Rule(); r != nil {
		key.oldRule = *r
	}
	if r := updated.Rule(); r != nil {
		key.updatedRule = *r
	}
	if g := s.groups[key]; g != nil {
		return g
	}
	if len(s.groups) >= maxStageGroups {
		key = stageKey{old: key.old, updated: key.updated, tool: "others"}
		if g := s.groups[key]; g != nil {
			return g
		}
	}
	g := &clawrden.Disagreement{Old: key.old, New: key.updated, Tool: key.tool, Examples: []clawrden.StageExample{}}
	if key.oldRule.Name != "" {
		g.OldRule = &key.oldRule
	}
	if key.updatedRule.Name != "" {
		g.NewRule = &key.updatedRule
	}
	s.groups[key] = g
	return g
}

// toolOf names what a command is: its tool and subcommands.
func toolOf(f *clawrden.Facts) string {
	words := []string{f.Tool}
	if len(f.Commands) > 0 {
		words = append(words, f.Commands[0].Subcommands...)
	}
	shown, _ := display.Text(strings.Join(words, " "), maxStageTool)
	return shown
}

// example keeps a command by its record, in which secrets are masked.
func (x *differs) example(r *clawrden.Record) {
	if x == nil {
		return
	}
	x.of.mu.Lock()
	defer x.of.mu.Unlock()
	if len(x.group.Examples) >= maxStageExamples {
		return
	}
	e := clawrden.StageExample{ID: r.ID, Command: strings.Clone(r.Command), Cwd: shown(r.Cwd, maxStageArgs), Args: []string{}}
	room := maxStageArgs
	for _, w := range r.Args {
		if room -= len(w); room < 0 {
			e.Args = append(e.Args, "…")
			break
		}
		e.Args = append(e.Args, strings.Clone(w))
	}
	x.group.Examples = append(x.group.Examples, e)
}

// view is what is shown of it, without what it says differently.
func (s *staged) view() clawrden.Stage {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.s
	v.Groups, v.Changes, v.Looser = make([]clawrden.Disagreement, 0, len(s.groups)), []string{}, []string{}
	for _, g := range s.groups {
		h := *g
		h.Examples = slices.Clone(g.Examples)
		v.Groups = append(v.Groups, h)
	}
	slices.SortFunc(v.Groups, func(a, b clawrden.Disagreement) int {
		return cmp.Or(cmp.Compare(a.New.Strictness(), b.New.Strictness()), cmp.Compare(b.Old.Strictness(), a.Old.Strictness()),
			cmp.Compare(b.Count, a.Count), cmp.Compare(a.Tool, b.Tool), cmp.Compare(fmt.Sprint(a.OldRule, a.NewRule), fmt.Sprint(b.OldRule, b.NewRule)))
	})
	return v
}
