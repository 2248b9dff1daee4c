package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
)

// dashboard measures the page of what waits as a browser gets it, on a connection that is there already.
func (h *host) dashboard() error {
	control, err := client.New(h.path("control.sock"))
	if err != nil {
		return err
	}
	defer control.Close()
	ctx := context.Background()
	_, secret, err := control.AddToken(ctx, clawrden.TokenWish{Name: fmt.Sprint("bench-", time.Now().UnixNano()), Scope: "read"})
	if err != nil {
		return err
	}
	login, err := control.Login(ctx, "")
	if err != nil {
		return err
	}
	link, err := url.Parse(login.URL)
	if err != nil {
		return err
	}
	size := 0
	page := measure(50, func() error {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+link.Port()+"/", nil)
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+secret)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err == nil && resp.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s: %s", resp.Status, body)
		}
		size = len(body)
		return err
	})
	row(fmt.Sprintf("the dashboard's page of them (%d KiB)", size>>10), page)
	return page.err
}
