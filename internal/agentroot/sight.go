package agentroot

import (
	"errors"
	"sync"

	"golang.org/x/sys/unix"
)

// An agent's files may be slow, or never answer. So they are looked at beside, for a limited time; or, which is far cheaper, only as far as
// the kernel has them at hand: then nothing waits for a file system, and what isn't at hand is a miss, after which all that was found
// is worth nothing.

// Mounts remembers of which type file systems are, by the number of a mount, which the kernel gives to one mount alone and never
// again (Linux 6.8): nobody can put another file system behind it.
type Mounts struct {
	mu    sync.Mutex
	types map[uint64]int64
	// images are the layers of containers' roots, by the same numbers; nil for one that has none to look into.
	images map[uint64]image
}

const (
	maxMounts     = 4096
	resolveCached = 0x20 // RESOLVE_CACHED (Linux 5.12)
)

func (m *Mounts) of(mount uint64) (fs int64, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	fs, known = m.types[mount]
	return fs, known
}

// learn remembers the type of the file system that a descriptor is on.
func (m *Mounts) learn(fd int) {
	var x unix.Statx_t
	err := unix.Statx(fd, "", unix.AT_EMPTY_PATH|unix.AT_STATX_DONT_SYNC, unix.STATX_MNT_ID_UNIQUE, &x)
	if err != nil || x.Mask&unix.STATX_MNT_ID_UNIQUE == 0 {
		return
	}
	var s unix.Statfs_t
	if _, known := m.of(x.Mnt_id); known || unix.Fstatfs(fd, &s) != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.types == nil || len(m.types) >= maxMounts {
		m.types = map[uint64]int64{}
	}
	m.types[x.Mnt_id] = s.Type
}

func (m *Mounts) image(mount uint64) (layers image, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	layers, known = m.images[mount]
	return layers, known
}

func (m *Mounts) learnImage(mount uint64, layers image) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.images == nil || len(m.images) >= maxMounts {
		m.images = map[uint64]image{}
	}
	m.images[mount] = layers
}

// Missed reports whether something wasn't at hand.
func (r *Root) Missed() bool { return r.missed }

var errMissed = errors.New("it isn't at hand")

// miss is true where only what is at hand is looked at: the caller leaves it then.
func (r *Root) miss() bool {
	r.missed = r.missed || r.quick
	return r.quick
}

// stat fills in what is known of an open file, and the type of its file system where only what is at hand is looked at.
func (r *Root) stat(f *File) error {
	if !r.quick {
		if r.mounts != nil {
			r.mounts.learn(f.FD)
		}
		return unix.Fstat(f.FD, &f.Stat)
	}
	return r.statAt(f.FD, "", unix.AT_EMPTY_PATH, f)
}

// statAt is stat by a name that can be followed without waiting for a file system.
func (r *Root) statAt(fd int, name string, flags int, f *File) error {
	if !r.quick {
		return unix.Fstatat(fd, name, &f.Stat, flags)
	}
	var x unix.Statx_t
	if err := unix.Statx(fd, name, flags|unix.AT_STATX_DONT_SYNC, unix.STATX_BASIC_STATS|unix.STATX_MNT_ID_UNIQUE, &x); err != nil {
		return err
	}
	f.Stat = unix.Stat_t{
		Dev: unix.Mkdev(x.Dev_major, x.Dev_minor), Ino: x.Ino, Mode: uint32(x.Mode), Uid: x.Uid, Gid: x.Gid, Size: int64(x.Size), //nolint:gosec // as stat(2)
		Mtim: unix.Timespec{Sec: x.Mtime.Sec, Nsec: int64(x.Mtime.Nsec)}, Ctim: unix.Timespec{Sec: x.Ctime.Sec, Nsec: int64(x.Ctime.Nsec)},
	}
	known := x.Mask&unix.STATX_MNT_ID_UNIQUE != 0
	if known {
		f.fs, known = r.mounts.of(x.Mnt_id)
	}
	if !known || remoteTypes[f.fs] {
		r.miss()
		return errMissed
	}
	return nil
}

// open opens one name in a directory, and follows no link.
func (r *Root) open(d *dir, name string) (int, error) {
	const flags = unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC
	if r.quick {
		fd, err := unix.Openat2(d.fd, name, &unix.OpenHow{Flags: flags, Resolve: resolveCached})
		sure := err == nil || errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR)
		if sure || !localTypes[d.fs] && r.miss() {
			return fd, err
		}
	}
	return unix.Openat(d.fd, name, flags, 0)
}

// remote reports whether a file is on a file system whose content is somebody else's word.
func (r *Root) remote(fd int) bool {
	return !r.quick && remote(fd) // else that has been a miss already
}

// magic reports whether a link is one of /proc's.
func (r *Root) magic(f *File) bool {
	if r.quick {
		return f.fs == unix.PROC_SUPER_MAGIC
	}
	return isProc(f.FD)
}

// acl is hasACL where it may be asked for.
func (r *Root) acl(fd int, fs int64) bool {
	if !localTypes[fs] && r.miss() {
		return true
	}
	return hasACL(fd)
}

// target reads a symbolic link in the current directory.
func (r *Root) target(f *File) (string, error) {
	if !localTypes[f.fs] && r.miss() {
		return "", errMissed
	}
	return readlinkat(f.FD, "")
}

// localTypes are those that wait for nobody but a disk of the host's: none has a program of an agent's behind it.
var localTypes = map[int64]bool{unix.EXT4_SUPER_MAGIC: true, unix.XFS_SUPER_MAGIC: true, unix.BTRFS_SUPER_MAGIC: true, unix.TMPFS_MAGIC: true}
