package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/internal/job"
)

// What a rule has the container engine run (mirror via docker) is no child of its caller's, and so not of the caller's session. For a
// caller under guard it enters by a session of its own, before anything of it runs:
//
//	engine ──exec──▶ launcher, in the caller's container ──▶ guard ──session──▶ daemon   it is the one that was to come
//	                 launcher ──exec──▶ tool               held, and let through: it is what was decided
//	                 tool ──exec──▶ …                      held, and judged like all that its agent runs
//
// A command in a unit whose profile says so does the same; there the launcher has its order from the executor.

// entry is such a session that is to come.
type entry struct {
	job.Entry
	errand    *errand
	unit      string // where it begins; "" for the caller's own container
	container string
	uid       uint32
}

// entries are those whose session hasn't begun, by its name.
type entries struct {
	mu sync.Mutex
	of map[string]*entry
}

// guardInside is where a container is to have the guard's socket.
const guardInside = "/run/clawrden/agent/guard.sock"

var errNoEntry = errors.New("the rule runs it by the container engine (mirror via docker), where it comes under guard only by clawrden-launch, which can't be had: " +
	"the container has to mount /var/lib/clawrden/shims and /run/clawrden/agent, and its agent has to be an ordinary user who can change neither")

var errEngineCopy = errors.New("it can be changed by its caller, and the container engine, by which the rule runs it, can't run a sealed copy; have the agent be an ordinary user of its container, or run it in place")

// findEntry sees to it that what the engine runs for a caller under guard enters by the launcher of this release and goes to this host's
// guard: who could put others in their place would have commands run that nobody holds.
func (d *Daemon) findEntry(ctx context.Context, c *call) error {
	if p := c.decision.Profile; p != nil && p.Guard {
		return d.enterUnit(c, p.Name)
	}
	if c.executor != execDocker || c.held == nil && c.session.name == "" {
		c.entry = nil
		return nil
	}
	if c.entry != nil {
		return nil
	}
	if c.tool != nil && d.o.Writable != agentroot.ByPath && slices.ContainsFunc(c.tool.Stage, func(s agentroot.Stage) bool { return s.Writable }) {
		return errEngineCopy
	}
	var guard unix.Stat_t
	if c.held != nil && c.held.elsewhere || d.o.GuardSocket == "" || unix.Stat(d.o.GuardSocket, &guard) != nil {
		return errNoEntry
	}
	e := inside(ctx, d, c, func(ctx context.Context, r *agentroot.Root) (e job.Entry) {
		for _, own := range d.steps.launchers {
			if e.Launcher == "" && leadsTo(r, own.path, func(f *agentroot.File) bool { return d.isOneOf(ctx, d.steps.launchers, f) }) {
				e.Launcher = own.path
			}
		}
		for _, path := range []string{guardInside, d.o.GuardSocket} {
			if e.Guard == "" && leadsTo(r, path, func(f *agentroot.File) bool { return f.Stat.Dev == guard.Dev && f.Stat.Ino == guard.Ino }) {
				e.Guard = path
			}
		}
		return e
	})
	if e.Launcher == "" || e.Guard == "" {
		return errNoEntry
	}
	c.entry = &entry{Entry: e, container: c.request.Identity.Container, uid: c.request.Identity.UID}
	return nil
}

// enterUnit has a command in a unit be put under guard.
func (d *Daemon) enterUnit(c *call, profile string) error {
	switch {
	case c.executor != execUnit:
		return fmt.Errorf("the profile %q says guard = true, which executor %q can't do; a unit can", profile, c.executor)
	case d.o.GuardSocket == "":
		return fmt.Errorf("the profile %q says guard = true, and this daemon has no guard", profile)
	}
	c.entry = &entry{Entry: job.Entry{Guard: d.o.GuardSocket, Group: d.o.AgentsGID}}
	return nil
}

// leadsTo reports whether a path leads to what it should, and its caller can't have it lead elsewhere.
func leadsTo(r *agentroot.Root, path string, is func(*agentroot.File) bool) bool {
	f, err := r.Walk(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return f.Stable && is(f)
}

// enter has the session that is to come let one exec through: what was decided. It may until done is called.
func (d *Daemon) enter(c *call) (done func()) {
	e := c.entry
	last := &c.tool.Stage[len(c.tool.Stage)-1]
	e.errand = &errand{
		id: c.request.ID, entry: e, file: inode{last.Stat.Dev, last.Stat.Ino}, sha256: last.SHA256,
		program: clawrden.Ancestor{Tool: c.facts.Tool, Own: d.runsOwn(c)},
	}
	if last.Sealed >= 0 {
		e.errand.file, e.errand.sealed = placeOf(last.Sealed), true
	}
	if c.executor == execUnit {
		e.Session, e.unit = "job-"+c.request.ID, job.CommandUnit(c.request.ID)
		e.errand.inUnit(c)
	} else {
		e.Session, e.errand.words = "exec-"+c.request.ID, append([]string{}, c.runRequest().Env...)
		e.errand.add(append([]string{c.tool.Path}, c.request.Args()...))
		e.errand.argv = asKernel(c.tool, e.errand.argv)
	}
	if c.cwd != nil {
		e.errand.cwd = placeOf(int(c.cwd.Fd()))
	}
	s := &d.entries
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		s.of = map[string]*entry{}
	}
	s.of[e.Session] = e
	return func() {
		s.mu.Lock()
		delete(s.of, e.Session)
		s.mu.Unlock()
		d.steps.spend(e.errand)
	}
}

// inUnit has the words that the kernel makes of what the launcher runs: by its path where nobody but root leads that elsewhere, else by
// descriptor.
func (e *errand) inUnit(c *call) {
	argv := c.request.Argv
	if len(argv) == 0 {
		argv = []string{c.tool.Path}
	}
	if c.tool.Stable() {
		e.add(argv)
		e.argv = asKernel(c.tool, e.argv)
		return
	}
	fds, words := c.tool.Chain()
	for _, w := range words {
		if w.IsFD {
			e.argv = append(e.argv, errandWord{file: placeOf(fds[w.FD])})
		} else {
			e.argv = append(e.argv, errandWord{text: w.Text})
		}
	}
	e.add(argv[min(len(words), 1):])
}

// enters lets a session that begins run what was decided, where it is one that was to come. An error is why it isn't that one.
func (d *Daemon) enters(s *session) error {
	d.entries.mu.Lock()
	defer d.entries.mu.Unlock()
	e := d.entries.of[s.Name]
	if e == nil {
		return nil
	}
	if s.peer == nil || e.unit != "" && s.Identity.Unit != e.unit || e.unit == "" && (s.Identity.Container != e.container || s.Identity.UID != e.uid) {
		return errors.New("a session of this name is to begin elsewhere; choose another")
	}
	delete(d.entries.of, s.Name)
	e.errand.process = pidStart{s.Identity.PID, s.Identity.Start}
	d.steps.send(e.errand)
	return nil
}

// engines are the variables that an engine gives a command that has none of the name.
var engines = []string{"HOME", "HOSTNAME", "PATH", "TERM"}

// sameByEngine reports whether an environment is what an engine makes of another one: in any order, and with some of its own.
func sameByEngine(want, got []string) bool {
	left := make(map[string]bool, len(want))
	names := make(map[string]bool, len(want))
	for _, v := range want {
		name, _, ok := strings.Cut(v, "=")
		if ok {
			left[v], names[name] = true, true
		}
	}
	for _, v := range got {
		name, _, _ := strings.Cut(v, "=")
		if !left[v] && (names[name] || !slices.Contains(engines, name)) {
			return false
		}
		delete(left, v)
	}
	return len(left) == 0
}
