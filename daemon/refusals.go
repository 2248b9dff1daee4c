package daemon

import (
	"fmt"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
)

// Connections that never become a request cost their sender next to nothing, and a record each: past a rate they are
// counted, so that nobody fills the log with them. Denied requests aren't: each has its record.
const (
	refusedPerSecond = 20
	refusedBurst     = 200
	refusedUsers     = 1024             // that are told apart; the others share a count
	refusedFlush     = 10 * time.Second // after which a count is written at the latest
)

// refusals counts what isn't recorded one by one, by user. The zero value is ready.
type refusals struct {
	mu    sync.Mutex
	users map[uint32]*refusalLoad // guarded by mu
}

type refusalLoad struct {
	tokens float64
	filled time.Time
	left   int // not recorded yet
}

const otherUsers = ^uint32(0) // uid_t -1, which nobody has

// take tells whether a refusal of a user is recorded now, with how many that weren't before it; first is true for the first
// one that isn't.
func (r *refusals) take(uid uint32, now time.Time) (write bool, left int, first bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.users[uid]
	if l == nil && len(r.users) >= refusedUsers {
		uid = otherUsers
		l = r.users[uid]
	}
	if l == nil {
		if r.users == nil {
			r.users = make(map[uint32]*refusalLoad)
		}
		l = &refusalLoad{tokens: refusedBurst, filled: now}
		r.users[uid] = l
	}
	l.tokens = min(refusedBurst, l.tokens+refusedPerSecond*max(0, now.Sub(l.filled).Seconds()))
	l.filled = now
	if l.tokens < 1 {
		l.left++
		return false, 0, l.left == 1
	}
	l.tokens--
	left, l.left = l.left, 0
	return true, left, false
}

// rest takes what isn't recorded yet, and forgets who has refused nothing for long.
func (r *refusals) rest() map[uint32]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	rest := make(map[uint32]int)
	for uid, l := range r.users {
		if l.left > 0 {
			rest[uid], l.left = l.left, 0
		} else if time.Since(l.filled).Seconds()*refusedPerSecond > refusedBurst {
			delete(r.users, uid)
		}
	}
	return rest
}

// recordRefused records a connection that never became a request, or counts it.
func (d *Daemon) recordRefused(r *clawrden.Record) {
	uid := otherUsers
	if r.Identity != nil {
		uid = r.Identity.UID
	}
	write, left, first := d.refusals.take(uid, time.Now())
	if first {
		time.AfterFunc(refusedFlush, func() {
			select {
			case <-d.ending: // Close writes them
			default:
				d.flushRefused()
			}
		})
	}
	if write {
		r.Folded = left
		_ = d.record(r)
	}
}

// flushRefused writes what was counted.
func (d *Daemon) flushRefused() {
	for uid, n := range d.refusals.rest() {
		r := &clawrden.Record{
			Event: clawrden.EventRefused, Decision: clawrden.OutcomeDeny, Folded: n,
			Reason: fmt.Sprintf("%d connections that were refused are recorded by their number alone: they came too fast", n),
		}
		if uid != otherUsers {
			r.Identity = &clawrden.Identity{UID: uid, User: d.o.UserName(uid)}
		}
		_ = d.record(r)
	}
}
