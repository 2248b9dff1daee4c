package policy

import (
	"iter"
	"strings"

	"github.com/clawrden/clawrden"
)

// pathsIn guesses which paths a word of an unknown tool may name: the word itself, what follows = in an option or an
// assignment, what is stuck to a short option, what follows @. Rather too many than too few: a word that is no path
// lies in the working directory, where it does no harm.
func pathsIn(word string) iter.Seq[string] {
	return func(yield func(string) bool) {
		switch {
		case word == "" || word == "-" || word == "--" || strings.IndexByte(word, 0) >= 0:
		case strings.HasPrefix(word, "file://"):
			yield("/" + strings.TrimLeft(word[len("file://"):], "/"))
		case isURL(word):
		case word[0] != '-':
			_, value, _ := strings.Cut(word, "=")
			rest, _ := strings.CutPrefix(word, "@")
			_ = yield(word) && (value == "" || yield(value)) && (rest == "" || rest == word || yield(rest))
		default:
			pathsInOption(word, yield)
		}
	}
}

// pathsInOption looks behind the = of --name=value, and behind the letter of -xvalue.
func pathsInOption(word string, yield func(string) bool) {
	if name, value, ok := strings.Cut(word, "="); ok && value != "" && !strings.Contains(name, "/") {
		for p := range pathsIn(strings.TrimLeft(value, "-")) {
			if !yield(p) {
				return
			}
		}
		return
	}
	i := strings.IndexAny(word, "/~")
	if i < 2 || word[1] == '-' {
		return
	}
	if yield(word[i:]) && i > 2 && word[i] == '/' {
		yield(word[2:])
	}
}

// pathsWithin guesses which paths an option's value may name that has a little language of its own: NAME=@PATH;type=x,
// PATH:PATH:ro, type=bind,source=PATH.
func pathsWithin(value string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for part := range strings.SplitSeq(value, ",") {
			if _, v, ok := strings.Cut(part, "="); ok {
				part = v
			}
			part, _, _ = strings.Cut(strings.TrimLeft(part, "@<"), ";")
			if rest, ok := strings.CutPrefix(part, "fileb://"); ok {
				part = "file://" + rest
			}
			if rest, ok := strings.CutPrefix(part, "file://"); ok && rest != "" && rest[0] != '/' && !yield(rest) { // relative to aws
				return
			}
			if !isURL(part) {
				part, _, _ = strings.Cut(part, ":")
			}
			for p := range pathsIn(strings.TrimLeft(part, "@<")) {
				if !yield(p) {
					return
				}
			}
		}
	}
}

// isURL reports whether the word begins with a scheme.
func isURL(word string) bool {
	scheme, _, ok := strings.Cut(word, "://")
	if !ok || scheme == "" {
		return false
	}
	for i := 0; i < len(scheme); i++ {
		c := scheme[i]
		if c|0x20 < 'a' || c|0x20 > 'z' {
			if i == 0 || !strings.ContainsRune("0123456789+.-", rune(c)) {
				return false
			}
		}
	}
	return true
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
