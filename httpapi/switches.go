package httpapi

import (
	"fmt"
	"net/http"

	"github.com/clawrden/clawrden"
)

// kill: POST /api/kill {reason} → {"status":"acknowledged","message":…}.
func (s *Server) kill(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	var body struct {
		Reason string `json:"reason"`
	}
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	if len(body.Reason) > maxComment {
		return fmt.Errorf("%w: the reason has more than %d bytes", clawrden.ErrBadRequest, maxComment)
	}
	message, err := s.control.Kill(r.Context(), by, body.Reason)
	if err != nil {
		return err
	}
	return writeJSON(w, done{Status: "acknowledged", Message: message})
}

// unlock: POST /api/unlock → {"status":"unlocked"}.
func (s *Server) unlock(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	if err := readJSON(w, r, &struct{}{}); err != nil {
		return err
	}
	if err := s.control.Unlock(r.Context(), by); err != nil {
		return err
	}
	return writeJSON(w, done{Status: "unlocked"})
}

// reload: POST /api/reload → {"status":"reloaded"}.
func (s *Server) reload(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	if err := readJSON(w, r, &struct{}{}); err != nil {
		return err
	}
	if err := s.control.Reload(r.Context(), by); err != nil {
		return err
	}
	return writeJSON(w, done{Status: "reloaded"})
}
