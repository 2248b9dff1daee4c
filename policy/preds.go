package policy

import (
	"fmt"
	"path"
	"strings"

	"github.com/clawrden/clawrden"
)

// argsPred asks for the arguments one by one.
type argsPred struct {
	globs []*wordGlob
	rest  bool // any number of further words
	text  []string
}

func (p *argsPred) describe() string { return "args " + list(p.text) }

func (p *argsPred) eval(v *view) truth {
	t, unknown := yes, v.cmd.Unknown
	for i, arg := range v.cmd.Args {
		isUnknown := len(unknown) > 0 && unknown[0].Arg == i
		switch {
		case i >= len(p.globs) && p.rest:
			return t
		case isUnknown && unknown[0].Many:
			return maybe
		case i >= len(p.globs):
			return no
		case isUnknown:
			unknown = unknown[1:]
			if !p.globs[i].alts[0].any {
				t = maybe
			}
		case !p.globs[i].match(arg):
			return no
		}
	}
	return min(t, truthOf(len(v.cmd.Args) >= len(p.globs)))
}

// cwdPred asks where the command runs.
type cwdPred struct{ globs []*pathGlob }

func (p *cwdPred) describe() string { return "cwd " + globTexts(p.globs) }

func (p *cwdPred) eval(v *view) truth {
	if v.example {
		return v.fits()
	}
	t, found := yes, false
	// Where the shell may or may not have changed directory first, each directory is a fact: all must fit, or for a strict
	// rule any.
	for i := range v.paths {
		if v.paths[i].Arg != clawrden.ArgCwd {
			continue
		}
		one := covered(p.globs, v, &v.paths[i])
		switch {
		case !found:
			t = one
		case v.strict:
			t = max(t, one)
		default:
			t = min(t, one)
		}
		found = true
	}
	if found {
		return t
	}
	if v.facts.Cwd == "" {
		return likely
	}
	return anyGlob(p.globs, v.facts.Cwd, v)
}

// covered asks whether one path lies in the globs. A rule that denies or asks looks at the path as written as well as at
// where it leads; one that allows only at where it leads.
func covered(globs []*pathGlob, v *view, pf *clawrden.PathFact) truth {
	if pf.Unknown {
		return maybe
	}
	written := lexical(v.facts, pf)
	switch {
	case pf.Err != "" || written == "":
		if v.strict && written != "" && anyGlob(globs, written, v) == yes {
			return yes
		}
		return likely
	case pf.Resolved == "":
		return anyGlob(globs, written, v)
	case v.homes.wide:
		return max(anyGlob(globs, pf.Resolved, v), anyGlob(globs, written, v))
	}
	return anyGlob(globs, pf.Resolved, v)
}

func anyGlob(globs []*pathGlob, p string, v *view) truth {
	for _, g := range globs {
		if g.match(p, v.homes) {
			return yes
		}
	}
	return no
}

// lexical is the path as written, made absolute without looking at any file; "" where that can't be said.
func lexical(f *clawrden.Facts, pf *clawrden.PathFact) string {
	word := pf.Word
	if rest, ok := strings.CutPrefix(word, "~/"); ok && f.Home != "" {
		word = f.Home + "/" + rest
	}
	if strings.HasPrefix(word, "/") {
		return path.Clean(word)
	}
	base := pf.Base
	if !strings.HasPrefix(base, "/") {
		if f.Cwd == "" {
			return ""
		}
		base = f.Cwd + "/" + base
	}
	return path.Clean(base + "/" + word)
}

func globTexts(globs []*pathGlob) string {
	text := make([]string, len(globs))
	for i, g := range globs {
		text[i] = g.text
	}
	return list(text)
}

// list writes ["a", "b"].
func list(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = fmt.Sprintf("%q", w)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
