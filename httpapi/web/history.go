package web

import (
	"net/url"
	"strconv"

	"github.com/clawrden/clawrden"
)

const historyOnPage = 50

// past is the page of what was decided.
type past struct {
	Rows     []row
	Query    url.Values // what the person looks for
	Next     string     // address of older entries; "" where there are none
	Filtered bool
	Outcomes []clawrden.Outcome
}

// outcomes are those that the page can look for.
var outcomes = []clawrden.Outcome{
	clawrden.OutcomeAllow, clawrden.OutcomeDeny, clawrden.OutcomeApproved, clawrden.OutcomeDenied, clawrden.OutcomeExpired, clawrden.OutcomeCancelled,
}

// searched are the words of an address that narrow the history, as the API names them.
var searched = []string{"q", "decision", "command", "agent", "session"}

// history: GET /history shows what was decided, the newest first.
func (v *visit) history() error {
	body := past{Query: url.Values{}, Outcomes: outcomes}
	for _, name := range searched {
		if value := v.r.URL.Query().Get(name); value != "" {
			body.Query.Set(name, value)
		}
	}
	body.Filtered = len(body.Query) > 0
	q := url.Values{}
	for name, value := range body.Query {
		q[name] = value
	}
	if before := v.r.URL.Query().Get("before"); before != "" {
		q.Set("before", before)
	}
	entries, older, err := v.entries(q, historyOnPage)
	if err != nil {
		return err
	}
	for i := range entries {
		body.Rows = append(body.Rows, newRow(&entries[i], roomInRow))
	}
	if older != "" {
		q.Set("before", older)
		body.Next = "/history?" + q.Encode()
	}
	refresh := 0
	if v.r.URL.RawQuery == "" {
		refresh = 30
	}
	return v.show("history", &page{Title: "History", Here: "history", Refresh: refresh, Body: body})
}

// entries asks for part of the history; older is what to ask for the rest with, "" where there is none.
func (v *visit) entries(q url.Values, most int) (list []clawrden.Entry, older string, err error) {
	q.Set("limit", strconv.Itoa(most))
	header, err := v.call("GET", "/api/history?"+q.Encode(), nil, &list)
	if err == nil && header.Get("Link") != "" && len(list) > 0 {
		older = strconv.FormatUint(list[len(list)-1].Seq, 10)
	}
	return list, older, err
}
