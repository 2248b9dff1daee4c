package httpapi

import (
	"net/http"
	"slices"

	"github.com/clawrden/clawrden"
)

// grants: GET /api/grants → [clawrden.Grant], oldest first.
func (s *Server) grants(w http.ResponseWriter, _ *http.Request, by clawrden.Caller) error {
	sees, err := s.part(by)
	if err != nil {
		return err
	}
	list := slices.DeleteFunc(s.control.Grants(), func(g clawrden.Grant) bool { return sees != nil && !sees(&clawrden.Identity{Agent: g.Agent}, nil) })
	if list == nil {
		list = []clawrden.Grant{}
	}
	return writeJSON(w, list)
}

// grantWish is what is to be remembered of which request.
type grantWish struct {
	clawrden.GrantWish
	Request string `json:"request"`
	Preview bool   `json:"preview,omitempty"`
}

// addGrant: POST /api/grants {request, scope, for, preview} → clawrden.Grant; with preview it isn't put in force.
func (s *Server) addGrant(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	var body grantWish
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	g, err := s.control.AddGrant(r.Context(), by, body.Request, body.GrantWish, body.Preview)
	if err != nil {
		return err
	}
	return writeJSON(w, g)
}

// revokeGrant: POST /api/grants/{id}/revoke → {"status":"revoked"}.
func (s *Server) revokeGrant(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	g, err := s.control.RevokeGrant(r.Context(), by, id)
	if err != nil {
		return err
	}
	return writeJSON(w, done{Status: "revoked", Message: g.Words})
}
