// Package unit runs a command as a transient systemd service of its own, in clawrden-jobs.slice: on the caller's own
// descriptors, as its uid, gid and groups (or as the user that the rule names), under a profile. systemd starts the launcher
// by its trusted path and knows nothing of the command; the launcher is told over a socket (package launch).
//
// It must never run a command with more rights than the rule gives: callers from other namespaces and root are refused
// unless the rule names a user, and then only tools that the caller can't change are run. No path or word of the agent's
// reaches PID 1. It needs the system bus to start a unit; what runs goes on without it. The daemon calls it.
package unit

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/pidfd"
	"github.com/clawrden/clawrden/internal/users"
	"github.com/clawrden/clawrden/launch"
	"github.com/clawrden/clawrden/profile"
)

// Slice is where the units are.
const Slice = "clawrden-jobs.slice"

const (
	// startTime is how long systemd and the launcher may take: a busy host is no reason to fail.
	startTime = 30 * time.Second
	// stopTime is how long a command may take to end after SIGTERM, before it is killed.
	stopTime = 5 * time.Second
)

// Options are what an executor is made of.
type Options struct {
	Launcher string // path of clawrden-launch: root's alone to change
	Bus      string // address of the bus; "" for the system's
	Users    *users.DB
}

// Executor starts units. It is safe for concurrent use.
type Executor struct {
	o        Options
	watch    *pidfd.Watcher
	profiles profile.Cache

	mu  sync.Mutex
	bus *bus // nil before the first use, and after its loss
}

// New makes one. It neither needs systemd nor looks for it: that is Start's to say.
func New(o Options) (*Executor, error) {
	w, err := pidfd.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("cannot watch processes: %v", err)
	}
	return &Executor{o: o, watch: w}, nil
}

// Close lets go of the bus. Units run on.
func (e *Executor) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.bus != nil {
		e.bus.close()
		e.bus = nil
	}
	e.watch.Close()
}

// Boundary is what records name.
func (*Executor) Boundary() clawrden.Boundary { return clawrden.BoundaryUnit }

// May tells why an allowed request can't be run here; nil if it can.
func (*Executor) May(r *clawrden.Request, d *clawrden.Decision) error {
	if me := os.Geteuid(); me != 0 {
		return fmt.Errorf("the daemon runs as uid %d, and only root can start units", me)
	}
	p := place(d)
	if p.Network != "" && p.Network != "none" && p.Network != "host" {
		return fmt.Errorf("executor %q: a unit has no network %q; use \"none\" or \"host\"", p.Name, p.Network)
	}
	id := &r.Identity
	switch {
	case p.User != "":
		return nil
	case !id.HostNS:
		return fmt.Errorf("%w: it lives in other namespaces than the host's, and its uid %d means nothing outside; the rule would have to name a user", job.ErrForeign, id.UID)
	case id.UID == 0:
		return fmt.Errorf("%w: it is root, and a unit would give it all of root's rights; the rule would have to name a user", job.ErrForeign)
	}
	return nil
}

func place(d *clawrden.Decision) clawrden.Place {
	if d == nil || d.Place == nil {
		return clawrden.Place{}
	}
	return *d.Place
}

// Name is the unit of a request.
func Name(id string) string { return job.CommandUnit(id) }

// Start runs the job. The context's end stops its unit, all of it; a daemon that stops (job.Stopping) leaves it alone.
func (e *Executor) Start(ctx context.Context, j *job.Job) (*Process, error) {
	if err := e.May(j.Request, j.Decision); err != nil {
		return nil, err
	}
	if err := trusted(e.o.Launcher); err != nil {
		return nil, err
	}
	order, err := e.order(j)
	if err != nil {
		return nil, err
	}
	wall, err := e.wall(j, order)
	if err != nil {
		return nil, err
	}
	b, err := e.connect()
	if err != nil {
		return nil, err
	}
	conn, theirs, err := launch.Pair()
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	p := e.process(Name(j.Request.ID))
	p.gaps, p.kept = order.Plan.Lacks(), keeps()
	properties := append(e.properties(j, order, theirs), wall...)
	if err := p.begin(ctx, conn, func(ctx context.Context) error {
		defer func() { _ = theirs.Close() }()
		return b.start(ctx, p.name, properties)
	}, func(ctx context.Context) error { return launch.Send(ctx, conn, order, j.Stdio) }); err != nil {
		return nil, err
	}
	if err := p.follow(ctx, j.Stopping); err != nil {
		return nil, p.abandon(err)
	}
	return p, nil
}

// begin has systemd start the unit, tells its launcher what to do, and waits for the word of what became of it. All three go
// on at once: the order lies in the socket before the launcher looks for it.
func (p *Process) begin(ctx context.Context, conn *net.UnixConn, start, send func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	started, sent := make(chan error, 1), make(chan error, 1)
	go func() {
		err := start(ctx)
		if err != nil {
			fail(err)
		}
		started <- err
	}()
	go func() { sent <- send(ctx) }() // where that fails, the launcher says why or ends
	_, err := launch.Follow(ctx, conn, p.look)
	if err != nil {
		fail(err)
	}
	notStarted := <-started
	<-sent //nolint:errcheck // see above
	switch {
	case err == nil:
		return nil // it runs, so it was started
	case notStarted == nil:
		return p.abandon(err)
	case !errors.As(notStarted, new(dbus.Error)): // systemd hasn't answered, and may start it yet
		p.e.forget(p.name)
	}
	p.release()
	return notStarted
}

// trusted makes sure that nobody but root could have put a launcher of its own there: systemd starts it as root.
func trusted(launcher string) error {
	st, err := os.Lstat(launcher)
	if err != nil {
		return fmt.Errorf("cannot use the launcher: %v; install clawrden-launch", err)
	}
	wrong := !filepath.IsAbs(launcher) || !st.Mode().IsRegular() || st.Mode().Perm()&0o022 != 0 || owner(st) != 0
	for dir := filepath.Dir(launcher); !wrong; dir = filepath.Dir(dir) {
		if st, err = os.Stat(dir); err != nil {
			return fmt.Errorf("cannot use the launcher: %v", err)
		}
		// In a sticky directory others may write, but not rename what is root's.
		wrong = owner(st) != 0 || st.Mode().Perm()&0o022 != 0 && st.Mode()&os.ModeSticky == 0
		if dir == "/" {
			break
		}
	}
	if wrong {
		return fmt.Errorf("cannot use the launcher %s: the file and the directories above it have to be root's, and nobody else may write to them", launcher)
	}
	return nil
}
