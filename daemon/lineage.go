package daemon

import (
	"bytes"
	"os"
	"strconv"
	"sync"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/execnotify"
	"github.com/clawrden/clawrden/internal/guardlink"
	"github.com/clawrden/clawrden/internal/peercred"
)

// lineage remembers the programs of one session, to tell of each what started it. A program is known by its origin, which all that
// it forks has too until it starts another one: so it doesn't matter who has become whose parent since, nor whether a program that
// forked goes on as another one. What isn't remembered any more is unknown to whatever it starts.
type lineage struct {
	mu         sync.Mutex
	fresh      bool // nothing has been started yet: whoever starts the first program is the session's launcher
	launcher   guardlink.Origin
	shims      map[guardlink.Origin]guardlink.Origin // programs that are the shim: what they run was started by whoever had started them
	young, old map[guardlink.Origin]*program         // those that were looked at since the other one was young, and before
}

// program is one that was started.
type program struct {
	clawrden.Ancestor
	process pidStart
	by      clawrden.Lineage
}

// Limits of what is remembered, a session.
const (
	maxPrograms = 4096 // young ones; as many may be old
	maxLineage  = 16   // ancestors that a command is told of; those beyond are unknown to it
)

// newLineage makes one for a session that has yet to start its first program.
func newLineage(fresh bool) *lineage {
	return &lineage{fresh: fresh, young: map[guardlink.Origin]*program{}}
}

// of tells what starts a program, by the origin of the caller.
func (l *lineage) of(caller guardlink.Origin, p pidStart) clawrden.Lineage {
	l.mu.Lock()
	defer l.mu.Unlock()
	if caller == (guardlink.Origin{}) {
		return clawrden.Lineage{Lost: true}
	}
	if by, ok := l.shims[caller]; ok {
		caller = by
	}
	if l.fresh {
		l.fresh, l.launcher = false, caller
	}
	if caller == l.launcher {
		return clawrden.Lineage{}
	}
	by := l.find(caller)
	if by == nil {
		return clawrden.Lineage{Lost: true}
	}
	out := clawrden.Lineage{Depth: by.by.Depth, Lost: by.by.Lost}
	if by.process != p {
		out.Depth++
	}
	out.Ancestors = append(append(make([]clawrden.Ancestor, 0, 1+len(by.by.Ancestors)), by.Ancestor), by.by.Ancestors...)
	if len(out.Ancestors) > maxLineage {
		out.Ancestors, out.Lost = out.Ancestors[:maxLineage], true
	}
	return out
}

// find looks a program up, and keeps it for longer.
func (l *lineage) find(o guardlink.Origin) *program {
	if p := l.young[o]; p != nil {
		return p
	}
	p := l.old[o]
	if p != nil {
		l.keep(o, p)
	}
	return p
}

func (l *lineage) keep(o guardlink.Origin, p *program) {
	if len(l.young) >= maxPrograms {
		l.old, l.young = l.young, map[guardlink.Origin]*program{}
	}
	l.young[o] = p
}

// add remembers a program that is about to run. Two of one origin can't be told apart: neither speaks for what it starts.
func (l *lineage) add(o guardlink.Origin, p *program) {
	if o == (guardlink.Origin{}) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.find(o) != nil || o == l.launcher {
		p = &program{by: clawrden.Lineage{Lost: true}}
	}
	l.keep(o, p)
}

// pass has what the shim runs count as started by whoever started the shim.
func (l *lineage) pass(shim, by guardlink.Origin) {
	if shim == (guardlink.Origin{}) || by == (guardlink.Origin{}) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if through, ok := l.shims[by]; ok {
		by = through
	}
	if l.fresh {
		l.fresh, l.launcher = false, by
	}
	if l.shims == nil || len(l.shims) >= maxPrograms {
		l.shims = map[guardlink.Origin]guardlink.Origin{}
	}
	l.shims[shim] = by
}

// startedBy stamps what started a held exec.
func (d *Daemon) startedBy(c *call) {
	h := c.held
	if h.lineage = d.sessions.lineage(h.session); h.lineage == nil {
		return
	}
	line := h.lineage.of(h.caller, c.process())
	c.facts.Lineage = &line
}

// remember has the session know a program that is about to run, before the guard lets it go.
func (d *Daemon) remember(c *call) {
	if c.held.lineage == nil || c.facts.Lineage == nil {
		return
	}
	c.held.lineage.add(c.held.image, &program{
		Ancestor: clawrden.Ancestor{Tool: c.facts.Tool, Own: d.runsOwn(c)}, process: c.process(), by: *c.facts.Lineage,
	})
}

// runsOwn reports whether what is about to run is the program that it is called, and nothing can make it run code of the agent's.
func (d *Daemon) runsOwn(c *call) bool {
	t := c.tool
	if t == nil || len(t.Stage) != 1 || t.Stage[0].Writable || !t.Stage[0].Stable || c.held != nil && len(c.held.also) > 0 || !d.policy.Load().RunsOwn(&c.facts) {
		return false
	}
	b, err := peercred.ReadOnce(c.peer.Proc, "personality", 64)
	if err != nil {
		return false
	}
	n, err := strconv.ParseUint(string(bytes.TrimSpace(b)), 16, 64)
	return err == nil && n&execnotify.NoRandom == 0
}

// randomized reports whether this kernel places programs by chance. Where it doesn't, nothing tells one from another.
var randomized = sync.OnceValue(func() bool {
	b, err := os.ReadFile("/proc/sys/kernel/randomize_va_space")
	return err == nil && len(b) > 0 && b[0] != '0'
})
