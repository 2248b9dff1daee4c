package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/clawrden/clawrden"
)

// approve: POST /requests/{id}/approve {revision, digest, comment, remember, sure}.
func (v *visit) approve() error { return v.decide("approve") }

// deny: POST /requests/{id}/deny {revision, digest, comment}.
func (v *visit) deny() error { return v.decide("deny") }

// decide passes a form on as an answer that holds for what was shown alone. A request that has changed since is shown again.
func (v *visit) decide(verb string) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	a, problem := answerOf(form, verb)
	if problem != "" {
		return v.one(http.StatusBadRequest, problem, form.Get("comment"))
	}
	var done struct {
		Status string `json:"status"`
	}
	err = v.post("/api/queue/"+id+"/"+verb, a, &done)
	p, refused := err.(*ProblemError) //nolint:errorlint // post wraps none
	switch {
	case refused && p.Code == "stale":
		return v.one(p.Status, "The request has changed since it was shown, so nothing was decided. Look at it again.", form.Get("comment"))
	case refused && p.Code == "decided":
		return v.one(p.Status, "Somebody else was faster: "+p.Detail+". Your answer changed nothing.", "")
	case refused && p.Status < http.StatusInternalServerError && p.Code != "not_found":
		return v.one(p.Status, "Nothing was decided: "+p.Detail+".", form.Get("comment"))
	case err != nil:
		return err
	}
	word := map[string]string{"approved": "approved", "pending": "counted", "denied": "denied"}[done.Status]
	return v.back("/", word, id)
}

// answerOf reads an answer. An approval needs a tick of its own: no key that sends a form by itself approves anything.
func answerOf(form url.Values, verb string) (a clawrden.Answer, problem string) {
	revision, err := strconv.ParseUint(form.Get("revision"), 10, 64)
	if err != nil || revision == 0 || form.Get("digest") == "" {
		return a, "The form doesn't say what was shown, so nothing was decided. Look at the request again."
	}
	a = clawrden.Answer{Revision: revision, Digest: form.Get("digest"), Comment: strings.ReplaceAll(form.Get("comment"), "\r\n", "\n")}
	if verb != "approve" {
		return a, ""
	}
	if form.Get("sure") != "yes" {
		return a, "Nothing was decided: to approve, tick that you have read the command."
	}
	if scope, span, ok := strings.Cut(form.Get("remember"), " "); ok {
		a.Grant = &clawrden.GrantWish{Scope: clawrden.Scope(scope), For: span}
	}
	return a, ""
}
