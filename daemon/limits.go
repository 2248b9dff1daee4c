package daemon

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// Limits of one agent, which is a uid in a cgroup. A zero field takes its default.
type Limits struct {
	// ConnectionsPerAgent may be open without a whole request. One more closes the oldest, so that an agent that opens
	// many and sends nothing harms its own idle ones. 1024.
	ConnectionsPerAgent int
	// Connections of all agents may be open without a whole request. One more closes the oldest of the agent that has
	// most. 4096.
	Connections int
	// RunningPerAgent commands may be in flight. 1024: a parallel build starts hundreds.
	RunningPerAgent int
	// ResolversPerAgent may look at the agent's files at a time, the others wait; a file system that never answers holds
	// one each. 64.
	ResolversPerAgent int
	// LargePerAgent requests of more than 64 KiB may be in memory before they run or wait for a person, the others wait
	// to be read. 16: each costs up to 20 MiB until its record is written.
	LargePerAgent int
	// RequestTime is how long a request may take to arrive. 10 s.
	RequestTime time.Duration
	// ResolveTime is how long looking at the agent's files may take. 30 s: hashing a large tool on a slow disk.
	ResolveTime time.Duration
	// WholeWaits asks wait ready to run; where more wait, the daemon keeps little of the rest, and their shims send the command
	// again once it is decided. 256: more than are decided in a moment.
	WholeWaits int
	// CanPerSecond questions "may I?" are answered, with a burst of ten times as many. 20.
	CanPerSecond int
}

func (l Limits) withDefaults() Limits {
	set := func(n *int, def int) {
		if *n <= 0 {
			*n = def
		}
	}
	set(&l.ConnectionsPerAgent, 1024)
	set(&l.RunningPerAgent, 1024)
	set(&l.Connections, 4096)
	set(&l.ResolversPerAgent, 64)
	set(&l.LargePerAgent, 16)
	set(&l.CanPerSecond, 20)
	set(&l.WholeWaits, 256)
	if l.RequestTime <= 0 {
		l.RequestTime = 10 * time.Second
	}
	if l.ResolveTime <= 0 {
		l.ResolveTime = 30 * time.Second
	}
	return l
}

// within lowers the limits so that connections without a request take at most half of the descriptors that the process may
// have, of which each needs three.
func (l Limits) within(descriptors uint64) Limits {
	l.Connections = max(1, min(l.Connections, int(min(descriptors, 1<<30)/6)))
	return l
}

// descriptorLimit is how many descriptors this process may have.
func descriptorLimit() uint64 {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return 1024
	}
	return limit.Cur
}

// agentKey is whom the limits count, by the kernel's word.
type agentKey struct {
	uid    uint32
	cgroup string
}

func keyOf(id *clawrden.Identity) agentKey { return agentKey{id.UID, id.Cgroup} }

// agents counts what each agent holds. An agent that holds nothing takes no memory.
type agents struct {
	limits Limits

	mu    sync.Mutex
	known map[agentKey]*agentLoad
	open  int // connections without a whole request
}

type agentLoad struct {
	reading   list.List // of waiting, oldest first
	running   int
	holders   int           // of slots, or waiting for one
	resolvers chan struct{} // one in it for each look at the agent's files
	larges    chan struct{} // one in it for each large request
	tokens    float64       // of "can"
	refilled  time.Time
}

// idle reports whether the agent holds nothing.
func (l *agentLoad) idle() bool { return l.reading.Len() == 0 && l.running == 0 && l.holders == 0 }

// with runs f on the agent's counters and forgets the agent if nothing is left.
func (a *agents) with(id *clawrden.Identity, f func(*agentLoad)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := keyOf(id)
	l := a.known[key]
	if l == nil {
		if a.known == nil {
			a.known = map[agentKey]*agentLoad{}
		}
		l = &agentLoad{tokens: float64(10 * a.limits.CanPerSecond), refilled: time.Now()}
		a.known[key] = l
	}
	f(l)
	if l.idle() && time.Since(l.refilled) > 20*time.Second {
		delete(a.known, key)
	}
	a.sweep()
}

// sweep forgets agents that hold nothing, when many are known: cgroups come and go.
func (a *agents) sweep() {
	const many = 4096
	if len(a.known) < many {
		return
	}
	for key, l := range a.known {
		if l.idle() {
			delete(a.known, key)
		}
	}
}

// place is a connection's among those without a whole request.
type place struct {
	agents  *agents
	load    *agentLoad
	element *list.Element
	evicted bool          // guarded by agents.mu
	gone    chan struct{} // closed when the connection holds nothing any more
}

// reading counts a connection without a whole request. One too many takes the place of the oldest: of its own agent's, or
// where all together are too many of the agent's that has most. It returns when that has really gone.
func (a *agents) reading(c *call) *place {
	p := &place{agents: a, gone: make(chan struct{})}
	var evicted *place
	a.with(&c.request.Identity, func(l *agentLoad) {
		switch {
		case l.reading.Len() >= a.limits.ConnectionsPerAgent:
			evicted = a.evict(l)
		case a.open >= a.limits.Connections:
			most := l
			for _, other := range a.known {
				if other.reading.Len() > most.reading.Len() {
					most = other
				}
			}
			evicted = a.evict(most)
		}
		a.open++
		p.load = l
		p.element = l.reading.PushBack(waiting{c, p})
	})
	if evicted != nil {
		<-evicted.gone
	}
	return p
}

// waiting is what stands in agentLoad.reading.
type waiting struct {
	call  *call
	place *place
}

// evict closes the oldest connection of one agent, by making its deadline pass.
func (a *agents) evict(l *agentLoad) *place {
	front := l.reading.Front()
	if front == nil {
		return nil
	}
	w := l.reading.Remove(front).(waiting)
	w.place.evicted = true
	a.open--
	_ = w.call.conn.SetReadDeadline(time.Unix(1, 0))
	return w.place
}

// relieve closes the oldest connection of the agent that has most: the daemon is out of descriptors.
func (a *agents) relieve() {
	a.mu.Lock()
	defer a.mu.Unlock()
	var most *agentLoad
	for _, l := range a.known {
		if most == nil || l.reading.Len() > most.reading.Len() {
			most = l
		}
	}
	if most != nil {
		a.evict(most)
	}
}

// leave gives the place up, and tells whether it was taken.
func (p *place) leave() (evicted bool) {
	p.agents.mu.Lock()
	defer p.agents.mu.Unlock()
	if !p.evicted {
		p.load.reading.Remove(p.element)
		p.agents.open--
	}
	return p.evicted
}

var errBusy = errors.New("too many at once")

// run counts a command in flight.
func (a *agents) run(id *clawrden.Identity) (leave func(), err error) {
	a.with(id, func(l *agentLoad) {
		if l.running >= a.limits.RunningPerAgent {
			err = fmt.Errorf("%w: %d commands of this agent are running (limits.running_per_agent)", errBusy, l.running)
			return
		}
		l.running++
	})
	return func() { a.with(id, func(l *agentLoad) { l.running-- }) }, err
}

// adopt counts a command that runs already, whatever the limit.
func (a *agents) adopt(id *clawrden.Identity) (leave func()) {
	a.with(id, func(l *agentLoad) { l.running++ })
	return func() { a.with(id, func(l *agentLoad) { l.running-- }) }
}

// resolve waits until the agent may have one more look at its files taken.
func (a *agents) resolve(ctx context.Context, id *clawrden.Identity) (leave func(), err error) {
	return a.slot(ctx, id, "looks at this agent's files", func(l *agentLoad) chan struct{} {
		if l.resolvers == nil {
			l.resolvers = make(chan struct{}, a.limits.ResolversPerAgent)
		}
		return l.resolvers
	})
}

// maxSmall is how large a request may be, in bytes, without counting as large: most are far smaller.
const maxSmall = 64 << 10

// large waits until one more large request of the agent may be held.
func (a *agents) large(ctx context.Context, id *clawrden.Identity) (leave func(), err error) {
	return a.slot(ctx, id, "large requests of this agent", func(l *agentLoad) chan struct{} {
		if l.larges == nil {
			l.larges = make(chan struct{}, a.limits.LargePerAgent)
		}
		return l.larges
	})
}

// slot takes one of an agent's slots as soon as one is free.
func (a *agents) slot(ctx context.Context, id *clawrden.Identity, what string, of func(*agentLoad) chan struct{}) (leave func(), err error) {
	var slots chan struct{}
	a.with(id, func(l *agentLoad) {
		slots = of(l)
		l.holders++
	})
	forget := func() { a.with(id, func(l *agentLoad) { l.holders-- }) }
	select {
	case slots <- struct{}{}:
		return func() { <-slots; forget() }, nil
	case <-ctx.Done():
		forget()
		return nil, fmt.Errorf("%w: %d %s are in hand and none has ended: %w", errBusy, cap(slots), what, ctx.Err())
	}
}

// mayAsk takes a token for one "can".
func (a *agents) mayAsk(id *clawrden.Identity, now time.Time) (ok bool) {
	a.with(id, func(l *agentLoad) {
		rate := float64(a.limits.CanPerSecond)
		l.tokens = min(10*rate, l.tokens+rate*now.Sub(l.refilled).Seconds())
		l.refilled = now
		if ok = l.tokens >= 1; ok {
			l.tokens--
		}
	})
	return ok
}
