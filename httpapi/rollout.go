package httpapi

import (
	"context"
	"fmt"
	"net/http"

	"github.com/clawrden/clawrden"
)

// stage: GET /api/policy/stage → clawrden.Stage.
func (s *Server) stage(w http.ResponseWriter, _ *http.Request, by clawrden.Caller) error {
	if _, err := s.part(by); err != nil {
		return err
	}
	stage, err := s.control.Stage()
	if err != nil {
		return err
	}
	return writeJSON(w, stage)
}

// stagePolicy: POST /api/policy/stage {files: {NAME: TEXT}, for: SPAN} → clawrden.Stage.
func (s *Server) stagePolicy(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	var wish clawrden.StageWish
	if err := readUpTo(w, r, &wish, maxPolicy); err != nil {
		return err
	}
	if err := checkFiles(wish.Files); err != nil {
		return err
	}
	stage, err := s.control.StagePolicy(r.Context(), by, wish)
	if err != nil {
		return err
	}
	return writeJSON(w, stage)
}

// endStage: POST /api/policy/stage/end → clawrden.Stage.
func (s *Server) endStage(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	if err := readJSON(w, r, &struct{}{}); err != nil {
		return err
	}
	stage, err := s.control.EndStage(r.Context(), by)
	if err != nil {
		return err
	}
	return writeJSON(w, stage)
}

// promote: POST /api/policy/promote {digest, looser} → clawrden.PolicyVersion.
func (s *Server) promote(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	return s.order(w, r, by, s.control.Promote)
}

// rollback: POST /api/policy/rollback {id, looser} → clawrden.PolicyVersion.
func (s *Server) rollback(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	return s.order(w, r, by, s.control.Rollback)
}

func (s *Server) order(w http.ResponseWriter, r *http.Request, by clawrden.Caller, do func(context.Context, clawrden.Caller, clawrden.PolicyOrder) (clawrden.PolicyVersion, error)) error {
	var o clawrden.PolicyOrder
	if err := readJSON(w, r, &o); err != nil {
		return err
	}
	if len(o.Digest) > 128 || len(o.ID) > 16 {
		return fmt.Errorf("%w: digest and id are those of a candidate or a version", clawrden.ErrBadRequest)
	}
	v, err := do(r.Context(), by, o)
	if err != nil {
		return err
	}
	return writeJSON(w, v)
}

// policyVersions: GET /api/policy/versions → [clawrden.PolicyVersion], the newest first.
func (s *Server) policyVersions(w http.ResponseWriter, _ *http.Request, by clawrden.Caller) error {
	if _, err := s.part(by); err != nil {
		return err
	}
	list, err := s.control.PolicyVersions()
	if err != nil {
		return err
	}
	return writeJSON(w, list)
}

// policyVersion: GET /api/policy/versions/{id} → clawrden.PolicyVersion with its files.
func (s *Server) policyVersion(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	if _, err := s.part(by); err != nil {
		return err
	}
	v, err := s.control.PolicyVersion(r.PathValue("id"))
	if err != nil {
		return err
	}
	return writeJSON(w, v)
}
