package daemon

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/protocol"
)

// reader gives the step understand for what is held, by the policy in force.
func (d *Daemon) reader(c *call) func(*clawrden.Request) clawrden.Facts {
	p, session, image, home, at, line := d.policy.Load(), c.held.session, c.facts.Image, d.o.Home(c.request.Identity.UID), c.arrived, c.facts.Lineage
	return func(r *clawrden.Request) clawrden.Facts {
		f := p.Understand(r)
		f.Time, f.Home, f.Session, f.Image, f.Lineage = at, home, session, image, line
		return f
	}
}

// resolveHeld looks at what the guard holds in the agent's own root: the file that the kernel opened, by the names that count.
func (w *resolution) resolveHeld(ctx context.Context) {
	understand, argv := w.understand, w.argv
	f, kinds, err := w.root.Running(w.proc, w.exe, w.held.elsewhere)
	if err != nil {
		w.request.Tool = clawrden.Text(argv[0])
		w.err, w.code = fmt.Errorf("cannot look at the file that runs: %w", err), protocol.ExitDenied
		w.request.Argv = argv
		w.facts = understand(&w.request)
		return
	}
	binary := f.Resolved
	h, err := w.root.LoadHeld(ctx, f, kinds, argv, w.held.asked, w.hasher)
	if err != nil {
		w.err, w.code = err, protocol.ExitDenied
		w.request.Tool, w.request.Argv = path.Base(binary), argv
		w.facts = understand(&w.request)
		return
	}
	w.tool = h.Tool
	w.request.Tool, w.request.Argv = h.Named, argv[h.Script:]
	w.facts = understand(&w.request)
	w.facts.Exe = w.tool.Fact()
	w.facts.Exe.Kinds = h.Kinds
	w.byPath = w.held.after != nil && h.Script == 1 && w.findByPath(argv[0], h.Stage[len(h.Stage)-1].File)
	for _, name := range readings(h, argv) {
		r := w.request
		r.Tool, r.Argv = name, argv
		f := understand(&r)
		f.Exe = w.facts.Exe
		w.also = append(w.also, f)
	}
}

// readings are the names under which the same exec is judged too: the interpreter of a script that the caller could have written,
// and what argv[0] claims, since a program may go by that.
func readings(h *agentroot.Held, argv []string) (names []string) {
	file := path.Base(h.Stage[len(h.Stage)-1].Path)
	if h.Script > 0 {
		if !h.Fixed {
			names = append(names, file)
		}
		return names
	}
	claimed := strings.TrimPrefix(path.Base(argv[0]), "-") // a login shell's
	if claimed != h.Named && claimed != path.Base(h.Stage[0].Resolved) && argv[0] != "" {
		names = append(names, claimed)
	}
	return names
}

// count stamps what the rate conditions have counted.
func (c *call) count(counts map[string]int) {
	c.facts.Counts = counts
	for i := range c.held.also {
		c.held.also[i].Counts = counts
	}
}

// strictest judges every reading of what is held.
func (d *Daemon) strictest(c *call) clawrden.Decision {
	out := d.decide(&c.facts)
	if c.held == nil {
		return out
	}
	for i := range c.held.also {
		other := d.decide(&c.held.also[i])
		counted := out.Counted && other.Counted
		out = stricter(out, other)
		out.Counted = counted
	}
	return out
}

// stricter joins the decisions on two readings of one exec.
func stricter(a, b clawrden.Decision) clawrden.Decision {
	switch {
	case a.Verdict != clawrden.Allow && a.Verdict != clawrden.Ask:
		return a
	case b.Verdict != clawrden.Allow && b.Verdict != clawrden.Ask, a.Verdict == clawrden.Allow && b.Verdict == clawrden.Ask:
		return b
	case a.Verdict == clawrden.Ask && b.Verdict == clawrden.Ask:
		// Both questions are to be answered, under the terms of both.
		a.Rules = append(slices.Clone(a.Rules), b.Rules...)
		a.Fixed = a.Fixed || b.Fixed
		if len(a.Demands) > 0 || len(b.Demands) > 0 {
			a.Demands = append(slices.Clone(a.Demands), b.Demands...)
		}
	}
	return a
}
