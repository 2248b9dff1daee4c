package ghost

import (
	"context"
	"log/slog"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/executor/dockerx"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/pidfd"
)

// reapTime is how long the kernel is given to tell how the tool ended: its parent is the container's first process.
const reapTime = time.Second

// Process is a tool that runs in its ghost.
type Process struct {
	x    *Executor
	body *body
	own  func() // puts ownership right, once all has ended
	gaps []string

	exit job.Exit
	done chan struct{}

	mu    sync.Mutex
	pidfd int // -1 where the launcher could send none, and after the end
}

// Gaps are what of the profile nothing holds, as its best_effort lets it.
func (r *Process) Gaps() []string { return r.gaps }

// follow waits for the end, in one goroutine.
func (x *Executor) follow(ctx context.Context, b *body, p *plan, j *job.Job, fd int, began time.Time) (*Process, error) {
	r := &Process{x: x, body: b, pidfd: fd, done: make(chan struct{}), gaps: p.inner.Lacks(), own: x.owner(p, j, began)}
	stop := context.AfterFunc(ctx, func() { r.Signal(syscall.SIGKILL) })
	x.work.Go(func() {
		defer stop()
		r.exit = r.await()
		r.finish()
	})
	return r, nil
}

// Wait returns when the tool has ended, with all that it has started.
func (r *Process) Wait() job.Exit {
	<-r.done
	return r.exit
}

// await returns how the tool ended: by the kernel's word where it gives it, else by the engine's, which writes death by a
// signal as 128 and its number.
func (r *Process) await() job.Exit {
	var exited <-chan struct{}
	if r.pidfd >= 0 {
		exited, _ = r.x.watch.Exited(r.pidfd)
	}
	select {
	case <-exited:
		if e, ok := r.byKernel(); ok {
			return e
		}
		return byEngine(<-r.body.end)
	case e := <-r.body.end:
		if r.pidfd >= 0 {
			r.x.watch.Forget(r.pidfd)
			if status, ok := pidfd.ExitStatus(r.pidfd); ok {
				return job.Exit{Status: status, Known: true, Source: clawrden.ExitKernel}
			}
		}
		return byEngine(e)
	}
}

func (r *Process) byKernel() (job.Exit, bool) {
	ended := time.Now()
	reaped, err := r.x.watch.HungUp(r.pidfd)
	if err != nil {
		return job.Exit{}, false
	}
	defer r.x.watch.Forget(r.pidfd)
	limit := time.NewTimer(reapTime)
	defer limit.Stop()
	select {
	case <-reaped:
	case <-limit.C:
	}
	status, ok := pidfd.ExitStatus(r.pidfd)
	return job.Exit{Status: status, Known: ok, Source: clawrden.ExitKernel, Ended: ended}, ok
}

func byEngine(e dockerx.End) job.Exit {
	if e.Err != nil {
		return job.Exit{Source: clawrden.ExitUnknown}
	}
	return job.Exit{Status: syscall.WaitStatus(e.Code << 8), Known: true, Source: clawrden.ExitExecutor} //nolint:gosec // an exit code
}

// finish lets go of all, and removes the container beside: the caller needn't wait for that.
func (r *Process) finish() {
	r.mu.Lock()
	if r.pidfd >= 0 {
		_ = unix.Close(r.pidfd)
		r.pidfd = -1
	}
	r.mu.Unlock()
	if r.own != nil {
		r.own()
	}
	r.body.remove()
	close(r.done)
}

// Place names the container, for the kill switch.
func (r *Process) Place() string { return "container:" + r.body.id }

// Signal sends a signal to the tool. SIGKILL ends the whole container: with the tool its first process ends, and the kernel
// kills the rest.
func (r *Process) Signal(sig syscall.Signal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pidfd >= 0 {
		_ = unix.PidfdSendSignal(r.pidfd, sig, nil, 0)
		return
	}
	select {
	case <-r.done:
	default:
		r.x.work.Go(func() { // the engine may take its time
			ctx, cancel := context.WithTimeout(context.Background(), removeTime)
			defer cancel()
			_ = r.x.o.Engine.Kill(ctx, r.body.id, int(sig))
		})
	}
}

func (x *Executor) complain(id string, err error) {
	x.o.Log.Error("a ghost's container can't be removed; the next start of the daemon tries again", slog.String("container", id), slog.Any("error", err))
}
