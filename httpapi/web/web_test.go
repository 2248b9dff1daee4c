package web_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/clawrden/clawrden/httpapi/httpapitest"
	"github.com/clawrden/clawrden/httpapi/web"
)

// site is the dashboard in front of the real API, whose daemon is the stand-in.
type site struct {
	*httptest.Server
	control *httpapitest.Control
	socket  string
	stop    func()
}

// open serves the dashboard and, below /api/, the API, as one origin. What a browser says of where it comes from is taken
// away: it is checked where people come in, before anything gets here.
func open(t testing.TB) *site {
	t.Helper()
	dir, err := os.MkdirTemp("", "web") //nolint:usetesting // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &site{control: &httpapitest.Control{}, socket: filepath.Join(dir, "s")}
	s.start(t)
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", s.socket)
	}}
	proxy := &httputil.ReverseProxy{
		Transport: transport, FlushInterval: -1,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: "clawrden"})
			for _, name := range []string{"Origin", "Sec-Fetch-Site"} {
				r.Out.Header.Del(name)
			}
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	pages := web.New(func(r *http.Request, method, target string, body []byte) web.Answer {
		q, err := http.NewRequestWithContext(r.Context(), method, "http://clawrden"+target, bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return web.Answer{Status: http.StatusInternalServerError}
		}
		answer, err := transport.RoundTrip(q)
		if err != nil {
			return web.Answer{Status: http.StatusBadGateway}
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		return web.Answer{Status: answer.StatusCode, Header: answer.Header, Body: text}
	}, func(r *http.Request, err error) { t.Errorf("%s: %v", r.URL, err) })
	mux := http.NewServeMux()
	mux.Handle("/api/", proxy)
	mux.Handle("/", pages)
	s.Server = httptest.NewServer(mux)
	t.Cleanup(func() {
		s.control.Drop()
		s.CloseClientConnections()
		s.Close()
		transport.CloseIdleConnections()
		s.stop()
	})
	return s
}

// start has the stand-in serve; the other half of a restart.
func (s *site) start(t testing.TB) {
	t.Helper()
	_ = os.Remove(s.socket)
	l, err := net.Listen("unix", s.socket)
	if err != nil {
		t.Fatal(err)
	}
	s.stop = s.control.Serve(l)
}
