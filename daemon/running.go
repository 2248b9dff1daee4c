package daemon

import (
	"sync"
)

// running are the executions in flight, for the kill switch, for the status, and to tell who stands inside one.
type running struct {
	mu   sync.Mutex
	kill map[string]func()
	pids map[pidStart]int // in-place commands
}

// pidStart is a process, also when its number is used again.
type pidStart struct {
	pid   int
	start uint64
}

// add counts an execution; remove must be called before what kill uses is closed.
func (r *running) add(c *call, kill func()) (remove func()) {
	id, p := c.request.ID, pidStart{c.request.Identity.PID, c.request.Identity.Start}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kill == nil {
		r.kill, r.pids = map[string]func(){}, map[pidStart]int{}
	}
	r.kill[id] = kill
	r.pids[p]++
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.kill, id)
		if r.pids[p]--; r.pids[p] == 0 {
			delete(r.pids, p)
		}
	}
}

func (r *running) len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.kill)
}

// killAll signals every execution and says how many there were.
func (r *running) killAll() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, kill := range r.kill {
		kill() // one system call each
	}
	return len(r.kill)
}

// holds reports whether the process is one of a command in flight.
func (r *running) holds(p pidStart) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pids[p] > 0
}
