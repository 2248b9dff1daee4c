package httpapi

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
)

// TCP makes a Server the door for browsers and for other machines. On a port of this host anybody can knock, so that a
// connection alone gives no right: a browser has the cookie of a login, a program a bearer token. What holds a connection on
// this host is looked at all the same.
type TCP struct {
	Access Access
	// Peers finds who holds the other end of a connection, by the kernel's word: none where that is another machine. An error
	// refuses every request on it.
	Peers func(net.Conn) ([]clawrden.Identity, error)
	// Account gives the user of a login or a token: uid, gid, groups.
	Account func(uid uint32) (clawrden.Identity, error)
	// TurnedAway says why a process of this host may not come in as a user, or nil.
	TurnedAway func(peer *clawrden.Identity, as uint32) error
	// LoggedIn is told of each login before its cookie is given out; an error refuses it.
	LoggedIn func(by clawrden.Caller) error
	// Hosts are the names beside those of the loopback that a request may name in its Host header.
	Hosts []string
}

// Access keeps logins and tokens.
type Access interface {
	// Host is the random name of the host that cookies belong to.
	Host() string
	// Redeem turns the code of a link into a cookie, for the user that it was made for.
	Redeem(code string, uid uint32) (cookie string, expires time.Time, err error)
	Session(cookie string) (uid uint32, ok bool)
	Logout(cookie string) error
	Token(secret string) (clawrden.Token, bool)
}

// front is what every request over TCP has to pass before anything else looks at it.
func (s *Server) front(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin") // another site would learn the host's random name
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	if err := s.checkHost(r.Host); err != nil {
		return err
	}
	if err := s.crossOrigin.Check(r); err != nil {
		return fmt.Errorf("%w: the request comes from a page of another site", clawrden.ErrNotAuthorized)
	}
	return nil
}

// checkHost refuses a name that isn't this door's: a page of another site can have its own name lead here (DNS rebinding), and
// then counts as this door's own page.
func (s *Server) checkHost(host string) error {
	name := hostName(host)
	addr, err := netip.ParseAddr(name)
	switch {
	case name == s.tcp.Access.Host(), name == "localhost", err == nil && addr.IsLoopback():
		return nil
	case slices.ContainsFunc(s.tcp.Hosts, func(h string) bool { return strings.EqualFold(h, name) }):
		return nil
	}
	return errHost
}

// hostName is a Host header without its port.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// tcpPeers are who holds the other end of a connection.
type tcpPeers struct {
	known   chan struct{} // closed when the rest is set
	holders []clawrden.Identity
	remote  string // the other machine's address
	err     error
}

type tcpPeersKey struct{}

// withPeers starts finding out who connected, as withIdentity does.
func (s *Server) withPeers(ctx context.Context, c net.Conn) context.Context {
	p := &tcpPeers{known: make(chan struct{})}
	conn := c
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if conn != nil && !s.conns.enter(conn) {
		_ = conn.Close()
	}
	go func() {
		defer close(p.known)
		defer func() {
			if v := recover(); v != nil {
				p.err = fmt.Errorf("panic: %v", v)
			}
		}()
		if p.holders, p.err = s.tcp.Peers(c); p.err == nil && len(p.holders) == 0 {
			p.remote, _, p.err = net.SplitHostPort(c.RemoteAddr().String())
		}
		if p.err == nil && conn != nil && !s.conns.from(conn, p.who()) {
			p.err = errConns
			_ = conn.Close()
		}
	}()
	return context.WithValue(ctx, tcpPeersKey{}, p)
}

// peersOf waits until it is known who connected.
func (s *Server) peersOf(r *http.Request) (*tcpPeers, error) {
	p, ok := r.Context().Value(tcpPeersKey{}).(*tcpPeers)
	if !ok {
		return nil, fmt.Errorf("%w: the connection has no peer", clawrden.ErrNotAuthorized)
	}
	select {
	case <-p.known:
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	if p.err != nil {
		s.log.WarnContext(r.Context(), "cannot tell who holds a TCP connection", slog.Any("error", p.err))
		return nil, fmt.Errorf("%w: cannot tell which process holds the connection", clawrden.ErrNotAuthorized)
	}
	return p, nil
}

// who names a peer for the limits on attempts: one user of this host can't use up those of another.
func (p *tcpPeers) who() string {
	if len(p.holders) == 0 {
		return p.remote
	}
	return fmt.Sprintf("uid %d", p.holders[0].UID)
}

// tcpCaller gives who asks over TCP: by a token, else by the cookie of a login.
func (s *Server) tcpCaller(r *http.Request) (clawrden.Caller, error) {
	peers, err := s.peersOf(r)
	if err != nil {
		return clawrden.Caller{}, err
	}
	if secret, ok := bearer(r); ok {
		return s.byToken(r, peers, secret)
	}
	cookie := s.cookie(r)
	if cookie == "" {
		return clawrden.Caller{}, errNoCookie
	}
	uid, ok := s.tcp.Access.Session(cookie)
	if !ok || !peers.are(uid) {
		return clawrden.Caller{}, errOldCookie
	}
	return s.as(peers, uid)
}

// are reports whether all holders of a connection are a user's.
func (p *tcpPeers) are(uid uint32) bool {
	return len(p.holders) > 0 && !slices.ContainsFunc(p.holders, func(h clawrden.Identity) bool { return h.UID != uid })
}

// as gives a caller that is a user: where it stands is the word of the kernel about the process that holds the connection, what
// groups it has that of the host's user database too.
func (s *Server) as(peers *tcpPeers, uid uint32) (clawrden.Caller, error) {
	account, err := s.tcp.Account(uid)
	if err != nil {
		return clawrden.Caller{}, fmt.Errorf("%w: the host has no user %d any more", clawrden.ErrNotAuthorized, uid)
	}
	by := clawrden.Caller{Door: s.door, Identity: clawrden.Identity{HostNS: true}}
	for i := range peers.holders {
		if err := s.tcp.TurnedAway(&peers.holders[i], uid); err != nil {
			return clawrden.Caller{}, err
		}
	}
	if len(peers.holders) > 0 {
		by.Identity = peers.holders[0]
	}
	if by.Identity.UID == uid {
		account.Groups = append(account.Groups, by.Identity.Groups...)
	}
	by.Identity.UID, by.Identity.GID, by.Identity.User, by.Identity.Groups = uid, account.GID, account.User, account.Groups
	return by, nil
}
