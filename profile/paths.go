package profile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// place is a path of a profile, read.
type place struct {
	base Base
	name string // as in Path
	text string // as it is written
}

// readPath reads a path of a profile: absolute, "cwd", "cwd/…", "~" or "~/…".
func readPath(text string) (place, error) {
	p := place{text: text, name: text}
	switch {
	case text == "cwd" || strings.HasPrefix(text, "cwd/"):
		p.base, p.name = BaseCwd, strings.TrimPrefix(strings.TrimPrefix(text, "cwd"), "/")
	case text == "~" || strings.HasPrefix(text, "~/"):
		p.base, p.name = BaseHome, strings.TrimPrefix(strings.TrimPrefix(text, "~"), "/")
	case !strings.HasPrefix(text, "/"):
		return p, fmt.Errorf("%q is not a path here; write it absolute, or below \"cwd\" or \"~\"", text)
	}
	if strings.ContainsAny(text, "*?[{") {
		return p, fmt.Errorf("%q is a pattern, and the kernel takes directories and files only; name the directory, which stands for all below it", text)
	}
	if len(text) > maxText || !validPath(Path{Base: p.base, Name: p.name}) {
		return p, fmt.Errorf("%q is not written plainly; leave out \".\", \"..\", empty parts and a slash at the end", text)
	}
	return p, nil
}

func readPaths(texts []string) ([]place, error) {
	if len(texts) > MaxPaths {
		return nil, fmt.Errorf("a list has more than %d paths", MaxPaths)
	}
	out := make([]place, 0, len(texts))
	for _, text := range texts {
		p, err := readPath(text)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// files is what a profile says of the file system, read.
type files struct {
	readOnly, readWrite, hidden, exec []place
}

func readFiles(f *clawrden.Filesystem) (files, error) {
	var out files
	for _, list := range []struct {
		texts []string
		to    *[]place
	}{{f.ReadOnly, &out.readOnly}, {f.ReadWrite, &out.readWrite}, {f.Hidden, &out.hidden}, {f.Exec, &out.exec}} {
		places, err := readPaths(list.texts)
		if err != nil {
			return out, err
		}
		*list.to = places
	}
	if !f.Restricted && len(f.ReadOnly)+len(f.ReadWrite)+len(f.Exec) > 0 {
		return out, fmt.Errorf("the file system has lists of what can be used, and isn't restricted to them")
	}
	return out, nil
}

// mayCover reports whether a path lies below another, or could: it isn't known where paths below the working directory
// or the home directory lie, unless the target says.
func (t *Target) mayCover(above, p place) bool {
	above, p = t.settle(above), t.settle(p)
	if above.base != p.base {
		return true
	}
	return above.name == "" || above.name == "/" || above.name == p.name || strings.HasPrefix(p.name, above.name+"/")
}

// settle makes a path below a known base absolute.
func (t *Target) settle(p place) place {
	switch {
	case p.base == BaseHome && t.Home != "":
		p.base, p.name = BaseRoot, path.Join(t.Home, p.name)
	case p.base == BaseCwd && t.Cwd != "":
		p.base, p.name = BaseRoot, path.Join(t.Cwd, p.name)
	}
	return p
}

// covered reports whether p lies below one of some paths, or could.
func (t *Target) covered(p place, by []place) bool {
	return slices.ContainsFunc(by, func(above place) bool { return t.mayCover(above, p) })
}
