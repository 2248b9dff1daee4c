package httpapi

import (
	"bytes"
	"log/slog"
	"net/http"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/httpapi/web"
)

// pages hands a request to the dashboard, for those who may read.
func (s *Server) pages(w http.ResponseWriter, r *http.Request) error {
	by, err := s.caller(r)
	if err == nil {
		err = s.authorizer.Authorize(r.Context(), by, clawrden.RightRead)
	}
	if err != nil {
		return err
	}
	s.dashboard.ServeHTTP(w, r)
	return nil
}

// fault logs a mistake of the dashboard's.
func (s *Server) fault(r *http.Request, err error) {
	s.log.ErrorContext(r.Context(), "cannot make a page", slog.Any("error", err), slog.String("path", r.URL.Path))
}

// inside answers a call of the dashboard's: by the same routes, with the same rights, for whoever sent r.
func (s *Server) inside(r *http.Request, method, target string, body []byte) web.Answer {
	call, err := http.NewRequestWithContext(r.Context(), method, target, bytes.NewReader(body))
	if err != nil {
		return web.Answer{Status: http.StatusBadRequest}
	}
	call.Host, call.RemoteAddr = r.Host, r.RemoteAddr
	for _, name := range []string{"Authorization", "Cookie", "Sec-Fetch-Site"} { // who it is, as it came in
		call.Header[name] = r.Header.Values(name)
	}
	a := &inner{header: http.Header{}, status: http.StatusOK}
	if err := s.checkPath(call); err != nil {
		s.fail(a, call, err)
	} else {
		s.mux.ServeHTTP(a, call)
	}
	return web.Answer{Status: a.status, Header: a.header, Body: a.body.Bytes()}
}

// inner is a response that stays in memory.
type inner struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *inner) Header() http.Header { return a.header }

func (a *inner) WriteHeader(status int) { a.status = status }

func (a *inner) Write(b []byte) (int, error) { return a.body.Write(b) }
