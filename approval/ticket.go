package approval

import "github.com/clawrden/clawrden"

// Ticket is what the one who waits for an ask holds.
type Ticket struct {
	q *Queue
	e *entry
}

// Done is closed when the ask has ended, in whatever way.
func (t *Ticket) Done() <-chan struct{} { return t.e.done }

// Then has f called, by a goroutine of its own, when the ask has ended: at once if it has already. A later call takes the place of
// an earlier one. It takes less memory than a goroutine that waits for Done.
func (t *Ticket) Then(f func()) {
	t.q.mu.Lock()
	defer t.q.mu.Unlock()
	select {
	case <-t.e.done:
		go f()
	default:
		t.e.then = f
	}
}

// Result is the ask as it stands: pending before Done is closed, how it ended afterwards.
func (t *Ticket) Result() clawrden.Approval {
	t.q.mu.Lock()
	defer t.q.mu.Unlock()
	return t.e.approval
}
