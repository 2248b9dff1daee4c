package divert

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/agentroot"
)

// A package manager that knows nothing of diversions puts its new tool over the shim, and whoever runs it there from then on
// passes no policy. Watch finds that at once, and Repair puts it right.

// How long it is before places that stay amiss are told of again, while nothing happens to them.
const (
	againFirst = 30 * time.Second
	againLast  = time.Hour
)

// amiss are the diversions that Repair has something to do for: a place with something else than a shim, or with nothing though
// the tool was put aside. Those that somebody is at work on don't count. It takes what it has found to be shims before, by their path,
// and adds to it.
func (h *Host) amiss(known map[string]unix.Stat_t) (wrong []Diversion, err error) {
	all, err := h.List()
	if err != nil {
		return nil, err
	}
	for i := range all {
		d := &all[i]
		var st unix.Stat_t
		switch err := unix.Lstat(d.Path, &st); {
		case d.State != Active:
		case errors.Is(err, unix.ENOENT) && present(d.Real):
			wrong = append(wrong, *d)
		case err != nil: // nothing is there, or it can't be seen from here
		default:
			st.Atim = unix.Timespec{} // it is run all the time
			if known[d.Path] == st {
				continue
			}
			if shim, err := agentroot.IsShimFile(d.Path); err == nil && shim {
				known[d.Path] = st
			} else {
				wrong = append(wrong, *d)
			}
		}
	}
	return wrong, nil
}

// Watch calls tell with what is amiss, at the start and whenever something happens to diverted tools, until ctx ends; while it
// stays so it calls again, less and less often. tell hears of nothing being amiss only after something was.
func (h *Host) Watch(ctx context.Context, tell func([]Diversion)) error {
	if err := os.MkdirAll(h.dir(), 0o755); err != nil { //nolint:gosec // as in open
		return fmt.Errorf("cannot watch diverted tools: %w", err)
	}
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return fmt.Errorf("cannot watch diverted tools: %w", err)
	}
	f := os.NewFile(uintptr(fd), "inotify")
	defer f.Close()
	defer context.AfterFunc(ctx, func() { _ = f.SetReadDeadline(time.Unix(1, 0)) })()
	known := map[string]unix.Stat_t{}
	was, wait := 0, againFirst
	for buf := make([]byte, 64<<10); ; {
		if err := h.watchPlaces(fd); err != nil {
			return err
		}
		wrong, err := h.amiss(known)
		if err != nil {
			return err
		}
		if len(wrong) > 0 || was > 0 {
			tell(wrong)
		}
		was = len(wrong)
		limit := time.Time{}
		if was > 0 {
			limit = time.Now().Add(wait)
		}
		_ = f.SetReadDeadline(limit)
		if ctx.Err() != nil { // before the deadline was set
			return nil
		}
		switch _, err := f.Read(buf); {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			wait = againFirst
		case errors.Is(err, os.ErrDeadlineExceeded):
			wait = min(2*wait, againLast)
		default:
			return fmt.Errorf("cannot watch diverted tools: %w", err)
		}
	}
}

// watchPlaces watches the registry, and each directory with a diverted tool. One that is watched already stays so.
func (h *Host) watchPlaces(fd int) error {
	if _, err := unix.InotifyAddWatch(fd, h.dir(), unix.IN_MOVED_TO); err != nil {
		return fmt.Errorf("cannot watch %s: %w", h.dir(), err)
	}
	all, err := h.List()
	if err != nil {
		return err
	}
	const changes = unix.IN_MOVED_TO | unix.IN_MOVED_FROM | unix.IN_CREATE | unix.IN_DELETE | unix.IN_CLOSE_WRITE
	for i := range all {
		dir := filepath.Dir(all[i].Path)
		if _, err := unix.InotifyAddWatch(fd, dir, changes|unix.IN_ONLYDIR); err != nil && !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.EACCES) {
			return fmt.Errorf("cannot watch %s: %w", dir, err)
		}
	}
	return nil
}
