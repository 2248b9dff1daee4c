package policy

import (
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// How argv reads the commands that a command runs: wrappers, shell texts, find -exec, xargs, python -m.

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
