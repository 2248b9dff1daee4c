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

// dashboard measures a page as a browser gets it, on a connection that is there already.
func (h *host) dashboard(page, what string) error {
	get, err := h.browser(page)
	if err != nil {
		return err
	}
	size := 0
	took := measure(50, func() (err error) {
		size, err = get()
		return err
	})
	row(fmt.Sprintf("%s (%d KiB)", what, size>>10), took)
	return took.err
}

// browser gives what gets a page of the dashboard, and tells its size.
func (h *host) browser(page string) (get func() (size int, err error), err error) {
	control, err := client.New(h.path("control.sock"))
	if err != nil {
		return nil, err
	}
	defer control.Close()
	ctx := context.Background()
	_, secret, err := control.AddToken(ctx, clawrden.TokenWish{Name: fmt.Sprint("bench-", time.Now().UnixNano()), Scope: "read"})
	if err != nil {
		return nil, err
	}
	login, err := control.Login(ctx, "")
	if err != nil {
		return nil, err
	}
	link, err := url.Parse(login.URL)
	if err != nil {
		return nil, err
	}
	return func() (int, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+link.Port()+page, nil)
		if err != nil {
			return 0, err
		}
		r.Header.Set("Authorization", "Bearer "+secret)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err == nil && resp.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s: %s", resp.Status, body)
		}
		return len(body), err
	}, nil
}
