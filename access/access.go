// Package access keeps who may come in over TCP: the codes of login links, the sessions of browsers, the bearer tokens, and the
// random name of the host that browsers' cookies belong to.
//
// Of a secret it keeps the hash alone: each has 256 random bits, so that a plain SHA-256 is enough, and whoever reads the
// file can't come in by it. It knows no request and no right, and must never log or return a secret twice. The daemon's main
// opens it; package httpapi asks it, and the daemon makes and revokes tokens by it.
package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/wholefile"
)

const (
	maxFile     = 4 << 20          // bytes: many times what the limits below allow
	maxTokens   = 256              // more than anybody can have an eye on
	maxSessions = 1024             // of all people together; the oldest gives way
	maxCodes    = 64               // links that nobody has opened yet; the oldest gives way
	codeLife    = 10 * time.Minute // from the terminal to the browser, and once
)

// Options are what a Store is made with.
type Options struct {
	SessionLife time.Duration    // of a browser's login
	Now         func() time.Time // default time.Now
}

// Store is safe for concurrent use.
type Store struct {
	file string
	life time.Duration
	now  func() time.Time

	mu       sync.Mutex
	label    string
	tokens   map[string]*token   // by hash
	sessions map[string]*session // by hash
	codes    map[string]*session // by hash, each until its code's end
}

// token is one bearer token at rest.
type token struct {
	clawrden.Token
	SHA256 string `json:"sha256"`
}

// session is one browser that is logged in, or may once be by a code.
type session struct {
	UID     uint32    `json:"uid"`
	Expires time.Time `json:"expires"`
	SHA256  string    `json:"sha256"`
}

// kept is the form of the file.
type kept struct {
	Schema   string     `json:"schema"`
	Label    string     `json:"label"`
	Tokens   []*token   `json:"tokens"`
	Sessions []*session `json:"sessions"`
}

const schema = "clawrden.access/1"

// Open reads the file, or begins without one. A file that can't be read is an error: a start with an empty one in its place
// would forget that tokens were there, and nobody would look for them.
func Open(file string, o Options) (*Store, error) {
	s := &Store{
		file: file, life: o.SessionLife, now: o.Now,
		tokens: map[string]*token{}, sessions: map[string]*session{}, codes: map[string]*session{},
	}
	if s.now == nil {
		s.now = time.Now
	}
	switch b, err := read(file); {
	case errors.Is(err, fs.ErrNotExist):
		s.label = newLabel()
		return s, nil
	case err != nil:
		return nil, fmt.Errorf("cannot read the tokens: %v", err)
	default:
		if err := s.restore(b); err != nil {
			return nil, fmt.Errorf("cannot read the tokens in %s: %v; if you move the file away, everybody has to log in again, and all tokens are gone", file, err)
		}
	}
	return s, nil
}

func read(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s has more than %d bytes", file, maxFile)
	}
	return os.ReadFile(file)
}

func (s *Store) restore(b []byte) error {
	var k kept
	if err := json.Unmarshal(b, &k); err != nil {
		return err
	}
	if k.Schema != schema || len(k.Label) < 20 || strings.Trim(k.Label, labelLetters) != "" {
		return errors.New("it isn't such a file")
	}
	s.label = k.Label
	for _, t := range k.Tokens {
		if t == nil || len(t.SHA256) != 2*sha256.Size || t.Rights() == nil {
			return errors.New("one of them is damaged")
		}
		s.tokens[t.SHA256] = t
	}
	for _, n := range k.Sessions {
		if n == nil || len(n.SHA256) != 2*sha256.Size {
			return errors.New("a login is damaged")
		}
		s.sessions[n.SHA256] = n
	}
	return nil
}

// write puts everything that outlives a restart into the file. What has ended is left out.
func (s *Store) write() error {
	now := s.now()
	k := kept{Schema: schema, Label: s.label, Tokens: []*token{}, Sessions: []*session{}}
	for _, t := range s.tokens {
		k.Tokens = append(k.Tokens, t)
	}
	for hash, n := range s.sessions {
		if !n.Expires.After(now) {
			delete(s.sessions, hash)
			continue
		}
		k.Sessions = append(k.Sessions, n)
	}
	b, err := json.MarshalIndent(k, "", " ")
	if err != nil {
		return err
	}
	return wholefile.Write(s.file, append(b, '\n'))
}

// Host is the name by which browsers reach the dashboard, and to which their cookies belong: nobody else's server on a port
// of this host is called by it, so that no browser hands it the cookies.
func (s *Store) Host() string { return s.label + ".localhost" }

const labelLetters = "abcdefghijklmnopqrstuvwxyz234567"

// newLabel makes 130 random bits that a host may be called by.
func newLabel() string { return strings.ToLower(rand.Text()) }

// newSecret makes 256 random bits, and the hash that is kept of them.
func newSecret(prefix string) (secret, hash string) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	secret = prefix + base64.RawURLEncoding.EncodeToString(b[:])
	return secret, hashOf(secret)
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
