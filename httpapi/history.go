package httpapi

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/clawrden/clawrden"
)

const (
	defaultHistory = 100  // entries of one answer
	maxHistory     = 1000 // a larger limit is cut to this
)

// filterNames are the words of an address that narrow the history.
var filterNames = []string{"since", "until", "agent", "session", "tool", "verdict", "rule", "approver", "exit", "text"}

// history: GET /api/history?limit=100&before=SEQ → [clawrden.Entry], newest first, narrowed by filterNames. If there are older
// entries, the Link header's rel="next" leads to them.
func (s *Server) history(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	filter, err := readFilter(r.URL.Query())
	if err != nil {
		return err
	}
	entries, more, err := s.control.History(filter)
	if err != nil {
		return err
	}
	sees := s.control.Sees(by)
	out, room := make([]clawrden.Entry, 0, len(entries)), newBudget()
	for _, e := range entries {
		if sees != nil && !sees(&e.Identity, e.Rules) {
			continue
		}
		var cut int
		e.Args, e.ArgsB64, cut = room.fit(e.Args, e.ArgsB64)
		e.ArgsCut += cut
		out = append(out, wholeEntry(e))
	}
	if more && len(entries) > 0 {
		next := url.Values{
			"before": {strconv.FormatUint(entries[len(entries)-1].Seq, 10)},
			"limit":  {strconv.Itoa(filter.Limit)},
		}
		for _, name := range filterNames {
			if v := r.URL.Query().Get(name); v != "" {
				next.Set(name, v)
			}
		}
		w.Header().Set("Link", fmt.Sprintf("</api/history?%s>; rel=%q", next.Encode(), "next"))
	}
	return writeJSON(w, out)
}

// entry: GET /api/history/{id} → clawrden.Story.
func (s *Server) entry(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	story, err := s.control.Story(id)
	if err != nil {
		return err
	}
	if sees := s.control.Sees(by); sees != nil && !sees(&story.Identity, story.Rules) {
		return fmt.Errorf("%w: %s", clawrden.ErrNotFound, id)
	}
	story.Entry = wholeEntry(story.Entry)
	return writeJSON(w, story)
}

// rejudge: GET /api/history/{id}/explain → clawrden.Rejudged. Nothing runs.
func (s *Server) rejudge(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	id, err := s.seen(r, by)
	if err != nil {
		return err
	}
	if _, err := s.part(by); err != nil {
		return err
	}
	again, err := s.control.Rejudge(id)
	if err != nil {
		return err
	}
	return writeJSON(w, again)
}

// seen is the whole id of the command of the past that a path names, if the caller is shown it.
func (s *Server) seen(r *http.Request, by clawrden.Caller) (string, error) {
	id, err := pathID(r)
	if err != nil {
		return "", err
	}
	e, err := s.control.Entry(id)
	if err != nil {
		return "", err
	}
	if sees := s.control.Sees(by); sees != nil && !sees(&e.Identity, e.Rules) {
		return "", fmt.Errorf("%w: %s", clawrden.ErrNotFound, id)
	}
	return e.ID, nil
}

func readFilter(q url.Values) (f clawrden.HistoryFilter, err error) {
	f.Limit = defaultHistory
	if v := q.Get("limit"); v != "" {
		if f.Limit, err = strconv.Atoi(v); err != nil || f.Limit < 1 {
			return f, fmt.Errorf("%w: limit is a number from 1 to %d", clawrden.ErrBadRequest, maxHistory)
		}
		f.Limit = min(f.Limit, maxHistory)
	}
	if v := q.Get("before"); v != "" {
		if f.Before, err = strconv.ParseUint(v, 10, 64); err != nil {
			return f, fmt.Errorf("%w: before is the seq of an entry", clawrden.ErrBadRequest)
		}
	}
	for name, at := range map[string]*time.Time{"since": &f.Since, "until": &f.Until} {
		if v := q.Get(name); v != "" {
			if *at, err = time.Parse(time.RFC3339, v); err != nil {
				return f, fmt.Errorf("%w: %s is a time such as 2026-01-31T08:00:00Z", clawrden.ErrBadRequest, name)
			}
		}
	}
	f.Agent, f.Session, f.Tool, f.Verdict = q.Get("agent"), q.Get("session"), q.Get("tool"), q.Get("verdict")
	f.Rule, f.Approver, f.Exit, f.Text = q.Get("rule"), q.Get("approver"), q.Get("exit"), q.Get("text")
	return f, f.Check()
}

// wholeEntry writes empty lists as [], not as null.
func wholeEntry(e clawrden.Entry) clawrden.Entry {
	if e.Args == nil {
		e.Args = []string{}
	}
	if e.Rules == nil {
		e.Rules = []clawrden.RuleRef{}
	}
	return e
}
