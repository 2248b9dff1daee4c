package httpapi

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"github.com/clawrden/clawrden"
)

// peer is who is at the other end of a connection, as soon as that is known.
type peer struct {
	known    chan struct{} // closed when the rest is set
	identity clawrden.Identity
	err      error
	files    *fileConn // that descriptors come by; nil where none can
}

type peerKey struct{}

// withIdentity starts finding out who connected. It runs beside the accept loop: a name service that takes its time mustn't
// keep others from connecting. It starts at once and not with the first request, since a peer that has exited by then
// tells less.
func (s *Server) withIdentity(ctx context.Context, c net.Conn) context.Context {
	p := &peer{known: make(chan struct{})}
	p.files, _ = c.(*fileConn)
	go func() {
		defer close(p.known)
		defer func() {
			if v := recover(); v != nil {
				p.err = fmt.Errorf("panic: %v", v)
			}
		}()
		p.identity, p.err = s.identify(plain(c))
	}()
	return context.WithValue(ctx, peerKey{}, p)
}

// caller gives who asks. A connection whose other end can't be told has no rights at all.
func (s *Server) caller(r *http.Request) (clawrden.Caller, error) {
	if s.tcp != nil {
		return s.tcpCaller(r)
	}
	p, ok := r.Context().Value(peerKey{}).(*peer)
	if !ok {
		return clawrden.Caller{}, fmt.Errorf("%w: the connection has no identity", clawrden.ErrNotAuthorized)
	}
	select {
	case <-p.known:
	case <-r.Context().Done():
		return clawrden.Caller{}, r.Context().Err()
	}
	if p.err != nil {
		s.log.WarnContext(r.Context(), "cannot identify a caller", slog.Any("error", p.err), slog.String("door", s.door))
		return clawrden.Caller{}, fmt.Errorf("%w: cannot identify the caller", clawrden.ErrNotAuthorized)
	}
	person := r.Header.Get(ActForHeader)
	if len(person) > clawrden.MaxPerson {
		return clawrden.Caller{}, fmt.Errorf("%w: %s has more than %d characters", clawrden.ErrBadRequest, ActForHeader, clawrden.MaxPerson)
	}
	return clawrden.Caller{Identity: p.identity, Door: s.door, For: person}, nil
}

// ActForHeader is the header by which a bridge says for whom it asks: the person's id at the bridge's service. Who may say
// so is the daemon's to know.
const ActForHeader = "Clawrden-Act-For"

// part gives which part of what isn't a request a caller is shown, by whose it is; nil: all of it. A bridge has none.
func (s *Server) part(by clawrden.Caller) (func(*clawrden.Identity, []clawrden.RuleRef) bool, error) {
	sees := s.control.Sees(by)
	if sees != nil && !s.control.InTeam(by) {
		return nil, errOnlyRouted
	}
	return sees, nil
}

// errOnlyRouted refuses what a bridge has no part in.
var errOnlyRouted = fmt.Errorf("%w: a bridge is shown what is routed to it, and nothing else", clawrden.ErrNotAuthorized)
