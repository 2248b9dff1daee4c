package dockerx

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/peercred"
)

// How long what was confirmed is remembered: as long as the namespaces exist it can't become untrue, and a number of a
// namespace that was freed isn't used again that soon.
const (
	confirmedFor = 30 * time.Second
	maxConfirmed = 1024
)

// Confirmer finds out which container a process stands in, and remembers it for a short time.
type Confirmer struct {
	Engine *Engine

	mu    sync.Mutex
	known map[standing]*confirmation
}

// standing is what a process is compared by.
type standing struct {
	id         string
	mount, pid namespace
}

type namespace struct{ dev, ino uint64 }

// confirmation is an answer, or one that is on its way.
type confirmation struct {
	done      chan struct{}
	container *Container
	err       error
	until     time.Time // zero while it is on its way
}

// Confirm asks whether the process whose /proc directory is proc stands in the container that its cgroup names: the engine
// must know the container, and its first process must share the mount and pid namespaces and lie in the same cgroup or
// above. The error is ErrNotConfirmed, or the engine's.
func (c *Confirmer) Confirm(ctx context.Context, proc int, id string) (*Container, error) {
	s, err := standingOf(proc, id)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	got := c.known[s]
	mine := got == nil || !got.until.IsZero() && time.Now().After(got.until)
	if mine {
		got = &confirmation{done: make(chan struct{})}
		c.keep(s, got)
	}
	c.mu.Unlock()
	if mine {
		// Beside: others wait for the same answer when this caller has gone.
		own, err := unix.FcntlInt(uintptr(proc), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			own = -1 // it can't be read then, and nothing is confirmed
		}
		go c.find(context.WithoutCancel(ctx), got, own, s)
	}
	select {
	case <-got.done:
		return got.container, got.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *Confirmer) find(ctx context.Context, got *confirmation, proc int, s standing) {
	defer close(got.done)
	defer func() { _ = unix.Close(proc) }()
	got.container, got.err = c.Engine.confirm(ctx, proc, s)
	c.mu.Lock()
	defer c.mu.Unlock()
	got.until = time.Now().Add(confirmedFor)
	if got.err != nil && c.known[s] == got {
		delete(c.known, s) // the next one asks again
	}
}

// keep remembers an answer; when there are too many all are forgotten.
func (c *Confirmer) keep(s standing, got *confirmation) {
	if c.known == nil || len(c.known) >= maxConfirmed {
		c.known = map[standing]*confirmation{}
	}
	c.known[s] = got
}

func standingOf(proc int, id string) (s standing, err error) {
	s.id = id
	for name, to := range map[string]*namespace{"mnt": &s.mount, "pid": &s.pid} {
		var st unix.Stat_t
		if err := unix.Fstatat(proc, "ns/"+name, &st, 0); err != nil {
			return s, fmt.Errorf("%w: the caller's namespaces can't be read: %v", ErrNotConfirmed, err)
		}
		*to = namespace{st.Dev, st.Ino}
	}
	return s, nil
}

// confirm asks twice, before and after the first process was looked at: in between its number can't have passed on.
func (e *Engine) confirm(ctx context.Context, proc int, s standing) (*Container, error) {
	c, err := e.Inspect(ctx, s.id)
	if err != nil {
		return nil, err
	}
	if c.ID != s.id || !c.Running || c.PID <= 0 {
		return nil, fmt.Errorf("%w: the container %.12s doesn't run", ErrNotConfirmed, s.id)
	}
	first, err := unix.Open("/proc/"+strconv.Itoa(c.PID), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: its first process can't be seen: %v", ErrNotConfirmed, err)
	}
	defer func() { _ = unix.Close(first) }()
	theirs, err := standingOf(first, s.id)
	if err != nil {
		return nil, err
	}
	if theirs != s {
		return nil, fmt.Errorf("%w: the caller has other namespaces than the container %.12s", ErrNotConfirmed, s.id)
	}
	if top, own := peercred.CgroupOf(first), peercred.CgroupOf(proc); top == "" || own != top && !strings.HasPrefix(own, strings.TrimSuffix(top, "/")+"/") {
		return nil, fmt.Errorf("%w: the caller isn't in the cgroup of the container %.12s", ErrNotConfirmed, s.id)
	}
	again, err := e.Inspect(ctx, s.id)
	if err != nil {
		return nil, err
	}
	if !again.Running || again.PID != c.PID || again.Started != c.Started {
		return nil, fmt.Errorf("%w: the container %.12s was started anew meanwhile", ErrNotConfirmed, s.id)
	}
	image, err := e.Image(ctx, again.ImageID)
	if err != nil {
		return nil, err
	}
	again.Image = image.named(again.Image)
	return again, nil
}
