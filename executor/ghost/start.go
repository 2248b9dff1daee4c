package ghost

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/executor/dockerx"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/peercred"
	"github.com/clawrden/clawrden/launch"
	"github.com/clawrden/clawrden/profile"
)

// label is on every ghost; its value is the directory of the daemon that made it.
const label = "org.clawrden.ghost"

// runLabel tells the daemon's own containers from those of its earlier lives.
const runLabel = "org.clawrden.run"

// Where a ghost finds its launcher and the socket.
const (
	launcherInside = "/.clawrden/launch"
	doorInside     = "/.clawrden/door"
)

// Start runs the job. The context's end kills it.
func (x *Executor) Start(ctx context.Context, j *job.Job) (*Process, error) {
	if err := x.May(j.Request, j.Decision); err != nil {
		return nil, err
	}
	began := time.Now()
	p, err := x.plan(ctx, j)
	if err != nil {
		return nil, err
	}
	b := x.warm(p)
	if b == nil {
		if b, err = x.make(ctx, p); err != nil {
			return nil, err
		}
	}
	pidfd, err := b.tell(ctx, order(j, p), j.Stdio)
	if err != nil {
		b.remove()
		return nil, err
	}
	x.refill(p)
	return x.follow(ctx, b, p, j, pidfd, began)
}

// plan is a ghost before it is made: all that the request and the policy decide.
type plan struct {
	user   *user
	image  *dockerx.Image
	dir    *workDir
	mounts []dockerx.Mount // the policy's
	wall   *profile.Container
	inner  *profile.Plan
	place  *clawrden.Place
}

func (x *Executor) plan(ctx context.Context, j *job.Job) (*plan, error) {
	p := &plan{place: j.Decision.Place}
	var err error
	if p.user, err = x.userOf(j.Request, p.place); err != nil {
		return nil, err
	}
	if p.mounts, err = mountsOf(p.place); err != nil {
		return nil, err
	}
	if err = x.usable(ctx); err != nil {
		return nil, err
	}
	judged := ""
	if j.Exe != nil {
		judged = j.Exe.Image
	}
	if p.image, err = x.image(ctx, p.place, judged); err != nil {
		return nil, err
	}
	if p.dir, err = x.workDirOf(ctx, j); err != nil {
		return nil, err
	}
	if err = p.dir.apart(p.mounts, p.image.Env); err != nil {
		return nil, err
	}
	if err = x.covers(ctx, p.image.ID, p.dir); err != nil {
		return nil, err
	}
	return p, p.build(&x.profiles, j.Decision)
}

// usable tells why this engine can't make ghosts.
func (x *Executor) usable(ctx context.Context) error {
	if err := x.o.Engine.Runs(ctx); err != nil {
		return err
	}
	x.sweep()
	return nil
}

// spec is the container.
func (x *Executor) spec(p *plan, door string) *dockerx.RunSpec {
	network := p.place.Network
	if network == "" || p.wall.Network == "none" {
		network = "none"
	}
	s := &dockerx.RunSpec{
		Image: p.image.ID, User: p.user.String(), Groups: p.user.groups, Network: network, HostUsers: true, Init: true, WorkDir: "/",
		Entrypoint: []string{launcherInside, "--connect", doorInside, "--peer", strconv.Itoa(os.Geteuid())},
		Labels:     map[string]string{label: x.o.Dir, runLabel: x.run},
		Scratch:    map[string]string{}, Masked: p.wall.Masked, ReadOnly: p.wall.ReadOnlyRoot, Seccomp: string(p.wall.Seccomp),
		Memory: p.wall.Memory, Tasks: p.wall.Pids, NanoCPUs: p.wall.NanoCPUs, Files: p.wall.OpenFiles,
		Mounts: []dockerx.Mount{
			{Source: x.o.Launcher, Target: launcherInside, ReadOnly: true},
			{Source: door, Target: doorInside},
		},
	}
	if !overlap("/tmp", p.dir.path) {
		s.Scratch["/tmp"] = "rw,nosuid,nodev,mode=1777"
	}
	for _, m := range append(append([]dockerx.Mount(nil), p.dir.mounts...), p.mounts...) {
		if m.Source == "" {
			s.Scratch[m.Target] = "rw,nosuid,nodev,noexec"
			continue
		}
		s.Mounts = append(s.Mounts, m)
	}
	return s
}

// body is a container whose launcher waits for its order.
type body struct {
	x      *Executor
	id     string
	conn   *net.UnixConn // to the launcher
	end    <-chan dockerx.End
	cancel context.CancelFunc // of the wait for the end
	idle   *time.Timer        // in the pool: ends its wait
}

// make makes a container and waits for its launcher.
func (x *Executor) make(ctx context.Context, p *plan) (_ *body, err error) {
	dir, err := os.MkdirTemp(x.o.Dir, "g")
	if err != nil {
		return nil, fmt.Errorf("cannot make a directory for the launcher's socket: %v", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	door, err := launch.Listen(filepath.Join(dir, "s"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = door.Close() }()
	b := &body{x: x}
	defer func() {
		if err != nil && b.id != "" {
			b.remove()
		}
	}()
	if b.id, err = x.o.Engine.Create(ctx, x.spec(p, door.Path())); err != nil {
		return nil, fmt.Errorf("cannot make a container of %s: %w", p.place.Image, err)
	}
	var waits context.Context
	waits, b.cancel = context.WithCancel(context.WithoutCancel(ctx))
	b.end = x.o.Engine.Await(waits, b.id)
	if err = x.o.Engine.Begin(ctx, b.id); err != nil {
		return nil, fmt.Errorf("cannot start a container of %s: %w", p.place.Image, err)
	}
	b.conn, err = b.meet(ctx, door, p.user)
	return b, err
}

// meet lets the container's launcher in, and nobody else.
func (b *body) meet(ctx context.Context, door *launch.Door, u *user) (*net.UnixConn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, launchTime, fmt.Errorf("it did not come within %v", launchTime))
	defer cancel()
	return door.Accept(ctx, func(p *peercred.Peer) error {
		if p.Container != b.id || p.UID != u.uid || p.HostNS {
			return fmt.Errorf("process %d of uid %d is not of the container %.12s", p.PID, p.UID, b.id)
		}
		return nil
	})
}

// tell gives the launcher its order, and returns when the tool runs.
func (b *body) tell(ctx context.Context, o *launch.Order, stdio [3]*os.File) (pidfd int, err error) {
	defer func() { _ = b.conn.Close() }()
	ctx, cancel := context.WithTimeoutCause(ctx, launchTime, fmt.Errorf("it did not answer within %v", launchTime))
	defer cancel()
	if err := launch.Send(ctx, b.conn, o, stdio); err != nil {
		return -1, err
	}
	return launch.Follow(ctx, b.conn, nil)
}

// remove ends the container, in every case, without waiting for it.
func (b *body) remove() {
	if b.conn != nil {
		_ = b.conn.Close()
	}
	b.x.work.Go(func() {
		if b.cancel != nil {
			defer b.cancel()
		}
		ctx, cancel := context.WithTimeout(context.Background(), removeTime)
		defer cancel()
		if err := b.x.o.Engine.Remove(ctx, b.id); err != nil {
			b.x.complain(b.id, err)
		}
	})
}

// order is what the launcher is told.
func order(j *job.Job, p *plan) *launch.Order {
	argv := append([]string{j.Request.Tool}, j.Request.Args()...)
	if len(j.Request.Argv) > 0 {
		argv[0] = j.Request.Argv[0]
	}
	groups := append([]uint32{p.user.gid}, p.user.groups...)
	return &launch.Order{
		Tool: launch.Tool{Mode: launch.ToolImage, Path: j.Request.Tool}, Argv: argv, Env: environment(j.Request.Env, p),
		Cwd: launch.Cwd{Path: p.dir.path, Dev: p.dir.dev, Ino: p.dir.ino}, Umask: j.Umask,
		User: launch.User{UID: p.user.uid, GID: p.user.gid, Groups: groups},
		Plan: p.inner,
	}
}
