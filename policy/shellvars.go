package policy

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// A variable that a text sets once, plainly, to known words is followed: `f=a.txt; cat "$f"` reads a.txt. Where anything
// in the text could set variables in another way, none is.

// singles names the variables that a text assigns exactly once; none where that can't be told.
func singles(file *syntax.File) map[string]bool {
	ok, once := true, map[string]bool{}
	seen := map[string]bool{}
	assigned := func(name string) {
		once[name] = !seen[name]
		seen[name] = true
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.FuncDecl, *syntax.CStyleLoop, *syntax.LetClause, *syntax.CoprocClause:
			ok = false
		case *syntax.Assign:
			switch {
			case n.Name != nil && !n.Append && n.Index == nil && n.Array == nil:
				assigned(n.Name.Value)
			default:
				ok = false // NAME+=, arrays, options of declare
			}
		case *syntax.WordIter:
			assigned(n.Name.Value)
		case *syntax.ParamExp:
			if n.Exp != nil && (n.Exp.Op == syntax.AssignUnset || n.Exp.Op == syntax.AssignUnsetOrNull) {
				ok = false
			}
		case *syntax.BinaryArithm:
			if strings.HasSuffix(n.Op.String(), "=") && n.Op != syntax.Eql && n.Op != syntax.Neq && n.Op != syntax.Leq && n.Op != syntax.Geq {
				ok = false
			}
		case *syntax.UnaryArithm:
			ok = ok && n.Op != syntax.Inc && n.Op != syntax.Dec
		case *syntax.Redirect:
			ok = ok && (n.N == nil || !strings.HasPrefix(n.N.Value, "{"))
		case *syntax.CallExpr:
			if len(n.Args) > 0 && setsOthers(n.Args) {
				ok = false
			}
		}
		return ok
	})
	if !ok {
		return nil
	}
	return once
}

// setsOthers reports whether a command may set variables by name, or run text that does. A name that isn't plain may be
// any command.
func setsOthers(args []*syntax.Word) bool {
	switch name, ok := literal(args[0]); {
	case !ok:
		return true
	case name == "printf":
		if len(args) < 2 {
			return false
		}
		format, ok := literal(args[1])
		return !ok || strings.HasPrefix(format, "-")
	default:
		return setters[name]
	}
}

var setters = map[string]bool{
	".": true, "source": true, "eval": true, "trap": true, "read": true, "mapfile": true, "readarray": true, "getopts": true, "declare": true,
	"typeset": true, "local": true, "export": true, "readonly": true, "wait": true, "let": true, "unset": true, "set": true, "shift": true,
	"alias": true, "builtin": true, "command": true, "exec": true, "enable": true, "vared": true, "noglob": true, "nocorrect": true,
}

// follow remembers the value of a plain assignment, if it is the only one and surely runs.
func (w *walker) follow(name string, value word) {
	if !w.once[name] || w.unsure > 0 || value.unknown || name == "IFS" {
		return
	}
	if w.vars == nil {
		w.vars = map[string][]word{}
	}
	w.vars[name] = []word{value}
}

// simple reports whether an expansion is $NAME or ${NAME}, and gives the name.
func simple(p *syntax.ParamExp) (string, bool) {
	if p.Param == nil || p.Excl || p.Length || p.Width || p.IsSet || p.Index != nil || p.Slice != nil || p.Repl != nil || p.Names != 0 || p.Exp != nil ||
		len(p.Modifiers) > 0 || p.Flags != nil || p.NestedParam != nil {
		return "", false
	}
	return p.Param.Value, true
}

// value gives the one text that a variable surely has. Without quotes it must be a text that the shell leaves alone.
func (w *walker) value(p *syntax.ParamExp, bare bool) (word, bool) {
	name, ok := simple(p)
	if items := w.vars[name]; ok && len(items) == 1 && !items[0].unknown && !items[0].tilde {
		if !w.spend(items) {
			return word{}, false
		}
		if !bare || items[0].text != "" && !strings.ContainsAny(items[0].text, " \t\n*?[]{}~\\") {
			return items[0], true
		}
	}
	return word{}, false
}

// loopVar recognises a word that is a followed variable alone: $f or "$f". bare says that it stands without quotes.
func (w *walker) loopVar(x *syntax.Word) (items []word, name string, bare bool) {
	if len(x.Parts) != 1 || len(w.vars) == 0 {
		return nil, "", false
	}
	part := x.Parts[0]
	q, quoted := part.(*syntax.DblQuoted)
	if quoted && len(q.Parts) == 1 && !q.Dollar {
		part = q.Parts[0]
	}
	p, ok := part.(*syntax.ParamExp)
	if !ok {
		return nil, "", false
	}
	if _, known := w.value(p, !quoted); known { // one text: no unknown word at all
		return nil, "", false
	}
	if name, ok = simple(p); !ok {
		return nil, "", false
	}
	if !w.spend(w.vars[name]) {
		return nil, "", false
	}
	return w.vars[name], name, !quoted
}

// spend notes what a variable is followed to, and reports false where all of that is more than is looked at.
func (w *walker) spend(items []word) bool {
	for i := range items {
		w.r.spent += len(items[i].text) + 1
	}
	if w.r.spent > maxFollowed {
		w.r.overflow("its variables stand for more text than is looked at")
	}
	return w.r.spent <= maxFollowed
}

// fields gives the words that one word of the text becomes: several where braces list them.
func (w *walker) fields(x *syntax.Word) []word {
	if lit := x.Lit(); lit != "" && w.dialect != "sh" && strings.Contains(lit, "{") && strings.Contains(lit, ",") && !strings.ContainsAny(lit, "\\[]$~\"'") && !strings.Contains(lit, "..") {
		if texts, err := alternatives(lit); err == nil && dialect(w.dialect) == syntax.LangBash {
			words := make([]word, len(texts))
			for i, t := range texts {
				words[i].text = t
				if star := strings.IndexAny(t, "*?"); star >= 0 {
					words[i] = word{text: t, unknown: true, many: true, pattern: true, lead: t[:star]}
				}
				if w.lifted {
					words[i].text = lower(t)
				}
			}
			return words
		}
	}
	return []word{w.word(x)}
}
