package httpapi

import (
	"fmt"
	"net/http"

	"github.com/clawrden/clawrden"
)

// kill: POST /api/kill {reason, agent} → {"status":"acknowledged","message":…} and what was killed, paused, cancelled.
func (s *Server) kill(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	var o clawrden.KillOrder
	if err := readJSON(w, r, &o); err != nil {
		return err
	}
	if len(o.Reason) > maxComment {
		return fmt.Errorf("%w: the reason has more than %d bytes", clawrden.ErrBadRequest, maxComment)
	}
	result, err := s.control.Kill(r.Context(), by, o)
	if err != nil {
		return err
	}
	return writeJSON(w, killed{"acknowledged", result})
}

// killed is what the kill switch answers.
type killed struct {
	Status string `json:"status"`
	clawrden.KillResult
}

// unlockWish says for whom the kill switch is to be off.
type unlockWish struct {
	Agent string `json:"agent,omitempty"` // "" for everybody
}

// unlock: POST /api/unlock {agent} → {"status":"unlocked","message":…}.
func (s *Server) unlock(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	var body unlockWish
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	message, err := s.control.Unlock(r.Context(), by, body.Agent)
	if err != nil {
		return err
	}
	return writeJSON(w, done{Status: "unlocked", Message: message})
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
