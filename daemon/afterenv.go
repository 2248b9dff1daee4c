package daemon

import (
	"crypto/sha256"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/internal/guardlink"
)

// A script behind "#!/usr/bin/env NAME" is two execs: of env, and by the same process of what env finds under that name. Once somebody
// has agreed to the first, the second is a step of the same request:
//
//	held: env NAME SCRIPT …   decided, asked, recorded; its follower has what is expected next
//	held: NAME SCRIPT …       judged; where the same rules ask about the very same thing, it goes on, and is followed already
//
// It is judged like any other: only the question isn't put again.

// afterEnv is what a process that was let become env is expected to become next.
type afterEnv struct {
	session string
	image   guardlink.Origin // of env: whoever runs another program first isn't that any more
	agent   clawrden.Identity
	arrived time.Time
	script  inode
	sha256  string
	argv    []string
	env     [sha256.Size]byte
	cwd     inode
	paths   [sha256.Size]byte // that the arguments name, and where they lead
	asked   clawrden.Decision
	counted map[string]int
}

// afterEnvTime is for how long an answer serves for what env runs: it does so at once, on a machine with much to do, too.
const afterEnvTime = 30 * time.Second

// afterEnv says what the program that is about to run is expected to become, where it is env with a script that the caller can't change
// and somebody has agreed to that; else nil.
func (c *call) afterEnv() *afterEnv {
	if c.outcome != clawrden.OutcomeApproved && c.grant == nil || c.decision.Verdict != clawrden.Ask || c.leaves() || c.entry != nil || !c.plain() {
		return nil
	}
	s, argv := c.tool.Stage, c.held.argv
	if len(s) != 2 || len(argv) != len(c.request.Argv)+2 || path.Base(s[1].Path) != "env" || !plainName(s[0].Arg) || s[0].Arg != argv[1] {
		return nil
	}
	a := &afterEnv{
		session: c.held.session, image: c.held.image, agent: c.request.Identity, arrived: time.Now(),
		script: inode{s[0].Stat.Dev, s[0].Stat.Ino}, sha256: s[0].SHA256, env: sumOf(c.request.Env), paths: sumOfPaths(&c.facts), asked: c.decision, counted: c.counted,
	}
	if c.cwd != nil {
		a.cwd = placeOf(int(c.cwd.Fd()))
	}
	for _, w := range argv[1:] {
		a.argv = append(a.argv, strings.Clone(w)) // else it keeps the whole request in memory
	}
	return a
}

// plain reports whether what is held comes from files that all have names and that the caller can't change, and can be read in one way only.
func (c *call) plain() bool {
	if c.tool == nil || len(c.held.also) > 0 || len(c.facts.Exe.Kinds) > 0 {
		return false
	}
	return !slices.ContainsFunc(c.tool.Stage, func(s agentroot.Stage) bool { return s.Writable || !s.Stable })
}

// plainName reports whether env looks for a word along PATH, and takes it neither for an option nor for a variable.
func plainName(word string) bool {
	return word != "" && word[0] != '-' && !strings.ContainsAny(word, "=/ \t")
}

// takeAfter gives, once, what a process is expected to become.
func (s *followed) takeAfter(p pidStart) (a *afterEnv) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.last[p]; f != nil {
		a, f.after = f.after, nil
	}
	return a
}

// findByPath reports whether a name leads along PATH, which has to be there, to the binary that is held, and the caller can change nothing on the way.
func (w *resolution) findByPath(name string, binary *agentroot.File) bool {
	if !plainName(name) || !slices.ContainsFunc(w.request.Env, func(e string) bool { return strings.HasPrefix(e, "PATH=") }) {
		return false
	}
	f, err := w.root.Find(name, searchPath(w.request.Env), func(*agentroot.File) bool { return false })
	if err != nil {
		return false
	}
	defer f.Close()
	return f.Stable && !f.Writable && f.Stat.Dev == binary.Stat.Dev && f.Stat.Ino == binary.Stat.Ino
}

// expects reports whether a held exec, which was looked at, is what was expected: script and content, interpreter, argv, environment,
// directory, and the program that starts it.
func (a *afterEnv) expects(c *call) bool {
	if a == nil || !c.held.byPath || time.Since(a.arrived) > afterEnvTime || !c.plain() {
		return false
	}
	if a.image == (guardlink.Origin{}) || c.held.caller != a.image || c.held.session != a.session {
		return false
	}
	s := c.tool.Stage
	if len(s) != 2 || (inode{s[0].Stat.Dev, s[0].Stat.Ino}) != a.script || s[0].SHA256 != a.sha256 {
		return false
	}
	var cwd inode
	if c.cwd != nil {
		cwd = placeOf(int(c.cwd.Fd()))
	}
	return cwd == a.cwd && sumOfPaths(&c.facts) == a.paths && slices.Equal(c.held.argv, a.argv) && sumOf(c.request.Env) == a.env
}

// sumOfPaths is a digest of where paths lead.
func sumOfPaths(f *clawrden.Facts) [sha256.Size]byte {
	words := make([]string, 0, 3*len(f.Paths))
	for i := range f.Paths {
		words = append(words, f.Paths[i].Word, f.Paths[i].Resolved, f.Paths[i].Err)
	}
	return sumOf(words)
}

// sameAgent reports whether a process is still who and where it was.
func sameAgent(a, b *clawrden.Identity) bool {
	return a.UID == b.UID && a.GID == b.GID && slices.Equal(a.Groups, b.Groups) && a.Cgroup == b.Cgroup && a.Unit == b.Unit &&
		a.Container == b.Container && a.Agent == b.Agent && a.HostNS == b.HostNS && a.PID == b.PID && a.Start == b.Start
}

// goesOn reports whether a held exec that was expected is asked about by the same rules of the same policy, on the same terms, and so has been
// answered. What can't run as it is held is another matter.
func (d *Daemon) goesOn(c *call, expected bool) bool {
	if !expected || c.decision.Verdict != clawrden.Ask || c.failed != nil || c.leaves() || c.entry != nil || !sameAgent(&c.held.after.agent, &c.request.Identity) {
		return false
	}
	was, is := &c.held.after.asked, &c.decision
	return was.Policy == is.Policy && slices.Equal(was.Rules, is.Rules) && was.Limits == is.Limits && was.Recording == is.Recording &&
		clawrden.SameDemands(was.Demands, is.Demands)
}

// passOn lets what env runs go. Its process is followed already, and its session has to know the program.
func (d *Daemon) passOn(c *call) {
	d.remember(c)
	c.reply.started(c)
}
