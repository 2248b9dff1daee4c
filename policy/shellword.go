package policy

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// words walks words for the substitutions in them.
func (w *walker) words(list []*syntax.Word) {
	for _, x := range list {
		w.word(x)
	}
}

// word gives a word as far as it is known before the shell runs, and walks the commands inside it.
func (w *walker) word(x *syntax.Word) word {
	if items, name, bare := w.loopVar(x); items != nil {
		return word{text: "$" + name, unknown: true, many: bare, alts: items}
	}
	if len(x.Parts) == 1 {
		if cs, ok := x.Parts[0].(*syntax.CmdSubst); ok {
			w.aside(cs.Stmts)
			return word{text: "$(…)", unknown: true, many: true, alts: sourceOf(cs.Stmts)}
		}
	}
	b := wordBuilder{w: w}
	for i, p := range x.Parts {
		b.part(p, i == 0, i == len(x.Parts)-1)
	}
	return b.done()
}

// wordBuilder gathers a word's parts.
type wordBuilder struct {
	w       *walker
	text    []byte
	lead    string
	unknown bool
	many    bool
	glob    bool // holds glob characters and nothing else that is unknown
	tilde   bool // starts with the home directory, written ~
	other   bool // holds something unknown that is no glob
}

func (b *wordBuilder) done() word {
	out := word{text: string(b.text), unknown: b.unknown, many: b.many, lead: b.lead}
	if b.w.lifted {
		out.text, out.lead = lower(out.text), lower(out.lead)
	}
	out.pattern = b.glob && !b.other
	out.tilde = b.tilde
	return out
}

// blur marks the word as unknown from here on.
func (b *wordBuilder) blur(many, glob bool) {
	if !b.unknown {
		b.unknown, b.lead = true, string(b.text)
	}
	b.many = b.many || many
	b.glob = b.glob || glob
	b.other = b.other || !glob
}

func (b *wordBuilder) part(p syntax.WordPart, first, last bool) {
	switch p := p.(type) {
	case *syntax.Lit:
		b.literal(p.Value, first, last)
	case *syntax.SglQuoted:
		if p.Dollar && strings.Contains(p.Value, `\`) {
			b.blur(false, false)
		}
		b.quoted(p.Value)
	case *syntax.DblQuoted:
		b.doubleQuoted(p)
	case *syntax.ParamExp:
		b.param(p, true)
	case *syntax.CmdSubst:
		b.w.aside(p.Stmts)
		b.blur(true, false)
		b.text = append(b.text, "$(…)"...)
	case *syntax.ProcSubst:
		b.w.aside(p.Stmts)
		b.text = append(b.text, "/dev/fd/63"...) // whatever its number: a pipe from or to the commands inside
	case *syntax.ArithmExp:
		b.w.inside(p)
		b.blur(false, false)
		b.text = append(b.text, "$((…))"...)
	case *syntax.ExtGlob:
		b.blur(true, false)
		b.text = append(b.text, "?(…)"...)
	default:
		b.blur(true, false)
		b.text = append(b.text, "…"...)
	}
}

// literal reads unquoted text: backslashes quote, globs and braces expand, a leading ~ is a home directory.
func (b *wordBuilder) literal(s string, first, last bool) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch c {
		case '\\':
			if i++; i < len(s) && s[i] != '\n' {
				b.escape(s[i])
			}
			continue
		case '*', '?', '[':
			if c == '[' && last && !strings.Contains(s[i:], "]") { // the command [, or a [ by itself
				break
			}
			b.blur(true, true)
		case '{':
			if strings.ContainsAny(s[i:], ",.") || !last {
				b.blur(true, false)
			}
		case '$':
			if i == len(s)-1 && !last { // $'…' or $"…" in a dialect that doesn't know it
				b.blur(true, false)
			}
		case '~':
			if first && i == 0 {
				if user, _, _ := strings.Cut(s[1:], "/"); user != "" || !strings.HasPrefix(s[1:], "/") && !last {
					b.blur(false, false) // ~user, ~+
				}
				b.tilde = true
			} else if len(b.text) > 0 && (b.text[len(b.text)-1] == '=' || b.text[len(b.text)-1] == ':') {
				b.blur(false, false)
			}
		case '^', '#': // extended globs of zsh
			if b.w.dialect == "zsh" {
				b.blur(true, false)
			}
		case '=':
			if b.w.dialect == "zsh" && first && i == 0 {
				b.blur(false, false) // =ls is the path of ls
			}
		}
		b.text = append(b.text, c)
	}
}

// escape adds a character that stands for itself. Where the word is a pattern it keeps its backslash.
func (b *wordBuilder) escape(c byte) {
	if strings.IndexByte(`*?[\`, c) >= 0 && b.glob {
		b.text = append(b.text, '\\')
	}
	b.text = append(b.text, c)
}

func (b *wordBuilder) quoted(s string) {
	for i := 0; i < len(s); i++ {
		b.escape(s[i])
	}
}

func (b *wordBuilder) doubleQuoted(q *syntax.DblQuoted) {
	if q.Dollar { // translated by the locale
		b.blur(false, false)
	}
	for _, p := range q.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			for i := 0; i < len(p.Value); i++ {
				c := p.Value[i]
				if c == '\\' && i+1 < len(p.Value) && strings.IndexByte("$`\"\\\n", p.Value[i+1]) >= 0 {
					if i++; p.Value[i] == '\n' {
						continue
					}
					c = p.Value[i]
				}
				b.escape(c)
			}
		case *syntax.ParamExp:
			b.param(p, false)
		case *syntax.CmdSubst:
			b.w.aside(p.Stmts)
			b.blur(false, false)
			b.text = append(b.text, "$(…)"...)
		case *syntax.ArithmExp:
			b.w.inside(p)
			b.blur(false, false)
			b.text = append(b.text, "$((…))"...)
		default:
			b.blur(true, false)
			b.text = append(b.text, "…"...)
		}
	}
}

// param reads $NAME and ${NAME…}. "$@" and arrays become any number of words even in quotes.
func (b *wordBuilder) param(p *syntax.ParamExp, bare bool) {
	name := ""
	if p.Param != nil {
		name = p.Param.Value
	}
	if name == "HOME" && p.Exp == nil && p.Repl == nil && p.Slice == nil && p.Index == nil && !p.Excl && !p.Length && len(b.text) == 0 && !b.unknown {
		b.text, b.tilde = append(b.text, '~'), true // the same directory, unless the text sets HOME, which is opaque
		return
	}
	if v, ok := b.w.value(p, bare); ok {
		b.quoted(v.text)
		return
	}
	b.w.inside(p)
	b.blur(bare || name == "@" || name == "*" || p.Index != nil, false)
	b.text = append(b.text, '$')
	b.text = append(b.text, name...)
}

// inside walks the commands in an expression: substitutions, and arithmetic that can run one by way of a name.
func (w *walker) inside(n syntax.Node) {
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			w.aside(n.Stmts)
			return false
		case *syntax.ProcSubst:
			w.aside(n.Stmts)
			return false
		case *syntax.Lit:
			w.subscript(n.Value)
		case *syntax.SglQuoted:
			w.subscript(n.Value)
		case *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.LetClause, *syntax.CStyleLoop:
			if w.hidden && namesIn(n) {
				w.opaque("arithmetic on a variable can run a command that the variable holds")
			}
		}
		return true
	})
}

// subscript notes a text that runs a command where a shell takes it for a variable's name or a number: a[$(…)]. Tests,
// arithmetic, read, unset and printf -v all do.
func (w *walker) subscript(text string) {
	if !w.hidden || !strings.Contains(text, "[") {
		return
	}
	for _, runs := range []string{"$(", "`", "${ ", "${|", "${\t", "${\n"} { // with a space: bash 5.3
		if strings.Contains(text, runs) {
			w.opaque("a subscript can run the command in it")
			return
		}
	}
}

// namesIn reports whether an arithmetic expression uses variables.
func namesIn(n syntax.Node) bool {
	found := false
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Lit:
			found = found || n.Value != "" && strings.Trim(n.Value, "0123456789xXabcdefABCDEF") != ""
		case *syntax.ParamExp:
			found = true
		}
		return !found
	})
	return found
}
