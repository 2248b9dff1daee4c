package daemon

import (
	"context"
	"errors"

	"github.com/clawrden/clawrden"
)

// Healthy proves that a command which came in now would be judged: a place among the connections comes free, the policy
// answers, and the queue and the kill switch can be asked. It records nothing and waits no longer than the context; what is
// stuck keeps one goroutine. The main calls it before each word to the watchdog.
//
// The disk isn't part of it: a log that can't be written refuses commands with that reason, which a restart doesn't mend.
func (d *Daemon) Healthy(ctx context.Context) error {
	select {
	case d.entering <- struct{}{}:
		<-d.entering
	case <-ctx.Done():
		return errors.New("connections are not identified any more")
	}
	judged := make(chan clawrden.Decision, 1)
	go func() {
		defer func() {
			if recover() != nil {
				judged <- clawrden.Decision{}
			}
		}()
		f := d.policy.Load().Understand(&clawrden.Request{Tool: "clawrden-health", Argv: []string{"clawrden-health"}, Cwd: "/"})
		decision := d.decide(&f)
		d.lock.locked(&clawrden.Identity{})
		d.o.Queue.Len()
		judged <- decision
	}()
	select {
	case decision := <-judged:
		if decision.Verdict == clawrden.Invalid {
			return errors.New("the policy gives no verdict")
		}
		return nil
	case <-ctx.Done():
		return errors.New("the policy or the queue does not answer any more")
	}
}
