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

// ReportDesktop tells the daemon how the program on the caller's own desktop is.
func (c *Client) ReportDesktop(ctx context.Context, r clawrden.BridgeReport) error {
	return c.post(ctx, "/api/desktop", r, nil)
}

// Bridge tells how a bridge is; [clawrden.DesktopBridge] is the caller's own desktop.
func (c *Client) Bridge(ctx context.Context, name string) (s clawrden.BridgeState, err error) {
	_, err = c.get(ctx, "/api/bridges/"+url.PathEscape(name), nil, &s)
	return s, err
}

// TestBridge has a bridge send a message that looks like an ask; its id comes back in what Bridge tells.
func (c *Client) TestBridge(ctx context.Context, name string) (t clawrden.BridgeTest, err error) {
	err = c.post(ctx, "/api/bridges/"+url.PathEscape(name)+"/test", nil, &t)
	return t, err
}
