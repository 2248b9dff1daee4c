package web

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/clawrden/clawrden"
)

const (
	historyOnPage = 50
	historyLooks  = 5 // how often the API is asked, where most of an answer is for others, before the page comes with what there is so far
)

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

// history: GET /history shows what was decided, the newest first.
func (v *visit) history() error {
	asked := v.r.URL.Query()
	search := searchOf(asked)
	before, err := strconv.ParseUint(asked.Get("before"), 10, 64)
	if err != nil && asked.Get("before") != "" {
		return &ProblemError{Status: http.StatusBadRequest, Code: "bad_request", Title: "No such place in the log", Detail: "The address should hold the number of a record after \"before\"."}
	}
	entries, older, err := v.entries(search, before, historyOnPage)
	if err != nil {
		return err
	}
	body := past{Query: search.values(), Filtered: search != searching{}, Outcomes: outcomes}
	for i := range entries {
		body.Rows = append(body.Rows, newRow(&entries[i], roomInRow))
	}
	if older != 0 {
		q := search.values()
		q.Set("before", strconv.FormatUint(older, 10))
		body.Next = "/history?" + q.Encode()
	}
	refresh := 0
	if v.r.URL.RawQuery == "" {
		refresh = 30
	}
	return v.show("history", &page{Title: "History", Here: "history", Refresh: refresh, Body: body})
}

// entries looks through the history from a record downwards (0: from the newest) until it has found so many, or has looked for
// long enough. older is the record to go on from, 0 where there are none.
func (v *visit) entries(search searching, before uint64, most int) (found []clawrden.Entry, older uint64, err error) {
	q := search.question()
	q.Set("limit", strconv.Itoa(most))
	for range historyLooks {
		if before != 0 {
			q.Set("before", strconv.FormatUint(before, 10))
		}
		var list []clawrden.Entry
		header, err := v.call(http.MethodGet, "/api/history?"+q.Encode(), nil, &list)
		if err != nil {
			return nil, 0, err
		}
		for i := range list {
			before = list[i].Seq
			if found = append(found, list[i]); len(found) == most {
				if i == len(list)-1 && header.Get("Link") == "" {
					before = 0
				}
				return found, before, nil
			}
		}
		// Where a person is shown but a part, a list may be empty and yet others follow.
		next := nextOf(header)
		if next == 0 {
			return found, 0, nil
		}
		before = next
	}
	return found, before, nil
}

// nextOf is the record that the API's link to the rest goes on from; 0 where there is none.
func nextOf(header http.Header) uint64 {
	for _, link := range header.Values("Link") {
		if m := nextLink.FindStringSubmatch(link); m != nil {
			if u, err := url.Parse(m[1]); err == nil {
				n, _ := strconv.ParseUint(u.Query().Get("before"), 10, 64)
				return n
			}
		}
	}
	return 0
}
