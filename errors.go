package clawrden

import (
	"errors"
	"fmt"
)

// Errors that a caller at a door may see. Each door maps them to its own codes in one place.
var (
	ErrNotFound      = errors.New("no such request")
	ErrAmbiguous     = errors.New("the id is ambiguous")
	ErrDecided       = errors.New("the request is already decided")
	ErrStale         = errors.New("the request has changed since it was shown")
	ErrNotAuthorized = errors.New("not authorised")
	ErrNotOn         = errors.New("the kill switch is not on")
	ErrLocked        = errors.New("the kill switch is on")
	ErrBadRequest    = errors.New("bad request")
	ErrPolicyInvalid = errors.New("the policy is invalid")
	ErrExists        = errors.New("it is there already")
	ErrNoLogin       = errors.New("no login")
	ErrNoSession     = errors.New("the session can't be had")
	ErrIndexing      = errors.New("the index of the history is still being made")
	ErrAway          = errors.New("the bridge doesn't run")
	ErrLooser        = errors.New("more may run by this policy than by the one in force")
)

// Missing is an ErrNotFound about something else than a request, in its own words: "there is no grant k3f9".
func Missing(format string, args ...any) error { return missing(fmt.Sprintf(format, args...)) }

type missing string

func (m missing) Error() string { return string(m) }
func (missing) Unwrap() error   { return ErrNotFound }
