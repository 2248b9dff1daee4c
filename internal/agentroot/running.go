package agentroot

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// Running looks at the file that a process is about to run, to which exe is open: not at what its path leads to by now. elsewhere is set
// where the process's mounts or its root directory are its own: there it has no name that counts. kinds are what it is besides its name.
func (r *Root) Running(proc, exe int, elsewhere bool) (f *File, kinds []string, err error) {
	p, err := readlinkat(proc, "exe")
	if err != nil {
		return nil, nil, err
	}
	f = &File{FD: -1, Resolved: p, Writable: true}
	if r.remote(exe) {
		kinds = []string{clawrden.KindRemote} // nothing is asked of such a file, which may never answer
	} else {
		f.FD = exe
		if err := r.stat(f); err != nil {
			return nil, nil, err
		}
		r.fixed = r.fixedMounts(proc, exe)
		named, err := r.Walk(p)
		if err == nil {
			named.Close()
		}
		switch {
		case err != nil || !same(named, f):
			kinds = []string{clawrden.KindUnnamed}
		case elsewhere:
			kinds = []string{clawrden.KindUnnamed}
			f.Resolved = named.Resolved
		default:
			f.Resolved, f.Stable, f.Writable = named.Resolved, named.Stable, named.Writable
			if f.Writable || !f.Stable {
				r.image = r.imageOf(proc, f)
			}
			kinds = r.kinds(f)
		}
	}
	if f.FD, err = unix.FcntlInt(uintptr(exe), unix.F_DUPFD_CLOEXEC, 0); err != nil {
		return nil, nil, err
	}
	return f, kinds, nil
}

// kinds are those of a file that has a name.
func (r *Root) kinds(f *File) (kinds []string) {
	if (f.Writable || !f.Stable) && !r.own(f) {
		kinds = append(kinds, clawrden.KindWritable)
	}
	if isLoader(path.Base(f.Resolved)) {
		kinds = append(kinds, clawrden.KindLoader)
	}
	return kinds
}

// isLoader reports whether a file's own name is a program loader's: ld-linux-x86-64.so.2, ld-musl-aarch64.so.1, ld.so, or the C library
// where that is its own loader. A copy by another name is a file that somebody wrote.
func isLoader(name string) bool {
	for _, prefix := range []string{"ld-", "ld.so", "ld64.so", "ld32.so", "libc.so", "libc.musl-"} {
		if strings.HasPrefix(name, prefix) && (strings.Contains(name, ".so") || prefix == "ld.so") {
			return true
		}
	}
	return false
}

func same(a, b *File) bool { return a.Stat.Dev == b.Stat.Dev && a.Stat.Ino == b.Stat.Ino }

// Held is what a process in its exec stop is about to run, by the names that count.
type Held struct {
	*Tool      // the script first, where the interpreter runs one that is named by its first line; the binary last
	Script int // index of the script's word in argv; 0 where it is no script
	Kinds  []string
	Fixed  bool   // the script is nothing that the caller can change
	Named  string // the name of what runs: the script's, or the name under which the caller asked for the binary, or the binary's own
}

// LoadHeld reads what Running gave, and takes over f. asked is the path by which the caller says that it called it: it counts where it leads to the
// file, and the caller can change nothing on the way.
func (r *Root) LoadHeld(ctx context.Context, f *File, kinds, argv []string, asked string, h *Hasher) (*Held, error) {
	bin := Stage{File: f, Path: f.Resolved, Sealed: -1}
	if f.Writable && h.Loose && !slices.Contains(kinds, clawrden.KindRemote) {
		kinds = append(kinds, clawrden.KindRemote)
	}
	held := &Held{Tool: &Tool{Path: f.Resolved}, Named: path.Base(f.Resolved), Kinds: kinds}
	known := !slices.Contains(kinds, clawrden.KindUnnamed) && !slices.Contains(kinds, clawrden.KindRemote)
	if known && asked != "" && asked != f.Resolved { // Running has walked that
		if a, err := r.Walk(asked); err == nil {
			if same(a, f) && (a.Stable || r.own(a)) {
				held.Path, held.Named = asked, path.Base(asked)
				bin.Path = asked
			}
			a.Close()
		}
	}
	if !slices.Contains(kinds, clawrden.KindRemote) {
		c, err := r.sum(ctx, h, f)
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("cannot read %s: %w", f.Resolved, err)
		}
		bin.SHA256 = c.sha256
	}
	script, at := r.script(ctx, f, held.Named, argv, h)
	if script != nil {
		if held.Script, held.Fixed = at, script.Stable && !script.Writable; !held.Fixed {
			held.Kinds = append(held.Kinds, clawrden.KindScript)
		}
		held.Path, held.Named = script.Path, path.Base(script.Path)
		held.Stage = append(held.Stage, *script)
		if i, err := r.Walk(argv[0]); err == nil { // as the first line names it: some programs go by that
			if same(i, f) && path.IsAbs(argv[0]) {
				bin.Path = argv[0]
			}
			i.Close()
		}
	}
	held.Stage = append(held.Stage, bin)
	held.Named = strings.TrimSuffix(held.Named, RealSuffix) // a tool behind its shim is still that tool
	return held, nil
}

// script finds the script that an interpreter is about to run as the kernel does: its path is the first word, behind the one
// argument that its first line may carry. Where env finds the interpreter, that comes next.
func (r *Root) script(ctx context.Context, f *File, name string, argv []string, h *Hasher) (*Stage, int) {
	for at := 1; at <= 2 && at < len(argv); at++ {
		word := argv[at]
		if word == "" || word[0] == '-' {
			continue
		}
		s, err := r.Walk(word)
		if err != nil || s.Stat.Mode&unix.S_IFMT != unix.S_IFREG || r.remote(s.FD) {
			if err == nil {
				s.Close()
			}
			continue
		}
		c, err := r.sum(ctx, h, s)
		if err == nil {
			interp, arg, hasArg, err := shebang(c.head)
			if err == nil && interp != "" && r.interprets(f, name, s, argv[:at], interp, arg, hasArg) {
				return &Stage{File: s, Path: word, Arg: arg, HasArg: hasArg, SHA256: c.sha256, Sealed: -1}, at
			}
		}
		s.Close()
	}
	return nil, 0
}

// interprets reports whether before, the words before a script's own, are what the kernel makes of its first line, or what env
// makes of that; and whether the interpreter is the file that runs, which is called name. What env makes counts only for a script
// that the caller can't change, or hasn't: anything else could say so of itself.
func (r *Root) interprets(f *File, name string, s *File, before []string, interp, arg string, hasArg bool) bool {
	i, err := r.Walk(interp)
	if err != nil {
		return false
	}
	defer i.Close()
	if same(i, f) {
		if hasArg {
			return len(before) == 2 && before[1] == arg
		}
		return len(before) == 1
	}
	return path.Base(interp) == "env" && hasArg && len(before) == 1 && (s.Stable && !s.Writable || r.own(s)) && (name == arg || path.Base(f.Resolved) == arg)
}
