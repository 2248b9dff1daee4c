package policy

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// lineagePred asks what started the command: its parent, or any program on the way (via). An ancestor that may have run other code
// than its own, and all beyond it, settles nothing for a rule that allows, nor for an exception of one that doesn't; for the others
// its name counts. So does what isn't known.
type lineagePred struct {
	via   bool
	globs []*wordGlob
	text  []string
}

func (p *lineagePred) describe() string {
	if p.via {
		return "via " + list(p.text)
	}
	return "parent " + list(p.text)
}

func (p *lineagePred) eval(v *view) truth {
	if v.example {
		return v.fits()
	}
	l := v.facts.Lineage
	if l == nil {
		return likely
	}
	own := yes
	for i := v.cmd.Parent; i >= 0 && i < v.index; i = v.facts.Commands[i].Parent { // within what is judged: a shell, a wrapper
		own = likely
		if anyWord(p.globs, v.facts.Commands[i].Tool) {
			return own
		}
		if !p.via {
			return no
		}
	}
	for i := range l.Ancestors {
		a := &l.Ancestors[i]
		if !a.Own {
			own = likely
		}
		if anyWord(p.globs, a.Tool) {
			return own
		}
		if !p.via {
			return no
		}
	}
	if l.Lost {
		return likely
	}
	return no
}

// depthPred asks how many programs, one starting the other, lie between the session's start and the command.
type depthPred struct{ depths []uint32 }

func (p *depthPred) describe() string { return fmt.Sprintf("depth %v", p.depths) }

func (p *depthPred) eval(v *view) truth {
	if v.example {
		return v.fits()
	}
	l := v.facts.Lineage
	if l == nil || l.Lost || v.index > 0 {
		return likely
	}
	return truthOf(l.Depth >= 0 && slices.Contains(p.depths, uint32(l.Depth)))
}

// RunsOwn reports whether a program that runs with these facts runs its own code alone, as far as words and environment tell: it is no
// interpreter or wrapper, no script, goes by its own name, and no option or variable makes it load or run what the caller says.
func (p *Policy) RunsOwn(f *clawrden.Facts) bool {
	if len(f.Commands) != 1 || len(f.Commands[0].Opaque) > 0 || f.Exe.Interpreter != nil || f.Renamed || f.Overflow != "" {
		return false
	}
	if runs, _ := p.RunsOthers(f.Tool, f.Commands[0].Subcommands); runs {
		return false
	}
	for _, e := range f.Env {
		if name, value, _ := strings.Cut(e, "="); !usual[name] && riskyEnv(e) && !ownPlace(name, value) {
			return false
		}
	}
	return true
}

// usual are risky variables that each environment has, or that tools set for what they start. What they name is started as a program
// of its own, and judged as such; none of them changes the code of the program that has them.
var usual = setOf(`
	PATH HOME SHELL EDITOR VISUAL PAGER MANPAGER BROWSER LESS LESSOPEN LESSCLOSE LESSKEY LESSKEYIN GIT_DIR GIT_WORK_TREE GIT_COMMON_DIR GIT_EDITOR
	MAKE MAKEFLAGS MFLAGS GOROOT GOENV GOPROXY CARGO_HOME RUSTUP_HOME RUSTUP_TOOLCHAIN RUSTDOC JAVA_OPTS XDG_CONFIG_HOME XDG_CONFIG_DIRS GNUPGHOME
	SYSTEMD_PAGER SYSTEMD_LESS BAT_PAGER GH_PAGER GH_BROWSER GH_EDITOR GH_CONFIG_DIR AWS_PAGER AWS_CONFIG_FILE POSIXLY_CORRECT
`)

// StartedBy makes a lineage of names, the nearest first; a ? before one says that it may have run other code than its own.
func StartedBy(names []string) *clawrden.Lineage {
	l := &clawrden.Lineage{Depth: len(names)}
	for _, n := range names {
		tool, doubt := strings.CutPrefix(n, "?")
		l.Ancestors = append(l.Ancestors, clawrden.Ancestor{Tool: tool, Own: !doubt})
	}
	return l
}

// ownPlace reports whether a variable only names the place of a tool's own programs, as git and gcc name it to what they start.
func ownPlace(name, value string) bool {
	switch name {
	case "GIT_EXEC_PATH":
		return gitPlaces[value]
	case "COMPILER_PATH":
		for dir := range strings.SplitSeq(value, ":") {
			if dir = path.Clean(dir) + "/"; !strings.HasPrefix(dir, "/usr/lib/") && !strings.HasPrefix(dir, "/usr/libexec/") {
				return false
			}
		}
		return true
	}
	return false
}

// gitPlaces are where git's own programs are: git names the place to what it starts.
var gitPlaces = map[string]bool{"/usr/lib/git-core": true, "/usr/libexec/git-core": true, "/usr/local/libexec/git-core": true}
