package ghost

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/executor/dockerx"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/peercred"
)

// The caller's working directory stands in the ghost where it stands for the caller, so that its paths fit. It must not
// take the place of what the image has: a directory of the caller's at /usr/lib/x would have the tool load its libraries.
// So it may lie in a directory that images keep for others, or below one that the image doesn't have.

// kept are directories of the root that are for users' files.
var kept = []string{"home", "srv", "tmp", "mnt", "media"}

// system are those that no working directory may lie in, whatever the image.
var system = []string{"bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "run", "sbin", "sys", "usr", "var", ".clawrden"}

// coverable tells why no ghost could have this working directory.
func coverable(cwd string) error {
	if !path.IsAbs(cwd) || path.Clean(cwd) != cwd { // the kernel writes none so, and what follows compares clean paths
		return fmt.Errorf("a ghost can't have the working directory %s, which is no plain absolute path", clawrden.Text(cwd))
	}
	if first := firstOf(cwd); first == "" || slices.Contains(system, first) {
		return fmt.Errorf("a ghost can't have the working directory %s, which would take the place of the image's own; work in a directory below /home, /srv or /tmp, or one of your own", clawrden.Text(cwd))
	}
	return nil
}

// firstOf is a path's first component.
func firstOf(p string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path.Clean(p), "/"), "/")
	return first
}

// workDir is the caller's working directory: where it is, and which one it is.
type workDir struct {
	path     string // in the caller's root, and in the ghost
	dev, ino uint64
	mounts   []dockerx.Mount // that bring it there, the outermost first
}

// workDirOf finds out where the working directory is on the host.
func (x *Executor) workDirOf(ctx context.Context, j *job.Job) (*workDir, error) {
	if j.Cwd == nil {
		return nil, job.NotRunError{Err: errors.New("the working directory does not exist any more")}
	}
	if err := coverable(j.Request.Cwd); err != nil {
		return nil, err
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(j.Cwd.Fd()), &st); err != nil {
		return nil, fmt.Errorf("cannot look at the working directory: %v", err)
	}
	w := &workDir{path: j.Request.Cwd, dev: st.Dev, ino: st.Ino}
	if j.Request.Identity.HostNS {
		host, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(int(j.Cwd.Fd())))
		if err != nil || !path.IsAbs(host) {
			return nil, errors.New("the working directory has no path on the host")
		}
		w.mounts = []dockerx.Mount{{Source: host, Target: w.path}}
		return w, nil
	}
	c, err := x.container(ctx, j)
	if err != nil {
		return nil, err
	}
	return w, w.inside(c)
}

// container is the caller's own.
func (x *Executor) container(ctx context.Context, j *job.Job) (*dockerx.Container, error) {
	id := &j.Request.Identity
	if id.Container == "" {
		return nil, fmt.Errorf("%w: it lives in other namespaces than the host's, and in no container that the engine confirms, so its working directory can't be found", job.ErrForeign)
	}
	who, err := peercred.OfPID(id.PID, id.UID)
	if err != nil {
		return nil, fmt.Errorf("cannot look at the caller: %w", err)
	}
	defer who.Close()
	if who.Start != id.Start {
		return nil, fmt.Errorf("cannot look at the caller: %w", peercred.ErrGone)
	}
	return x.o.Confirm.Confirm(ctx, who.Proc, id.Container)
}

// inside finds the directory by the engine's word on the caller's container. What is mounted below it there comes along,
// because it also hides what lies under it; what is read-only there stays so.
func (w *workDir) inside(c *dockerx.Container) error {
	host, readOnly, ok := c.HostPath(w.path)
	if !ok {
		return fmt.Errorf("the working directory %s is in the memory of the caller's container, where no other can reach it; work in a directory that is mounted from the host", clawrden.Text(w.path))
	}
	w.mounts = []dockerx.Mount{{Source: host, Target: w.path, ReadOnly: readOnly}}
	for _, m := range c.Mounts {
		if strings.HasPrefix(m.Target, w.path+"/") {
			w.mounts = append(w.mounts, m)
		}
	}
	return nil
}

// apart tells why the directory would get in the way of what the policy mounts, or of the image's search path.
func (w *workDir) apart(mounts []dockerx.Mount, env []string) error {
	for _, m := range mounts {
		if overlap(w.path, m.Target) {
			return fmt.Errorf("the working directory %s and the policy's mount at %s can't both be there; work somewhere else", clawrden.Text(w.path), m.Target)
		}
	}
	for _, e := range env {
		if dirs, ok := strings.CutPrefix(e, "PATH="); ok {
			for dir := range strings.SplitSeq(dirs, ":") {
				if path.IsAbs(dir) && overlap(w.path, path.Clean(dir)) {
					return fmt.Errorf("the image looks for programs in %s, whose place the working directory %s would take; work somewhere else", clawrden.Text(dir), clawrden.Text(w.path))
				}
			}
		}
	}
	return nil
}

// overlap reports whether one of two clean paths is the other or lies below it.
func overlap(a, b string) bool {
	return a == b || a == "/" || b == "/" || strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/")
}

// covers asks, once for an image, whether the directory would lie in one that the image has.
func (x *Executor) covers(ctx context.Context, image string, w *workDir) error {
	t := top{image, firstOf(w.path)}
	if slices.Contains(kept, t.name) {
		return nil
	}
	x.mu.Lock()
	has, known := x.tops[t]
	x.mu.Unlock()
	if !known {
		var err error
		if has, err = x.look(ctx, t); err != nil {
			return err
		}
		x.mu.Lock()
		if len(x.tops) >= maxTops {
			clear(x.tops)
		}
		x.tops[t] = has
		x.mu.Unlock()
	}
	if has {
		return fmt.Errorf("the image has files of its own in /%s, whose place the working directory %s would take; work in a directory below /home, /srv or /tmp", clawrden.Text(t.name), clawrden.Text(w.path))
	}
	return nil
}

// look asks the engine whether an image has something of that name, by a container without any mount that is never started:
// an engine shows an image's files only so.
func (x *Executor) look(ctx context.Context, t top) (bool, error) {
	id, err := x.o.Engine.Create(ctx, &dockerx.RunSpec{
		Image: t.image, Entrypoint: []string{launcherInside}, Network: "none", Labels: map[string]string{label: x.o.Dir, runLabel: x.run},
	})
	if id != "" {
		defer (&body{x: x, id: id}).remove()
	}
	if err != nil {
		return false, fmt.Errorf("cannot look into the image: %w", err)
	}
	return x.o.Engine.Has(ctx, id, "/"+t.name)
}
