package guard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/guardlink"
	"github.com/clawrden/clawrden/internal/peercred"
)

// ServerOptions are what sessions are taken with.
type ServerOptions struct {
	Judge   Judge
	Witness Witness // nil: nobody is told
	Log     *slog.Logger
	// Launcher is the digest of the launcher's file, hex SHA-256: it alone is believed about what it did to itself. "" where
	// that isn't known: then no session is a boundary.
	Launcher string
	Dev      bool // lesser sessions may be had too
	Holds    int
	Store    Store // nil: sessions end with the guard
}

// Server takes sessions from launchers and guards them.
type Server struct {
	o  ServerOptions
	wg sync.WaitGroup

	mu       sync.Mutex
	sessions map[string]*Session
	made     int            // of names
	arriving map[uint32]int // connections that haven't become a session yet, by user
}

// NewServer makes one.
func NewServer(o ServerOptions) *Server {
	return &Server{o: o, sessions: map[string]*Session{}}
}

// attachTime is how long a launcher has to say what it wants.
const attachTime = 5 * time.Second

// maxArriving is how many connections of one user may be on the way to a session: each has descriptors of the guard's.
const maxArriving = 256

// Serve takes sessions until the listener is closed; Wait waits for those that it has taken.
func (s *Server) Serve(ctx context.Context, l *net.UnixListener) error {
	for {
		conn, err := l.AcceptUnix()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			s.o.Log.WarnContext(ctx, "cannot accept", slog.Any("error", err))
			select {
			case <-time.After(50 * time.Millisecond):
				continue
			case <-ctx.Done():
				return nil
			}
		}
		s.wg.Go(func() { s.attach(ctx, conn) })
	}
}

// Wait returns when no session is guarded any more. They end with their processes, or with Serve's context.
func (s *Server) Wait() { s.wg.Wait() }

// attach takes one session, and guards it to its end.
func (s *Server) attach(ctx context.Context, conn *net.UnixConn) {
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(attachTime))
	session, p, err := s.take(conn)
	if err != nil {
		s.o.Log.WarnContext(ctx, "refused a session", slog.Any("error", err))
		_, _ = conn.Write(guardlink.AppendRefuse(nil, exitFailed, err.Error()))
		return
	}
	defer func() { _ = unix.Close(session.listener) }()
	defer s.leave(session)
	log := s.o.Log.With(slog.String("session", session.o.Name))
	session.since = time.Now()
	err = s.keep(session, p.Pidfd)
	var end func(uint64)
	if err == nil {
		end, err = s.begin(ctx, session, p)
	}
	p.Close()
	_ = conn.SetDeadline(time.Now().Add(attachTime))
	if err != nil {
		s.drop(session.kept)
		log.WarnContext(ctx, "refused a session", slog.Any("error", err))
		_, _ = conn.Write(guardlink.AppendRefuse(nil, exitFailed, err.Error()))
		return
	}
	log.InfoContext(ctx, "session started", slog.Int("pid", p.PID), slog.Uint64("uid", uint64(p.UID)), slog.Bool("boundary", !session.o.Lesser))
	_, _ = conn.Write(guardlink.AppendPlain(nil, guardlink.TypeRun)) // where it is gone, nothing of the agent ran, and the session is over
	_ = conn.Close()
	s.guard(ctx, session, end)
}

// begin tells the witness.
func (s *Server) begin(ctx context.Context, session *Session, p *peercred.Peer) (end func(uint64), err error) {
	if s.o.Witness == nil {
		return func(uint64) {}, nil
	}
	return s.o.Witness.Begin(ctx, &Begun{Session: session.o.Name, Lacks: session.lacks, Since: session.since, Pidfd: p.Pidfd})
}

// take reads the launcher's word and looks at the launcher.
func (s *Server) take(conn *net.UnixConn) (_ *Session, _ *peercred.Peer, err error) {
	p, err := peercred.Of(conn)
	if err != nil {
		return nil, nil, err
	}
	if !s.arrive(p.UID) {
		p.Close()
		return nil, nil, fmt.Errorf("%d sessions of this user begin at once; try again", maxArriving)
	}
	defer s.arrived(p.UID)
	a, listener, err := readAttach(conn)
	var where Place
	if err == nil {
		where, err = placeOf(p.Proc)
	}
	if err == nil {
		var lesser error
		if lesser, err = s.check(p); err == nil {
			if a.Lacks != "" {
				lesser = errors.Join(lesser, errors.New(a.Lacks))
			}
			if lesser != nil {
				s.o.Log.Warn("the session is no boundary", slog.Any("lacks", lesser))
			}
			var session *Session
			if session, err = s.enter(Options{Name: a.Session, Lesser: lesser != nil, Place: where}, listener); err == nil {
				if lesser != nil {
					session.lacks = lesser.Error()
				}
				return session, p, nil
			}
		}
	}
	p.Close()
	if listener >= 0 {
		_ = unix.Close(listener)
	}
	return nil, nil, err
}

// arrive notes a connection of a user, unless there are too many.
func (s *Server) arrive(uid uint32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.arriving[uid] >= maxArriving {
		return false
	}
	if s.arriving == nil {
		s.arriving = map[uint32]int{}
	}
	s.arriving[uid]++
	return true
}

func (s *Server) arrived(uid uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.arriving[uid]--; s.arriving[uid] == 0 {
		delete(s.arriving, uid)
	}
}

// readAttach receives the frame and the listener.
func readAttach(conn *net.UnixConn) (_ *guardlink.Attach, listener int, err error) {
	head, oob := make([]byte, guardlink.HeaderLen), make([]byte, unix.CmsgSpace(4)+unix.CmsgSpace(unix.SizeofUcred))
	n, oobn, flags, _, err := conn.ReadMsgUnix(head, oob)
	if err != nil {
		return nil, -1, err
	}
	listener = -1
	messages, err := unix.ParseSocketControlMessage(oob[:oobn])
	if err != nil {
		return nil, -1, err
	}
	for i := range messages {
		if fds, err := unix.ParseUnixRights(&messages[i]); err == nil && len(fds) == 1 { // there is room for one
			listener = fds[0]
		}
	}
	if listener < 0 || flags&unix.MSG_CTRUNC != 0 {
		return nil, listener, errors.New("no listener came with the session")
	}
	if _, err := io.ReadFull(conn, head[n:]); err != nil {
		return nil, listener, err
	}
	t, size, err := guardlink.ParseHeader(head)
	if err != nil || t != guardlink.TypeAttach {
		return nil, listener, errors.Join(err, guardlink.ErrContent)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(conn, body); err != nil {
		return nil, listener, err
	}
	a, err := guardlink.ParseAttach(body)
	return a, listener, err
}

// enter gives the session a name, where it has none, and its place on the list.
func (s *Server) enter(o Options, listener int) (*Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for o.Name == "" {
		s.made++
		if n := fmt.Sprintf("session-%d", s.made); s.sessions[n] == nil {
			o.Name = n
		}
	}
	if s.sessions[o.Name] != nil {
		return nil, fmt.Errorf("a session of the name %q runs already; choose another", o.Name)
	}
	o.Judge, o.Holds = s.o.Judge, s.o.Holds
	session, err := New(listener, o)
	if err != nil {
		return nil, err
	}
	s.sessions[o.Name] = session
	return session, nil
}

func (s *Server) leave(session *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, session.o.Name)
}
