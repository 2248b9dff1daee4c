package httpapi_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/httpapi"
)

// refused makes a request that has to end in a problem and do nothing.
func (d *door) refused(status int, code, method, path, body string, headers ...string) string {
	d.t.Helper()
	resp, text := d.ask(method, path, body, headers...)
	var p struct {
		Type, Title, Code, Detail string
		Status                    int
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		d.t.Fatalf("%s %s: %s: %q isn't a problem: %v", method, path, resp.Status, text, err)
	}
	if ct := resp.Header.Get("Content-Type"); ct != "application/problem+json" {
		d.t.Errorf("%s %s: Content-Type %s", method, path, ct)
	}
	if resp.StatusCode != status || p.Status != status || p.Code != code {
		d.t.Errorf("%s %s: %s, %+v, want %d %s", method, path, resp.Status, p, status, code)
	}
	if p.Type != "about:blank" || p.Title != http.StatusText(status) || p.Detail == "" {
		d.t.Errorf("%s %s: %+v", method, path, p)
	}
	if calls := d.control.Calls(); len(calls) > 0 {
		d.t.Errorf("%s %s did something: %q", method, path, calls)
	}
	return p.Detail
}

func TestProblems(t *testing.T) {
	digest := strings.Repeat("0", 64)
	tests := []struct {
		name, method, path, body string
		status                   int
		code                     string
	}{
		{"no such request", "POST", "/api/queue/nosuch/approve", "", 404, "not_found"},
		{"no such entry", "GET", "/api/history/nosuch", "", 404, "not_found"},
		{"not an id", "POST", "/api/queue/no-such-id/deny", "", 404, "not_found"},
		{"a path for an id", "GET", "/api/queue/..%2fhistory", "", 404, "no_such_path"},
		{"two requests", "POST", "/api/queue/a/approve", "", 409, "ambiguous"},
		{"already decided", "POST", "/api/queue/old/deny", "", 409, "decided"},
		{"changed digest", "POST", "/api/queue/aa/approve", `{"digest":"` + digest + `"}`, 409, "stale"},
		{"changed revision", "POST", "/api/queue/aa/approve", `{"revision":7}`, 409, "stale"},
		{"not JSON", "POST", "/api/queue/aa/approve", "comment=yes", 400, "bad_request"},
		{"a list", "POST", "/api/queue/aa/approve", "[]", 400, "bad_request"},
		{"two values", "POST", "/api/queue/aa/approve", "{} {}", 400, "bad_request"},
		{"a misspelt field", "POST", "/api/queue/aa/approve", `{"digset":""}`, 400, "bad_request"},
		{"a number for text", "POST", "/api/queue/aa/deny", `{"reason":1}`, 400, "bad_request"},
		{"a negative revision", "POST", "/api/queue/aa/deny", `{"revision":-1}`, 400, "bad_request"},
		{"two reasons", "POST", "/api/queue/aa/deny", `{"reason":"a","comment":"b"}`, 400, "bad_request"},
		{"a novel", "POST", "/api/queue/aa/deny", `{"reason":"` + strings.Repeat("x", 5000) + `"}`, 400, "bad_request"},
		{"a long digest", "POST", "/api/queue/aa/deny", `{"digest":"` + digest + `0"}`, 400, "bad_request"},
		{"a large body", "POST", "/api/queue/aa/deny", strings.Repeat(" ", 70_000), 413, "too_large"},
		{"unlock takes nothing", "POST", "/api/unlock", `{"force":true}`, 400, "bad_request"},
		{"limit 0", "GET", "/api/history?limit=0", "", 400, "bad_request"},
		{"limit in words", "GET", "/api/history?limit=all", "", 400, "bad_request"},
		{"before nothing", "GET", "/api/history?before=-1", "", 400, "bad_request"},
		{"no such path", "GET", "/", "", 404, "no_such_path"},
		{"nor this", "GET", "/api", "", 404, "no_such_path"},
		{"a trailing slash", "GET", "/api/queue/", "", 404, "no_such_path"},
		{"two slashes", "GET", "//api/queue", "", 404, "no_such_path"},
		{"a detour", "POST", "/api/x/../kill", "", 404, "no_such_path"},
		{"an encoded detour", "POST", "/api/x%2f..%2fkill", "", 404, "no_such_path"},
		{"wrong method", "GET", "/api/kill", "", 405, "method_not_allowed"},
		{"wrong method to read", "DELETE", "/api/queue", "", 405, "method_not_allowed"},
		{"wrong method on an id", "PUT", "/api/queue/aa/approve", "", 405, "method_not_allowed"},
		{"no preflight", "OPTIONS", "/api/kill", "", 405, "method_not_allowed"},
	}
	d := open(t, nil)
	d.control.Ran("old", clawrden.OutcomeApproved, 0, "ls")
	d.control.Ask("aa", "ls")
	d.control.Ask("ab", "ls")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d.t = t
			d.refused(tt.status, tt.code, tt.method, tt.path, tt.body)
		})
	}
}

func TestMethodNamesTheRightOne(t *testing.T) {
	d := open(t, nil)
	for path, want := range map[string]string{"/api/kill": "POST", "/api/queue": "GET, HEAD"} {
		if resp, _ := d.ask("PATCH", path, ""); resp.Header.Get("Allow") != want {
			t.Errorf("%s: Allow: %q, want %q", path, resp.Header.Get("Allow"), want)
		}
	}
}

// Each sentinel has a status of its own; what is none of them tells nothing and is logged.
func TestErrorsOfControl(t *testing.T) {
	tests := []struct {
		err    error
		status int
		code   string
	}{
		{clawrden.ErrNotFound, 404, "not_found"},
		{clawrden.ErrAmbiguous, 409, "ambiguous"},
		{clawrden.ErrDecided, 409, "decided"},
		{clawrden.ErrStale, 409, "stale"},
		{clawrden.ErrNotAuthorized, 403, "not_authorized"},
		{clawrden.ErrLocked, 423, "locked"},
		{clawrden.ErrNotOn, 409, "not_on"},
		{clawrden.ErrAway, 409, "away"},
		{clawrden.ErrBadRequest, 400, "bad_request"},
		{clawrden.ErrPolicyInvalid, 422, "policy_invalid"},
		{errors.New("open /secret/place: permission denied"), 500, "internal"},
	}
	for _, tt := range tests {
		t.Run(tt.code, func(t *testing.T) {
			d := open(t, nil)
			d.control.Fail(fmt.Errorf("%w: more about it", tt.err))
			for _, path := range []string{"/api/queue/aa/approve", "/api/queue/aa/deny", "/api/kill", "/api/unlock", "/api/reload"} {
				detail := d.refused(tt.status, tt.code, "POST", path, "")
				if inside := tt.code == "internal"; inside == strings.Contains(detail, "more about it") {
					t.Errorf("%s says %q", path, detail)
				}
			}
			for _, path := range []string{"/api/queue/aa", "/api/history", "/api/history/aa"} {
				d.refused(tt.status, tt.code, "GET", path, "")
			}
			if logged := strings.Contains(d.log.String(), "/secret/place"); logged != (tt.code == "internal") {
				t.Errorf("logged: %s", d.log)
			}
		})
	}
}

// Every route asks for the right beside it, before it does anything.
func TestRights(t *testing.T) {
	tests := []struct {
		method, path string
		right        clawrden.Right
	}{
		{"GET", "/api/status", clawrden.RightRead},
		{"GET", "/api/policy", clawrden.RightRead},
		{"GET", "/api/queue", clawrden.RightRead},
		{"GET", "/api/queue/aa", clawrden.RightRead},
		{"GET", "/api/history", clawrden.RightRead},
		{"GET", "/api/history/aa", clawrden.RightRead},
		{"GET", "/api/events", clawrden.RightRead},
		{"POST", "/api/queue/aa/approve", clawrden.RightDecide},
		{"POST", "/api/queue/aa/deny", clawrden.RightDecide},
		{"POST", "/api/kill", clawrden.RightKill},
		{"POST", "/api/unlock", clawrden.RightUnlock},
		{"POST", "/api/reload", clawrden.RightReload},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			d := open(t, nil)
			d.control.Ask("aa", "ls")
			d.control.Refuse(tt.right)
			if detail := d.refused(403, "not_authorized", tt.method, tt.path, "garbage"); !strings.Contains(detail, "clawrden-approvers") {
				t.Errorf("no way out named: %s", detail)
			}
		})
	}
}

func TestUnknownCallersAreRefused(t *testing.T) {
	for name, identify := range map[string]func(net.Conn) (clawrden.Identity, error){
		"error": func(net.Conn) (clawrden.Identity, error) { return clawrden.Identity{}, errors.New("no such process") },
		"panic": func(net.Conn) (clawrden.Identity, error) { panic("no such process") },
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, func(o *httpapi.Options) { o.Identify = identify })
			d.control.Ask("aa", "ls")
			for _, path := range []string{"/api/kill", "/api/queue/aa/approve"} {
				if detail := d.refused(403, "not_authorized", "POST", path, ""); strings.Contains(detail, "process") {
					t.Errorf("tells about the inside: %s", detail)
				}
			}
			d.refused(403, "not_authorized", "GET", "/api/status", "")
		})
	}
}

func TestBrowsersAreRefused(t *testing.T) {
	d := open(t, nil)
	for _, header := range []string{"Origin", "Sec-Fetch-Site"} {
		d.refused(403, "not_authorized", "POST", "/api/kill", "", header, "null")
		d.refused(403, "not_authorized", "GET", "/api/status", "", header, "http://localhost")
		d.refused(403, "not_authorized", "GET", "/api/queue", "", header, "")
	}
}

// One connection is identified once, however many requests it carries.
func TestIdentifiedOnce(t *testing.T) {
	times := make(chan bool, 10)
	d := open(t, func(o *httpapi.Options) {
		o.Identify = func(net.Conn) (clawrden.Identity, error) {
			times <- true
			return clawrden.Identity{UID: 5}, nil
		}
	})
	for range 5 {
		d.ask("GET", "/api/status", "")
	}
	if n := len(times); n != 1 {
		t.Errorf("identified %d times", n)
	}
}
