package policy

import (
	"fmt"
	"strings"

	"github.com/clawrden/clawrden"
)

// The predicates about a command's words. Each says no only when no expansion of the unknown words could make it hold.

// argsPred asks for words one by one: all arguments, or only the operands.
type argsPred struct {
	globs    []*wordGlob
	rest     bool // any number of further words
	operands bool
	text     []string
}

func (p *argsPred) describe() string {
	if p.operands {
		return "operands " + list(p.text)
	}
	return "args " + list(p.text)
}

func (p *argsPred) eval(v *view) truth {
	n := len(v.cmd.Args)
	if p.operands {
		n = len(v.cmd.Operands)
	}
	t := yes
	for i := range n {
		at := i
		if p.operands {
			at = v.cmd.Operands[i]
		}
		unknown := unknownAt(v.cmd, at)
		switch {
		case i >= len(p.globs) && p.rest:
			return t
		case unknown != nil && unknown.Many:
			return maybe
		case i >= len(p.globs):
			return no
		case unknown != nil:
			if !p.globs[i].alts[0].any {
				t = maybe
			}
		case !p.globs[i].match(v.cmd.Args[at]):
			return no
		}
	}
	if n < len(p.globs) {
		return no
	}
	return t
}

// unknownAt finds the unknown word at an index of Args.
func unknownAt(c *clawrden.CommandFact, arg int) *clawrden.UnknownWord {
	for i := range c.Unknown {
		if c.Unknown[i].Arg == arg {
			return &c.Unknown[i]
		}
	}
	return nil
}

// operandsPred asks whether any operand, or each of at least one, matches one of the globs.
type operandsPred struct {
	globs []*wordGlob
	all   bool
	text  []string
}

func (p *operandsPred) describe() string {
	if p.all {
		return "operands_all " + list(p.text)
	}
	return "operands_any " + list(p.text)
}

func (p *operandsPred) eval(v *view) truth {
	least, most := yes, no
	for _, at := range v.cmd.Operands {
		t := no
		if unknownAt(v.cmd, at) != nil {
			t = maybe
		} else if anyWord(p.globs, v.cmd.Args[at]) {
			t = yes
		}
		least, most = min(least, t), max(most, t)
	}
	if p.all && len(v.cmd.Operands) > 0 {
		return least
	}
	if p.all {
		return no
	}
	return most
}

func anyWord(globs []*wordGlob, word string) bool {
	for _, g := range globs {
		if g.match(word) {
			return true
		}
	}
	return false
}

// flagsPred asks for options by any of their spellings.
type flagsPred struct {
	kind  string // flags_any, flags_all, flags_only
	flags []flagPattern
	text  []string
}

// flagPattern is an option, with a glob for its value where one is given: --registry=https://*.
type flagPattern struct {
	name  string
	glob  *wordGlob // of the name, if it is one
	value *wordGlob // nil for any value or none
}

func (p *flagsPred) describe() string { return p.kind + " " + list(p.text) }

func (p *flagsPred) eval(v *view) truth {
	open := no // an unknown word may be any option
	for i := range v.cmd.Unknown {
		if v.cmd.Unknown[i].Flag {
			open = maybe
		}
	}
	switch p.kind {
	case "flags_any":
		for i := range v.cmd.Flags {
			for k := range p.flags {
				if p.flags[k].match(&v.cmd.Flags[i]) {
					return yes
				}
				if p.flags[k].mayMatch(v.cmd, &v.cmd.Flags[i]) {
					open = maybe
				}
			}
		}
		return open
	case "flags_all":
		for k := range p.flags {
			if !given(v.cmd.Flags, &p.flags[k]) {
				return open
			}
		}
		return yes
	}
	for i := range v.cmd.Flags {
		if !listed(p.flags, &v.cmd.Flags[i]) {
			return no
		}
	}
	if open == maybe {
		return maybe
	}
	return yes
}

func given(flags []clawrden.FlagFact, p *flagPattern) bool {
	for i := range flags {
		if p.match(&flags[i]) {
			return true
		}
	}
	return false
}

func listed(patterns []flagPattern, f *clawrden.FlagFact) bool {
	for k := range patterns {
		if patterns[k].match(f) {
			return true
		}
	}
	return false
}

// mayMatch reports whether only the option's value, which isn't known before the command runs, decides.
func (p *flagPattern) mayMatch(c *clawrden.CommandFact, f *clawrden.FlagFact) bool {
	if p.value == nil || !f.Has || unknownAt(c, f.Arg) == nil && unknownAt(c, f.Arg+1) == nil {
		return false
	}
	nameOnly := flagPattern{name: p.name, glob: p.glob}
	return nameOnly.match(f)
}

func (p *flagPattern) match(f *clawrden.FlagFact) bool {
	for _, name := range f.Names {
		if name == p.name || p.glob != nil && p.glob.match(name) {
			return p.value == nil || f.Has && p.value.match(f.Value)
		}
	}
	return false
}

// subcommandsPred asks for the path of subcommands, or its beginning.
type subcommandsPred struct {
	paths [][]string
	text  []string
}

func (p *subcommandsPred) describe() string { return "subcommands " + list(p.text) }

func (p *subcommandsPred) eval(v *view) truth {
	have := v.cmd.Subcommands
	for _, want := range p.paths {
		if len(have) >= len(want) && equalWords(have[:len(want)], want) {
			return yes
		}
	}
	for i := range v.cmd.Unknown { // `git "$x"`: the subcommand itself isn't known
		if len(have) == 0 || len(v.cmd.Operands) > 0 && v.cmd.Unknown[i].Arg <= v.cmd.Operands[0] && p.deeper(have) {
			return maybe
		}
	}
	if len(have) == 0 && v.strict { // a tool without a grammar: its options may come first
		for _, at := range v.cmd.Operands {
			for _, want := range p.paths {
				if len(want) == 1 && v.cmd.Args[at] == want[0] {
					return maybe
				}
			}
		}
	}
	return no
}

// deeper reports whether a path that is asked for begins with all subcommands that are known.
func (p *subcommandsPred) deeper(have []string) bool {
	for _, want := range p.paths {
		if len(want) > len(have) && equalWords(want[:len(have)], have) {
			return true
		}
	}
	return false
}

func equalWords(a, b []string) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// list writes ["a", "b"].
func list(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = fmt.Sprintf("%q", w)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
