package policy

import (
	"slices"
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

// carries reports whether the command runs another one: parts of the shell alone don't count.
func (a *argv) carries() bool {
	all := a.r.facts.Commands
	for i := a.index + 1; i < len(all); i++ {
		if all[i].Parent == a.index && !all[i].Builtin {
			return true
		}
	}
	return false
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

// option reads an option and its value.
func (a *argv) option(text string) {
	long := strings.HasPrefix(text, "--") || a.g.singleDash
	name, value, attached := strings.Cut(text, "=")
	if !long {
		if o := a.g.find(name); o == nil || len(name) == 2 { // -x, -xyz, -xvalue
			a.letters(text)
			return
		}
	}
	opts := a.g.complete(name)
	if o := a.g.find(name); o != nil {
		opts = []*option{o}
	}
	if len(opts) == 0 {
		a.flag([]string{name}, value, attached, a.pos)
		a.unknownOption(name)
		a.pos++
		return
	}
	at := a.pos
	a.pos++
	for _, o := range opts {
		a.take(o, value, attached, at)
	}
}

// unknownValue reads --name=value of which the value isn't known.
func (a *argv) unknownValue(name string, w *word) {
	at, opts := a.pos, a.g.complete(name)
	a.pos++
	a.noOption(at)
	if o := a.g.find(name); o != nil {
		opts = []*option{o}
	}
	rest := word{text: w.text[len(name)+1:], unknown: true, lead: w.lead[len(name)+1:]}
	if len(opts) == 0 {
		a.flag([]string{name}, rest.text, true, at)
		a.unknownOption(name)
	}
	for _, o := range opts {
		a.flag(o.names, rest.text, true, at)
		a.value(o, rest, true, at)
	}
}

// maxDoubt bounds the readings that are tried after options that aren't known.
const maxDoubt = 3

// unknownOption is one that the grammar doesn't list. It may take the next word as its value, which matters where that
// would otherwise be the subcommand or the inner command.
func (a *argv) unknownOption(name string) {
	if a.wantsSubcommand() || slices.Contains(a.g.operands, operandCommand) || slices.Contains(a.g.operands, operandShell) || a.g.script != "" {
		a.opaque(a.title() + " gets the option " + clawrden.Text(name) + ", which isn't known")
		a.doubt++
	}
}

// letters reads a cluster of one-letter options, the last of which may take a value.
func (a *argv) letters(text string) {
	at := a.pos
	a.pos++
	for i := 1; i < len(text); i++ {
		name := letter(text[0], text[i])
		o := a.g.find(name)
		if o == nil {
			a.flag([]string{name}, "", false, at)
			a.unknownOption(name)
			continue
		}
		if o.takes == takesNothing || i == len(text)-1 {
			a.take(o, "", false, at)
			continue
		}
		value := strings.TrimPrefix(text[i+1:], "=")
		a.take(o, value, true, at)
		return
	}
}

// letterNames are the one-letter options, made once.
var letterNames = func() (names [256]string) {
	for i := range names {
		names[i] = "-" + string([]byte{byte(i)})
	}
	return names
}()

func letter(sign, c byte) string {
	if sign == '-' {
		return letterNames[c]
	}
	return string([]byte{sign, c})
}

// bundle reads tar's first word: letters without a dash, their values following in order.
func (a *argv) bundle() {
	a.pos = 1
	for _, letter := range []byte(a.args[0].text) {
		name := "-" + string(rune(letter))
		if o := a.g.find(name); o != nil {
			a.take(o, "", false, 0)
		} else {
			a.flag([]string{name}, "", false, 0)
		}
	}
}

// take notes a known option and reads what follows it.
func (a *argv) take(o *option, value string, attached bool, at int) {
	a.info = a.info || o.info
	w := word{text: value}
	switch {
	case o.takes == takesCommand:
		a.flag(o.names, "", false, at)
		a.execWords(o)
		return
	case o.takes == takesValue && !attached && a.pos < len(a.args):
		w, attached = a.args[a.pos], true
		if !w.many {
			a.noOption(a.pos)
		}
		a.pos++
	case o.takes == takesNothing && attached: // --flag=value of an option that takes none
		attached = value != ""
	}
	if w.unknown && w.many && a.g.runsOthers() { // it may be the value and options after it
		a.opaque(a.title() + " may get options that run something else from " + clawrden.Text(w.text))
	}
	a.flag(o.names, w.text, attached, at)
	a.shell = a.shell || a.g.script != "" && slices.Contains(o.names, a.g.script)
	if a.g.appends && (o.names[0] == "-I" || o.names[0] == "-i") {
		if a.repl = w.text; a.repl == "" {
			a.repl = "{}"
		}
	}
	a.value(o, w, attached, at)
}

// value draws the conclusions from an option's value.
func (a *argv) value(o *option, w word, has bool, at int) {
	if o.risky && !o.safeValue(w, has) || has && o.badValue(w) {
		a.opaque(a.title() + " with " + o.names[0] + " can run something else")
	}
	if has && o.operand {
		if n := len(a.g.operands); n > 0 && !o.path {
			a.byKind(a.g.operands[0], &w, at)
		}
		a.count = max(a.count, 1)
	}
	a.ended = a.ended || has && o.last
	switch {
	case !has:
	case o.shell:
		a.shellText(w, a.title()+" "+o.names[0])
	case o.chdir:
		a.r.path(a.index, at, a.where, w, false)
		a.where = a.where.enter(w)
	case o.at:
		a.r.path(a.index, at, a.where, word{text: atFile(w.text), unknown: w.unknown}, false)
	case o.path:
		a.r.path(a.index, at, a.where, w, false)
	case o.guess:
		for p := range pathsWithin(w.text) {
			a.r.path(a.index, at, a.where, word{text: p, unknown: w.unknown}, false)
		}
	}
}

// atFile gives the file that a value names behind @ or <, or without = and @ as a whole; "" if none.
func atFile(value string) string {
	if i := strings.IndexAny(value, "@<"); i >= 0 {
		value, _, _ = strings.Cut(value[i+1:], ";")
		return value
	}
	if strings.ContainsAny(value, "={}: ") {
		return ""
	}
	return value
}

// noOption notes that a word that isn't known stands where none is an option: as another one's value, or behind --.
func (a *argv) noOption(arg int) {
	unknown := a.cmd().Unknown
	for i := range unknown {
		if unknown[i].Arg == arg {
			unknown[i].Flag = false
		}
	}
}

func (o *option) badValue(w word) bool {
	return len(o.bad) > 0 && (w.unknown || slices.ContainsFunc(o.bad, func(g *wordGlob) bool { return g.match(w.text) }))
}

func (o *option) safeValue(w word, has bool) bool {
	if w.unknown || !has {
		return false
	}
	for _, g := range o.safe {
		if g.match(w.text) {
			return true
		}
	}
	return false
}

func (a *argv) flag(names []string, value string, has bool, at int) {
	c := a.cmd()
	if c.Flags == nil {
		c.Flags = make([]clawrden.FlagFact, 0, 4)
	}
	c.Flags = append(c.Flags, clawrden.FlagFact{Names: names, Value: value, Has: has, Arg: at})
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

// shellOperand reads shell text: for sh -c one word, for ssh all words from here on joined by spaces.
func (a *argv) shellOperand(at int) {
	if a.g.script != "" {
		a.shellText(a.args[at], a.title()+" "+a.g.script)
		return
	}
	joined := word{}
	for i := at; i < len(a.args); i++ {
		joined.unknown = joined.unknown || a.args[i].unknown
		if i > at {
			joined.text += " "
		}
		joined.text += a.args[i].text
		if i > at {
			c := a.cmd()
			c.Operands = append(c.Operands, i)
		}
	}
	a.stop = true
	a.shellText(joined, a.title())
}

// shellText judges the commands in a shell text.
func (a *argv) shellText(w word, via string) {
	if w.unknown {
		a.r.unnamed(a.index, via, "the shell text "+clawrden.Text(shorten(w.text))+" isn't known before it runs")
		return
	}
	a.r.shellText(a.index, a.cmd().Tool, w.text, via, a.where)
}

// command reads words as an inner command, to their end.
func (a *argv) command(words []word, via string) {
	if len(words) == 0 {
		return
	}
	if a.g.appends {
		if a.repl == "" { // there may be no input: then the command runs as it stands
			a.run(words, via)
		}
		words = a.appended(words)
	}
	a.run(words, via)
}

// run reads words as an inner command.
func (a *argv) run(words []word, via string) {
	name := words[0]
	if name.unknown {
		a.r.unnamed(a.index, via, "the name of the command "+clawrden.Text(shorten(name.text))+" isn't known before it runs")
		return
	}
	a.r.command(call{word: name.text, name: tailName(name.text), args: words[1:], env: a.env, parent: a.index, via: via, where: a.where})
}

// appended is an inner command with the words that its wrapper will read from standard input.
func (a *argv) appended(words []word) []word {
	out := slices.Clone(words)
	input := a.r.input
	for i := range a.cmd().Flags {
		if name := a.cmd().Flags[i].Names[0]; name == "-a" || name == "--arg-file" || name == "-d" || name == "--delimiter" {
			input = nil
		}
	}
	if a.repl == "" {
		return append(out, word{text: "(input)", unknown: true, many: true, alts: input})
	}
	for i := range out {
		if lead, _, ok := strings.Cut(out[i].text, a.repl); ok && !out[i].unknown {
			whole := out[i].text == a.repl
			if out[i] = (word{text: out[i].text, unknown: true, lead: lead}); whole {
				out[i].alts = input
			}
		}
	}
	return out
}

// execWords reads the command that follows find's -exec, up to ; or +.
func (a *argv) execWords(o *option) {
	from := a.pos
	for a.pos < len(a.args) && a.args[a.pos].text != ";" && (a.args[a.pos].text != "+" || a.pos == from || a.args[a.pos-1].text != "{}") {
		a.pos++
	}
	words := slices.Clone(a.args[from:a.pos])
	many := a.pos < len(a.args) && a.args[a.pos].text == "+"
	a.pos++
	var found []word
	if o.names[0] == "-exec" && a.cmd().Tool == "find" && len(a.cmd().Unknown) == 0 {
		found = foundBy(a.cmd().Args)
		for i := range found {
			found[i].tilde = strings.HasPrefix(found[i].text, "~")
		}
		for i := range a.args {
			if strings.HasPrefix(a.args[i].text, "~") && !a.args[i].tilde { // a directory of that name
				found = nil
			}
		}
	}
	for i := range words {
		if lead, _, ok := strings.Cut(words[i].text, "{}"); ok && !words[i].unknown {
			whole := words[i].text == "{}"
			if words[i] = (word{text: words[i].text, unknown: true, many: many, lead: lead}); whole {
				words[i].alts = found
			}
		}
	}
	a.command(words, a.title()+" "+o.names[0])
}

// guess reads the words of a tool without a grammar: each that begins with a dash is an option, and also, without a
// second dash, the letters in it; every other word is an operand and may name a path.
func (a *argv) guess() {
	c := a.cmd()
	for i := range a.args {
		w := &a.args[i]
		for p := range pathsIn(w.text) {
			a.r.path(a.index, i, a.where, word{text: p, unknown: w.unknown, pattern: w.pattern && p == w.text, tilde: w.tilde && p == w.text, alts: w.alts}, false)
		}
		switch {
		case w.unknown || a.ended || len(w.text) < 2 || w.text[0] != '-':
			a.guessOperand(c, w, i)
		case w.text == "--":
			a.ended = true
		default:
			name, value, has := strings.Cut(w.text, "=")
			a.flag([]string{name}, value, has, i)
			if !strings.HasPrefix(name, "--") && len(name) > 2 {
				for k := 1; k < len(name); k++ {
					a.flag([]string{"-" + name[k:k+1]}, "", false, i)
				}
			}
		}
	}
}

// guessOperand notes an operand of a tool without a grammar. The first may be a subcommand. One that is the name of a tool
// that the policy is strict about may be run by it: an unknown wrapper.
func (a *argv) guessOperand(c *clawrden.CommandFact, w *word, i int) {
	if len(c.Operands) == 0 && len(c.Flags) == 0 && !w.unknown && !strings.ContainsAny(w.text, "/.") {
		c.Subcommands = []string{w.text}
	}
	c.Operands = append(c.Operands, i)
	if !w.unknown && a.r.policy.guarded[tailName(w.text)] {
		a.opaque(a.title() + " isn't known and may run " + clawrden.Text(tailName(w.text)))
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
