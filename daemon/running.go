package daemon

import (
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/proctree"
)

// running are the executions in flight, for the kill switch, for the status, and to tell who stands inside one.
type running struct {
	mu    sync.Mutex
	known map[string]*execution // by request id
	pids  map[pidStart]int      // callers, which in place are the commands
}

// pidStart is a process, also when its number is used again.
type pidStart struct {
	pid   int
	start uint64
}

// process is the one that a call came from.
func (c *call) process() pidStart { return pidStart{c.request.Identity.PID, c.request.Identity.Start} }

// execution is one command in flight: a process that isn't the daemon's, or one of an executor's.
type execution struct {
	identity clawrden.Identity
	pidfd    int // in place; else -1
	process  Process
	shown    clawrden.Execution
	place    string // unit:NAME or container:ID that the command has for itself; "" if it has none
}

// placed is a Process that runs in a unit or container of its own, which can be paused.
type placed interface{ Place() string }

// inPlace counts a command that its caller runs; remove must be called before the pidfd is closed.
func (r *running) inPlace(c *call, pidfd int) (remove func()) {
	return r.add(c.request.ID, &c.request.Identity, &execution{pidfd: pidfd, shown: c.execution()})
}

// elsewhere counts a command that an executor runs.
func (r *running) elsewhere(c *call, p Process) (remove func()) {
	e := &execution{pidfd: -1, process: p, shown: c.execution()}
	if in, ok := p.(placed); ok {
		e.place = in.Place()
	}
	return r.add(c.request.ID, &c.request.Identity, e)
}

// add counts an execution.
func (r *running) add(id string, identity *clawrden.Identity, e *execution) (remove func()) {
	p := pidStart{identity.PID, identity.Start}
	e.identity = *identity
	e.shown.ID, e.shown.Identity, e.shown.Place = id, *identity, e.place
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil {
		r.known, r.pids = map[string]*execution{}, map[pidStart]int{}
	}
	r.known[id] = e
	r.pids[p]++
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.known, id)
		if r.pids[p]--; r.pids[p] == 0 {
			delete(r.pids, p)
		}
	}
}

func (r *running) len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.known)
}

// of gives copies of some agent's executions. Each has a pidfd of its own: close them.
func (r *running) of(whom clawrden.Whom) (found []execution) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.known {
		if !whom.Covers(&e.identity) {
			continue
		}
		own := *e
		if e.pidfd >= 0 {
			fd, err := unix.FcntlInt(uintptr(e.pidfd), unix.F_DUPFD_CLOEXEC, 0)
			if err != nil { // no descriptor is left: at least the command itself
				_ = unix.PidfdSendSignal(e.pidfd, unix.SIGKILL, nil, 0)
				fd = -1
			}
			own.pidfd = fd
		}
		found = append(found, own)
	}
	return found
}

func (e *execution) close() {
	if e.pidfd >= 0 {
		_ = unix.Close(e.pidfd)
	}
}

// root is the command as the root of a tree of processes.
func (e *execution) root() proctree.Root {
	return proctree.Root{Pidfd: e.pidfd, PID: e.identity.PID, Start: e.identity.Start}
}

// kill ends what an executor runs.
func (e *execution) kill() {
	if e.process != nil {
		e.process.Signal(syscall.SIGKILL)
	}
}

// holds reports whether the process is one of a command in flight.
func (r *running) holds(p pidStart) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pids[p] > 0
}
