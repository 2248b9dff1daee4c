package access

import (
	"errors"
	"time"
)

// ErrNoCode says that a code was never given out, has been used, or is too old.
var ErrNoCode = errors.New("this link has been used, or is too old")

// NewCode makes the code of a login link for a user of this host. It works once, and not after a restart.
func (s *Store) NewCode(uid uint32) (code string, expires time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for hash, c := range s.codes {
		if !c.Expires.After(now) {
			delete(s.codes, hash)
		}
	}
	if len(s.codes) >= maxCodes {
		delete(s.codes, oldest(s.codes))
	}
	code, hash := newSecret("")
	expires = now.Add(codeLife)
	s.codes[hash] = &session{UID: uid, Expires: expires, SHA256: hash}
	return code, expires
}

// oldest is the one that ends first.
func oldest(of map[string]*session) (hash string) {
	for h, n := range of {
		if hash == "" || n.Expires.Before(of[hash].Expires) {
			hash = h
		}
	}
	return hash
}

// Redeem turns a code into a browser's login: the value of its cookie. Who brings the code has to be the user for whom it
// was made, else it counts as used all the same: somebody has it who shouldn't.
func (s *Store) Redeem(code string, uid uint32) (cookie string, expires time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, hash := s.now(), hashOf(code)
	c := s.codes[hash]
	delete(s.codes, hash)
	if c == nil || !c.Expires.After(now) || c.UID != uid {
		return "", expires, ErrNoCode
	}
	if len(s.sessions) >= maxSessions {
		delete(s.sessions, oldest(s.sessions))
	}
	cookie, hash = newSecret("")
	expires = now.Add(s.life)
	s.sessions[hash] = &session{UID: uid, Expires: expires, SHA256: hash}
	if err := s.write(); err != nil {
		delete(s.sessions, hash)
		return "", expires, err
	}
	return cookie, expires, nil
}

// Session gives whose login a cookie is.
func (s *Store) Session(cookie string) (uid uint32, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.sessions[hashOf(cookie)]
	if n == nil || !n.Expires.After(s.now()) {
		return 0, false
	}
	return n.UID, true
}

// Logout ends a login.
func (s *Store) Logout(cookie string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	hash := hashOf(cookie)
	if s.sessions[hash] == nil {
		return nil
	}
	delete(s.sessions, hash)
	return s.write()
}
