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

// testBridge: POST /api/bridges/{name}/test → clawrden.BridgeTest, whose id comes back in the bridge's report.
func (s *Server) testBridge(w http.ResponseWriter, r *http.Request, _ clawrden.Caller) error {
	t, err := s.control.TestBridge(r.PathValue("name"))
	if err != nil {
		return err
	}
	return writeJSON(w, t)
}
