package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"

	"github.com/clawrden/clawrden"
)

// ErrUnreachable says that no daemon answered: it doesn't run, it isn't where it was looked for, or it went away.
var ErrUnreachable = errors.New("the daemon can't be reached")

// Error is a refusal by the daemon. It unwraps to the sentinel that its code stands for, if there is one.
type Error struct {
	Status int    // of HTTP
	Code   string // what programs look at, as in the API's problem bodies
	Detail string // for people
}

func (e *Error) Error() string { return e.Detail }

// Unwrap gives the sentinel, or nil.
func (e *Error) Unwrap() error { return sentinels[e.Code] }

// sentinels is the way back from the codes of package httpapi.
var sentinels = map[string]error{
	"not_found":      clawrden.ErrNotFound,
	"ambiguous":      clawrden.ErrAmbiguous,
	"decided":        clawrden.ErrDecided,
	"stale":          clawrden.ErrStale,
	"not_authorized": clawrden.ErrNotAuthorized,
	"locked":         clawrden.ErrLocked,
	"bad_request":    clawrden.ErrBadRequest,
	"not_on":         clawrden.ErrNotOn,
	"policy_invalid": clawrden.ErrPolicyInvalid,
	"exists":         clawrden.ErrExists,
	"no_login":       clawrden.ErrNoLogin,
	"indexing":       clawrden.ErrIndexing,
	"away":           clawrden.ErrAway,
	"no_session":     clawrden.ErrNoSession,
	"looser":         clawrden.ErrLooser,
}

const maxProblem = 64 << 10 // bytes of a problem body

// refusal reads a problem body. Something else than the daemon (a proxy) may have answered without one.
func refusal(resp *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxProblem))
	e := &Error{Status: resp.StatusCode}
	if err := json.Unmarshal(body, e); err != nil || e.Code == "" {
		return &Error{Status: resp.StatusCode, Detail: fmt.Sprintf("the answer is %q and not the daemon's", resp.Status)}
	}
	e.Status = resp.StatusCode
	if e.Detail == "" {
		e.Detail = resp.Status
	}
	return e
}

// unreachable says why nobody answered. A socket that may not be opened is a question of rights: the daemon is there.
func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ctx.Err()
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // the URL says nothing to people who gave a path
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: %v", clawrden.ErrNotAuthorized, err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: no answer in %v", ErrUnreachable, requestTimeout)
	}
	return fmt.Errorf("%w: %v", ErrUnreachable, err)
}
