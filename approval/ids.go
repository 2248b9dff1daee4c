package approval

import (
	"crypto/rand"
	"errors"
)

// Request ids are read aloud, typed and put into object paths: eight of 32 lowercase letters and digits, without the
// look-alikes 0, 1, l and o. 40 bits from the kernel's generator: an agent can't guess the id of another's request.
const (
	idLength   = 8
	idAlphabet = "23456789abcdefghijkmnpqrstuvwxyz"
)

// idTries is how often a taken id is drawn anew. With a million ids in the log one draw in a million is taken; past this
// something else is wrong.
const idTries = 64

// IDs makes request ids.
type IDs struct{ known func(string) bool }

// NewIDs makes a source of ids; known says which are taken: those in the log and those in the queue. nil knows none.
func NewIDs(known func(string) bool) *IDs {
	if known == nil {
		known = func(string) bool { return false }
	}
	return &IDs{known}
}

// New returns an id that isn't taken. It is safe for many goroutines if known is.
func (s *IDs) New() (string, error) {
	for range idTries {
		var b [idLength]byte
		rand.Read(b[:]) // never fails: the runtime ends the process instead
		for i := range b {
			b[i] = idAlphabet[b[i]%byte(len(idAlphabet))]
		}
		if id := string(b[:]); !s.known(id) {
			return id, nil
		}
	}
	return "", errors.New("cannot find a free request id")
}

// ValidID reports whether s has the form of a request id: one to eight lowercase letters and digits.
func ValidID(s string) bool {
	if s == "" || len(s) > idLength {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
