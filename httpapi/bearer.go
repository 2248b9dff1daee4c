package httpapi

import (
	"log/slog"
	"net/http"
	"strings"

	"github.com/clawrden/clawrden"
)

// maxSecret is how many bytes of a secret are looked at: several times what one has.
const maxSecret = 256

// bearer gives the token that a request carries. One that is too long is as good as a wrong one.
func bearer(r *http.Request) (secret string, ok bool) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return "", false
	}
	scheme, secret, _ := strings.Cut(header, " ")
	secret = strings.TrimSpace(secret)
	if !strings.EqualFold(scheme, "Bearer") || len(secret) > maxSecret {
		return "", true
	}
	return secret, true
}

// byToken gives who asks with a token. After some that are wrong no more are looked at for a while, from the same place.
func (s *Server) byToken(r *http.Request, peers *tcpPeers, secret string) (clawrden.Caller, error) {
	if !s.wrongTokens.may(peers.who()) {
		return clawrden.Caller{}, errTooMany
	}
	t, ok := s.tcp.Access.Token(secret)
	if !ok {
		s.wrongTokens.count(peers.who())
		s.log.WarnContext(r.Context(), "a wrong token was refused", slog.String("from", peers.who()))
		return clawrden.Caller{}, errBadToken
	}
	by, err := s.as(peers, t.UID)
	by.Token = &t
	return by, err
}
