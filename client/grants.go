package client

import (
	"context"
	"net/url"

	"github.com/clawrden/clawrden"
)

// Grants gives the grants in force, oldest first.
func (c *Client) Grants(ctx context.Context) (g []clawrden.Grant, err error) {
	_, err = c.get(ctx, "/api/grants", nil, &g)
	return g, err
}

// AddGrant has the approval of a request remembered; with preview it only tells what that would cover.
func (c *Client) AddGrant(ctx context.Context, id string, w clawrden.GrantWish, preview bool) (g clawrden.Grant, err error) {
	err = c.post(ctx, "/api/grants", struct {
		clawrden.GrantWish
		Request string `json:"request"`
		Preview bool   `json:"preview,omitempty"`
	}{w, id, preview}, &g)
	return g, err
}

// RevokeGrant ends a grant, by its id or unique prefix, and tells what it covered.
func (c *Client) RevokeGrant(ctx context.Context, id string) (words string, err error) {
	var answer struct {
		Message string `json:"message"`
	}
	err = c.post(ctx, "/api/grants/"+url.PathEscape(id)+"/revoke", nil, &answer)
	return answer.Message, err
}
