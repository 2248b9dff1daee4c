package approval

import "github.com/clawrden/clawrden"

// Ticket is what the one who waits for an ask holds.
type Ticket struct {
	q *Queue
	e *entry
}

// Done is closed when the ask has ended, in whatever way.
func (t *Ticket) Done() <-chan struct{} { return t.e.done }

// Result is the ask as it stands: pending before Done is closed, how it ended afterwards.
func (t *Ticket) Result() clawrden.Approval {
	t.q.mu.Lock()
	defer t.q.mu.Unlock()
	return t.e.approval
}
