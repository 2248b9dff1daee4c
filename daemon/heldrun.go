package daemon

import (
	"errors"
	"sync"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
)

// successions tells an execution that its process has become another one by a further exec.
type successions struct {
	mu   sync.Mutex
	last map[pidStart]chan string
}

// replaced ends what the process ran before, and makes the call what it runs now.
func (d *Daemon) replaced(c *call) {
	p := pidStart{c.request.Identity.PID, c.request.Identity.Start}
	c.held.next = make(chan string, 1)
	s := &d.successions
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.last = map[pidStart]chan string{}
	}
	if before := s.last[p]; before != nil {
		before <- c.request.ID
	}
	s.last[p] = c.held.next
}

// supersede ends what a process ran before where what it runs now is followed in another way.
func (d *Daemon) supersede(p pidStart, id string) {
	s := &d.successions
	s.mu.Lock()
	defer s.mu.Unlock()
	if before := s.last[p]; before != nil {
		before <- id
		delete(s.last, p)
	}
}

// followHeld waits for the end of an allowed exec's process, or for its next exec.
func (d *Daemon) followHeld(c *call) job.Exit {
	exit := make(chan job.Exit, 1)
	stop := make(chan struct{})
	pidfd := c.peer.Pidfd
	remove := d.running.inPlace(c, pidfd)
	defer remove()
	clock := limitTree(pidfd, &c.request.Identity, c.decision.Limits.Time, false)
	defer clock.end()
	go func() {
		e, _ := d.follow(pidfd, stop, nil)
		exit <- e
	}()
	select {
	case e := <-exit:
		p := pidStart{c.request.Identity.PID, c.request.Identity.Start}
		d.successions.mu.Lock()
		if d.successions.last[p] == c.held.next {
			delete(d.successions.last, p)
		}
		d.successions.mu.Unlock()
		c.timedOut = clock.over.Load()
		return e
	case id := <-c.held.next:
		c.failed = errors.New("its process went on as request " + id)
	case <-c.stopping:
	}
	close(stop)
	<-exit
	return job.Exit{Source: clawrden.ExitUnknown}
}
