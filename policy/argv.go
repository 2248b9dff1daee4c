package policy

import (
	"strings"

	"github.com/clawrden/clawrden"
)

// argv reads one command's words by its grammar: options with their values, the path of subcommands, operands, the words
// that name paths, what makes the command opaque, and the commands nested in it.
type argv struct {
	r     *reader
	index int
	args  []word
	where where
	g     *grammar // nil: the tool isn't known
	pos   int      // of the next word
	count int      // operands so far, below the innermost subcommand
	env   []string // assignments for the inner command
	ended bool     // no more options
	info  bool     // an option that makes the tool only tell about itself
	repl  string   // xargs -I: the text that input replaces
	shell bool     // the script option was given
	doubt int      // options that may have taken the next word as their value
	stop  bool     // the rest of the words is read
}

func (a *argv) cmd() *clawrden.CommandFact { return &a.r.facts.Commands[a.index] }

func (a *argv) opaque(why string) { a.r.opaque(a.index, why) }

// title names the command for messages: "git push".
func (a *argv) title() string {
	return title(a.cmd())
}

func (a *argv) read() {
	if a.g == nil {
		a.r.in(a.index, a.where)
		a.guess()
		return
	}
	tool := a.g
	if a.g.bundled && len(a.args) > 0 && !a.args[0].unknown && a.args[0].text != "" && a.args[0].text[0] != '-' {
		a.bundle()
	}
	for a.pos < len(a.args) && !a.stop {
		a.word(&a.args[a.pos])
	}
	a.r.in(a.index, a.where)
	a.finish(tool)
}

// finish draws the conclusions that need the whole command.
func (a *argv) finish(tool *grammar) {
	c := a.cmd()
	if a.info && a.count == 0 && len(c.Subcommands) == 0 {
		c.Opaque = nil
		return
	}
	for g := a.g; g != nil; g = g.parent {
		if g.opaque {
			a.opaque(a.title() + " runs what its arguments don't tell")
		}
	}
	if a.g.stdin && a.count == 0 {
		a.r.unnamed(a.index, a.title(), a.title()+" runs what it reads from standard input")
	}
	c = a.cmd()
	c.Carrier = tool.carrier && a.carries()
}

// word reads the next word, and those that belong to it.
func (a *argv) word(w *word) {
	switch {
	case w.unknown:
		a.unknown(w)
	case !a.ended && w.text == "--":
		a.pos++
		a.ended = true
	case !a.ended && w.text == "-" && a.g.find("-") != nil: // env - is env -i
		a.flag(a.g.find("-").names, "", false, a.pos)
		a.pos++
	case !a.ended && len(w.text) > 1 && (w.text[0] == '-' || w.text[0] == '+' && a.g.find(w.text[:2]) != nil):
		a.option(w.text)
	default:
		a.operand(w)
	}
}

// unknown reads a word that isn't known before the command runs.
func (a *argv) unknown(w *word) {
	if name, _, ok := strings.Cut(w.lead, "="); ok && !a.ended && !w.many && strings.HasPrefix(name, "--") {
		a.unknownValue(name, w)
		return
	}
	switch {
	case a.ended:
		a.noOption(a.pos)
	case w.flag() && a.g.runsOthers():
		a.opaque(a.title() + " may get options that run something else from " + clawrden.Text(w.text))
	}
	a.operand(w)
}

// operand reads a word that is no option: a subcommand, or an operand by its kind.
func (a *argv) operand(w *word) {
	if a.wantsSubcommand() {
		if a.subcommand(w) {
			return
		}
	}
	c := a.cmd()
	kind := operandAny
	if n := len(a.g.operands); n > 0 {
		kind = a.g.operands[min(a.count, n-1)]
	}
	if kind == operandAssign {
		if isAssignment(w.text) {
			a.env = append(a.env, w.text)
			a.pos++
			return
		}
		a.count++
		if n := len(a.g.operands); n > 1 {
			kind = a.g.operands[min(a.count, n-1)]
		}
	}
	if a.shell && kind == operandScript {
		kind = operandShell
	}
	for i := range a.g.implies {
		for _, glob := range a.g.implies[i].globs {
			if glob.match(w.text) {
				a.flag(a.g.implies[i].opt.names, "", false, a.pos)
				if opt := a.g.implies[i].opt; opt.risky {
					a.opaque(a.title() + " with " + clawrden.Text(shorten(w.text)) + " can run something else")
				}
			}
		}
	}
	if anyWord(a.g.escapes, w.text) {
		a.opaque(a.title() + " with " + clawrden.Text(shorten(w.text)) + " can run something else")
	}
	at := a.pos
	a.count++
	a.pos++
	a.ended = a.ended || a.g.stop
	if c.Operands == nil {
		c.Operands = make([]int, 0, len(a.args)-at)
	}
	c.Operands = append(c.Operands, at)
	a.byKind(kind, w, at)
}

// wantsSubcommand reports whether the next operand may be a subcommand.
func (a *argv) wantsSubcommand() bool {
	return a.count == 0 && (len(a.g.subs) > 0 || a.g.levels > 0)
}

// subcommand takes a word as the next subcommand, if it is one.
func (a *argv) subcommand(w *word) bool {
	c := a.cmd()
	sub, path := a.g.subcommand(w.text)
	switch {
	case w.unknown:
		a.opaque("which subcommand of " + a.title() + " runs isn't known")
		return false
	case sub == nil && a.doubt > 0 && a.g.closed: // it may be the value of an option that isn't known
		a.doubt--
		a.pos++
		return true
	case sub == nil:
		if a.g.closed {
			a.opaque(clawrden.Text(w.text) + " is no known subcommand of " + a.title() + "; an alias or a plugin may run anything")
		}
		if a.g.levels > 0 {
			c.Subcommands = append(c.Subcommands, w.text)
			a.pos++
			a.g = &grammar{name: w.text, parent: a.g, levels: a.g.levels - 1, anywhere: a.g.anywhere}
			return true
		}
		return false
	case path != nil:
		c.Subcommands = path
	default:
		c.Subcommands = append(c.Subcommands, sub.name)
	}
	a.g, a.count, a.doubt = sub, 0, 0
	a.pos++
	return true
}

// byKind draws the conclusions from one operand.
func (a *argv) byKind(kind operand, w *word, at int) {
	switch kind {
	case operandProgram:
		if w.text == "-" || w.text == "/dev/stdin" || strings.HasPrefix(w.text, "/dev/fd/") || strings.HasPrefix(w.text, "/proc/") {
			a.opaque(a.title() + " runs what it reads from " + clawrden.Text(w.text))
		}
		a.r.path(a.index, at, a.where, *w, false)
	case operandPath:
		a.r.path(a.index, at, a.where, *w, false)
	case operandAny:
		for p := range pathsIn(w.text) {
			a.r.path(a.index, at, a.where, word{text: p, unknown: w.unknown, pattern: w.pattern && p == w.text, tilde: w.tilde && p == w.text, alts: w.alts}, false)
		}
	case operandRemote:
		if local, ok := localPath(w.text); ok || w.unknown {
			a.r.path(a.index, at, a.where, word{text: local, unknown: w.unknown, pattern: w.pattern && local == w.text, tilde: w.tilde && local == w.text, alts: w.alts}, false)
		}
	case operandCommand:
		a.command(a.args[at:], a.title())
		for k := 1; k <= min(a.doubt, maxDoubt) && at+k < len(a.args); k++ { // had the option taken a value
			a.command(a.args[at+k:], a.title())
		}
		a.stop = true
	case operandShell:
		a.shellOperand(at)
	case operandScript:
		a.r.path(a.index, at, a.where, *w, false)
		a.r.unnamed(a.index, a.title(), "what the script "+clawrden.Text(w.text)+" runs can't be seen")
	case operandAwk:
		if w.unknown || awkRuns(w.text) {
			a.opaque("the " + a.title() + " program can run something else or write files")
		}
	case operandSed:
		if w.unknown || sedRuns(w.text) {
			a.opaque("the " + a.title() + " script can run something else or write files")
		}
	case operandText, operandAssign:
	}
}

// localPath gives the local path of a word that may be HOST:PATH or a URL.
func localPath(text string) (string, bool) {
	if rest, ok := strings.CutPrefix(text, "file://"); ok {
		return "/" + strings.TrimLeft(rest, "/"), true
	}
	if isURL(text) {
		return "", false
	}
	if i := strings.IndexByte(text, ':'); i > 0 && !strings.Contains(text[:i], "/") {
		return "", false
	}
	return text, text != "" && text != "-"
}

// shorten keeps messages short.
func shorten(s string) string {
	if len(s) > 60 {
		return s[:57] + "..."
	}
	return s
}
