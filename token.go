package clawrden

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// TokenScopes is what a bearer token may do, by the word that it is made with. Decide is what the approvers' group may; admin
// may besides let commands run again after a kill, and change what is in force. No token starts sessions or acts for others.
var TokenScopes = []struct {
	Name   string
	Rights []Right
}{
	{"read", []Right{RightRead}},
	{"decide", []Right{RightRead, RightDecide, RightGrant, RightKill}},
	{"admin", []Right{RightRead, RightDecide, RightGrant, RightKill, RightUnlock, RightReload}},
}

// Events of the audit log about who comes in over TCP.
const (
	EventTokenAdded   = "token_added"   // a bearer token was made: Token, and in words Reason
	EventTokenRevoked = "token_revoked" // and counts no more
	EventLogin        = "login"         // a browser was logged in for Approver; Identity is who held its connection
)

// Bounds of a token's life: one that never ends is never looked at again.
const (
	DefaultTokenLife = 90 * 24 * time.Hour
	MaxTokenLife     = 366 * 24 * time.Hour
)

// Token is a bearer token without its secret: who decides by it, and what it may do.
type Token struct {
	Name    string     `json:"name"`
	Scope   string     `json:"scope"` // a name of TokenScopes
	UID     uint32     `json:"uid"`   // of the user of the host as whom it acts
	User    string     `json:"user,omitempty"`
	Team    string     `json:"team,omitempty"` // whose agents' requests it is shown; "" for all that its user is
	Created Timestamp  `json:"created"`
	Expires Timestamp  `json:"expires"`
	By      *Approver  `json:"by,omitempty"`
	Used    *Timestamp `json:"used,omitempty"` // since the daemon's start, to the minute
}

// TokenWish is what is said of a token that is to be made.
type TokenWish struct {
	Name  string `json:"name"`
	Scope string `json:"scope"`
	User  string `json:"user,omitempty"` // of the host; "" for the caller itself
	Team  string `json:"team,omitempty"`
	Life  string `json:"life,omitempty"` // as of a grant: "12h", "30d"; "" for DefaultTokenLife
}

// Rights is what the token's scope gives.
func (t *Token) Rights() []Right {
	for _, s := range TokenScopes {
		if s.Name == t.Scope {
			return s.Rights
		}
	}
	return nil
}

// Check says what is wrong with the wish, as far as that can be told without a look at the host, and how long it is to live.
func (w *TokenWish) Check() (life time.Duration, err error) {
	if err := checkName("a token", w.Name); err != nil {
		return 0, err
	}
	names := make([]string, len(TokenScopes))
	for i, s := range TokenScopes {
		names[i] = s.Name
	}
	if !slices.Contains(names, w.Scope) {
		return 0, fmt.Errorf("%q is not a scope: %s", Text(w.Scope), strings.Join(names, ", "))
	}
	if w.Team != "" {
		if err := checkName("a team", w.Team); err != nil {
			return 0, err
		}
	}
	user := AgentWish{Name: "x", User: w.User}
	if err := user.Check(); err != nil {
		return 0, err
	}
	life = DefaultTokenLife
	if w.Life != "" {
		if life, err = ParseLife(w.Life); err != nil {
			return 0, err
		}
	}
	if life < time.Minute || life > MaxTokenLife {
		return 0, errors.New("a token lives from one minute to 366 days")
	}
	return life, nil
}

// ParseLife reads a length of time, which may be given in days: "30d", "12h".
func ParseLife(text string) (time.Duration, error) {
	bad := fmt.Errorf("%q is not a length of time: write 30d, 12h or 45m", Text(text))
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n := 0
		for _, c := range []byte(days) {
			if c < '0' || c > '9' || n > 100_000 {
				return 0, bad
			}
			n = n*10 + int(c-'0')
		}
		if days == "" {
			return 0, bad
		}
		return time.Duration(24*min(n, 100_000)) * time.Hour, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, bad
	}
	return d, nil
}

// Login is a way into the dashboard for one person: a link with a code that works once.
type Login struct {
	URL     string    `json:"url"`
	User    string    `json:"user,omitempty"`
	Expires Timestamp `json:"expires"`
}
