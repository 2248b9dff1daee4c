package unit

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/peercred"
)

// Resume takes up the unit of a request that an earlier daemon had started; job.ErrGone if there is none any more. The
// context's end is this daemon's, which the unit outlives, too.
func (e *Executor) Resume(ctx context.Context, id string) (*Process, error) {
	b, err := e.connect()
	if err != nil {
		return nil, err
	}
	asking, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	p, err := e.adopt(asking, b, Name(id))
	if err == nil && p.pidfd >= 0 {
		err = p.follow(context.Background(), ctx.Done()) //nolint:contextcheck // see above
	}
	return p, err
}

// adopt takes hold of a unit's main process and of what systemd will know of its end.
func (e *Executor) adopt(ctx context.Context, b *bus, name string) (*Process, error) {
	if err := b.call(ctx, "RefUnit", name); err != nil {
		if isGone(err) {
			return nil, job.ErrGone
		}
		return nil, fmt.Errorf("cannot look for unit %s: %w", name, err)
	}
	got, err := b.get(ctx, name, question{service, "MainPID"})
	if err != nil {
		return nil, fmt.Errorf("cannot look at unit %s: %w", name, err)
	}
	over := make(chan struct{})
	close(over)
	ended := e.process(name) // systemd knows how
	ended.ended, ended.kept = over, true
	pid, _ := got["MainPID"].Value().(uint32)
	if pid == 0 {
		return ended, nil
	}
	pidfd, err := unix.PidfdOpen(int(pid), 0)
	if err != nil {
		return ended, nil
	}
	// A process with that number that isn't in the unit is another one.
	proc, err := unix.Open("/proc/"+strconv.Itoa(int(pid)), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err == nil {
		defer func() { _ = unix.Close(proc) }()
	}
	if err != nil || !strings.HasSuffix(peercred.CgroupOf(proc), "/"+name) {
		_ = unix.Close(pidfd)
		return ended, nil
	}
	p := e.process(name)
	p.kept = true
	p.look(pidfd)
	return p, nil
}
