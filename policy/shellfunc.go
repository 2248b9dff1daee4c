package policy

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// shellFunctions are the names of the shell functions that a text defines; nil without any.
func shellFunctions(file *syntax.File) map[string]bool {
	var names map[string]bool
	syntax.Walk(file, func(n syntax.Node) bool {
		if f, ok := n.(*syntax.FuncDecl); ok && f.Name != nil {
			if names == nil {
				names = map[string]bool{}
			}
			names[f.Name.Value] = true
		}
		return true
	})
	return names
}

// callsFunction reports whether a function calls one that the text defines, itself or another: how often its commands
// run can't be told then.
func callsFunction(f *syntax.FuncDecl, names map[string]bool) (found bool) {
	if f.Name == nil {
		return true // several names at once, as zsh has it
	}
	syntax.Walk(f.Body, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok && len(call.Args) > 0 {
			found = found || names[unquoted(call.Args[0].Parts)]
		}
		return !found
	})
	return found
}

// unquoted is the text of a word without its quotes. What expands is left out: such a command's name isn't known, which
// makes it opaque by itself.
func unquoted(parts []syntax.WordPart) string {
	var b strings.Builder
	for _, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit:
			b.WriteString(strings.ReplaceAll(p.Value, `\`, ""))
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			b.WriteString(unquoted(p.Parts))
		}
	}
	return b.String()
}
