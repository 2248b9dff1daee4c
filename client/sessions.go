package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// Sessions gives the guard sessions that run, by name.
func (c *Client) Sessions(ctx context.Context) (s []clawrden.Session, err error) {
	_, err = c.get(ctx, "/api/sessions", nil, &s)
	return s, err
}

// StartSession begins a session. The descriptors, clawrden.SessionFiles of them, stay the caller's. It works on the control socket
// alone.
func (c *Client) StartSession(ctx context.Context, w clawrden.SessionWish, files []*os.File) (place clawrden.SessionPlace, err error) {
	transport, ok := c.http.Transport.(*http.Transport)
	if !ok || c.base.Host != socketHost {
		return place, errors.New("a session is begun by the control socket, not by a URL")
	}
	transport = transport.Clone()
	transport.DisableKeepAlives = true
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		u, ok := conn.(*net.UnixConn)
		if !ok {
			_ = conn.Close()
			return nil, errors.New("the control socket isn't one")
		}
		return &filesConn{UnixConn: u, files: files}, nil
	}
	own := *c
	own.http = &http.Client{Transport: transport, CheckRedirect: c.http.CheckRedirect}
	defer own.http.CloseIdleConnections()
	body, err := json.Marshal(w)
	if err != nil {
		return place, err
	}
	resp, err := own.send(ctx, http.MethodPost, "/api/sessions", nil, body, nil)
	if err != nil {
		return place, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxProblem))
	if err != nil {
		return place, fmt.Errorf("%w: its answer broke off: %v", ErrUnreachable, err)
	}
	return place, json.Unmarshal(answer, &place)
}

// filesConn sends descriptors with the first bytes that are written.
type filesConn struct {
	*net.UnixConn
	once  sync.Once
	files []*os.File
}

func (c *filesConn) Write(b []byte) (n int, err error) {
	sent := false
	c.once.Do(func() {
		var fds []int
		for _, f := range c.files {
			fds = append(fds, int(f.Fd()))
		}
		n, _, err = c.WriteMsgUnix(b, unix.UnixRights(fds...), nil)
		sent = true
	})
	if sent && (err != nil || n == len(b)) {
		return n, err
	}
	m, err := c.UnixConn.Write(b[n:])
	return n + m, err
}
