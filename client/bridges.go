package client

import (
	"context"
	"net/url"

	"github.com/clawrden/clawrden"
)

// Report tells the daemon how a bridge is. Only a bridge is heard.
func (c *Client) Report(ctx context.Context, r clawrden.BridgeReport) error {
	return c.post(ctx, "/api/bridge", r, nil)
}

// TestBridge has a bridge send a message that looks like an ask; its id comes back in the status.
func (c *Client) TestBridge(ctx context.Context, name string) (t clawrden.BridgeTest, err error) {
	err = c.post(ctx, "/api/bridges/"+url.PathEscape(name)+"/test", nil, &t)
	return t, err
}
