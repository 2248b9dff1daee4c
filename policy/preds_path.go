package policy

import (
	"path"
	"strings"

	"github.com/clawrden/clawrden"
)

// cwdPred asks where the command runs.
type cwdPred struct{ globs []*pathGlob }

func (p *cwdPred) describe() string { return "cwd " + globTexts(p.globs) }

func (p *cwdPred) eval(v *view) truth {
	if v.example {
		return v.fits()
	}
	return v.cwd(p.globs)
}

// cwd asks whether the working directory lies in the globs. Where the shell may or may not have changed directory before,
// each directory is a fact: all must lie there, or for a rule that denies or asks any.
func (v *view) cwd(globs []*pathGlob) truth {
	least, most, found := yes, no, false
	for i := range v.paths {
		if v.paths[i].Arg == clawrden.ArgCwd {
			t := covered(globs, v, &v.paths[i])
			least, most, found = min(least, t), max(most, t), true
		}
	}
	switch {
	case !found && v.index > 0:
		outer := *v // the same directory as the command that runs this one
		outer.index = v.facts.Commands[v.index].Parent
		if outer.index < 0 || outer.index >= v.index {
			outer.index = 0
		}
		outer.paths = pathsOf(v.facts, outer.index)
		return outer.cwd(globs)
	case !found && v.facts.Cwd == "":
		return likely
	case !found:
		return anyGlob(globs, v.facts.Cwd, v)
	case v.homes.wide:
		return most
	}
	return least
}

// pathsOf gives the path facts of one command; they are in order.
func pathsOf(f *clawrden.Facts, index int) []clawrden.PathFact {
	lo := 0
	for lo < len(f.Paths) && f.Paths[lo].Command < index {
		lo++
	}
	hi := lo
	for hi < len(f.Paths) && f.Paths[hi].Command == index {
		hi++
	}
	return f.Paths[lo:hi]
}

// pathsPred asks about the words that name paths.
type pathsPred struct {
	kind  string // paths: all of them; paths_any: any, the working directory too; redirects_any: files that the shell writes
	globs []*pathGlob
}

func (p *pathsPred) describe() string { return p.kind + " " + globTexts(p.globs) }

func (p *pathsPred) eval(v *view) truth {
	least, most, found := yes, no, false
	for i := range v.paths {
		pf := &v.paths[i]
		switch {
		case pf.Arg == clawrden.ArgTool:
			continue
		case p.kind == "paths" && pf.Arg == clawrden.ArgCwd && !v.cmd.Builtin:
			continue
		case p.kind == "redirects_any" && (pf.Arg != clawrden.ArgRedirect || !pf.Write):
			continue
		}
		t := covered(p.globs, v, pf)
		least, most, found = min(least, t), max(most, t), true
	}
	switch {
	case p.kind != "paths":
		return most
	case found:
		return least
	case v.example:
		return v.fits()
	}
	return v.cwd(p.globs) // a command that names no path works on the directory it is in
}

// covered asks whether one path lies in the globs. A rule that denies or asks looks at the path as written as well as at
// where it leads; one that allows, and an exception from a strict one, only at where it leads.
func covered(globs []*pathGlob, v *view, pf *clawrden.PathFact) truth {
	written := lexical(v.facts, pf)
	switch {
	case pf.Unknown:
		if pf.Pattern && written != "" && !anyMeets(globs, written, v.homes) {
			return no
		}
		return maybe
	case pf.Err != "" || written == "":
		if v.homes.wide && written != "" && anyGlob(globs, written, v) == yes {
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

// someHome stands for a home directory that isn't known: no allowed path covers it, and every ~ of a strict rule does.
const someHome = "/home/~"

// lexical is the path as written, made absolute without looking at any file; "" where that can't be said.
func lexical(f *clawrden.Facts, pf *clawrden.PathFact) string {
	word := fromHome(f, pf.Word)
	if strings.HasPrefix(word, "/") {
		return path.Clean(word)
	}
	base := fromHome(f, pf.Base)
	if !strings.HasPrefix(base, "/") {
		if f.Cwd == "" {
			return ""
		}
		base = f.Cwd + "/" + base
	}
	return path.Clean(base + "/" + word)
}

// fromHome writes a leading ~ out.
func fromHome(f *clawrden.Facts, word string) string {
	if word != "~" && !strings.HasPrefix(word, "~/") {
		return word
	}
	if f.Home != "" {
		return f.Home + word[1:]
	}
	return someHome + word[1:]
}

func globTexts(globs []*pathGlob) string {
	text := make([]string, len(globs))
	for i, g := range globs {
		text[i] = g.text
	}
	return list(text)
}
