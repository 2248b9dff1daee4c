package web

import (
	"net/http"

	"github.com/clawrden/clawrden"
)

// grants: GET /grants shows what approvals are remembered.
func (v *visit) grants() error {
	var list []clawrden.Grant
	if err := v.get("/api/grants", &list); err != nil {
		return err
	}
	return v.show("grants", &page{Title: "Grants", Here: "grants", Refresh: 30, Notice: v.notice(), Body: list})
}

// revoke: POST /grants/{id}/revoke ends one.
func (v *visit) revoke() error {
	id := v.r.PathValue("id")
	if !isID(id) {
		return &ProblemError{Status: http.StatusNotFound, Code: "not_found", Detail: "There is no grant of that name."}
	}
	if err := v.post("/api/grants/"+id+"/revoke", struct{}{}, nil); err != nil {
		return err
	}
	return v.back("/grants", "revoked", id)
}
