package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/clawrden/clawrden"
)

// Tokens keeps bearer tokens.
type Tokens interface {
	AddToken(clawrden.Token) (secret string, err error)
	RevokeToken(name string) (clawrden.Token, error)
	Tokens() []clawrden.Token
}

var errNoTokens = fmt.Errorf("%w: this daemon keeps no tokens", clawrden.ErrBadRequest)

// Tokens gives the tokens that have not ended, by name.
func (d *Daemon) Tokens() []clawrden.Token {
	if d.o.Tokens == nil {
		return nil
	}
	return d.o.Tokens.Tokens()
}

// AddToken makes a bearer token and gives its secret. What can't be recorded isn't made.
func (d *Daemon) AddToken(_ context.Context, by clawrden.Caller, w clawrden.TokenWish) (t clawrden.Token, secret string, err error) {
	if d.o.Tokens == nil {
		return t, "", errNoTokens
	}
	life, err := w.Check()
	if err != nil {
		return t, "", fmt.Errorf("%w: %v", clawrden.ErrBadRequest, err)
	}
	if err := d.knowsTeam(w.Team); err != nil {
		return t, "", err
	}
	now := time.Now()
	t = clawrden.Token{
		Name: w.Name, Scope: w.Scope, Team: w.Team, UID: by.Identity.UID, By: d.approver(by),
		Created: clawrden.Timestamp{Time: now}, Expires: clawrden.Timestamp{Time: now.Add(life)},
	}
	if w.User != "" {
		if t.UID, err = d.uid(w.User); err != nil {
			return t, "", fmt.Errorf("%w: there is no user %s on this host", clawrden.ErrBadRequest, clawrden.Text(w.User))
		}
	}
	t.User = d.o.UserName(t.UID)
	if secret, err = d.o.Tokens.AddToken(t); err != nil {
		return t, "", err
	}
	if err := d.record(tokenRecord(clawrden.EventTokenAdded, &t, t.By)); err != nil {
		_, undone := d.o.Tokens.RevokeToken(t.Name)
		return t, "", errors.Join(fmt.Errorf("the token can't be recorded, so it was not made: %w", err), undone)
	}
	return t, secret, nil
}

// RevokeToken ends a token by its name.
func (d *Daemon) RevokeToken(_ context.Context, by clawrden.Caller, name string) (clawrden.Token, error) {
	if d.o.Tokens == nil {
		return clawrden.Token{}, errNoTokens
	}
	t, err := d.o.Tokens.RevokeToken(name)
	if t.Name != "" {
		_ = d.record(tokenRecord(clawrden.EventTokenRevoked, &t, d.approver(by)))
	}
	return t, err
}

// LoggedIn records that a browser was logged in for a person.
func (d *Daemon) LoggedIn(by clawrden.Caller) error {
	return d.record(&clawrden.Record{Event: clawrden.EventLogin, Identity: &by.Identity, Approver: d.approver(by)})
}

func tokenRecord(event string, t *clawrden.Token, who *clawrden.Approver) *clawrden.Record {
	r := &clawrden.Record{Event: event, Token: t.Name, Approver: who}
	if event == clawrden.EventTokenAdded {
		r.Reason = fmt.Sprintf("scope %s, as uid %d, until %s", t.Scope, t.UID, t.Expires.UTC().Format(time.RFC3339))
		if t.Team != "" {
			r.Reason += ", team " + t.Team
		}
	}
	return r
}

// tokenMay answers whether a token has a right. It is all that its bearer has, whoever the user is.
func tokenMay(t *clawrden.Token, right clawrden.Right) error {
	if slices.Contains(t.Rights(), right) {
		return nil
	}
	return fmt.Errorf("%w: token %s has the scope %s, without the right %q", clawrden.ErrNotAuthorized, t.Name, t.Scope, right)
}
