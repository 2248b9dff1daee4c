package ghost

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/job"
)

// What another user than the caller made in the caller's working directory is given to the caller when the ghost has ended.
// The tree is the caller's, who may change it meanwhile and put traps there: everything is opened below the directory's
// descriptor without following a link or leaving the file system, and only what the ghost's user owns, what has one name
// alone and what was made during this run changes its owner. Nobody loses a file by it that the ghost didn't make.

// Limits on what is looked at.
const (
	ownTime  = 10 * time.Second
	maxOwned = 100_000 // entries
	maxDeep  = 128     // directories below each other
)

// owner makes the function that puts ownership right; nil where it is right already.
func (x *Executor) owner(p *plan, j *job.Job, began time.Time) func() {
	if !p.user.other || p.dir.mounts[0].ReadOnly {
		return nil
	}
	dir, err := unix.FcntlInt(j.Cwd.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	id := &j.Request.Identity
	w := &owning{from: p.user.uid, uid: int(id.UID), gid: int(id.GID), since: began, left: maxOwned}
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), ownTime)
		defer cancel()
		done := make(chan struct{})
		go func() { // beside: a file system may never answer
			defer close(done)
			defer func() { _ = unix.Close(dir) }()
			w.walk(ctx, dir, 0)
			if w.left < 0 {
				x.o.Log.Warn("not all that a ghost's user made was given to the caller: there is too much to look at", slog.String("request", j.Request.ID), slog.Int("entries", maxOwned))
			}
		}()
		select {
		case <-done:
		case <-ctx.Done():
			x.o.Log.Warn("not all that a ghost's user made was given to the caller: looking took too long", slog.String("request", j.Request.ID))
		}
	}
}

// owning is one walk through a tree.
type owning struct {
	from     uint32 // whose files change their owner
	uid, gid int
	since    time.Time
	left     int
}

// walk goes through the directory that dir refers to.
func (w *owning) walk(ctx context.Context, dir, depth int) {
	var st unix.Stat_t
	if depth > maxDeep || unix.Fstat(dir, &st) != nil {
		return
	}
	fd, err := unix.Openat(dir, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NOATIME, 0)
	if err != nil {
		if fd, err = unix.Openat(dir, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0); err != nil {
			return
		}
	}
	defer func() { _ = unix.Close(fd) }()
	buf := make([]byte, 16<<10)
	for ctx.Err() == nil {
		n, err := unix.ReadDirent(fd, buf)
		if err != nil || n <= 0 {
			return
		}
		_, _, names := unix.ParseDirent(buf[:n], -1, nil)
		for _, name := range names {
			if w.left--; w.left < 0 || ctx.Err() != nil {
				return
			}
			w.entry(ctx, fd, name, depth)
		}
	}
}

// entry looks at one name of a directory.
func (w *owning) entry(ctx context.Context, dir int, name string, depth int) {
	fd, err := openEntry(dir, name)
	if err != nil {
		return
	}
	defer func() { _ = unix.Close(fd) }()
	var st unix.Statx_t
	const want = unix.STATX_TYPE | unix.STATX_UID | unix.STATX_NLINK | unix.STATX_BTIME
	if unix.Statx(fd, "", unix.AT_EMPTY_PATH|unix.AT_SYMLINK_NOFOLLOW, want, &st) != nil || st.Mask&want != want {
		return // a file system that doesn't tell when a file was made has nothing put right
	}
	kind := st.Mode & unix.S_IFMT
	made := time.Unix(st.Btime.Sec, int64(st.Btime.Nsec))
	if st.Uid == w.from && !made.Before(w.since) && (kind == unix.S_IFDIR || st.Nlink == 1) &&
		(kind == unix.S_IFDIR || kind == unix.S_IFREG || kind == unix.S_IFLNK) {
		_ = unix.Fchownat(fd, "", w.uid, w.gid, unix.AT_EMPTY_PATH|unix.AT_SYMLINK_NOFOLLOW)
	}
	if kind == unix.S_IFDIR {
		w.walk(ctx, fd, depth+1)
	}
}

// openEntry opens one name of a directory, of the same file system, without following it.
func openEntry(dir int, name string) (fd int, err error) {
	const flags = unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC
	fd, err = unix.Openat2(dir, name, &unix.OpenHow{
		Flags:   flags,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS | unix.RESOLVE_NO_XDEV,
	})
	if !errors.Is(err, unix.ENOSYS) {
		return fd, err
	}
	// Some containers' filters don't know openat2. A name is one component, so all that is left to look at is the mount; device numbers
	// wouldn't do, since an overlay's files have another than its directories.
	if fd, err = unix.Openat(dir, name, flags, 0); err != nil {
		return -1, err
	}
	var above, here unix.Statx_t
	err = errors.Join(
		unix.Statx(dir, "", unix.AT_EMPTY_PATH, unix.STATX_MNT_ID, &above),
		unix.Statx(fd, "", unix.AT_EMPTY_PATH|unix.AT_SYMLINK_NOFOLLOW, unix.STATX_MNT_ID, &here),
	)
	if err == nil && (above.Mask&here.Mask&unix.STATX_MNT_ID == 0 || above.Mnt_id != here.Mnt_id) {
		err = unix.EXDEV
	}
	if err != nil {
		_ = unix.Close(fd)
		return -1, err
	}
	return fd, nil
}
