package httpapi

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/clawrden/clawrden"
)

// agents: GET /api/agents → [clawrden.Agent], by name.
func (s *Server) agents(w http.ResponseWriter, _ *http.Request, by clawrden.Caller) error {
	sees, err := s.part(by)
	if err != nil {
		return err
	}
	list := slices.DeleteFunc(s.control.Agents(), func(a clawrden.Agent) bool { return sees != nil && !sees(&clawrden.Identity{Agent: a.Name}, nil) })
	if list == nil {
		list = []clawrden.Agent{}
	}
	return writeJSON(w, list)
}

// addAgent: POST /api/agents {name, user or unit or container} → clawrden.Agent, with its socket and the line that starts it.
func (s *Server) addAgent(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	var wish clawrden.AgentWish
	if err := readJSON(w, r, &wish); err != nil {
		return err
	}
	if err := wish.Check(); err != nil {
		return fmt.Errorf("%w: %v", clawrden.ErrBadRequest, err)
	}
	a, err := s.control.AddAgent(r.Context(), by, wish)
	if err != nil {
		return err
	}
	return writeJSON(w, a)
}

// removeAgent: POST /api/agents/{name}/remove → {"status":"removed", "message": …}.
func (s *Server) removeAgent(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	name := r.PathValue("name")
	if err := clawrden.CheckAgentName(name); err != nil {
		return fmt.Errorf("%w: %v", clawrden.ErrNotFound, err)
	}
	message, err := s.control.RemoveAgent(r.Context(), by, name)
	if err != nil {
		return err
	}
	return writeJSON(w, done{Status: "removed", Message: message})
}
