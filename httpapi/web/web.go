// Package web is the dashboard: pages for people, made on the server, which work without a script and are live with one.
//
// It is one more caller of the HTTP API, in the same process: every page and every form asks the API for whoever sent the
// request, so that rights, limits and what a person is shown are the API's, settled in its one table of routes. It decides
// nothing, keeps nothing, knows nobody, and has no other way to the daemon. It must never write a word that an agent had
// a say in but through internal/display, never approve by anything less than a deliberate act, and never send a
// browser anywhere else.
//
// Package httpapi serves it where people come in by a browser: it finds out who they are, and refuses what other sites send,
// before anything here is reached.
package web

import (
	"net/http"
	"net/url"
	"time"
)

// API answers a call as the HTTP API answers it to whoever sent r. body is JSON; nil for none.
type API func(r *http.Request, method, target string, body []byte) Answer

// Answer is what the API says.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Site is the dashboard.
type Site struct {
	api   API
	fault func(*http.Request, error)
	mux   *http.ServeMux
	now   func() time.Time
}

// routes are all pages and forms. There are no rights beside them: each asks the API, whose routes have them.
var routes = []struct {
	pattern string
	answer  func(*visit) error
}{
	{"GET /{$}", (*visit).queue},
	{"GET /requests/{id}", (*visit).request},
	{"POST /requests/{id}/approve", (*visit).approve},
	{"POST /requests/{id}/deny", (*visit).deny},
	{"GET /requests/{id}/explain", (*visit).again},
	{"GET /batch", (*visit).batch},
	{"POST /batch", (*visit).decideBatch},
	{"GET /history", (*visit).history},
	{"GET /agents", (*visit).agents},
	{"GET /activity", (*visit).activity},
	{"GET /grants", (*visit).grants},
	{"POST /grants/{id}/revoke", (*visit).revoke},
	{"GET /policy", (*visit).policy},
	{"GET /kill", (*visit).killSwitch},
	{"POST /kill", (*visit).kill},
	{"POST /unlock", (*visit).unlock},
	{"GET /status", (*visit).status},
	{"POST /reload", (*visit).reload},
}

// New makes the dashboard of an API. fault is told of its own mistakes, of which the browser hears nothing more.
func New(api API, fault func(*http.Request, error)) *Site {
	s := &Site{api: api, fault: fault, mux: http.NewServeMux(), now: time.Now}
	for _, route := range routes {
		s.mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) {
			v := &visit{site: s, w: w, r: r, now: s.now()}
			if err := route.answer(v); err != nil {
				v.fail(err)
			}
		})
	}
	s.mux.HandleFunc("GET /assets/{name}", serveAsset)
	return s
}

// policyHeader lets a page load what this site serves, and nothing else: no script or style inside a page, no frame, no plug-in,
// no form to another place.
const policyHeader = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// ServeHTTP answers one request of somebody who is known.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policyHeader)
	h.Set("Referrer-Policy", "same-origin") // forms say where they come from, and no other site hears of this one
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
	if _, pattern := s.mux.Handler(r); pattern == "" {
		v := &visit{site: s, w: w, r: r, now: s.now()}
		v.fail(s.unknown(r))
		return
	}
	s.mux.ServeHTTP(w, r)
}

// unknown tells a path that isn't there from one that was asked in the wrong way.
func (s *Site) unknown(r *http.Request) error {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := &http.Request{Method: method, URL: &url.URL{Path: r.URL.Path}}
		if _, pattern := s.mux.Handler(other); pattern != "" {
			return &ProblemError{Status: http.StatusMethodNotAllowed, Title: "Not that way", Detail: "This page can't be asked for in this way. Go back, and use the page's own buttons."}
		}
	}
	return &ProblemError{Status: http.StatusNotFound, Title: "No such page", Detail: "There is nothing under this address."}
}
