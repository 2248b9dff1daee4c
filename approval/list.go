package approval

import (
	"fmt"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
)

// List returns copies of the pending asks, oldest first. Their slices are shared and must not be changed.
func (q *Queue) List() []clawrden.Approval {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := make([]clawrden.Approval, 0, len(q.pending))
	for place := q.order.Front(); place != nil; place = place.Next() {
		all = append(all, place.Value.(*entry).approval)
	}
	return all
}

// Page returns copies of at most most pending asks, oldest first, behind the one with this whole id ("" for the first page),
// and whether there are more. That one may have ended meanwhile; one that isn't remembered any more is ErrNotFound.
func (q *Queue) Page(after string, most int) (page []clawrden.Approval, more bool, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	place := q.order.Front()
	if after != "" {
		e, waits := q.pending[after]
		was, ended := q.decided[after]
		switch {
		case waits:
			place = e.place.Next()
		case ended:
			for place != nil && !place.Value.(*entry).approval.Created.After(was.Created) {
				place = place.Next()
			}
		default:
			return nil, false, fmt.Errorf("%w: %s", clawrden.ErrNotFound, clawrden.Text(after))
		}
	}
	for ; place != nil; place = place.Next() {
		if len(page) == most {
			return page, true, nil
		}
		page = append(page, place.Value.(*entry).approval)
	}
	return page, false, nil
}

// Len is how many asks are pending.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.pending)
}

// Oldest is when the ask that has waited longest was made; the zero time if none waits.
func (q *Queue) Oldest() time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	if front := q.order.Front(); front != nil {
		return front.Value.(*entry).approval.Created
	}
	return time.Time{}
}

// Has reports whether the queue knows this whole id, pending or remembered; NewIDs asks it.
func (q *Queue) Has(id string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.knows(id)
}

// Get returns the ask with this id, or the only one whose id begins so: a pending one whole, a remembered one without
// argv, environment and facts. A prefix that fits a pending and a remembered one is ambiguous too, so that nobody who
// answers what has just expired decides another. Errors: ErrNotFound, ErrAmbiguous.
func (q *Queue) Get(id string) (clawrden.Approval, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if e, ok := q.pending[id]; ok {
		return e.approval, nil
	}
	if was, ok := q.decided[id]; ok {
		return was, nil
	}
	var found clawrden.Approval
	n := 0
	if id != "" {
		for have, e := range q.pending {
			if strings.HasPrefix(have, id) {
				found, n = e.approval, n+1
			}
		}
		for have, was := range q.decided {
			if strings.HasPrefix(have, id) {
				found, n = was, n+1
			}
		}
	}
	switch n {
	case 0:
		return clawrden.Approval{}, fmt.Errorf("%w: %s", clawrden.ErrNotFound, clawrden.Text(id))
	case 1:
		return found, nil
	}
	return clawrden.Approval{}, fmt.Errorf("%w: %d requests begin with %s", clawrden.ErrAmbiguous, n, id)
}

// remember keeps how an ask ended, without its words, in the place of the oldest.
func (q *Queue) remember(a clawrden.Approval) {
	a.Request.Argv, a.Request.Env, a.Facts, a.Edit = nil, nil, clawrden.Facts{}, nil
	if len(q.past) < q.limits.Decided {
		q.past = append(q.past, a.ID)
	} else {
		delete(q.decided, q.past[q.oldest])
		q.past[q.oldest] = a.ID
		q.oldest = (q.oldest + 1) % len(q.past)
	}
	q.decided[a.ID] = a
}
