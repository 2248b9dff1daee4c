package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/clawrden/clawrden"
)

// Errors of the door itself.
var (
	errNoSuchPath = errors.New("no such path")
	errTooLarge   = errors.New("the body is too large")
	errBusy       = errors.New("too many event streams are open")
	errHost       = errors.New("this server isn't called by that name: the Host header has to be the link's of `clawrden web`, localhost, a loopback address, or one of the settings' (http.hosts)")
	errTooMany    = errors.New("too many wrong attempts from here; try again in a minute")
	errConns      = errors.New("too many connections are open from here")
	errInternal   = errors.New("internal error")
)

// Errors of those who have yet to show who they are. Each says how to get in.
var (
	errNoCookie  = fmt.Errorf("%w: open the link that `clawrden web` prints; programs send a token (Authorization: Bearer …) that `clawrden token add` makes", clawrden.ErrNoLogin)
	errOldCookie = fmt.Errorf("%w: this login has ended, or isn't this user's; open a new link, which `clawrden web` prints", clawrden.ErrNoLogin)
	errOldCode   = fmt.Errorf("%w: this link has been used, is too old, or was made for another user; `clawrden web` prints a new one", clawrden.ErrNoLogin)
	errBadToken  = fmt.Errorf("%w: the token is wrong, has expired or was revoked; `clawrden token list` shows those that count", clawrden.ErrNoLogin)
)

// methodError is a path that exists, asked with another method.
type methodError struct{ allow string }

func (e methodError) Error() string { return "this path answers to " + e.allow + " only" }

// problems maps errors to what a caller sees: the one place where that is settled. code is what programs look at; package
// client maps it back.
var problems = []struct {
	err    error
	status int
	code   string
}{
	{clawrden.ErrNotFound, http.StatusNotFound, "not_found"},
	{clawrden.ErrAmbiguous, http.StatusConflict, "ambiguous"},
	{clawrden.ErrDecided, http.StatusConflict, "decided"},
	{clawrden.ErrStale, http.StatusConflict, "stale"},
	{clawrden.ErrNotAuthorized, http.StatusForbidden, "not_authorized"},
	{clawrden.ErrLocked, http.StatusLocked, "locked"},
	{clawrden.ErrNotOn, http.StatusConflict, "not_on"},
	{clawrden.ErrBadRequest, http.StatusBadRequest, "bad_request"},
	{clawrden.ErrPolicyInvalid, http.StatusUnprocessableEntity, "policy_invalid"},
	{clawrden.ErrExists, http.StatusConflict, "exists"},
	{clawrden.ErrLooser, http.StatusConflict, "looser"},
	{clawrden.ErrIndexing, http.StatusServiceUnavailable, "indexing"},
	{clawrden.ErrAway, http.StatusConflict, "away"},
	{clawrden.ErrNoSession, http.StatusServiceUnavailable, "no_session"},
	{clawrden.ErrNoLogin, http.StatusUnauthorized, "no_login"},
	{errHost, http.StatusMisdirectedRequest, "host"},
	{errTooMany, http.StatusTooManyRequests, "too_many"},
	{errNoSuchPath, http.StatusNotFound, "no_such_path"},
	{errTooLarge, http.StatusRequestEntityTooLarge, "too_large"},
	{errBusy, http.StatusServiceUnavailable, "busy"},
}

// problem is a body of RFC 9457. Its type is about:blank, so that title is the status's own phrase; code says more exactly
// what happened.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// problemOf finds an error's row. What has none is an inside fault: it is told as such, without its text.
func problemOf(err error) problem {
	p := problem{Status: http.StatusInternalServerError, Code: "internal", Detail: errInternal.Error()}
	if _, ok := errors.AsType[methodError](err); ok {
		p = problem{Status: http.StatusMethodNotAllowed, Code: "method_not_allowed", Detail: err.Error()}
	}
	for _, row := range problems {
		if errors.Is(err, row.err) {
			p = problem{Status: row.status, Code: row.code, Detail: err.Error()}
			break
		}
	}
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	return p
}

// fail writes an error as a problem. If the answer has already begun there is no way to say more than to end it.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the caller went away
	}
	p := problemOf(err)
	if p.Status == http.StatusInternalServerError {
		s.log.ErrorContext(r.Context(), "cannot answer a request",
			slog.Any("error", err), slog.String("method", r.Method), slog.String("path", r.URL.Path))
	}
	if method, ok := errors.AsType[methodError](err); ok {
		w.Header().Set("Allow", method.allow)
	}
	switch p.Status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Bearer realm="clawrden"`)
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", strconv.Itoa(int(attemptsTime.Seconds())))
	}
	if s.tcp != nil && wantsPage(r) {
		s.failPage(w, p)
		return
	}
	body, err := json.Marshal(p)
	if err != nil {
		return // a struct of strings and an int
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n')) // the caller may be gone; nobody is left to tell
}
