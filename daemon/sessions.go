package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/guardlink"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/peercred"
	"github.com/clawrden/clawrden/internal/proctree"
	"github.com/clawrden/clawrden/protocol"
)

// sessions are those that the guard has told of. One whose guard has gone away stays until its first process has, or the guard
// that comes next takes it up.
type sessions struct {
	mu    sync.Mutex
	known map[string]*session
	gaps  map[string][]string // of the layouts of those that will begin, by name
	files gapFiles
}

// session is one of them. Its connection is the guard's word that it holds it.
type session struct {
	clawrden.Session
	peer *peercred.Peer // of its first process; nil where that was gone before this daemon heard of it
	next chan struct{}  // closed when another connection speaks for it
	line *lineage       // of its programs
	// still is held while it is frozen or thawed; whoever speaks for it next has the same.
	still *sync.Mutex
}

// maxSessions bounds them. Each has a connection and a descriptor or two, here and with the guard.
const maxSessions = 1024

// maxSessionsOfOne bounds those of one user, on the host or in one container, so that nobody takes the place of all others.
const maxSessionsOfOne = 256

// guardSession is a session from the guard's first word of it to the last.
func (d *Daemon) guardSession(ctx context.Context, conn *net.UnixConn, r *guardReader, f guardFrame) error {
	s, again, err := readStart(f)
	if err != nil {
		_, _ = conn.Write(guardlink.AppendRefuse(nil, protocol.ExitFailed, err.Error()))
		return err
	}
	if s.peer != nil {
		s.Identity.User = d.o.UserName(s.Identity.UID)
	}
	defer s.close()
	if !again {
		err = d.freezable(ctx, s)
	}
	if err == nil {
		err = d.begin(s, again)
	}
	if err != nil {
		_, _ = conn.Write(guardlink.AppendRefuse(nil, protocol.ExitFailed, err.Error()))
		return nil
	}
	if _, err := conn.Write(guardlink.AppendPlain(nil, guardlink.TypeRun)); err != nil {
		d.unguarded(ctx, s)
		return nil
	}
	if again {
		d.work.Go(func() { d.thaw(ctx, s) })
	}
	end, err := r.read()
	closeAll(end.fds)
	var execs uint64
	if err == nil && end.t == guardlink.TypeEnd {
		execs, err = guardlink.ParseEnd(end.body)
	} else if err == nil {
		err = guardlink.ErrContent
	}
	if err != nil {
		if ctx.Err() == nil {
			d.unguarded(ctx, s)
		}
		return nil
	}
	d.over(s, execs, "")
	return nil
}

// readStart reads the guard's word of a session. It takes over the descriptors.
func readStart(f guardFrame) (_ *session, again bool, err error) {
	start, err := guardlink.ParseStart(f.body)
	if err == nil && len(f.fds) != 1 {
		err = guardlink.ErrContent
	}
	if err != nil {
		closeAll(f.fds)
		return nil, false, err
	}
	s := &session{next: make(chan struct{}), still: new(sync.Mutex)}
	s.Name, s.Lacks, s.Guarded, s.Boundary = start.Session, start.Lacks, true, clawrden.BoundaryGuard
	if s.Lacks != "" {
		s.Boundary = clawrden.BoundaryNone
	}
	s.Since = clawrden.Timestamp{Time: time.UnixMicro(int64(min(start.Since, math.MaxInt64)))}
	s.peer, err = peercred.OfPidfd(f.fds[0])
	if err != nil && !start.Again {
		return nil, false, fmt.Errorf("cannot tell whose session it is: %w", err)
	}
	if s.peer != nil {
		s.Identity = s.peer.Identity
	}
	return s, start.Again, nil
}

// begin puts a session on record and on the list.
func (d *Daemon) begin(s *session, again bool) error {
	if !again {
		if why, on := d.lock.locked(&s.Identity); on {
			return errors.New(why)
		}
	}
	if err := d.enters(s); err != nil {
		return err
	}
	s.line = newLineage(!again && randomized())
	if again {
		s.Gaps = d.sessions.files.of(s.Name, s.peer)
	}
	before, err := d.sessions.add(s, again)
	if err != nil {
		return err
	}
	if before != nil {
		close(before.next)
		if !again {
			d.sessionOver(before, 0, "another session has its name now, and the guard doesn't hold it any more")
		}
	}
	if again {
		return nil
	}
	r := sessionRecord(clawrden.EventSession, s)
	if r.Reason = s.Lacks; r.Reason != "" {
		r.Reason = "it is no boundary: " + r.Reason
	} else if len(s.Gaps) > 0 {
		r.Reason = "its layout lacks: " + strings.Join(s.Gaps, "; ")
	}
	if err := d.record(r); err != nil {
		d.sessions.remove(s)
		return fmt.Errorf("the audit log can't be written: %v", err)
	}
	if err := d.sessions.files.keep(s); err != nil {
		d.log.Warn("what a session lacks can't be kept over a restart", slog.String("session", s.Name), slog.Any("error", err))
	}
	d.live.publish(clawrden.Event{Type: clawrden.LiveSessions, Message: "session " + s.Name + " began"})
	return nil
}

func sessionRecord(event string, s *session) *clawrden.Record {
	r := &clawrden.Record{Event: event, Session: s.Name, Boundary: s.Boundary}
	if s.peer != nil {
		id := s.Identity
		r.Identity = &id
	}
	return r
}

// over takes a session off the list and puts its end on record.
func (d *Daemon) over(s *session, execs uint64, why string) {
	if d.sessions.remove(s) {
		d.sessions.files.drop(s.Name)
		d.sessionOver(s, execs, why)
	}
}

func (d *Daemon) sessionOver(s *session, execs uint64, why string) {
	d.flushTally(s.Name)
	r := sessionRecord(clawrden.EventOver, s)
	r.Execs, r.Reason = execs, why
	if r.DurationMS = time.Since(s.Since.Time).Milliseconds(); r.DurationMS < 0 {
		r.DurationMS = 0
	}
	_ = d.record(r)
	d.live.publish(clawrden.Event{Type: clawrden.LiveSessions, Message: "session " + s.Name + " ended"})
}

// unguarded waits with a session whose guard has gone without a word: nothing of it can be started until a guard is there that has
// been given its listener, and says so.
func (d *Daemon) unguarded(ctx context.Context, s *session) {
	if !d.sessions.setUnguarded(s) {
		return
	}
	d.log.WarnContext(ctx, "a session has lost its guard", slog.String("session", s.Name))
	const why = "the guard went away without a word of its end"
	if s.peer == nil {
		d.over(s, 0, why)
		return
	}
	gone, err := d.watch.Exited(s.peer.Pidfd)
	if err != nil {
		d.over(s, 0, why)
		return
	}
	alone := time.NewTimer(aloneTime)
	defer alone.Stop()
	if d.freeze(ctx, s) {
		alone.Stop()
	}
	for {
		select {
		case <-gone:
			d.over(s, 0, why)
			return
		case <-s.next:
			d.watch.Forget(s.peer.Pidfd)
			return
		case <-ctx.Done():
			d.watch.Forget(s.peer.Pidfd)
			return
		case <-alone.C:
			d.log.WarnContext(ctx, "a session is ended, since no guard has taken it up", slog.String("session", s.Name))
			d.endSession(ctx, s)
		}
	}
}

// aloneTime is how long a session may be without a guard. systemd starts the guard again at once, unless somebody stopped it: then
// nothing of the session can start anything any more, and it is ended.
const aloneTime = 20 * time.Second

// endSession kills all of a session.
func (d *Daemon) endSession(ctx context.Context, s *session) {
	ctx, cancel := context.WithTimeout(ctx, killTime)
	defer cancel()
	e := doomed{name: s.Name, line: s.line, root: proctree.Root{Pidfd: s.peer.Pidfd, PID: s.Identity.PID, Start: s.Identity.Start}}
	if unit := job.SessionUnit(s.Name); s.Identity.Unit == unit {
		if err := d.keep(ctx, placeUnit+":"+unit, Keeper.Kill); err != nil && !errors.Is(err, job.ErrGone) {
			d.log.ErrorContext(ctx, "cannot end a session's unit", slog.String("unit", unit), slog.Any("error", err))
		}
	}
	if err := e.end(); err != nil {
		d.log.ErrorContext(ctx, "cannot end a session", slog.String("session", s.Name), slog.Any("error", err))
	}
}

// Sessions gives those that run, by name.
func (d *Daemon) Sessions() []clawrden.Session {
	d.sessions.mu.Lock()
	defer d.sessions.mu.Unlock()
	out := make([]clawrden.Session, 0, len(d.sessions.known))
	for _, s := range d.sessions.known {
		out = append(out, s.Session)
	}
	slices.SortFunc(out, func(a, b clawrden.Session) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// add puts a session on the list, in the place of the one that had its name.
func (l *sessions) add(s *session, again bool) (before *session, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil {
		l.known = map[string]*session{}
	}
	before = l.known[s.Name]
	if before == nil && len(l.known) >= maxSessions {
		return nil, fmt.Errorf("%d sessions run already", maxSessions)
	}
	if !again && l.ofOne(&s.Identity) >= maxSessionsOfOne {
		return nil, fmt.Errorf("%d sessions of this user run already", maxSessionsOfOne)
	}
	l.known[s.Name] = s
	switch {
	case !again:
		s.Gaps = l.gaps[s.Name]
		delete(l.gaps, s.Name)
	case before != nil && s.peer != nil && before.Identity.PID == s.Identity.PID && before.Identity.Start == s.Identity.Start:
		s.line, s.still, s.Gaps, s.Lacks = before.line, before.still, before.Gaps, before.Lacks // the guard that tells of it isn't the one that began it
	}
	return before, nil
}

// ofOne counts the sessions of a user on the host, or in its container.
func (l *sessions) ofOne(id *clawrden.Identity) (n int) {
	for _, s := range l.known {
		if s.Identity.UID == id.UID && s.Identity.Container == id.Container {
			n++
		}
	}
	return n
}

// lineage is that of a session; nil where none of the name is known.
func (l *sessions) lineage(name string) *lineage {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.known[name]; s != nil {
		return s.line
	}
	return nil
}

// remove reports whether the session was still the one of its name.
func (l *sessions) remove(s *session) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known[s.Name] != s {
		return false
	}
	delete(l.known, s.Name)
	return true
}

// isOn reports whether a session is the one of its name.
func (l *sessions) isOn(s *session) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known[s.Name] == s
}

func (l *sessions) setUnguarded(s *session) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.Guarded = false
	return l.known[s.Name] == s
}

// begun reports whether a process is the first one of a session, from which all others descend.
func (l *sessions) begun(p pidStart) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.known {
		if s.peer != nil && s.Identity.PID == p.pid && s.Identity.Start == p.start {
			return true
		}
	}
	return false
}

func (s *session) close() {
	if s.peer != nil {
		s.peer.Close()
	}
}
