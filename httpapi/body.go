package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/clawrden/clawrden"
)

const (
	maxBody    = 64 << 10 // bytes of a request's body
	maxComment = 4 << 10  // bytes of a person's words: they reach the agent's stderr and the record
	maxDigest  = 64       // hex digits of SHA-256
)

// readJSON reads an optional body into v, whose zero value stands for no body. Fields that v doesn't have are refused: a
// misspelt "digest" would approve something that wasn't shown.
func readJSON(w http.ResponseWriter, r *http.Request, v any) error { return readUpTo(w, r, v, maxBody) }

// readUpTo is readJSON with a limit of its own.
func readUpTo(w http.ResponseWriter, r *http.Request, v any, most int64) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fmt.Errorf("%w: more than %d bytes", errTooLarge, large.Limit)
	}
	if err != nil {
		return fmt.Errorf("%w: cannot read the body", clawrden.ErrBadRequest)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%w: the body: %v", clawrden.ErrBadRequest, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: the body holds more than one JSON value", clawrden.ErrBadRequest)
	}
	return nil
}

// writeJSON answers 200 with v.
func writeJSON(w http.ResponseWriter, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(body, '\n')) // the caller may be gone; nobody is left to tell
	return nil
}

// pathID is the request that the path names. What can't be an id is no request's.
func pathID(r *http.Request) (string, error) {
	id := r.PathValue("id")
	ok := id != "" && len(id) <= 8
	for _, c := range []byte(id) {
		ok = ok && ('a' <= c && c <= 'z' || '0' <= c && c <= '9')
	}
	if !ok {
		return "", fmt.Errorf("%w: an id has at most 8 lowercase letters and digits", clawrden.ErrNotFound)
	}
	return id, nil
}
