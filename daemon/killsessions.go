package daemon

import (
	"context"
	"errors"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/execnotify"
	"github.com/clawrden/clawrden/internal/guardlink"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/proctree"
)

// A guard session is ended as a whole by the kill switch: by its unit where it has one, and else by its processes. Those are its
// first one with all that descends from it, and whatever runs one of its programs, wherever that stands by now.

// placeSession names a session that has no unit of its own.
const placeSession = "session"

// doomed is a session that the kill switch ends. Close its root.
type doomed struct {
	name, unit string
	root       proctree.Root // its first process; Pidfd -1 where that isn't known
	line       *lineage
}

// of gives the sessions of an agent, or of everybody.
func (l *sessions) of(whom clawrden.Whom) (found []doomed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.known {
		if !whom.Covers(&s.Identity) {
			continue
		}
		e := doomed{name: s.Name, line: s.line, root: proctree.Root{Pidfd: -1}}
		if s.Identity.Unit == job.SessionUnit(s.Name) {
			e.unit = s.Identity.Unit
		}
		if s.peer != nil {
			if fd, err := unix.FcntlInt(uintptr(s.peer.Pidfd), unix.F_DUPFD_CLOEXEC, 0); err == nil {
				e.root = proctree.Root{Pidfd: fd, PID: s.Identity.PID, Start: s.Identity.Start}
			}
		}
		found = append(found, e)
	}
	return found
}

// sessions ends those of an agent. To pause one its unit is needed; without, its commands are paused as any others.
func (s *stopping) sessions(ctx context.Context, mode clawrden.KillMode) {
	if mode == clawrden.KillLeave {
		return
	}
	for _, e := range s.d.sessions.of(s.whom) {
		s.work.Go(func() {
			defer func() { _ = unix.Close(e.root.Pidfd) }()
			if mode == clawrden.KillPause {
				if e.unit != "" {
					s.place(placeUnit+":"+e.unit, s.d.keep(ctx, placeUnit+":"+e.unit, Keeper.Pause), true)
				}
				return
			}
			if e.unit != "" {
				// Beside what follows: a bus that doesn't answer holds up nothing.
				s.work.Go(func() { s.place(placeUnit+":"+e.unit, s.d.keep(ctx, placeUnit+":"+e.unit, Keeper.Kill), false) })
			}
			err := e.end()
			if e.unit == "" {
				s.place(placeSession+":"+e.name, err, false)
			}
		})
	}
}

// place notes what became of a place.
func (s *stopping) place(name string, err error, paused bool) {
	if err != nil && !errors.Is(err, job.ErrGone) {
		s.unreached(name + ": " + err.Error())
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Stopped = append(s.result.Stopped, name)
	if paused {
		s.paused = append(s.paused, name)
	}
}

// end kills a session's processes until none is found.
func (e *doomed) end() error {
	var roots []proctree.Root
	if e.root.Pidfd >= 0 {
		roots = append(roots, e.root)
	}
	return proctree.KillWith(roots, e.line.runs)
}

// runs reports whether a process runs a program of the session.
func (l *lineage) runs(pid int) bool {
	if l == nil {
		return false
	}
	proc, err := unix.Open("/proc/"+strconv.Itoa(pid), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer func() { _ = unix.Close(proc) }()
	o := execnotify.OriginOf(proc)
	return o != (execnotify.Origin{}) && l.knows(guardlink.Origin(o))
}

// knows reports whether a program is one of the session's.
func (l *lineage) knows(o guardlink.Origin) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, shim := l.shims[o]
	return shim || l.young[o] != nil || l.old[o] != nil
}
