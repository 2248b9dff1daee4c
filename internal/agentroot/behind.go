package agentroot

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// RealSuffix is what the name of a tool gets behind it when a shim takes its place; shim.RealSuffix, which a test compares.
const RealSuffix = ".clawrden-real"

// shimName is the shim's in the directory of the shims, where it is in no tool's place.
const shimName = "clawrden-shim"

// FindBehind finds the tool that the caller means where its program is a shim in a tool's own place: the file beside it,
// whatever PATH says. nil without an error means that it is no such shim, or was called by a name that leads elsewhere:
// then PATH decides.
//
// proc is the caller's /proc directory: where its program lies is the kernel's word, not the caller's.
func (r *Root) FindBehind(proc int, name string, isShim func(*File) bool) (*Found, error) {
	if name == "" || strings.ContainsRune(name, '/') {
		return nil, nil
	}
	shim := r.program(proc)
	if shim == nil {
		return nil, nil
	}
	defer shim.Close()
	if !isShim(shim) {
		return nil, nil
	}
	named := shim.Resolved
	if path.Base(named) != name {
		// Another name of the tool, such as a link beside it: which a link elsewhere, that the agent can make, is not.
		named = path.Join(path.Dir(named), name)
		other, err := r.Walk(named)
		if err != nil {
			return nil, nil // no such name
		}
		other.Close()
		if other.Stat.Dev != shim.Stat.Dev || other.Stat.Ino != shim.Stat.Ino {
			return nil, nil
		}
	}
	return r.behind(shim, named, isShim)
}

// behind gives the tool in whose place a shim is; nil if it is in none's.
func (r *Root) behind(shim *File, named string, isShim func(*File) bool) (*Found, error) {
	at := shim.Resolved + RealSuffix
	if r.missing(at) {
		return nil, nil
	}
	f, err := r.Walk(at)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	case f.Stat.Mode&unix.S_IFMT != unix.S_IFREG:
		err = fmt.Errorf("%s is not a regular file", at)
	case !r.canExec(&f.Stat):
		err = fmt.Errorf("%s may not be executed by this user", at)
	case isShim(f):
		err = fmt.Errorf("%s is a shim, and not the tool that was there (clawrden shims repair)", at)
	default:
		return &Found{File: f, Path: at, Behind: named}, nil
	}
	f.Close()
	return nil, err
}

// MayBeBehind reports whether a process may be a shim in a tool's own place, by one call: it is none if it runs the shim of the
// directory, as most do.
func MayBeBehind(proc int) bool {
	exe, err := readlinkat(proc, "exe")
	return err == nil && path.Base(exe) != shimName
}

// program is the file that a process runs, by its path in this root; nil if it has none there, or is the shim
// of the directory.
func (r *Root) program(proc int) *File {
	exe, err := readlinkat(proc, "exe")
	if err != nil || !path.IsAbs(exe) || path.Base(exe) == shimName {
		return nil
	}
	var st unix.Stat_t
	if unix.Fstatat(proc, "exe", &st, 0) != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return nil
	}
	candidates := []string{exe}
	if root, err := readlinkat(proc, "root"); err == nil && root != "/" {
		if below, ok := strings.CutPrefix(exe, root+"/"); ok {
			candidates = append(candidates, "/"+below)
		}
	}
	for _, c := range candidates {
		f, err := r.Walk(c)
		if err != nil {
			continue
		}
		if f.Stat.Dev == st.Dev && f.Stat.Ino == st.Ino {
			return f
		}
		f.Close()
	}
	return nil
}
