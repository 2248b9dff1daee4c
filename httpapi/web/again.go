package web

import (
	"encoding/json"

	"github.com/clawrden/clawrden"
)

// again is the page of a command of the past that is judged by today's policy.
type again struct {
	clawrden.Rejudged
	Answer explained
	Parts  []explainedRow
}

// again: GET /requests/{id}/explain shows what the policy in force says of it, beside what was said then.
func (v *visit) again() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	var body again
	if err := v.get("/api/history/"+id+"/explain", &body.Rejudged); err != nil {
		return err
	}
	if err := json.Unmarshal(body.Explanation, &body.Answer); err != nil {
		return err
	}
	body.Parts = body.Answer.rows()
	return v.show("again", &page{Title: "Request " + body.ID + " today", Here: "history", Body: body})
}
