package policy

import (
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// Limits of one request. Past them it is denied: what isn't read could be anything, and nobody types that much.
const (
	maxNesting  = 16      // wrappers within wrappers
	maxCommands = 256     // in one request
	maxPathsIn  = 1 << 14 // words that name paths in one request
	maxPathText = 4 << 20 // bytes of them, each with the directory that it starts from: twice the words of the largest request
	maxWords    = 1 << 16 // words of one command
	maxFollowed = 1 << 18 // bytes that variables are followed to in one request: a few letters stand for much text
)

// Understand reads a request's argv into facts. It fills all but Exe, Home, Session, Image, Time, Counts and the Resolved
// and Err of Paths: those are for the step resolve, which looks at the agent's own root.
func (p *Policy) Understand(req *clawrden.Request) clawrden.Facts {
	f := clawrden.Facts{
		Tool: req.Tool, Args: req.Args(), Cwd: req.Cwd, Env: req.Env,
		Way: req.Way, Identity: req.Identity, Time: req.Received,
		Renamed: len(req.Argv) == 0 || tailName(req.Argv[0]) != req.Tool,
	}
	p.read(&f)
	return f
}

// read fills Commands and Paths from Tool, Args and Cwd.
func (p *Policy) read(f *clawrden.Facts) {
	r := reader{policy: p, facts: f}
	f.Overflow = ""
	f.Commands = make([]clawrden.CommandFact, 0, 1)
	f.Paths = append(make([]clawrden.PathFact, 0, 2+len(f.Args)), clawrden.PathFact{Arg: clawrden.ArgCwd, Word: f.Cwd})
	if len(f.Args) > maxWords {
		r.overflow("it has more words than are looked at")
		f.Commands = append(f.Commands, clawrden.CommandFact{Tool: tailName(f.Tool), Word: f.Tool, Args: f.Args, Parent: -1})
		return
	}
	r.command(call{word: f.Tool, name: tailName(f.Tool), args: plain(f.Args), raw: f.Args, parent: -1})
	if !slices.IsSortedFunc(f.Paths, byCommand) {
		slices.SortStableFunc(f.Paths, byCommand)
	}
}

func byCommand(a, b clawrden.PathFact) int { return a.Command - b.Command }

// reader turns one request's words into facts.
type reader struct {
	policy *Policy
	facts  *clawrden.Facts
	depth  int
	parsed int    // bytes of shell text so far
	spent  int    // bytes that variables were followed to
	paths  int    // bytes of words that name paths, with their directories
	input  []word // what standard input holds, where the shell text tells; see sourceOf
}

// call is a command about to be read.
type call struct {
	word   string // as written
	name   string // base name; "" if unknown
	args   []word
	raw    []string // the texts of args, where they exist already
	env    []string
	opaque []string
	parent int
	via    string
	where  where
}

// where is the directory that relative words start from, as far as the command line tells: the working directory where
// nothing is said, and several where the shell may or may not have changed directory before.
type where struct {
	dirs    []string // relative to the working directory, or absolute; nil for that itself
	unknown bool
}

// command adds a command and all that is nested in it, and returns its index; past a limit the parent's.
func (r *reader) command(c call) int {
	f := r.facts
	if len(f.Commands) >= maxCommands || r.depth > maxNesting {
		r.overflow("it nests more commands than are looked at")
		return c.parent
	}
	if c.name == "" && c.parent >= 0 {
		r.unnamed(c.parent, c.via, clawrden.Text(c.word)+" names no command")
		return c.parent
	}
	i := len(f.Commands)
	if c.raw == nil {
		c.raw = texts(c.args)
	}
	f.Commands = append(f.Commands, clawrden.CommandFact{
		Tool: c.name, Word: c.word, Args: c.raw, Env: c.env, Opaque: c.opaque, Parent: c.parent, Via: c.via,
	})
	for k := range c.args {
		if w := &c.args[k]; w.unknown {
			cmd := &f.Commands[i]
			cmd.Unknown = append(cmd.Unknown, clawrden.UnknownWord{Arg: k, Many: w.many, Flag: w.flag()})
		}
	}
	for _, e := range c.env {
		if riskyEnv(e) {
			name, _, _ := strings.Cut(e, "=")
			r.opaque(i, "setting "+clawrden.Text(name)+" can make it run something else")
		}
	}
	if c.parent >= 0 && strings.Contains(c.word, "/") {
		r.path(i, clawrden.ArgTool, c.where, word{text: c.word}, false)
	}
	a := argv{r: r, index: i, args: c.args, where: c.where, g: r.policy.tools.find(c.name)}
	r.depth++
	a.read()
	r.depth--
	return i
}

// overflow notes that not everything was read.
func (r *reader) overflow(why string) {
	if r.facts.Overflow == "" {
		r.facts.Overflow = why
	}
}

// opaque notes why it can't be told what a command runs.
func (r *reader) opaque(i int, why string) {
	c := &r.facts.Commands[i]
	if len(c.Opaque) < 8 && !slices.Contains(c.Opaque, why) {
		c.Opaque = append(c.Opaque, why)
	}
}

// unnamed adds an inner command of which nothing is known but why.
func (r *reader) unnamed(parent int, via, why string) {
	if len(r.facts.Commands) >= maxCommands {
		r.overflow("it nests more commands than are looked at")
		return
	}
	r.facts.Commands = append(r.facts.Commands, clawrden.CommandFact{Parent: parent, Via: via, Opaque: []string{why}})
}

// path notes that a word of command i names a path.
func (r *reader) path(i, arg int, at where, w word, write bool) {
	f := r.facts
	if len(w.alts) > 0 {
		for _, alt := range w.alts {
			r.path(i, arg, at, alt, write)
		}
		return
	}
	for _, dir := range at.dirs {
		r.paths += len(dir)
	}
	if r.paths += len(w.text); len(f.Paths) >= maxPathsIn || r.paths > maxPathText {
		r.overflow("it names more paths than are looked at")
		return
	}
	if (w.text == "" || w.text == "-") && arg != clawrden.ArgCwd && !w.unknown { // standard input or output
		return
	}
	if strings.HasPrefix(w.text, "~") && !w.tilde {
		w.text = "./" + w.text // no shell expands it: a file of that name
	}
	pf := clawrden.PathFact{Command: i, Arg: arg, Word: w.text, Unknown: w.unknown, Pattern: w.pattern, Write: write}
	switch absolute := strings.HasPrefix(w.text, "/") || strings.HasPrefix(w.text, "~"); {
	case absolute || at.dirs == nil && !at.unknown:
		f.Paths = append(f.Paths, pf)
	case at.unknown:
		pf.Unknown, pf.Pattern = true, false
		f.Paths = append(f.Paths, pf)
	default:
		for _, dir := range at.dirs {
			pf.Base = dir
			f.Paths = append(f.Paths, pf)
		}
	}
}

// in notes where command i runs, where that isn't the request's own working directory.
func (r *reader) in(i int, at where) {
	if at.dirs == nil && !at.unknown {
		return
	}
	if at.unknown {
		r.facts.Paths = append(r.facts.Paths, clawrden.PathFact{Command: i, Arg: clawrden.ArgCwd, Unknown: true})
		return
	}
	for _, dir := range at.dirs {
		r.facts.Paths = append(r.facts.Paths, clawrden.PathFact{Command: i, Arg: clawrden.ArgCwd, Word: dir})
	}
}

// enter is the place after a change to a directory.
func (at where) enter(w word) where {
	switch {
	case w.unknown:
		return where{unknown: true}
	case strings.HasPrefix(w.text, "/") || w.tilde:
		return where{dirs: []string{w.text}}
	case at.unknown:
		return at
	case at.dirs == nil:
		return where{dirs: []string{w.text}}
	}
	dirs := make([]string, len(at.dirs))
	for i, d := range at.dirs {
		dirs[i] = d + "/" + w.text
	}
	return where{dirs: dirs}
}

// maxDirs bounds the directories that a shell text may be in at one point.
const maxDirs = 8

// or is the place where either of two may be true.
func (at where) or(other where) where {
	if at.unknown || other.unknown {
		return where{unknown: true}
	}
	if at.dirs == nil && other.dirs == nil {
		return at
	}
	a, b := at.dirs, other.dirs
	if a == nil {
		a = []string{""}
	}
	if b == nil {
		b = []string{""}
	}
	out := slices.Clone(a)
	for _, d := range b {
		if !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	if len(out) > maxDirs {
		return where{unknown: true}
	}
	return where{dirs: out}
}
