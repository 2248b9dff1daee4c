package httpapi_test

import (
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/access"
	"github.com/clawrden/clawrden/httpapi"
	"github.com/clawrden/clawrden/httpapi/httpapitest"
)

// FuzzTCP sends whatever over TCP, without a login: nothing is told or done, nothing is an inside fault, and every answer has the
// headers that keep browsers in.
func FuzzTCP(f *testing.F) {
	for _, path := range []string{"/", "/api/status", "/api/queue/ab12", "/api/queue/ab12/approve", "/api/events", "/login", "/logout", "/login.js", "/metrics", "/assets/app.js", "/api/../login", "//", "/%2e%2e/"} {
		f.Add("GET", path, "localhost", "", "Bearer clawrden_x", "", "")
		f.Add("POST", path, "127.0.0.1:8080", "clawrden-login=x", "", "null", "code=x")
	}
	f.Add("POST", "/login", "HOME", "a=b", "Basic x", "http://evil", "code=%zz&code=")
	f.Fuzz(func(t *testing.T, method, path, host, cookie, auth, origin, body string) {
		control := &httpapitest.Control{}
		control.Ask("ab12", "git", "push")
		store, err := access.Open(filepath.Join(t.TempDir(), "a"), access.Options{SessionLife: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		if host == "HOME" {
			host = store.Host()
		}
		s := httpapi.New(httpapi.Options{Control: control, Authorizer: control, TCP: &httpapi.TCP{
			Access:     store,
			Peers:      func(net.Conn) ([]clawrden.Identity, error) { return []clawrden.Identity{{UID: 1000, PID: 7}}, nil },
			Account:    func(uid uint32) (clawrden.Identity, error) { return clawrden.Identity{UID: uid}, nil },
			TurnedAway: func(*clawrden.Identity, uint32) error { return nil },
			LoggedIn:   func(clawrden.Caller) error { t.Error("somebody is logged in"); return nil },
		}})
		r := httptest.NewRequestWithContext(httpapi.WithPeers(s, t.Context(), nil), http.MethodGet, "/", bytes.NewReader([]byte(body)))
		r.Method, r.Host, r.URL = method, host, &url.URL{Path: path}
		for name, v := range map[string]string{"Cookie": cookie, "Authorization": auth, "Origin": origin} {
			if v != "" {
				r.Header.Set(name, v)
			}
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		open := path == "/login" || path == "/login.css" || path == "/login.js" || path == "/logout"
		if w.Code == 500 || w.Code < 400 && !open || strings.Contains(w.Body.String(), "git") {
			t.Errorf("%q %q: %d %s", method, path, w.Code, w.Body)
		}
		if calls := control.Calls(); len(calls) > 0 || w.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%q %q: %v, %v", method, path, calls, w.Header())
		}
	})
}
