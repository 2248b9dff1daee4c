package httpapi

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/clawrden/clawrden"
)

// sessions: GET /api/sessions → [clawrden.Session], by name.
func (s *Server) sessions(w http.ResponseWriter, _ *http.Request, by clawrden.Caller) error {
	sees, err := s.part(by)
	if err != nil {
		return err
	}
	list := slices.DeleteFunc(s.control.Sessions(), func(n clawrden.Session) bool { return sees != nil && !sees(&n.Identity, nil) })
	if list == nil {
		list = []clawrden.Session{}
	}
	return writeJSON(w, list)
}

// startSession: POST /api/sessions clawrden.SessionWish, with descriptors beside it → clawrden.SessionPlace.
func (s *Server) startSession(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	var wish clawrden.SessionWish
	err := readJSON(w, r, &wish)
	files := passed(r)
	defer func() {
		for _, f := range files {
			_ = f.Close()
		}
	}()
	if err != nil {
		return err
	}
	want := clawrden.SessionFiles
	if wish.SSHAgent != "" {
		want++
	}
	if len(files) != want {
		return fmt.Errorf("%w: %d descriptors came with it in place of %d; sessions are begun by clawrden run", clawrden.ErrBadRequest, len(files), want)
	}
	place, err := s.control.StartSession(r.Context(), by, wish, files)
	if err != nil {
		return err
	}
	return writeJSON(w, place)
}
