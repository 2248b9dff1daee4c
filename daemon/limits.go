package daemon

import (
	"container/list"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
)

// Limits of one agent, which is a uid in a cgroup. A zero field takes its default.
type Limits struct {
	// ConnectionsPerAgent may be open without a whole request. One more closes the oldest, so that an agent that opens
	// many and sends nothing harms its own idle ones. 1024.
	ConnectionsPerAgent int
	// Connections of all agents may be open without a whole request; one more is refused. 4096.
	Connections int
	// RunningPerAgent commands may be in flight. 1024: a parallel build starts hundreds.
	RunningPerAgent int
	// ResolversPerAgent may look at the agent's files at a time; a file system that never answers holds one each. 256.
	ResolversPerAgent int
	// RequestTime is how long a request may take to arrive. 10 s.
	RequestTime time.Duration
	// ResolveTime is how long looking at the agent's files may take. 30 s: hashing a large tool on a slow disk.
	ResolveTime time.Duration
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
	set(&l.ResolversPerAgent, 256)
	set(&l.CanPerSecond, 20)
	if l.RequestTime <= 0 {
		l.RequestTime = 10 * time.Second
	}
	if l.ResolveTime <= 0 {
		l.ResolveTime = 30 * time.Second
	}
	return l
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
	reading   list.List // *call, oldest first
	running   int
	resolving int
	tokens    float64 // of "can"
	refilled  time.Time
}

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
	if l.reading.Len() == 0 && l.running == 0 && l.resolving == 0 && time.Since(l.refilled) > 20*time.Second {
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
		if l.reading.Len() == 0 && l.running == 0 && l.resolving == 0 {
			delete(a.known, key)
		}
	}
}

// reading counts a connection without a whole request. One too many takes the place of the oldest.
func (a *agents) reading(c *call) (leave func(), err error) {
	var mine *list.Element
	var oldest *call
	a.with(&c.request.Identity, func(l *agentLoad) {
		if a.open >= a.limits.Connections {
			err = fmt.Errorf("%w: %d connections wait without a request (limits.connections)", errBusy, a.open)
			return
		}
		a.open++
		if l.reading.Len() >= a.limits.ConnectionsPerAgent {
			front := l.reading.Front()
			oldest = front.Value.(*call)
			l.reading.Remove(front)
		}
		mine = l.reading.PushBack(c)
	})
	if err != nil {
		return nil, err
	}
	if oldest != nil {
		_ = oldest.conn.SetReadDeadline(time.Unix(1, 0))
	}
	return func() {
		a.with(&c.request.Identity, func(l *agentLoad) {
			a.open--
			l.reading.Remove(mine)
		})
	}, nil
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

// resolve counts a look at the agent's files.
func (a *agents) resolve(id *clawrden.Identity) (leave func(), err error) {
	a.with(id, func(l *agentLoad) {
		if l.resolving >= a.limits.ResolversPerAgent {
			err = fmt.Errorf("%w: %d looks at this agent's files have not ended", errBusy, l.resolving)
			return
		}
		l.resolving++
	})
	return func() { a.with(id, func(l *agentLoad) { l.resolving-- }) }, err
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
