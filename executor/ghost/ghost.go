// Package ghost runs a command in a container of its own, made for it and removed after it, from the image that the policy
// names. The tool is the image's; the caller gives its words, its descriptors and its working directory.
//
// The container's first program is the launcher, which is given the caller's descriptors over a socket that only this
// container sees, so nothing is copied. The working directory is bound by its path, since that is all that an engine
// takes; the launcher compares it with the directory that was judged before anything runs. A ghost has no capability, no
// network unless the policy says so, and never more of the host's rights than its caller: root is nobody's by
// inheritance. Loss of the engine is an error. The daemon calls it.
package ghost

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/executor/dockerx"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/pidfd"
	"github.com/clawrden/clawrden/profile"
)

// Options are what an executor is made of.
type Options struct {
	Engine   *dockerx.Engine
	Confirm  *dockerx.Confirmer
	Launcher string                                       // path of the launcher on the host: a static program that only root can change
	Dir      string                                       // for the sockets; made, and closed to others. It also tells this daemon's containers from others'
	User     func(name string) (uid, gid uint32, ok bool) // the host's users, for those that a policy names
	Log      *slog.Logger
}

// Limits.
const (
	launchTime = 30 * time.Second // from the container's start to the tool's
	pullTime   = 10 * time.Minute
	removeTime = time.Minute
	maxTops    = 4096 // what is remembered of images
)

// Executor runs commands in ghosts. It is safe for concurrent use.
type Executor struct {
	o        Options
	watch    *pidfd.Watcher
	profiles profile.Cache
	work     sync.WaitGroup // containers that are waited for
	run      string         // names this life of the daemon

	mu    sync.Mutex
	swept bool
	tops  map[top]bool // whether an image has a directory or file of that name in its root
	pool  pool
}

// top is a name in an image's root directory.
type top struct{ image, name string }

// Boundary is the ghost's container.
func (*Executor) Boundary() clawrden.Boundary { return clawrden.BoundaryContainer }

// Open makes an executor. What an earlier life of the daemon left is removed, beside, as soon as the engine can be reached.
func Open(o Options) (*Executor, error) {
	x := &Executor{o: o, tops: map[top]bool{}, run: rand.Text()}
	if err := x.setUp(); err != nil {
		return nil, err
	}
	var err error
	if x.watch, err = pidfd.NewWatcher(); err != nil {
		return nil, fmt.Errorf("cannot watch processes: %v", err)
	}
	x.sweep()
	return x, nil
}

// May tells why a request can't be run here; nil if it can.
func (x *Executor) May(r *clawrden.Request, d *clawrden.Decision) error {
	p := d.Place
	switch {
	case p == nil || p.Image == "":
		return errors.New(`the executor ghost has no image: name one in the policy, executor "NAME" { kind = "ghost", image = "…@sha256:…" }`)
	case r.Cwd == "":
		return job.NotRunError{Err: errors.New("the working directory has no path, so a container can't have it")}
	}
	if _, err := dockerx.ParseImage(p.Image); err != nil {
		return err
	}
	if _, err := x.userOf(r, p); err != nil {
		return err
	}
	if _, err := mountsOf(p); err != nil {
		return err
	}
	return coverable(r.Cwd)
}

// Find tells what would run: the tool of the image, which is named with the digest that it has now.
func (x *Executor) Find(ctx context.Context, r *clawrden.Request, d *clawrden.Decision) (clawrden.Executable, error) {
	e := clawrden.Executable{Path: r.Tool, Image: d.Place.Image}
	if err := x.o.Engine.Runs(ctx); err != nil {
		return e, err
	}
	image, err := x.o.Engine.Image(ctx, d.Place.Image)
	switch {
	case err == nil:
		e.Image = image.Ref(d.Place.Image)
	case !errors.Is(err, dockerx.ErrNotFound):
		return e, err
	case !fetches(d.Place):
		return e, missing(d.Place)
	}
	return e, nil
}

// fetches reports whether the policy lets an image be fetched. Nothing is, where it says nothing.
func fetches(p *clawrden.Place) bool { return p.Pull == "missing" || p.Pull == "always" }

func missing(p *clawrden.Place) error {
	return fmt.Errorf("the image %s is not there, and executor %q doesn't have it fetched; an operator can run \"docker pull %s\", or set pull = \"missing\"", p.Image, p.Name, p.Image)
}

// image makes sure that the image is there and still what was judged.
func (x *Executor) image(ctx context.Context, p *clawrden.Place, judged string) (*dockerx.Image, error) {
	pinned, err := dockerx.ParseImage(p.Image)
	if err != nil {
		return nil, err
	}
	image, err := x.o.Engine.Image(ctx, p.Image)
	gone := errors.Is(err, dockerx.ErrNotFound)
	if gone && fetches(p) || err == nil && p.Pull == "always" && !pinned {
		if err := x.o.Engine.Pull(ctx, p.Image, pullTime); err != nil {
			return nil, err
		}
		image, err = x.o.Engine.Image(ctx, p.Image)
	}
	switch {
	case gone && err != nil && !fetches(p):
		return nil, missing(p)
	case err != nil:
		return nil, err
	case strings.Contains(judged, "@") && image.Ref(p.Image) != judged:
		return nil, fmt.Errorf("the image %s was %s when it was judged and is another one now; try again", p.Image, judged)
	}
	return image, nil
}

// user is who a ghost runs as.
type user struct {
	uid, gid uint32
	groups   []uint32
	other    bool // not the caller
}

func (u *user) String() string { return fmt.Sprintf("%d:%d", u.uid, u.gid) }

// userOf is the caller, or whom the policy names. Root runs only where the policy says so.
func (x *Executor) userOf(r *clawrden.Request, p *clawrden.Place) (*user, error) {
	id := &r.Identity
	if p.User == "" {
		if id.UID == 0 {
			return nil, fmt.Errorf("%w: it is root, which a ghost doesn't inherit; name the user in the policy, executor %q { user = \"1000:1000\" }, or have the agent be another", job.ErrForeign, p.Name)
		}
		return &user{uid: id.UID, gid: id.GID, groups: id.Groups}, nil
	}
	uid, gid, ok := x.lookUp(p.User)
	if !ok {
		return nil, fmt.Errorf("executor %q runs as %q, which is neither UID, UID:GID nor a user of this host", p.Name, p.User)
	}
	u := &user{uid: uid, gid: gid, other: uid != id.UID}
	if !u.other && gid == id.GID {
		u.groups = id.Groups
	}
	return u, nil
}

func (x *Executor) lookUp(name string) (uid, gid uint32, ok bool) {
	const base, bits = 10, 32
	first, second, two := strings.Cut(name, ":")
	if n, err := strconv.ParseUint(first, base, bits); err == nil {
		g := n
		if two {
			if g, err = strconv.ParseUint(second, base, bits); err != nil {
				return 0, 0, false
			}
		}
		return uint32(n), uint32(g), true
	}
	if two || x.o.User == nil {
		return 0, 0, false
	}
	return x.o.User(name)
}

// mountsOf reads the policy's SOURCE:TARGET:ro and :rw.
func mountsOf(p *clawrden.Place) ([]dockerx.Mount, error) {
	var mounts []dockerx.Mount
	for _, text := range p.Mounts {
		if text == "cwd" {
			continue
		}
		parts := strings.Split(text, ":")
		if len(parts) != 3 || !path.IsAbs(parts[0]) || !path.IsAbs(parts[1]) || path.Clean(parts[1]) == "/" || parts[2] != "ro" && parts[2] != "rw" {
			return nil, fmt.Errorf("executor %q has the mount %q, which is not SOURCE:TARGET:ro or :rw with absolute paths", p.Name, text)
		}
		mounts = append(mounts, dockerx.Mount{Source: path.Clean(parts[0]), Target: path.Clean(parts[1]), ReadOnly: parts[2] == "ro"})
	}
	return mounts, nil
}
