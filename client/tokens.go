package client

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/clawrden/clawrden"
)

// WithToken gives a client that shows a bearer token. Over a network in the clear anybody would read it, so that such a URL is an
// error.
func (c *Client) WithToken(secret string) (*Client, error) {
	host := c.base.Hostname()
	addr, err := netip.ParseAddr(host)
	here := host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && addr.IsLoopback() || host == socketHost && c.base.Scheme == "http"
	switch {
	case c.base.Scheme != "https" && !here:
		return nil, fmt.Errorf("a token isn't sent to %s in the clear; use https", host)
	case secret == "" || len(secret) > 256 || strings.ContainsFunc(secret, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return nil, errors.New("this is no token: it is one word, which begins with clawrden_")
	}
	own := *c
	own.token = secret
	return &own, nil
}

// Tokens gives the bearer tokens, by name.
func (c *Client) Tokens(ctx context.Context) (t []clawrden.Token, err error) {
	_, err = c.get(ctx, "/api/tokens", nil, &t)
	return t, err
}

// AddToken makes a bearer token and gives its secret, which nobody can be told again.
func (c *Client) AddToken(ctx context.Context, w clawrden.TokenWish) (t clawrden.Token, secret string, err error) {
	var answer struct {
		clawrden.Token
		Secret string `json:"secret"`
	}
	err = c.post(ctx, "/api/tokens", w, &answer)
	return answer.Token, answer.Secret, err
}

// RevokeToken ends a bearer token by its whole name.
func (c *Client) RevokeToken(ctx context.Context, name string) error {
	return c.post(ctx, "/api/tokens/"+url.PathEscape(name)+"/revoke", nil, nil)
}

// Login makes a link to the dashboard, for the caller or, if root asks, for a user of the host.
func (c *Client) Login(ctx context.Context, user string) (l clawrden.Login, err error) {
	err = c.post(ctx, "/api/login", map[string]string{"user": user}, &l)
	return l, err
}
