package policy

import (
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// How argv reads options and their values.

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
	if attached && o.values != nil && slices.Contains(o.values.tools, w.text) {
		a.command(append([]word{w}, a.args[a.pos:]...), a.title()+" "+o.names[0])
	}
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
	return o.values != nil && len(o.values.bad) > 0 && (w.unknown || slices.ContainsFunc(o.values.bad, func(g *wordGlob) bool { return g.match(w.text) }))
}

func (o *option) safeValue(w word, has bool) bool {
	if w.unknown || !has || o.values == nil {
		return false
	}
	for _, g := range o.values.safe {
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
