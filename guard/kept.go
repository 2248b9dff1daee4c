package guard

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/guardlink"
)

// Store keeps what a session needs of the guard while the guard is restarted: without its listener nothing of it could be started
// ever again. It is systemd's descriptor store.
type Store interface {
	// Keep returns once the descriptors are safe. It doesn't take them over.
	Keep(name string, listener, first int) error
	Drop(name string)
}

// Kept is what an earlier life of the guard has left of a session. Whoever makes one gives its descriptors away with it.
type Kept struct {
	Name     string // as Store was told
	Listener int
	First    int // pidfd of its first process; -1 where that is gone
}

// The name under which a session is kept says all that is to be known of it: when it began, whether it is a boundary, where its paths
// begin, what it is called. It is at most 134 bytes of what every store takes.
const (
	markWhole  = "w"
	markLesser = "l"
)

func keptName(s *Session) string {
	mark := markWhole
	if s.o.Lesser {
		mark = markLesser
	}
	p := &s.o.Place
	return fmt.Sprintf("%x.%s.%x-%x-%x.%s", s.since.UnixMicro(), mark, p.mounts, p.root.dev, p.root.ino, s.o.Name)
}

// parseKept reads such a name.
func parseKept(s string) (o Options, since time.Time, err error) {
	words := strings.SplitN(s, ".", 4)
	if len(words) != 4 || words[1] != markWhole && words[1] != markLesser || words[3] == "" || !guardlink.ValidName(words[3]) {
		return o, since, fmt.Errorf("%q is no session's", s)
	}
	n, err := strconv.ParseInt(words[0], 16, 64)
	numbers := strings.Split(words[2], "-")
	if err != nil || n <= 0 || len(numbers) != 3 {
		return o, since, fmt.Errorf("%q is no session's", s)
	}
	o = Options{Name: words[3], Lesser: words[1] == markLesser}
	for i, to := range []*uint64{&o.Place.mounts, &o.Place.root.dev, &o.Place.root.ino} {
		if *to, err = strconv.ParseUint(numbers[i], 16, 64); err != nil {
			return o, since, fmt.Errorf("%q is no session's", s)
		}
	}
	return o, time.UnixMicro(n), nil
}

// lackedBefore is said of a session that is no boundary and was begun before the guard was restarted.
const lackedBefore = "what its record says at its beginning"

// Resume goes on with sessions of an earlier life. What they exec'd meanwhile has waited. Wait waits for them, too.
func (s *Server) Resume(ctx context.Context, kept []Kept) {
	for _, k := range kept {
		o, since, err := parseKept(k.Name)
		var session *Session
		if err == nil {
			session, err = s.enter(o, k.Listener)
		}
		if err != nil {
			s.o.Log.ErrorContext(ctx, "cannot go on with a session", slog.Any("error", err))
			s.drop(k.Name)
			closeBoth(k.Listener, k.First)
			continue
		}
		session.since, session.kept = since, k.Name
		if o.Lesser {
			session.lacks = lackedBefore
		}
		s.wg.Go(func() {
			defer closeBoth(k.Listener, -1)
			defer s.leave(session)
			end := func(uint64) {}
			if s.o.Witness != nil && k.First >= 0 {
				end, err = s.o.Witness.Begin(ctx, &Begun{Session: o.Name, Lacks: session.lacks, Since: since, Pidfd: k.First, Again: true})
				if err != nil {
					s.o.Log.ErrorContext(ctx, "cannot tell the daemon of a session", slog.String("session", o.Name), slog.Any("error", err))
					end = func(uint64) {}
				}
			}
			closeBoth(k.First, -1)
			s.o.Log.InfoContext(ctx, "session goes on", slog.String("session", o.Name))
			s.guard(ctx, session, end)
		})
	}
}

func closeBoth(a, b int) {
	for _, fd := range []int{a, b} {
		if fd >= 0 {
			_ = unix.Close(fd)
		}
	}
}

// keep has the store take a session that begins.
func (s *Server) keep(session *Session, first int) error {
	if s.o.Store == nil {
		return nil
	}
	session.kept = keptName(session)
	if err := s.o.Store.Keep(session.kept, session.listener, first); err != nil {
		return fmt.Errorf("it can't be kept over a restart of the guard: %v", err)
	}
	return nil
}

func (s *Server) drop(name string) {
	if s.o.Store != nil && name != "" {
		s.o.Store.Drop(name)
	}
}

// guard judges a session's execs to its end, or the guard's.
func (s *Server) guard(ctx context.Context, session *Session, end func(uint64)) {
	session.Run(ctx)
	if ctx.Err() != nil {
		return // the session goes on; whoever has its listener then says so
	}
	s.drop(session.kept)
	end(session.Judged())
	s.o.Log.InfoContext(ctx, "session ended", slog.String("session", session.o.Name), slog.Uint64("execs", session.Judged()))
}
