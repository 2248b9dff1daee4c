package profile

import (
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// maker makes one plan.
type maker struct {
	target     Target
	best       bool // gaps are told rather than refused
	restricted bool // the file system
	plan       *Plan
	lacks      []Gap // what isn't held
}

// LackError tells what a form or a machine can't hold of a profile that doesn't say best_effort.
type LackError struct {
	Profile string
	Lacks   []Gap
}

func (e *LackError) Error() string {
	parts := make([]string, len(e.Lacks))
	for i, g := range e.Lacks {
		parts[i] = g.What + ": " + g.Why
	}
	return fmt.Sprintf("cannot hold all of profile %q here: %s. Take it out of the profile, use another executor, or set best_effort = true", e.Profile, strings.Join(parts, "; "))
}

// Compile makes the plan for the launcher. An error says what is wrong with the profile, or is a [LackError].
func Compile(p *clawrden.Profile, t Target) (*Plan, error) {
	if t.Arch == "" {
		t.Arch = Arch(runtime.GOARCH)
	}
	wrong := func(err error) (*Plan, error) { return nil, fmt.Errorf("cannot compile profile %q: %w", p.Name, err) }
	if t.Arch != AMD64 && t.Arch != ARM64 {
		return wrong(fmt.Errorf("there is no table of system calls for %s", t.Arch))
	}
	for _, dir := range []string{t.Home, t.Cwd} {
		if dir != "" && !validPath(Path{Base: BaseRoot, Name: dir}) {
			return wrong(fmt.Errorf("the directory %q is not a plain absolute path", dir))
		}
	}
	m := &maker{target: t, best: p.BestEffort, restricted: p.Filesystem.Restricted, plan: &Plan{Name: p.Name, Arch: t.Arch, NoNewPrivileges: true}}
	c, err := resolve(p)
	if err != nil {
		return wrong(err)
	}
	if err := c.startable(); err != nil {
		return wrong(err)
	}
	if m.plan.Filter, err = c.filter(t.Arch).program(); err != nil {
		return wrong(err)
	}
	if err := m.files(&p.Filesystem); err != nil {
		return wrong(err)
	}
	m.network(p.Network)
	if err := m.limits(&p.Limits); err != nil {
		return wrong(err)
	}
	if len(m.lacks) > 0 && !m.best {
		return nil, &LackError{Profile: p.Name, Lacks: m.lacks}
	}
	m.plan.Gaps = append(m.plan.Gaps, m.lacks...)
	if len(m.plan.Gaps) > maxGaps {
		return wrong(fmt.Errorf("it has more than %d gaps here", maxGaps))
	}
	return m.plan, nil
}

// startable makes sure that the launcher, which is under the filter when it starts the tool, can do that: by a descriptor,
// or by a path where the machine needs it.
func (c *calls) startable() error {
	for _, name := range []string{"execve", "execveat"} {
		if !c.always(name) {
			return fmt.Errorf("its syscalls don't allow %s, by which the tool itself is started, so nothing could run under it; allow \"@process\", or don't deny it", name)
		}
	}
	return nil
}

// gap notes something that can't be held.
func (m *maker) gap(what, why string) { m.lacks = append(m.lacks, Gap{What: what, Why: why}) }

// note tells of something that gives less than the profile says: a state to be seen, but no weakness.
func (m *maker) note(what, why string) { m.plan.Gaps = append(m.plan.Gaps, Gap{What: what, Why: why}) }

func (m *maker) unlessHeld(o Outer, what, why string) {
	if m.target.Holds&o == 0 {
		m.gap(what, why)
	}
}

// minTasks leaves room for the launcher, whose threads count until it has become the tool.
const minTasks = 16

// limits sets what a process can be held to by itself. RLIMIT_NPROC counts a user's processes everywhere, and RLIMIT_AS
// addresses rather than memory: neither is what tasks and memory mean.
func (m *maker) limits(l *clawrden.Limits) error {
	if l.Tasks != 0 && l.Tasks < minTasks {
		return fmt.Errorf("limits.tasks is %d; the launcher alone takes up to %d", l.Tasks, minTasks)
	}
	for _, x := range []struct {
		set  bool
		what string
	}{{l.Memory > 0, "limits.memory"}, {l.Tasks > 0, "limits.tasks"}, {l.CPU > 0, "limits.cpu"}} {
		if x.set {
			m.unlessHeld(OuterLimits, x.what, "this takes a cgroup of its own")
		}
	}
	if l.Time > 0 {
		m.unlessHeld(OuterTime, "limits.time", "nothing here ends the run in time")
	}
	if l.Output > 0 {
		m.unlessHeld(OuterOutput, "limits.output", "the output goes straight to the agent's own descriptors, where it isn't counted")
	}
	if l.OpenFiles > 0 {
		m.plan.Rlimits = append(m.plan.Rlimits, Rlimit{Resource: unix.RLIMIT_NOFILE, Value: uint64(l.OpenFiles)})
	}
	return nil
}
