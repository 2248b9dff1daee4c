package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/clawrden/clawrden"
)

// queue: GET /api/queue?limit=100&after=ID → [clawrden.Pending], oldest first; all of them without a limit. If there are more,
// the Link header's rel="next" leads to them.
func (s *Server) queue(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	waiting, next, err := s.page(r.URL.Query())
	if err != nil {
		return err
	}
	if next != "" {
		w.Header().Set("Link", fmt.Sprintf("<%s>; rel=%q", next, "next"))
	}
	if sees := s.control.Sees(by); sees != nil {
		waiting = slices.DeleteFunc(waiting, func(p clawrden.Pending) bool { return !sees(&p.Identity, p.Rules) })
	}
	out, room := make([]clawrden.Pending, len(waiting)), newBudget()
	for i, p := range waiting {
		var cut int
		p.Args, p.ArgsB64, cut = room.fit(p.Args, p.ArgsB64)
		p.ArgsCut += cut
		out[i] = wholePending(p)
	}
	return writeJSON(w, out)
}

// page gives what a query asks for of the queue, and where the rest is.
func (s *Server) page(q url.Values) (waiting []clawrden.Pending, next string, err error) {
	text, after := q.Get("limit"), q.Get("after")
	if text == "" && after == "" {
		return s.control.Queue(), "", nil
	}
	limit := defaultHistory
	if text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 {
			return nil, "", fmt.Errorf("%w: limit is a number from 1 to %d", clawrden.ErrBadRequest, maxHistory)
		}
	}
	waiting, more, err := s.control.QueuePage(after, min(limit, maxHistory))
	if err == nil && more && len(waiting) > 0 {
		next = "/api/queue?" + url.Values{"after": {waiting[len(waiting)-1].ID}, "limit": {strconv.Itoa(min(limit, maxHistory))}}.Encode()
	}
	return waiting, next, err
}

// pending: GET /api/queue/{id} → clawrden.Pending.
func (s *Server) pending(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	p, err := s.control.Pending(id)
	if err != nil {
		return err
	}
	if sees := s.control.Sees(by); sees != nil && !sees(&p.Identity, p.Rules) {
		return fmt.Errorf("%w: %s", clawrden.ErrNotFound, id)
	}
	p.Barred = s.barred(r.Context(), by, p.ID)
	return writeJSON(w, wholePending(p))
}

// barred says why a caller may not decide an ask, so that nobody need be offered what would be refused; "" where it may.
func (s *Server) barred(ctx context.Context, by clawrden.Caller, id string) string {
	err := s.authorizer.Authorize(ctx, by, clawrden.RightDecide)
	if err == nil {
		err = s.control.MayDecide(by, id)
	}
	if errors.Is(err, clawrden.ErrNotAuthorized) {
		return err.Error()
	}
	return ""
}

// answer is the body of approve and deny; reason is another word for comment.
type answer struct {
	clawrden.Answer
	Reason string `json:"reason,omitempty"`
}

// done is what a decision or a switch answers.
type done struct {
	Status  string `json:"status"`
	Message string `json:"message,omitempty"`
}

// approve: POST /api/queue/{id}/approve {comment, revision, digest, args} → {"status":"approved"}, or "pending" with a message
// where more people must approve.
func (s *Server) approve(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	id, a, err := readAnswer(w, r)
	if err != nil {
		return err
	}
	before, gone := s.control.Pending(id)
	if err := s.control.Approve(r.Context(), by, id, a); err != nil {
		return err
	}
	if errors.Is(gone, clawrden.ErrDecided) {
		return writeJSON(w, done{Status: "approved", Message: "it had expired: the same command runs once if the agent sends it again in time"})
	}
	if len(before.Demands) > 0 { // one approval may not be enough
		if now, err := s.control.Pending(before.ID); err == nil {
			return writeJSON(w, done{Status: "pending", Message: fmt.Sprintf("counted; %d more must approve", now.Lacking)})
		}
	}
	return writeJSON(w, done{Status: "approved"})
}

// deny: POST /api/queue/{id}/deny {reason or comment, revision, digest} → {"status":"denied"}.
func (s *Server) deny(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	id, a, err := readAnswer(w, r)
	if err != nil {
		return err
	}
	if err := s.control.Deny(r.Context(), by, id, a); err != nil {
		return err
	}
	return writeJSON(w, done{Status: "denied"})
}

func readAnswer(w http.ResponseWriter, r *http.Request) (id string, a clawrden.Answer, err error) {
	if id, err = pathID(r); err != nil {
		return "", a, err
	}
	var body answer
	if err = readJSON(w, r, &body); err != nil {
		return "", a, err
	}
	a = body.Answer
	switch {
	case a.Comment == "":
		a.Comment = body.Reason
	case body.Reason != "" && body.Reason != a.Comment:
		return "", a, fmt.Errorf("%w: reason and comment are the same thing; give one", clawrden.ErrBadRequest)
	}
	if len(a.Comment) > maxComment {
		return "", a, fmt.Errorf("%w: the comment has more than %d bytes", clawrden.ErrBadRequest, maxComment)
	}
	if len(a.Digest) > maxDigest {
		return "", a, fmt.Errorf("%w: a digest has %d hex digits", clawrden.ErrBadRequest, maxDigest)
	}
	return id, a, nil
}

// wholePending writes empty lists as [], not as null: what is always a list in the docs is always one on the wire.
func wholePending(p clawrden.Pending) clawrden.Pending {
	if p.Args == nil {
		p.Args = []string{}
	}
	if p.Rules == nil {
		p.Rules = []clawrden.RuleRef{}
	}
	return p
}
