package httpapi_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/httpapi"
	"github.com/clawrden/clawrden/httpapi/httpapitest"
)

// FuzzHandlers: whatever is asked, the answer is one of the known kinds, a wrong request does nothing, and nothing is an
// inside fault.
func FuzzHandlers(f *testing.F) {
	for _, seed := range [][4]string{
		{"GET", "/api/status", "", ""},
		{"GET", "/api/history", "limit=3&before=2", ""},
		{"GET", "/api/history/old", "", ""},
		{"GET", "/api/queue/aa", "", ""},
		{"POST", "/api/queue/aa/approve", "", `{"comment":"x","revision":1,"digest":""}`},
		{"POST", "/api/queue/aa/deny", "", `{"reason":"no\u0000\ud800"}`},
		{"POST", "/api/kill", "", `{"reason":"x"}`},
		{"POST", "/api/unlock", "", "{}"},
		{"DELETE", "/api/../api//queue", "%zz", "["},
		{"HEAD", "/api/events", "", ""},
		{"OPTIONS", "*", "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		if method == http.MethodGet && path == "/api/events" {
			return // it doesn't end
		}
		control := &httpapitest.Control{}
		control.Ask("aa", "ls")
		control.Ran("old", clawrden.OutcomeAllow, 0, "ls")
		server := httpapi.New(httpapi.Options{
			Control: control, Authorizer: control,
			Identify: func(net.Conn) (clawrden.Identity, error) { return clawrden.Identity{UID: 7}, nil },
		})
		r := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
		r.Method, r.URL, r.RequestURI = method, &url.URL{Path: path, RawQuery: query}, path
		r = r.WithContext(httpapi.WithIdentity(server, r.Context(), nil))
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)

		ct := w.Header().Get("Content-Type")
		switch {
		case w.Code == http.StatusOK && (ct == "application/json" || ct == "text/event-stream"):
		case w.Code >= 400 && w.Code < 500 && ct == "application/problem+json":
			if calls := control.Calls(); len(calls) > 0 {
				t.Errorf("%d, but %q", w.Code, calls)
			}
		default:
			t.Errorf("%s %q: %d %s %s", method, path, w.Code, ct, w.Body)
		}
		if calls := control.Calls(); len(calls) > 0 && method != http.MethodPost {
			t.Errorf("%s did %q", method, calls)
		}
	})
}
