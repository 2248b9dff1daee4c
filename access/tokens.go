package access

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/clawrden/clawrden"
)

// TokenPrefix begins each token, so that programs which look for secrets in files know one.
const TokenPrefix = "clawrden_"

// AddToken makes a token, and gives its secret, which nobody can be told again.
func (s *Store) AddToken(t clawrden.Token) (secret string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for hash, old := range s.tokens {
		if !old.Expires.After(s.now()) {
			delete(s.tokens, hash)
		} else if old.Name == t.Name {
			return "", fmt.Errorf("%w: token %s; `clawrden token list` shows it", clawrden.ErrExists, t.Name)
		}
	}
	if len(s.tokens) >= maxTokens {
		return "", fmt.Errorf("%w: there are %d tokens, and there may be no more; revoke one", clawrden.ErrBadRequest, maxTokens)
	}
	secret, hash := newSecret(TokenPrefix)
	s.tokens[hash] = &token{Token: t, SHA256: hash}
	if err := s.write(); err != nil {
		delete(s.tokens, hash)
		return "", fmt.Errorf("cannot keep the token: %v", err)
	}
	return secret, nil
}

// RevokeToken ends a token by its name.
func (s *Store) RevokeToken(name string) (clawrden.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for hash, t := range s.tokens {
		if t.Name == name {
			delete(s.tokens, hash) // it counts no more, whatever becomes of the file
			if err := s.write(); err != nil {
				return t.Token, fmt.Errorf("token %s is revoked until the daemon's next start, but that can't be kept: %v", name, err)
			}
			return t.Token, nil
		}
	}
	return clawrden.Token{}, clawrden.Missing("there is no token %s; `clawrden token list` lists them", clawrden.Text(name))
}

// Tokens gives the tokens that have not ended, by name.
func (s *Store) Tokens() []clawrden.Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []clawrden.Token{}
	for _, t := range s.tokens {
		if t.Expires.After(s.now()) {
			list = append(list, t.Token)
		}
	}
	slices.SortFunc(list, func(a, b clawrden.Token) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// Token gives the token that has this secret.
func (s *Store) Token(secret string) (clawrden.Token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	t := s.tokens[hashOf(secret)]
	if t == nil || !t.Expires.After(now) {
		return clawrden.Token{}, false
	}
	t.Used = &clawrden.Timestamp{Time: now.Truncate(time.Minute)}
	return t.Token, true
}
