package web

import (
	"net/http"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/reach"
)

const (
	earlierLook = 50 // similar ones of which the most similar are shown
	earlierMost = 8
)

// offer is one way to have an approval remembered, with what it would cover.
type offer struct {
	Wish  clawrden.GrantWish
	Value string // in the form
	Grant clawrden.Grant
}

// asked is the page of one ask that waits.
type asked struct {
	card
	Earlier []row
	Offers  []offer
	No      string // why it can't be remembered
	Typed   string // a comment that was typed before the page came back
}

// row is one line of the history.
type row struct {
	clawrden.Entry
	Cmd   command
	Depth int
}

func newRow(e *clawrden.Entry, room int) row {
	return row{Entry: *e, Cmd: shown(e.Command, e.Args, e.ArgsB64, e.ArgsCut, room)}
}

// request: GET /requests/{id} shows one command: the ask as long as it waits, then what became of it.
func (v *visit) request() error { return v.one(http.StatusOK, "", "") }

// one is the page of one request, with what couldn't be done with it.
func (v *visit) one(status int, problem, typed string) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	var p clawrden.Pending
	switch err := v.get("/api/queue/"+id, &p); {
	case is(err, "decided"), is(err, "not_found"):
		return v.decided(id, status, problem)
	case err != nil:
		return err
	}
	body := asked{card: v.card(&p, roomOnPage), Typed: typed}
	body.Alone = true
	if body.Earlier, err = v.earlier(&p); err != nil {
		return err
	}
	body.Offers, body.No = v.offers(&p)
	return v.showAs(status, "request", &page{Title: "Request " + p.ID, Here: "queue", Notice: v.notice(), Problem: problem, Body: body})
}

// decided is the page of a request that doesn't wait any more.
func (v *visit) decided(id string, status int, problem string) error {
	var story clawrden.Story
	if err := v.get("/api/history/"+id, &story); err != nil {
		return err
	}
	if story.Decided == nil { // a daemon of an earlier release
		story.Decided = &clawrden.Record{}
	}
	e := &story.Entry
	body := struct {
		row
		Story  *clawrden.Story
		Asked  command
		Output *output
	}{row: newRow(e, roomOnPage), Story: &story, Output: v.output(e)}
	if e.EditedBy != nil {
		body.Asked = shown(e.Command, e.AskedArgs, e.AskedB64, 0, roomOnPage)
	}
	return v.showAs(status, "entry", &page{Title: "Request " + e.ID, Here: "history", Notice: v.notice(), Problem: problem, Body: body})
}

// earlier finds how the same agent's same command was decided before, those with the same first word in front.
func (v *visit) earlier(p *clawrden.Pending) ([]row, error) {
	entries, _, err := v.entries(searching{Command: p.Command, Agent: clawrden.WhomOf(&p.Identity).String()}, 0, earlierLook)
	if err != nil {
		return nil, err
	}
	first := func(args []string) string {
		if len(args) == 0 {
			return ""
		}
		return args[0]
	}
	var same, other []row
	for i := range entries {
		e := &entries[i]
		if first(e.Args) == first(p.Args) {
			same = append(same, newRow(e, roomInRow))
		} else {
			other = append(other, newRow(e, roomInRow))
		}
	}
	same = append(same, other...)
	return same[:min(len(same), earlierMost)], nil
}

// offers asks what each way to remember an approval would cover, or why there is none.
func (v *visit) offers(p *clawrden.Pending) (can []offer, no string) {
	for _, w := range reach.Wishes(p) {
		o := offer{Wish: w, Value: string(w.Scope) + " " + w.For}
		err := v.post("/api/grants", map[string]any{"request": p.ID, "scope": w.Scope, "for": w.For, "preview": true}, &o.Grant)
		if err == nil {
			can = append(can, o)
		} else if no == "" {
			no = err.Error()
		}
	}
	if len(can) > 0 {
		no = ""
	}
	return can, no
}
