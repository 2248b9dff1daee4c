package approval

import (
	"container/list"
	"fmt"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
)

// Queue holds the pending asks and remembers how the last ones ended. It is safe for many goroutines.
type Queue struct {
	limits Limits

	mu      sync.Mutex
	pending map[string]*entry            // guarded by mu, as is all below
	order   *list.List                   // of *entry, the pending ones, oldest first
	agents  map[agent]load               // what each agent has pending
	uids    map[uint32]load              // what each uid has pending
	total   load                         // what is pending in all
	decided map[string]clawrden.Approval // without their words
	refused map[same]kept                // by people, and not to be shown to them again
	once    map[same]kept                // approved after they had expired
	past    []string                     // ids in decided, a ring
	oldest  int                          // the place in past that is overwritten next, once it is full
	closed  bool
}

// entry is one ask. All but done is guarded by the queue's mutex.
type entry struct {
	approval clawrden.Approval
	agent    agent
	bytes    int
	place    *list.Element
	timer    *time.Timer
	done     chan struct{} // closed when the ask has left pending
	then     func()        // called then, if set
	lapsed   bool          // nobody waits for it any more, but the same may come again; see Lapse
}

// New makes an empty queue.
func New(l Limits) *Queue {
	return &Queue{
		limits:  l.withDefaults(),
		pending: make(map[string]*entry),
		order:   list.New(),
		agents:  make(map[agent]load),
		uids:    make(map[uint32]load),
		decided: make(map[string]clawrden.Approval),
		refused: make(map[same]kept),
		once:    make(map[same]kept),
	}
}

// Add takes an ask that waits until it is decided or expires passes; with expires in the past the ticket is expired
// already. The request must carry an id that is not in the queue. It returns ErrFull (wrapped) over a limit and ErrClosed
// after Close. The slices of req, facts and decision are kept and must not be changed afterwards.
func (q *Queue) Add(req clawrden.Request, facts clawrden.Facts, decision clawrden.Decision, digest string, expires time.Time) (*Ticket, error) {
	if !ValidID(req.ID) {
		return nil, fmt.Errorf("%w: %q is not a request id", clawrden.ErrBadRequest, req.ID)
	}
	now := time.Now()
	e := &entry{
		approval: clawrden.Approval{
			ID: req.ID, Request: req, Facts: facts, Decision: decision, Digest: digest,
			State: clawrden.StatePending, Revision: 1, Created: now, Expires: expires,
		},
		agent: agentOf(&req.Identity),
		bytes: wordBytes(&req, &facts),
		done:  make(chan struct{}),
	}

	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.admit(e); err != nil {
		return nil, err
	}
	q.pending[req.ID] = e
	e.place = q.order.PushBack(e)
	q.count(e, 1)
	if wait := expires.Sub(now); wait > 0 {
		e.timer = time.AfterFunc(wait, func() { q.expire(e) })
	} else {
		q.settle(e, clawrden.StateExpired, nil, "")
	}
	return &Ticket{q: q, e: e}, nil
}

// Room says why an ask couldn't be taken now: ErrFull or ErrClosed; so that nothing need be written down for one that can't.
func (q *Queue) Room(req *clawrden.Request, facts *clawrden.Facts) error {
	e := &entry{approval: clawrden.Approval{ID: req.ID}, agent: agentOf(&req.Identity), bytes: wordBytes(req, facts)}
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.admit(e)
}

// Restore takes an ask of an earlier life as it was then: one that waits goes on waiting until its deadline, or has expired
// meanwhile; one that was decided only gives the ticket, for the caller that hasn't heard of it. It was admitted once, so that
// only the limits over all agents hold.
func (q *Queue) Restore(a clawrden.Approval) (*Ticket, error) {
	if !ValidID(a.ID) {
		return nil, fmt.Errorf("%w: %q is not a request id", clawrden.ErrBadRequest, a.ID)
	}
	e := &entry{approval: a, agent: agentOf(&a.Request.Identity), bytes: wordBytes(&a.Request, &a.Facts), done: make(chan struct{})}
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.readmit(e); err != nil {
		return nil, err
	}
	if a.State != clawrden.StatePending {
		q.end(e)
		return &Ticket{q: q, e: e}, nil
	}
	q.pending[a.ID] = e
	e.place = q.order.PushBack(e)
	q.count(e, 1)
	if wait := time.Until(a.Expires); wait > 0 {
		e.timer = time.AfterFunc(wait, func() { q.expire(e) })
	} else {
		q.settle(e, clawrden.StateExpired, nil, "")
	}
	return &Ticket{q: q, e: e}, nil
}

// Return gives a restored ask what it had not: its caller has sent the same request again, with its environment.
func (q *Queue) Return(req clawrden.Request, facts clawrden.Facts) {
	q.mu.Lock()
	defer q.mu.Unlock()
	e, ok := q.pending[req.ID]
	if !ok {
		return
	}
	q.count(e, -1)
	e.approval.Request, e.approval.Facts = req, facts
	e.agent, e.bytes = agentOf(&req.Identity), wordBytes(&req, &facts)
	q.count(e, 1)
}

// readmit says why an ask of an earlier life can't be taken.
func (q *Queue) readmit(e *entry) error {
	if q.closed {
		return ErrClosed
	}
	if q.knows(e.approval.ID) {
		return fmt.Errorf("%w: the id %s is in use", clawrden.ErrBadRequest, e.approval.ID)
	}
	if q.total.asks >= q.limits.Total || q.total.bytes+e.bytes > q.limits.TotalBytes {
		return fmt.Errorf("%w: %d are pending in all", ErrFull, q.total.asks)
	}
	return nil
}

func (q *Queue) knows(id string) bool {
	_, waits := q.pending[id]
	_, was := q.decided[id]
	return waits || was
}

// admit says why an ask can't be taken.
func (q *Queue) admit(e *entry) error {
	if q.closed {
		return ErrClosed
	}
	id, l := e.approval.ID, q.limits
	if q.knows(id) {
		return fmt.Errorf("%w: the id %s is in use", clawrden.ErrBadRequest, id)
	}
	mine, uid := q.agents[e.agent], q.uids[e.agent.uid]
	switch {
	case mine.asks >= l.PerAgent:
		return fmt.Errorf("%w: this agent has %d pending, its limit", ErrFull, mine.asks)
	case uid.asks >= l.PerUID:
		return fmt.Errorf("%w: uid %d has %d pending, its limit", ErrFull, e.agent.uid, uid.asks)
	case q.total.asks >= l.Total:
		return fmt.Errorf("%w: %d are pending in all, the limit", ErrFull, q.total.asks)
	case mine.bytes+e.bytes > l.AgentBytes:
		return fmt.Errorf("%w: with this one this agent's words would take %d bytes; the limit is %d", ErrFull, mine.bytes+e.bytes, l.AgentBytes)
	case q.total.bytes+e.bytes > l.TotalBytes:
		return fmt.Errorf("%w: with this one all agents' words would take %d bytes; the limit is %d", ErrFull, q.total.bytes+e.bytes, l.TotalBytes)
	}
	return nil
}

// count adds an entry to the loads (1) or takes it off (-1).
func (q *Queue) count(e *entry, sign int) {
	add := func(l load) load { return load{l.asks + sign, l.bytes + sign*e.bytes} }
	q.total = add(q.total)
	if q.agents[e.agent] = add(q.agents[e.agent]); q.agents[e.agent].asks == 0 {
		delete(q.agents, e.agent)
	}
	if q.uids[e.agent.uid] = add(q.uids[e.agent.uid]); q.uids[e.agent.uid].asks == 0 {
		delete(q.uids, e.agent.uid)
	}
}
