package httpapi

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/clawrden/clawrden"
)

const (
	maxPolicy      = 1 << 20 // bytes of the files of a policy that is checked: many times the default policy's
	maxPolicyFiles = 256
)

// policy: GET /api/policy → clawrden.PolicySource.
func (s *Server) policy(w http.ResponseWriter, _ *http.Request, by clawrden.Caller) error {
	if _, err := s.part(by); err != nil {
		return err
	}
	return writeJSON(w, s.control.Policy())
}

// explain: POST /api/policy/explain {argv, cwd, user, agent} → as `clawrden policy explain -o json`. Nothing runs.
func (s *Server) explain(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	if _, err := s.part(by); err != nil {
		return err
	}
	var wish clawrden.ExplainWish
	if err := readJSON(w, r, &wish); err != nil {
		return err
	}
	text, err := s.control.Explained(r.Context(), by, wish)
	if err != nil {
		return err
	}
	return writeJSON(w, text)
}

// policyFiles are the files of a policy that is to be checked, by their names.
type policyFiles struct {
	Files map[string]string `json:"files"`
}

// checkPolicy: POST /api/policy/check {files: {NAME: TEXT}} → clawrden.PolicyCheck. Nothing is put in force.
func (s *Server) checkPolicy(w http.ResponseWriter, r *http.Request, _ clawrden.Caller) error {
	var body policyFiles
	if err := readUpTo(w, r, &body, maxPolicy); err != nil {
		return err
	}
	if err := checkFiles(body.Files); err != nil {
		return err
	}
	files := make(map[string][]byte, len(body.Files))
	for name, text := range body.Files {
		files[name] = []byte(text)
	}
	check, err := s.control.CheckPolicy(files)
	if err != nil {
		return err
	}
	return writeJSON(w, check)
}

func checkFiles(files map[string]string) error {
	if len(files) == 0 || len(files) > maxPolicyFiles {
		return fmt.Errorf("%w: a policy has 1 to %d files", clawrden.ErrBadRequest, maxPolicyFiles)
	}
	for name := range files {
		if name == "" || len(name) > 255 || name[0] == '.' || strings.ContainsAny(name, "/\x00") || !strings.HasSuffix(name, ".hcl") && !strings.HasSuffix(name, ".hcl.json") {
			return fmt.Errorf("%w: %q can't be the name of a file of the policy: NAME.hcl or NAME.hcl.json, without a directory", clawrden.ErrBadRequest, clawrden.Text(name))
		}
	}
	return nil
}

// profiles: GET /api/profiles → [clawrden.ProfileInfo], by name.
func (s *Server) profiles(w http.ResponseWriter, _ *http.Request, by clawrden.Caller) error {
	if _, err := s.part(by); err != nil {
		return err
	}
	list := s.control.Profiles()
	if list == nil {
		list = []clawrden.ProfileInfo{}
	}
	return writeJSON(w, list)
}

// profile: GET /api/profiles/{name} → clawrden.Profile.
func (s *Server) profile(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	if _, err := s.part(by); err != nil {
		return err
	}
	p, err := s.control.Profile(r.PathValue("name"))
	if err != nil {
		return err
	}
	return writeJSON(w, p)
}

// executions: GET /api/executions → [clawrden.Execution], oldest first.
func (s *Server) executions(w http.ResponseWriter, _ *http.Request, by clawrden.Caller) error {
	sees := s.control.Sees(by)
	out := []clawrden.Execution{}
	for _, e := range s.control.Executions() {
		if sees == nil || sees(&e.Identity, e.Rules) {
			out = append(out, e)
		}
	}
	return writeJSON(w, out)
}
