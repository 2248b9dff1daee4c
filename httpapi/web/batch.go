package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/clawrden/clawrden"
)

// maxBatch is how many asks may be decided together: more than a person reads at a time needs a rule, not a button.
const maxBatch = 50

// together is the page on which several asks are decided at once; it lists each in full.
type together struct {
	Cards []card
	Whole bool     // each command is shown whole
	Gone  []string // ids that don't wait any more
	Typed string
}

// batch: GET /batch?id=…&id=… or ?like=ID lists what would be decided.
func (v *visit) batch() error {
	q := v.r.URL.Query()
	ids := q["id"]
	if like := q.Get("like"); isID(like) {
		var err error
		if ids, err = v.like(like); err != nil {
			return err
		}
	}
	if len(ids) == 0 {
		return v.back("/", "unchanged", "")
	}
	return v.together(http.StatusOK, ids, "", "")
}

func (v *visit) together(status int, ids []string, problem, typed string) error {
	if len(ids) > maxBatch {
		return &ProblemError{Status: http.StatusBadRequest, Title: "Too many", Detail: "At most " + strconv.Itoa(maxBatch) + " requests can be decided together."}
	}
	body := together{Whole: true, Typed: typed}
	for i, id := range ids {
		if !isID(id) || slices.Contains(ids[:i], id) {
			continue
		}
		var p clawrden.Pending
		switch err := v.get("/api/queue/"+id, &p); {
		case is(err, "decided"), is(err, "not_found"):
			body.Gone = append(body.Gone, id)
			continue
		case err != nil:
			return err
		}
		c := v.card(&p, roomOnPage/8)
		body.Cards, body.Whole = append(body.Cards, c), body.Whole && c.Cmd.Whole()
	}
	return v.showAs(status, "batch", &page{Title: "Decide together", Here: "queue", Problem: problem, Body: body})
}

// like finds the asks that wait and are alike, the given one first.
func (v *visit) like(id string) ([]string, error) {
	var one clawrden.Pending
	if err := v.get("/api/queue/"+id, &one); err != nil {
		return nil, err
	}
	var list []clawrden.Pending
	if err := v.get("/api/queue?limit=1000", &list); err != nil {
		return nil, err
	}
	ids := []string{one.ID}
	one.Commands = nil
	for i := range list {
		if list[i].ID != one.ID && kind(&list[i]) == kind(&one) && len(ids) < maxBatch {
			ids = append(ids, list[i].ID)
		}
	}
	return ids, nil
}

// decideBatch: POST /batch {pick: "ID REVISION DIGEST"…, comment, sure, verb} decides each of what was shown, and tells of those
// that it couldn't.
func (v *visit) decideBatch() error {
	form, err := v.form()
	if err != nil {
		return err
	}
	verb := form.Get("verb")
	picks := form["pick"]
	if len(picks) == 0 || len(picks) > maxBatch || verb != "approve" && verb != "deny" {
		return &ProblemError{Status: http.StatusBadRequest, Title: "Nothing decided", Detail: "The form doesn't say what to decide, and how."}
	}
	var left, why []string
	for _, pick := range picks {
		words := strings.Fields(pick)
		if len(words) != 3 || !isID(words[0]) {
			return &ProblemError{Status: http.StatusBadRequest, Title: "Nothing decided", Detail: "The form doesn't say what was shown."}
		}
		form.Set("revision", words[1])
		form.Set("digest", words[2])
		a, problem := answerOf(form, verb)
		if problem == "" {
			err := v.post("/api/queue/"+words[0]+"/"+verb, a, nil)
			if p, ok := errors.AsType[*ProblemError](err); ok {
				problem = words[0] + ": " + p.Detail + "."
			} else if err != nil {
				return err
			}
		}
		if problem != "" {
			left = append(left, words[0])
			if !slices.Contains(why, problem) {
				why = append(why, problem)
			}
		}
	}
	if len(left) == 0 {
		return v.back("/", "batch", "")
	}
	return v.together(http.StatusConflict, left, plural(len(left), "request was", "requests were")+" not decided. "+strings.Join(why, " "), form.Get("comment"))
}
