package agentroot

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// File is what a path leads to.
type File struct {
	FD       int // O_PATH
	Stat     unix.Stat_t
	Resolved string // absolute in the root, links followed
	// Stable says that the agent can change no directory or link that the path leads through, so that the same path
	// leads to the same file again.
	Stable bool
	// Writable says that the agent can change the file's content, or that nobody can tell (network and user-space file
	// systems).
	Writable bool

	fs    int64  // type of its file system, where only what is at hand is looked at
	links []link // that its path leads through, where an image is looked into
}

// Close releases the descriptor.
func (f *File) Close() {
	if f.FD >= 0 {
		_ = unix.Close(f.FD)
		f.FD = -1
	}
}

// Walk follows an absolute path, or one relative to the working directory, inside the root, one component at a time.
func (r *Root) Walk(p string) (*File, error) {
	p, err := r.absolute(p)
	if err != nil {
		return nil, err
	}
	w := walker{root: r}
	return w.walk(p)
}

// walker follows one path. Each step is an openat of one name that follows no link, so nothing that is renamed or
// replaced meanwhile can lead it elsewhere; ".." goes back on its own stack and never to the kernel.
type walker struct {
	root    *Root
	partial bool // a missing component ends the walk well

	here   dir   // the root directory
	stack  []dir // the directories below it
	links  int
	seen   []link // where an image is looked into
	stable bool
}

type dir struct {
	fd     int
	name   string
	st     unix.Stat_t
	remote bool  // on a file system whose content is somebody else's word
	fs     int64 // as a File's
}

func (w *walker) walk(p string) (*File, error) {
	defer w.pop(0)
	top := File{FD: w.root.fd}
	if err := w.root.stat(&top); err != nil {
		return nil, err
	}
	w.here = dir{fd: top.FD, st: top.Stat, remote: w.root.remote(top.FD), fs: top.fs}
	w.stable = w.fixed(&w.here)
	todo := components(p)
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			w.pop(max(len(w.stack)-1, 0))
			continue
		}
		f, target, err := w.step(name)
		if err != nil {
			if w.partial && (errors.Is(err, ErrNotFound) || errors.Is(err, ErrDenied)) {
				rest := path.Join(append([]string{name}, todo...)...)
				return &File{FD: -1, Resolved: path.Join(w.path(), rest)}, nil
			}
			return nil, err
		}
		switch {
		case target != "":
			if w.links++; w.links > maxLinks {
				return nil, ErrTooDeep
			}
			if path.IsAbs(target) {
				w.pop(0)
			}
			todo = append(components(target), todo...)
			if len(todo) > maxDepth {
				return nil, ErrTooDeep
			}
		case f.Stat.Mode&unix.S_IFMT == unix.S_IFDIR:
			if len(w.stack) >= maxDepth {
				f.Close()
				return nil, ErrTooDeep
			}
			d := dir{fd: f.FD, name: name, st: f.Stat, remote: w.remote(f), fs: f.fs}
			w.stable = w.stable && w.fixed(&d)
			w.stack = append(w.stack, d)
		default:
			if len(todo) > 0 && strings.Join(todo, "") != "" {
				f.Close()
				if w.partial {
					return &File{FD: -1, Resolved: path.Join(append([]string{w.path(), name}, todo...)...)}, nil
				}
				return nil, fmt.Errorf("%w: %s is not a directory", ErrNotFound, path.Join(w.path(), name))
			}
			f.Resolved, f.Stable, f.links = path.Join(w.path(), name), w.stable, w.seen
			f.Writable = w.root.canWrite(f.FD, &f.Stat, f.fs) || w.remote(f)
			return f, nil
		}
	}
	return w.directory()
}

// directory makes the File of a path that ends at a directory.
func (w *walker) directory() (*File, error) {
	d := w.top()
	fd, err := unix.FcntlInt(uintptr(d.fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	f := &File{FD: fd, Stat: d.st, Resolved: w.path(), Stable: w.stable, fs: d.fs}
	f.Writable = w.root.canWrite(f.FD, &f.Stat, f.fs)
	return f, nil
}

// step opens one name in the current directory; for a symbolic link it returns the target.
func (w *walker) step(name string) (*File, string, error) {
	top := w.top()
	where := func() string { return path.Join(w.path(), name) }
	if !w.root.canSearch(top) {
		return nil, "", fmt.Errorf("%w: %s", ErrDenied, where())
	}
	fd, err := w.root.open(top, name)
	if err != nil {
		if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) {
			return nil, "", fmt.Errorf("%w: %s", ErrNotFound, where())
		}
		return nil, "", fmt.Errorf("cannot open %s: %v", where(), err)
	}
	f := &File{FD: fd}
	if err := w.root.stat(f); err != nil {
		f.Close()
		return nil, "", err
	}
	if top.st.Mode&unix.S_ISVTX != 0 && w.root.owns(&f.Stat) {
		w.stable = false // in a sticky directory one may still rename what one owns
	}
	if f.Stat.Mode&unix.S_IFMT != unix.S_IFLNK {
		return f, "", nil
	}
	defer f.Close()
	if w.root.magic(f) {
		return nil, "", ErrMagicLink
	}
	target, err := w.root.target(f)
	if err != nil || target == "" {
		return nil, "", fmt.Errorf("%w: %s", ErrNotFound, where())
	}
	if w.root.image != nil {
		w.seen = append(w.seen, link{where(), f.Stat})
	}
	return nil, target, nil
}

// fixed reports whether the agent can't change what a directory's names lead to.
func (w *walker) fixed(d *dir) bool {
	if w.root.canWrite(d.fd, &d.st, d.fs) {
		return d.st.Mode&unix.S_ISVTX != 0 && !w.root.owns(&d.st)
	}
	return !d.remote
}

// remote reports whether what was found in the current directory lies on a remote file system: the same as the
// directory, unless another is mounted there.
func (w *walker) remote(f *File) bool {
	if top := w.top(); top.st.Dev == f.Stat.Dev {
		return top.remote
	}
	return w.root.remote(f.FD)
}

func (w *walker) top() *dir {
	if len(w.stack) == 0 {
		return &w.here
	}
	return &w.stack[len(w.stack)-1]
}

func (w *walker) pop(n int) {
	for len(w.stack) > n {
		_ = unix.Close(w.top().fd)
		w.stack = w.stack[:len(w.stack)-1]
	}
}

func (w *walker) path() string {
	var b strings.Builder
	for i := range w.stack {
		b.WriteByte('/')
		b.WriteString(w.stack[i].name)
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

func components(p string) []string { return strings.Split(strings.Trim(p, "/"), "/") }

// owns reports whether the agent owns the file, so that it can change its mode too.
func (r *Root) owns(st *unix.Stat_t) bool { return !r.trusted && (r.id.UID == 0 || st.Uid == r.id.UID) }

// canWrite reports whether the agent can change the content: by owning it, by the mode bits, or perhaps by an access
// list. Where there is a list the group bits are its mask, and it may name anybody, so they count for everybody then.
func (r *Root) canWrite(fd int, st *unix.Stat_t, fs int64) bool {
	return r.lets(fd, st, fs) && !r.readOnly(fd)
}

// lets is canWrite as far as owner, mode and access list go.
func (r *Root) lets(fd int, st *unix.Stat_t, fs int64) bool {
	switch {
	case r.trusted:
		return false
	case r.owns(st) || st.Mode&0o002 != 0:
		return true
	case st.Mode&0o020 == 0:
		return false
	}
	return r.id.InGroup(st.Gid) || r.acl(fd, fs)
}

// hasACL reports whether a file has an access list; it does as well when nobody can tell.
func hasACL(fd int) bool {
	_, err := unix.Getxattr("/proc/self/fd/"+strconv.Itoa(fd), "system.posix_acl_access", nil)
	return !errors.Is(err, unix.ENODATA) && !errors.Is(err, unix.ENOTSUP)
}

// canSearch reports whether the agent may look a name up in a directory. An access list may let it: then it may.
func (r *Root) canSearch(d *dir) bool {
	return r.id.UID == 0 || d.st.Mode&0o111 == 0o111 || r.may(&d.st, 0o1) || r.acl(d.fd, d.fs)
}

// may looks at the permission bits that count for the agent.
func (r *Root) may(st *unix.Stat_t, bit uint32) bool {
	switch {
	case st.Uid == r.id.UID:
		return st.Mode&(bit<<6) != 0
	case r.id.InGroup(st.Gid):
		return st.Mode&(bit<<3) != 0
	}
	return st.Mode&bit != 0
}

// canExec reports whether the mode bits let the agent run the file.
func (r *Root) canExec(st *unix.Stat_t) bool {
	if r.id.UID == 0 {
		return st.Mode&0o111 != 0
	}
	return r.may(st, 0o1)
}

// File systems (statfs(2)) whose content is somebody else's word.
var remoteTypes = map[int64]bool{
	unix.FUSE_SUPER_MAGIC: true, unix.NFS_SUPER_MAGIC: true, unix.SMB_SUPER_MAGIC: true, unix.CIFS_SUPER_MAGIC: true,
	unix.SMB2_SUPER_MAGIC: true, unix.V9FS_MAGIC: true, unix.AFS_SUPER_MAGIC: true, unix.CEPH_SUPER_MAGIC: true,
}

func remote(fd int) bool {
	var s unix.Statfs_t
	return unix.Fstatfs(fd, &s) != nil || remoteTypes[s.Type]
}

func isProc(fd int) bool {
	var s unix.Statfs_t
	return unix.Fstatfs(fd, &s) != nil || s.Type == unix.PROC_SUPER_MAGIC
}
