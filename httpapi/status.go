package httpapi

import (
	"net/http"

	"github.com/clawrden/clawrden"
)

// status: GET /api/status → clawrden.Status.
func (s *Server) status(w http.ResponseWriter, _ *http.Request, by clawrden.Caller) error {
	status := s.control.Status()
	if status.Sessions == nil || s.control.Sees(by) != nil {
		status.Sessions = []clawrden.Session{}
	}
	if s.control.Sees(by) != nil {
		status.Bridges = nil
	}
	return writeJSON(w, status)
}
