package agentroot

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// DefaultPath is searched when the agent has no PATH.
const DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// maxPathDirs bounds the search: PATH is the agent's.
const maxPathDirs = 256

// Tool is what a name stands for: the file, and for a script the chain of interpreters that the kernel would start. It
// holds descriptors until Close.
type Tool struct {
	Path string // as found, links kept: what the tool sees as its own path
	// Behind is the path of the shim in whose place the tool was, where it was put aside for one; else "".
	Behind string
	Stage  []Stage
	// Shell says that the first stage is a script without a first line, which the kernel doesn't run: the shell that
	// follows it has to be given it.
	Shell bool
}

// Stage is one file of the chain: the script first, the binary last.
type Stage struct {
	*File
	Path   string // as named on PATH or in the script
	Arg    string // the one argument on the script's first line, if HasArg
	HasArg bool
	SHA256 string
	// Sealed is a sealed copy in memory of what was hashed, or -1: made for what the agent can write.
	Sealed int
}

// Close releases all descriptors.
func (t *Tool) Close() {
	for i := range t.Stage {
		t.Stage[i].Close()
		if t.Stage[i].Sealed >= 0 {
			_ = unix.Close(t.Stage[i].Sealed)
			t.Stage[i].Sealed = -1
		}
	}
}

// ErrNoTool says that PATH holds no such tool.
var ErrNoTool = errors.New("no such tool on PATH")

// Found is where a tool was found, before Load reads it.
type Found struct {
	*File
	Path   string // see Tool
	Behind string // see Tool
}

// Find searches a tool as execvp does in the agent: along PATH, by its rights, past every shim but one in whose place the
// tool was: then it is the tool. It neither reads nor hashes what it finds: Load does. The last error that was met on the
// way is part of the message.
func (r *Root) Find(name, searchPath string, isShim func(*File) bool) (*Found, error) {
	if name == "" || strings.ContainsRune(name, '/') {
		return nil, fmt.Errorf("%w: %q is not a plain name", ErrNoTool, name)
	}
	dirs := strings.Split(searchPath, ":")
	if len(dirs) > maxPathDirs {
		dirs = dirs[:maxPathDirs]
	}
	var met error
	for _, dir := range dirs {
		if dir == "" {
			dir = "."
		}
		if r.missing(dir + "/" + name) {
			continue
		}
		f, err := r.Walk(dir + "/" + name)
		if err != nil {
			if !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrNoCwd) {
				met = err
			}
			continue
		}
		switch {
		case f.Stat.Mode&unix.S_IFMT != unix.S_IFREG:
			met = fmt.Errorf("%s is not a regular file", path.Join(dir, name))
		case !r.canExec(&f.Stat):
			met = fmt.Errorf("%s may not be executed by this user", path.Join(dir, name))
		case isShim(f):
			tool, err := r.behind(f, joinDir(dir, name), isShim)
			if tool != nil {
				f.Close()
				return tool, nil
			}
			if err != nil {
				met = err
			}
		default:
			return &Found{File: f, Path: joinDir(dir, name)}, nil
		}
		f.Close()
	}
	if met != nil {
		return nil, fmt.Errorf("%w: %v", ErrNoTool, met)
	}
	return nil, ErrNoTool
}

// missing reports whether the kernel finds no such file: in one call, where a walk takes many. What it does find is walked.
func (r *Root) missing(p string) bool {
	p, err := r.absolute(p)
	if err != nil {
		return false
	}
	fd, err := unix.Openat2(r.fd, p, &unix.OpenHow{
		Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	})
	if err == nil {
		_ = unix.Close(fd)
	}
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR)
}

// joinDir makes the path that execvp would use: not cleaned, because the tool may look at it.
func joinDir(dir, name string) string {
	if strings.HasSuffix(dir, "/") {
		return dir + name
	}
	return dir + "/" + name
}
