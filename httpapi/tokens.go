package httpapi

import (
	"fmt"
	"net/http"

	"github.com/clawrden/clawrden"
)

// madeToken is a new token with its secret, which is told this once.
type madeToken struct {
	clawrden.Token
	Secret string `json:"secret"`
}

// tokens: GET /api/tokens → [clawrden.Token], by name.
func (s *Server) tokens(w http.ResponseWriter, _ *http.Request, _ clawrden.Caller) error {
	list := s.control.Tokens()
	if list == nil {
		list = []clawrden.Token{}
	}
	return writeJSON(w, list)
}

// addToken: POST /api/tokens {name, scope, user, team, life} → clawrden.Token with its secret. A token makes no tokens: whoever
// has got hold of one would keep a way in after it was revoked.
func (s *Server) addToken(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	var wish clawrden.TokenWish
	if err := readJSON(w, r, &wish); err != nil {
		return err
	}
	if by.Token != nil {
		return fmt.Errorf("%w: a token makes no tokens; ask at the control socket", clawrden.ErrNotAuthorized)
	}
	if _, err := wish.Check(); err != nil {
		return fmt.Errorf("%w: %v", clawrden.ErrBadRequest, err)
	}
	t, secret, err := s.control.AddToken(r.Context(), by, wish)
	if err != nil {
		return err
	}
	return writeJSON(w, madeToken{t, secret})
}

// revokeToken: POST /api/tokens/{name}/revoke → {"status":"revoked"}.
func (s *Server) revokeToken(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	if _, err := s.control.RevokeToken(r.Context(), by, r.PathValue("name")); err != nil {
		return err
	}
	return writeJSON(w, done{Status: "revoked"})
}
