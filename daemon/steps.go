package daemon

import (
	"context"
	"os"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/peercred"
)

// What the guard holds may be a step of a request, and no request of its own. Such an exec is let through, once, without a
// decision or a record:
//
//	agent ──exec──▶ shim                     it can only ask
//	                shim ──request──▶ daemon  decided, recorded; errands has what exactly may run
//	                shim ──exec──▶ tool       it is that, in the same process
//
// The same where a process can't run what was decided as it is held (see away.go): then it is made to exec the shim.
//
// The shim gains the agent nothing. Whatever daemon it speaks to, what it runs is held like anything else; and what it may run
// by an errand is what its own process would be allowed once more.

// steps are the processes that are on the way of a request.
type steps struct {
	own       []ownProgram // the shim of this release
	launchers []ownProgram // its launcher

	mu      sync.Mutex
	shims   map[pidStart]inSession // processes of sessions that run the shim
	errands map[pidStart]*errand
	away    map[pidStart]*away
}

// ownProgram is a program of this release at one of its places.
type ownProgram struct {
	path, sha256 string
	size         int64
}

// inSession tells where a process is.
type inSession struct {
	name   string
	lesser bool // it is no boundary
	by     *clawrden.Lineage
}

// maxShims is how many processes that run the shim are known; beyond it those that have ended are looked for.
const maxShims = 1024

// openOwn learns to know a program of this release. Only files that nobody but root can change count.
func (d *Daemon) openOwn(paths []string) (own []ownProgram) {
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			continue
		}
		var st unix.Stat_t
		if unix.Fstat(int(f.Fd()), &st) == nil && rootsAlone(&st) {
			if sum, err := d.hasher.Digest(context.Background(), int(f.Fd())); err == nil {
				own = append(own, ownProgram{path, sum, st.Size})
			}
		}
		_ = f.Close()
	}
	return own
}

// rootsAlone reports whether nobody but root can write to a file.
func rootsAlone(st *unix.Stat_t) bool { return st.Uid == 0 && st.Mode&0o022 == 0 }

// isOwn reports whether an open file is the shim of this release.
func (d *Daemon) isOwn(ctx context.Context, fd int) bool {
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil || !rootsAlone(&st) {
		return false
	}
	for _, own := range d.steps.own {
		if own.size == st.Size {
			sum, err := d.hasher.Digest(ctx, fd) // root's files are hashed once
			return err == nil && sum == own.sha256
		}
	}
	return false
}

// step lets an exec through that is a step of a request. A refusal says why the process may not run what it wants to.
func (d *Daemon) step(ctx context.Context, c *call) (through bool, refusal string) {
	if _, on := d.lock.locked(&c.request.Identity); on {
		return false, ""
	}
	p := c.process()
	a, e := d.steps.next(p, c.peer)
	switch {
	case a != nil && d.isOwn(ctx, c.held.exe):
		d.becomesShim(c)
		return true, ""
	case a != nil:
		return false, "it was to become the shim and be run elsewhere, as request " + a.call.request.ID + "; it may run nothing else"
	case e != nil && d.isErrand(ctx, e, c):
		if through = d.steps.spend(e); through {
			d.supersede(p, e.id)
			d.runsErrand(c, e)
		}
		return through, ""
	case e != nil && e.entry != nil:
		return false, "it was to run what was decided as request " + e.id + ", and isn't that"
	case d.isOwn(ctx, c.held.exe):
		d.becomesShim(c)
		return true, ""
	}
	return false, ""
}

// becomesShim notes that a process of a session runs the shim from now on.
func (d *Daemon) becomesShim(c *call) {
	d.startedBy(c)
	if l := c.held.lineage; l != nil {
		l.pass(c.held.image, c.held.caller)
	}
	d.steps.asShim(c.process(), inSession{c.held.session, c.held.lesser, c.facts.Lineage})
}

// runsErrand has the session know the program that the shim was told to run.
func (d *Daemon) runsErrand(c *call, e *errand) {
	d.startedBy(c)
	if c.held.lineage != nil && c.facts.Lineage != nil {
		c.held.lineage.add(c.held.image, &program{Ancestor: e.program, process: c.process(), by: *c.facts.Lineage})
	}
}

// next gives what a process that has exec'd is on the way of. It isn't the shim any more.
func (s *steps) next(p pidStart, peer *peercred.Peer) (*away, *errand) {
	s.mu.Lock()
	none := len(s.errands) == 0
	s.mu.Unlock()
	var parent pidStart
	known := false
	if !none { // most of the time there are none, and no look at the parent is needed
		parent, known = childOf(peer)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.shims, p)
	e := s.errands[p]
	if e == nil && known {
		if e = s.errands[parent]; e != nil && !e.child {
			e = nil
		}
	}
	return s.away[p], e
}

// atHome has a caller whose session the daemon has begun on the host count as on the host: the session's own mounts, which the daemon
// made, don't count against it.
func (d *Daemon) atHome(c *call) {
	name := c.session.name
	if c.held != nil {
		name = c.held.session
	}
	id := &c.request.Identity
	if name != "" && c.peer.OnHostButMounts() && id.Unit == job.SessionUnit(name) && strings.Contains(id.Cgroup, "/"+agentsSlice+"/") {
		id.HostNS = true
	}
}

// childOf tells whose child a process is.
func childOf(peer *peercred.Peer) (p pidStart, known bool) {
	stat, err := peercred.ReadOnce(peer.Proc, "stat", 4096)
	if err != nil {
		return p, false
	}
	if _, p.pid, err = peercred.ParseStat(stat); err != nil || p.pid <= 1 {
		return p, false
	}
	p.start, _, err = parentOf(p.pid)
	return p, err == nil
}

func (s *steps) asShim(p pidStart, in inSession) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shims == nil {
		s.shims = map[pidStart]inSession{}
	}
	if len(s.shims) >= maxShims {
		for q := range s.shims {
			if start, _, err := parentOf(q.pid); err != nil || start != q.start {
				delete(s.shims, q)
			}
		}
	}
	s.shims[p] = in
}

// session tells in which session a process runs the shim.
func (s *steps) session(p pidStart) (in inSession, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, ok = s.shims[p]
	return in, ok
}
