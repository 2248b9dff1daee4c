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
			t := covered(globs, v, i)
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
		outer.paths, outer.written = pathsOf(v.facts, outer.index), nil
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
	kind  string // paths: all of them; paths_any: any, the working directory too; targets_any: any but that; redirects_any: files that the shell writes
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
		case (p.kind == "paths" || p.kind == "targets_any") && pf.Arg == clawrden.ArgCwd && !v.cmd.Builtin:
			continue
		case p.kind == "redirects_any" && (pf.Arg != clawrden.ArgRedirect || !pf.Write):
			continue
		}
		t := covered(p.globs, v, i)
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

// covered asks whether the k-th path of the command lies in the globs. A rule that denies or asks looks at the path as
// written as well as at where it leads; one that allows, and an exception from a strict one, only at where it leads.
func covered(globs []*pathGlob, v *view, k int) truth {
	pf := &v.paths[k]
	if pf.Resolved != "" && pf.Err == "" && !pf.Unknown {
		t := anyGlob(globs, pf.Resolved, v)
		if t == no && v.homes.wide {
			t = anyGlob(globs, v.writtenAt(k), v)
		}
		return t
	}
	written := v.writtenAt(k)
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
	}
	return anyGlob(globs, written, v)
}

// writtenAt is the k-th path as written, made absolute; it is made once a command.
func (v *view) writtenAt(k int) string {
	if k >= len(v.written) {
		return lexical(v.facts, &v.paths[k])
	}
	if v.written[k] == "" {
		v.written[k] = lexical(v.facts, &v.paths[k])
	}
	return v.written[k]
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
		return path.Clean(word) // no allocation where it is clean
	}
	if pf.Base == "" && f.Cwd != "" && f.Cwd != "/" && isClean(word) {
		return f.Cwd + "/" + word
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

// isClean reports whether a relative path has no empty, . or .. component.
func isClean(word string) bool {
	if word == "" {
		return false
	}
	start := 0
	for i := 0; i <= len(word); i++ {
		if i == len(word) || word[i] == '/' {
			if part := word[start:i]; part == "" || part == "." || part == ".." {
				return false
			}
			start = i + 1
		}
	}
	return true
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
