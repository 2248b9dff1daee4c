package daemon

import (
	"errors"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/pidfd"
)

// followed are the processes of guard sessions that run what was allowed, each until it ends or becomes another program. That is
// recorded by whoever sees it, most often by the watcher's thread: a goroutine for each exec would cost more than its record.
type followed struct {
	watch *pidfd.Watcher // of its own, so that a record that waits for the disk keeps nobody else waiting

	mu   sync.Mutex
	last map[pidStart]*follower
	left bool // the daemon stops, and follows nothing more
}

// follower follows one exec.
type follower struct {
	d       *Daemon
	c       *call
	counted bool      // it has no record of its own
	uncount func()    // from what is running
	clock   *timer    // of its limit
	after   *afterEnv // what it is expected to become, under followed.mu; nil for nothing

	mu    sync.Mutex // had by who makes it, until begin has come to its end
	over  bool
	ended time.Time
	late  *time.Timer
}

// prepare makes the call what its process runs, before its guard lets it go. It gives what follows the exec before, which is to be
// told, if there is one.
func (d *Daemon) prepare(c *call, counted bool) (f, before *follower) {
	f = &follower{d: d, c: c, counted: counted, after: c.afterEnv()}
	f.mu.Lock()
	d.work.Add(1)
	f.uncount = d.running.inPlace(c, c.peer.Pidfd)
	f.clock = limitTree(c.peer.Pidfd, &c.request.Identity, c.decision.Limits.Time, false)
	s, p := &d.followed, c.process()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.last = map[pidStart]*follower{}
	}
	before = s.last[p]
	s.last[p] = f
	return f, before
}

// begin follows what runs by now.
func (f *follower) begin() {
	defer f.mu.Unlock()
	s := &f.d.followed
	s.mu.Lock()
	left := s.left
	s.mu.Unlock()
	if left || s.watch.CallExited(f.c.peer.Pidfd, f.exited) != nil {
		f.finish(job.Exit{Source: clawrden.ExitUnknown})
	}
}

// exited is called when the process has ended. How it did the kernel tells once its parent has reaped it.
func (f *follower) exited() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over {
		return
	}
	f.ended = time.Now()
	f.c.timedOut = f.clock.over.Load()
	if _, known := pidfd.ExitStatus(f.c.peer.Pidfd); known || f.d.followed.watch.CallReaped(f.c.peer.Pidfd, f.reaped) != nil {
		f.finish(f.exit())
		return
	}
	f.late = time.AfterFunc(reapTime, f.reaped)
}

// reaped is called when the process has been reaped, or its parent takes too long.
func (f *follower) reaped() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.over {
		f.finish(f.exit())
	}
}

// wentOn is called when the process has become another program.
func (f *follower) wentOn(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.over {
		f.c.failed = errors.New("its process went on as request " + id)
		f.finish(job.Exit{Source: clawrden.ExitUnknown})
	}
}

// leave is called when the daemon stops.
func (f *follower) leave() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.over {
		f.finish(f.exit())
	}
}

// exit is how the process has ended, as far as it has and the kernel tells.
func (f *follower) exit() job.Exit {
	if !f.ended.IsZero() {
		if status, known := pidfd.ExitStatus(f.c.peer.Pidfd); known {
			return job.Exit{Status: status, Known: true, Source: clawrden.ExitKernel, Ended: f.ended}
		}
	}
	return job.Exit{Source: clawrden.ExitUnknown, Ended: f.ended}
}

// finish records the end, once, under f.mu.
func (f *follower) finish(exit job.Exit) {
	f.over = true
	if f.late != nil {
		f.late.Stop()
	}
	s, p := &f.d.followed, f.c.process()
	s.mu.Lock()
	if s.last[p] == f {
		delete(s.last, p)
	}
	s.mu.Unlock()
	s.watch.Forget(f.c.peer.Pidfd)
	f.clock.end()
	f.uncount()
	if !f.counted {
		f.d.recordFinished(f.c, exit)
	}
	f.c.close()
	f.d.work.Done()
}

// supersede ends what a process ran before where what it runs now is followed in another way.
func (d *Daemon) supersede(p pidStart, id string) {
	d.followed.mu.Lock()
	before := d.followed.last[p]
	d.followed.mu.Unlock()
	if before != nil {
		before.wentOn(id)
	}
}

// leave ends the following of all, and of what comes yet.
func (s *followed) leave() {
	s.mu.Lock()
	s.left = true
	all := make([]*follower, 0, len(s.last))
	for _, f := range s.last {
		all = append(all, f)
	}
	s.mu.Unlock()
	for _, f := range all {
		f.leave()
	}
}
