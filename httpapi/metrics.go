package httpapi

import (
	"net/http"

	"github.com/clawrden/clawrden"
)

// counts: GET /metrics → Prometheus's text or protocol buffers.
func (s *Server) counts(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	switch {
	case s.metrics == nil:
		return errNoSuchPath
	case s.control.Sees(by) != nil:
		return errOnlyRouted
	}
	s.metrics.ServeHTTP(w, r)
	return nil
}
