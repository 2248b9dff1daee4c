package agentroot

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Root in a container may write every file there, so that what it may write tells nothing. What it hasn't written tells more: a file
// that is still the image's own is called what its image calls it, and has the content that it has there. The container's root is an
// overlay then, of layers that are the engine's alone, and the file is the very one that the topmost layer has under that name. To
// write it, to rename it, to link to it or to change its mode makes a copy of it first, whose status has changed since: nobody in a
// container can have that otherwise.

// image is what a container's root directory is made of: the directories of its layers, topmost first.
type image []string

const (
	maxLayers    = 512
	maxMountinfo = 1 << 20
)

// imageOf gives the layers of what a file is on, where that is the whole root of the process whose /proc directory is proc.
func (r *Root) imageOf(proc int, file *File) image {
	if !r.container || file.FD < 0 {
		return nil
	}
	mount, unique := mountOf(file.FD)
	if r.mounts != nil && unique != 0 {
		if layers, known := r.mounts.image(unique); known {
			return layers
		}
	}
	b, err := readAt(proc, "mountinfo", maxMountinfo)
	if err != nil || mount == 0 {
		return nil
	}
	layers := layersIn(b, mount)
	if r.mounts != nil && unique != 0 {
		r.mounts.learnImage(unique, layers)
	}
	return layers
}

// layersIn finds the layers of a mount in a mountinfo; nil where it is no overlay on the root directory, or they can't all be found.
func layersIn(mountinfo []byte, mount uint64) (layers image) {
	for line := range bytes.Lines(mountinfo) {
		before, after, found := strings.Cut(string(line), " - ")
		f, fs := strings.Fields(before), strings.Fields(after)
		if !found || len(f) < 6 || len(fs) < 3 || f[0] != strconv.FormatUint(mount, 10) {
			continue
		}
		if f[3] != "/" || f[4] != "/" || fs[0] != "overlay" {
			return nil
		}
		for _, dir := range lowerDirs(fs[2]) {
			real, err := filepath.EvalSymlinks(dir)
			if err != nil || !filepath.IsAbs(dir) || len(layers) >= maxLayers {
				return nil
			}
			layers = append(layers, real)
		}
		return layers
	}
	return nil
}

// lowerDirs reads the layers from an overlay's options, as the kernel writes them: lowerdir=A:B, or lowerdir+=A,lowerdir+=B.
func lowerDirs(options string) (dirs []string) {
	for option := range strings.SplitSeq(options, ",") {
		name, value, _ := strings.Cut(option, "=")
		value = unescape(value)
		switch {
		case strings.HasPrefix(name, "datadir"), strings.Contains(value, `\`), strings.Contains(value, "::"):
			return nil
		case name == "lowerdir+":
			dirs = append(dirs, value)
		case name == "lowerdir":
			dirs = append(dirs, strings.Split(value, ":")...)
		}
	}
	return dirs
}

// unescape undoes what the kernel makes of blanks in a mountinfo. Another backslash is one of the overlay's own, before a colon.
func unescape(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n").Replace(s)
}

// has reports whether a file that the container has by an absolute path without links is the image's own.
func (i image) has(p string, st *unix.Stat_t) bool {
	for _, layer := range i {
		own, err := statBelow(layer, strings.TrimPrefix(p, "/"))
		switch err {
		case nil:
			return own.Ino == st.Ino && own.Mode == st.Mode && own.Size == st.Size && own.Mtim == st.Mtim && own.Ctim == st.Ctim
		case unix.ENOENT: //nolint:errorlint // as the kernel says it
		default:
			return false
		}
	}
	return false
}

// statBelow looks at a file in a layer, and follows no link on the way.
func statBelow(dir, name string) (st unix.Stat_t, err error) {
	at, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return st, unix.EBADF // not "it isn't there"
	}
	defer func() { _ = unix.Close(at) }()
	fd, err := unix.Openat2(at, name, &unix.OpenHow{Flags: unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS})
	if err != nil {
		return st, err
	}
	defer func() { _ = unix.Close(fd) }()
	return st, unix.Fstat(fd, &st)
}

// own reports whether a path leads to a file of the container's image, by links of the image, and none of them has been changed.
func (r *Root) own(f *File) bool {
	if r.image == nil || !r.image.has(f.Resolved, &f.Stat) {
		return false
	}
	for i := range f.links {
		if !r.image.has(f.links[i].path, &f.links[i].st) {
			return false
		}
	}
	return true
}

// link is one that a path leads through.
type link struct {
	path string
	st   unix.Stat_t
}

// mountOf gives the number of the mount that a file is on, and the one that is never used again, where the kernel has it.
func mountOf(fd int) (mount, unique uint64) {
	var x unix.Statx_t
	const flags = unix.AT_EMPTY_PATH | unix.AT_STATX_DONT_SYNC
	if unix.Statx(fd, "", flags, unix.STATX_MNT_ID, &x) == nil && x.Mask&unix.STATX_MNT_ID != 0 {
		mount = x.Mnt_id
	}
	if unix.Statx(fd, "", flags, unix.STATX_MNT_ID_UNIQUE, &x) == nil && x.Mask&unix.STATX_MNT_ID_UNIQUE != 0 {
		unique = x.Mnt_id
	}
	return mount, unique
}

func readAt(dir int, name string, limit int) ([]byte, error) {
	fd, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), name)
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err == nil && len(b) > limit {
		err = unix.EFBIG
	}
	return b, err
}
