package httpapi

import (
	"net/http"

	"github.com/clawrden/clawrden"
)

// report: POST /api/bridge clawrden.BridgeReport → {"status":"noted"}.
func (s *Server) report(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	var report clawrden.BridgeReport
	if err := readJSON(w, r, &report); err != nil {
		return err
	}
	if err := s.control.ReportBridge(by, report); err != nil {
		return err
	}
	return writeJSON(w, done{Status: "noted"})
}

// reportDesktop: POST /api/desktop clawrden.BridgeReport → {"status":"noted"}.
func (s *Server) reportDesktop(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	var report clawrden.BridgeReport
	if err := readJSON(w, r, &report); err != nil {
		return err
	}
	s.control.ReportDesktop(by, report)
	return writeJSON(w, done{Status: "noted"})
}

// bridge: GET /api/bridges/{name} → clawrden.BridgeState.
func (s *Server) bridge(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	state, err := s.control.Bridge(by, r.PathValue("name"))
	if err != nil {
		return err
	}
	return writeJSON(w, state)
}

// testBridge: POST /api/bridges/{name}/test → clawrden.BridgeTest, whose id comes back in the bridge's report.
func (s *Server) testBridge(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	t, err := s.control.TestBridge(by, r.PathValue("name"))
	if err != nil {
		return err
	}
	return writeJSON(w, t)
}
