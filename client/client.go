// Package client speaks the HTTP API of package httpapi, over the control socket or a URL. The CLI and the bridges use it,
// and so may other programs.
//
// Errors are the sentinels of package clawrden again (errors.Is works), or ErrUnreachable. It must never retry what
// changes something, never follow a redirect, and never take more of an answer than maxAnswer. What it returns came
// from an agent in the end: whoever shows it escapes it.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
)

const (
	requestTimeout = 30 * time.Second // for one question; the event stream has none
	maxAnswer      = 64 << 20         // bytes: a page of history with long commands
	maxIdle        = 2                // connections kept: one for questions, one for the stream
	socketHost     = "clawrden"       // in URLs, where a socket is asked
)

// Client asks one daemon. It is safe for concurrent use. Close lets its idle connections go.
type Client struct {
	base   *url.URL
	http   *http.Client
	person string // see For
	token  string // see WithToken
}

// For gives a client for a bridge that asks for a person, by the id that the bridge's service has for that one.
func (c *Client) For(person string) *Client {
	own := *c
	own.person = person
	return &own
}

// New makes a client for an address: an absolute path or unix:PATH for a Unix socket, or an http or https URL. It doesn't
// connect yet.
func New(address string) (*Client, error) {
	transport := &http.Transport{
		MaxIdleConnsPerHost:   maxIdle,
		IdleConnTimeout:       time.Minute,
		ResponseHeaderTimeout: requestTimeout,
	}
	c := &Client{http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if path := strings.TrimPrefix(address, "unix:"); filepath.IsAbs(path) {
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		}
		c.base = &url.URL{Scheme: "http", Host: socketHost}
		return c, nil
	}
	base, err := url.Parse(address)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.User != nil {
		return nil, fmt.Errorf("%q is neither the absolute path of a socket nor an http or https URL", address)
	}
	c.base = &url.URL{Scheme: base.Scheme, Host: base.Host, Path: strings.TrimSuffix(base.Path, "/")}
	return c, nil
}

// Close lets idle connections go.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Status asks what the daemon is doing.
func (c *Client) Status(ctx context.Context) (s clawrden.Status, err error) {
	_, err = c.get(ctx, "/api/status", nil, &s)
	return s, err
}

// Policy gives the text of the policy in force.
func (c *Client) Policy(ctx context.Context) (p clawrden.PolicySource, err error) {
	_, err = c.get(ctx, "/api/policy", nil, &p)
	return p, err
}

// Queue gives the waiting asks, oldest first.
func (c *Client) Queue(ctx context.Context) (q []clawrden.Pending, err error) {
	_, err = c.get(ctx, "/api/queue", nil, &q)
	return q, err
}

// QueuePages gives the waiting asks, oldest first, in pages. An ask that nobody remembers any more, behind which a page should
// begin, is ErrNotFound: begin again.
func (c *Client) QueuePages(ctx context.Context, size int) iter.Seq2[[]clawrden.Pending, error] {
	return func(yield func([]clawrden.Pending, error) bool) {
		q := url.Values{"limit": {strconv.Itoa(size)}}
		for {
			var page []clawrden.Pending
			header, err := c.get(ctx, "/api/queue", q, &page)
			if !yield(page, err) || err != nil || len(page) == 0 || !strings.Contains(header.Get("Link"), `rel="next"`) {
				return
			}
			q.Set("after", page[len(page)-1].ID)
		}
	}
}

// Pending gives one waiting ask, by id or unique prefix.
func (c *Client) Pending(ctx context.Context, id string) (p clawrden.Pending, err error) {
	_, err = c.get(ctx, "/api/queue/"+url.PathEscape(id), nil, &p)
	return p, err
}

// Approve lets a waiting ask run. An Answer with the digest that was shown makes sure that it is what runs.
func (c *Client) Approve(ctx context.Context, id string, a clawrden.Answer) error {
	return c.post(ctx, "/api/queue/"+url.PathEscape(id)+"/approve", a, nil)
}

// Deny refuses a waiting ask; the answer's comment reaches the agent.
func (c *Client) Deny(ctx context.Context, id string, a clawrden.Answer) error {
	return c.post(ctx, "/api/queue/"+url.PathEscape(id)+"/deny", a, nil)
}

// History gives entries, newest first, and whether there are older ones: ask again with f.Before set to the last one's Seq.
// f.ID isn't looked at; see Entry.
func (c *Client) History(ctx context.Context, f clawrden.HistoryFilter) (entries []clawrden.Entry, more bool, err error) {
	header, err := c.get(ctx, "/api/history", historyQuery(&f), &entries)
	return entries, strings.Contains(header.Get("Link"), `rel="next"`), err
}

// Whoami tells what the caller is taken for, and which rights it has.
func (c *Client) Whoami(ctx context.Context) (s clawrden.Self, err error) {
	_, err = c.get(ctx, "/api/whoami", nil, &s)
	return s, err
}

// Entry gives one entry of the history, by id or unique prefix.
func (c *Client) Entry(ctx context.Context, id string) (e clawrden.Entry, err error) {
	_, err = c.get(ctx, "/api/history/"+url.PathEscape(id), nil, &e)
	return e, err
}

// Story gives all that the log has of one command, by id or unique prefix.
func (c *Client) Story(ctx context.Context, id string) (s clawrden.Story, err error) {
	_, err = c.get(ctx, "/api/history/"+url.PathEscape(id), nil, &s)
	return s, err
}

// Rejudge tells what the policy in force says of a command of the past, beside what was said then.
func (c *Client) Rejudge(ctx context.Context, id string) (r clawrden.Rejudged, err error) {
	_, err = c.get(ctx, "/api/history/"+url.PathEscape(id)+"/explain", nil, &r)
	return r, err
}

// Recording gives what was recorded of a command, by id or unique prefix; see package audit/recordings. The caller closes it.
func (c *Client) Recording(ctx context.Context, id string) (io.ReadCloser, error) {
	resp, err := c.send(ctx, http.MethodGet, "/api/history/"+url.PathEscape(id)+"/recording", nil, nil, nil)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

// Kill throws the kill switch, for everybody or one agent, and tells what that did.
func (c *Client) Kill(ctx context.Context, o clawrden.KillOrder) (result clawrden.KillResult, err error) {
	err = c.post(ctx, "/api/kill", o, &result)
	return result, err
}

// Unlock ends what Kill began, for everybody ("") or one agent, and gives the daemon's sentence about that.
func (c *Client) Unlock(ctx context.Context, agent string) (message string, err error) {
	var answer struct {
		Message string `json:"message"`
	}
	err = c.post(ctx, "/api/unlock", map[string]string{"agent": agent}, &answer)
	return answer.Message, err
}

// Reload has the daemon read settings and policy again.
func (c *Client) Reload(ctx context.Context) error { return c.post(ctx, "/api/reload", nil, nil) }

func (c *Client) get(ctx context.Context, path string, q url.Values, v any) (http.Header, error) {
	return c.do(ctx, http.MethodGet, path, q, nil, v)
}

func (c *Client) post(ctx context.Context, path string, body, v any) error {
	var b []byte
	if body != nil {
		var err error
		if b, err = json.Marshal(body); err != nil {
			return fmt.Errorf("cannot ask the daemon: %v", err)
		}
	}
	_, err := c.do(ctx, http.MethodPost, path, nil, b, v)
	return err
}

// do asks once and reads the answer into v, which may be nil.
func (c *Client) do(ctx context.Context, method, path string, q url.Values, body []byte, v any) (http.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	resp, err := c.send(ctx, method, path, q, body, nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("%w: its answer broke off: %v", ErrUnreachable, err)
	}
	if len(answer) > maxAnswer {
		return nil, fmt.Errorf("cannot read the daemon's answer: it has more than %d MiB; ask for fewer entries", maxAnswer>>20)
	}
	if v == nil {
		return resp.Header, nil
	}
	if err := json.Unmarshal(answer, v); err != nil {
		return nil, fmt.Errorf("cannot read the daemon's answer: %v", err)
	}
	return resp.Header, nil
}

// send asks once and gives an answer of 200; any other is an error.
func (c *Client) send(ctx context.Context, method, path string, q url.Values, body []byte, header http.Header) (*http.Response, error) {
	u := *c.base
	u = *u.JoinPath(path)
	u.RawQuery = q.Encode()
	r, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("cannot ask the daemon: %v", err)
	}
	if header != nil {
		r.Header = header
	}
	if c.person != "" {
		r.Header.Set("Clawrden-Act-For", c.person)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, unreachable(ctx, err)
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		return nil, refusal(resp)
	}
	return resp, nil
}
