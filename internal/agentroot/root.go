// Package agentroot looks at files as an agent sees them: in the root directory of its own process, which may be a
// container's, with its working directory and its rights in mind.
//
// Every path in here is named by the agent. Nothing is followed out of its root, no magic link is followed at all, only
// regular files are ever opened for reading, and what the agent could change is told apart from what it could not. The
// daemon calls it.
package agentroot

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// Limits on what a path may cost.
const (
	maxPath  = 4096 // PATH_MAX
	maxLinks = 40   // as the kernel's MAXSYMLINKS
	maxDepth = 256  // directories below each other
)

// Errors that a caller tells apart.
var (
	ErrNotFound  = errors.New("no such file")
	ErrDenied    = errors.New("permission denied")
	ErrMagicLink = errors.New("the path leads through a link of /proc, which means something else to every process")
	ErrTooDeep   = errors.New("the path has too many links or components")
	ErrNoCwd     = errors.New("the working directory has no name in the caller's root")
)

// Root is the file system as one agent sees it. It is not safe for concurrent use.
type Root struct {
	fd  int    // the root directory, O_PATH
	cwd string // absolute, in this root; "" if it has no name there
	id  *clawrden.Identity
	// trusted says that nothing the caller changes matters: it could change the daemon itself.
	trusted bool

	mounts *Mounts         // nil: no types are remembered
	quick  bool            // only what is at hand is looked at
	image  image           // what it is made of, once Running has found that out
	fixed  map[uint64]bool // its mounts that can't be written, as far as Running has looked
	// container says that it is one of a container which its engine has confirmed.
	container bool
	missed    bool // and something wasn't
}

// Options say how a root is looked at.
type Options struct {
	Identity *clawrden.Identity
	// Trusted is set for callers that control the daemon anyway (root on the host, the daemon's own user), for whom a
	// sealed copy would protect nobody.
	Trusted bool
	// Mounts remembers types of file systems from one root to the next. nil: nothing does.
	Mounts *Mounts
	// AtHand has only that looked at for which nothing is waited: see Missed. It needs Mounts.
	AtHand bool
	// Container is set where the root is that of a container, by its engine's word, whose processes can mount nothing there: what its
	// image has, and nobody has changed, counts as such, and what is mounted read-only can't be written.
	Container bool
}

// Open opens the root of the process whose /proc directory is proc.
func Open(proc int, o Options) (*Root, error) {
	fd, err := unix.Openat(proc, "root", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot open the caller's root directory: %v", err)
	}
	r := &Root{fd: fd, id: o.Identity, trusted: o.Trusted, mounts: o.Mounts, quick: o.AtHand && o.Mounts != nil, container: o.Container}
	r.missed = o.AtHand && o.Mounts == nil
	r.cwd = r.nameOfCwd(proc)
	return r, nil
}

// Close releases the descriptor.
func (r *Root) Close() { _ = unix.Close(r.fd) }

// Cwd is the working directory's absolute path in this root; "" if it has none (deleted, or outside).
func (r *Root) Cwd() string { return r.cwd }

// SetCwd replaces the working directory by a path that the caller names (plain mode has no descriptor of it).
func (r *Root) SetCwd(p string) error {
	if !path.IsAbs(p) {
		return fmt.Errorf("the working directory %q is not absolute", p)
	}
	f, err := r.Walk(p)
	if err != nil {
		return fmt.Errorf("cannot use the working directory %s: %w", p, err)
	}
	defer f.Close()
	if f.Stat.Mode&unix.S_IFMT != unix.S_IFDIR {
		return fmt.Errorf("cannot use the working directory %s: not a directory", p)
	}
	r.cwd = f.Resolved
	return nil
}

// nameOfCwd finds the path of /proc/PID/cwd in this root and makes sure that it leads there.
func (r *Root) nameOfCwd(proc int) string {
	var here File
	if r.statAt(proc, "cwd", 0, &here) != nil {
		return ""
	}
	cwd, err := readlinkat(proc, "cwd")
	if err != nil || !path.IsAbs(cwd) {
		return ""
	}
	candidates := []string{cwd}
	if root, err := readlinkat(proc, "root"); err == nil && root != "/" {
		if below, ok := strings.CutPrefix(cwd, root); ok {
			candidates = append(candidates, path.Join("/", below))
		}
	}
	for _, c := range candidates {
		f, err := r.Walk(c)
		if err != nil {
			continue
		}
		is := same(f, &here)
		f.Close()
		if is {
			return f.Resolved
		}
	}
	return ""
}

// Resolve follows a path as far as it exists: the directories and links that are there are followed, the rest is
// appended as it is. It is what an allowed path is compared with.
func (r *Root) Resolve(p string) (string, error) {
	p, err := r.absolute(p)
	if err != nil {
		return "", err
	}
	w := walker{root: r, partial: true}
	f, err := w.walk(p)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return f.Resolved, nil
}

// absolute puts a relative path below the working directory.
func (r *Root) absolute(p string) (string, error) {
	if len(p) > maxPath {
		return "", ErrTooDeep
	}
	if path.IsAbs(p) {
		return p, nil
	}
	if r.cwd == "" {
		return "", ErrNoCwd
	}
	return r.cwd + "/" + p, nil
}

func readlinkat(dir int, name string) (string, error) {
	b := make([]byte, maxPath)
	n, err := unix.Readlinkat(dir, name, b)
	if err != nil {
		return "", err
	}
	return string(b[:n]), nil
}

// reopen opens for reading what an O_PATH descriptor refers to, after it is known to be a regular file.
func reopen(fd int) (*os.File, error) {
	p := "/proc/self/fd/" + strconv.Itoa(fd)
	n, err := unix.Open(p, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(n), p), nil
}
