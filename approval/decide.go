package approval

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/clawrden/clawrden"
)

// Approve lets the ask with this whole id run, if it is still pending and what the answer says was shown is what waits.
// One that has expired a short while ago can be approved late: it stays expired, and the same may run once (see Once).
// Where its demands need more people than have approved so far, this one's vote is kept and the ask waits on.
// It returns the approval as it stands then, or ErrNotAuthorized for a second vote of one person, ErrNotFound, ErrDecided
// (with how it ended), ErrStale or ErrBadRequest. The caller has made sure that by may decide it, and said in by.For for
// which demands.
func (q *Queue) Approve(id string, by clawrden.Approver, a clawrden.Answer) (clawrden.Approval, error) {
	return q.decide(id, clawrden.StateApproved, by, a)
}

// Deny refuses the ask with this whole id; the comment is for the agent. Otherwise as Approve.
func (q *Queue) Deny(id string, by clawrden.Approver, a clawrden.Answer) (clawrden.Approval, error) {
	return q.decide(id, clawrden.StateDenied, by, a)
}

func (q *Queue) decide(id string, to clawrden.State, by clawrden.Approver, a clawrden.Answer) (clawrden.Approval, error) {
	if len(a.Comment) > MaxComment {
		return clawrden.Approval{}, fmt.Errorf("%w: the comment has %d bytes; the limit is %d", clawrden.ErrBadRequest, len(a.Comment), MaxComment)
	}
	if !utf8.ValidString(a.Comment) {
		return clawrden.Approval{}, fmt.Errorf("%w: the comment is not UTF-8", clawrden.ErrBadRequest)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	e, err := q.waiting(id)
	if err != nil {
		if to == clawrden.StateApproved {
			if was, handled, late := q.approveLate(id, by, &a); handled {
				return was, late
			}
		}
		return clawrden.Approval{}, err
	}
	if a.Revision != 0 && a.Revision != e.approval.Revision {
		return clawrden.Approval{}, fmt.Errorf("%w: revision %d was shown, it is now %d", clawrden.ErrStale, a.Revision, e.approval.Revision)
	}
	if a.Digest != "" && a.Digest != e.approval.Digest {
		return clawrden.Approval{}, fmt.Errorf("%w: another command was shown", clawrden.ErrStale)
	}
	if to == clawrden.StateApproved {
		now := e.approval
		if err := vote(&now, by, &a); err != nil {
			return clawrden.Approval{}, err
		}
		if a.Edit != nil && (now.Lacking() > 0 || len(now.Votes) > 1) {
			return clawrden.Approval{}, fmt.Errorf("%w: several people approve this request, who all have to see the same command; it can't be changed", clawrden.ErrBadRequest)
		}
		now.Edit = a.Edit
		e.approval = now
		if now.Lacking() > 0 {
			return now, nil
		}
	}
	q.settle(e, to, &by, a.Comment)
	return e.approval, nil
}

// vote counts one person's approval. It doesn't raise the revision: what was shown is what it was, and two people who
// approve at the same time must not be in each other's way.
func vote(on *clawrden.Approval, by clawrden.Approver, a *clawrden.Answer) error {
	votes := on.Votes
	if slices.ContainsFunc(votes, func(v clawrden.Approver) bool { return v.UID == by.UID }) {
		return fmt.Errorf("%w: %s has approved it already; it takes another person", clawrden.ErrNotAuthorized, nameOf(&by))
	}
	on.Votes = append(slices.Clip(votes), by) // copies handed out keep theirs
	if before := on.Comment; before != "" && len(before)+2+len(a.Comment) <= MaxComment {
		a.Comment = strings.TrimSuffix(before+"; "+a.Comment, "; ") // the agent reads what each of them said
	}
	on.Comment = a.Comment
	return nil
}

// Cancel ends the ask with this whole id because nobody waits for it any more, or nobody may; why is kept as its comment.
// It returns ErrNotFound or ErrDecided where there is nothing to cancel.
func (q *Queue) Cancel(id, why string) (clawrden.Approval, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	e, err := q.waiting(id)
	if err != nil {
		return clawrden.Approval{}, err
	}
	q.settle(e, clawrden.StateCancelled, nil, why)
	return e.approval, nil
}

// CancelAll cancels all that is pending and returns how many that were. The queue goes on: the kill switch uses it.
func (q *Queue) CancelAll(why string) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.cancelAll(why)
}

// Close cancels all that is pending and takes no more.
func (q *Queue) Close(why string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.cancelAll(why)
}

func (q *Queue) cancelAll(why string) int {
	n := len(q.pending)
	for q.order.Len() > 0 {
		q.settle(q.order.Front().Value.(*entry), clawrden.StateCancelled, nil, why)
	}
	return n
}

// expire is what the timer of an entry calls.
func (q *Queue) expire(e *entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if e.approval.State == clawrden.StatePending {
		q.settle(e, clawrden.StateExpired, nil, "")
	}
}

// waiting returns the pending entry with this id. An ask whose deadline has passed is expired, also when its timer hasn't
// been served yet.
func (q *Queue) waiting(id string) (*entry, error) {
	if e, ok := q.pending[id]; ok {
		if time.Now().Before(e.approval.Expires) {
			return e, nil
		}
		q.settle(e, clawrden.StateExpired, nil, "")
	}
	if was, ok := q.decided[id]; ok {
		return nil, fmt.Errorf("%w: %s %s", clawrden.ErrDecided, id, ending(&was))
	}
	return nil, fmt.Errorf("%w: %s", clawrden.ErrNotFound, clawrden.Text(id))
}

// settle is the only way out of pending, and the only writer of an approval.
func (q *Queue) settle(e *entry, to clawrden.State, by *clawrden.Approver, comment string) {
	e.approval.State = to
	e.approval.Revision++
	e.approval.By = by
	e.approval.Comment = comment
	if e.timer != nil {
		e.timer.Stop()
	}
	delete(q.pending, e.approval.ID)
	q.order.Remove(e.place)
	q.count(e, -1)
	q.end(e)
}

// end keeps what is to be known of an ask that isn't pending any more, and wakes the one who waits for it.
func (q *Queue) end(e *entry) {
	if e.approval.State == clawrden.StateDenied && q.limits.Refusal > 0 {
		was := e.approval
		was.Request.Argv, was.Request.Env, was.Facts, was.Edit = nil, nil, clawrden.Facts{}, nil
		keep(q.refused, refusalOf(&e.approval.Request, &e.approval.Facts, &e.approval.Decision), kept{was, time.Now().Add(q.limits.Refusal)})
	}
	if e.lapsed && e.approval.State == clawrden.StateApproved && e.approval.Edit == nil {
		keep(q.once, onceOf(&e.approval.Request.Identity, e.approval.Digest), kept{e.approval, time.Now().Add(q.limits.Late)})
	}
	q.remember(e.approval)
	close(e.done)
	if e.then != nil {
		go e.then()
	}
}

// ending says how an ask ended, for the one who comes too late.
func ending(a *clawrden.Approval) string {
	if a.By == nil {
		return "is " + string(a.State)
	}
	return fmt.Sprintf("was %s by %s", a.State, nameOf(a.By))
}

func nameOf(by *clawrden.Approver) string {
	if by.User != "" {
		return by.User
	}
	return fmt.Sprintf("uid %d", by.UID)
}
