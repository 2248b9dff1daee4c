package metrics

import (
	"container/list"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Path is where the metrics are.
const Path = "/metrics"

// Limits of the port. Whoever can reach it may read it, so that it must stay cheap, whoever that is.
const (
	maxConnections = 32 // one more closes the oldest; a few Prometheus servers keep one each
	maxScrapes     = 4  // at a time, on all doors; the others are told to come back
	scrapeTime     = 5 * time.Second
	headerTime     = 5 * time.Second
	idleTime       = 2 * time.Minute // longer than people's usual scrape interval
	maxHeader      = 8 << 10         // bytes
)

// Handler answers with the metrics, in the form that the scraper prefers. ask is called at each scrape and must not wait. It
// answers whatever it is sent: a door in front of it has looked at the path, the method and the right.
func (m *Metrics) Handler(ask func() Gauges) http.Handler {
	// Made by the first scrape: most of a registry's memory is for what nobody may ever ask.
	handler := sync.OnceValue(func() http.Handler {
		r := prometheus.NewRegistry()
		r.MustRegister(m.collectors()...)
		r.MustRegister(newNow(ask), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
		return promhttp.HandlerFor(r, promhttp.HandlerOpts{
			DisableCompression:  true, // it is read on the same host
			MaxRequestsInFlight: maxScrapes, Timeout: scrapeTime, ErrorHandling: promhttp.ContinueOnError,
		})
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler().ServeHTTP(w, r) })
}

// Server is the port: GET /metrics and nothing else.
type Server struct{ http *http.Server }

// NewServer makes a port for a handler of [Metrics.Handler].
func NewServer(h http.Handler, log *slog.Logger) *Server {
	return &Server{&http.Server{
		Handler:                      only(h),
		ReadHeaderTimeout:            headerTime,
		ReadTimeout:                  headerTime,
		WriteTimeout:                 headerTime + 2*scrapeTime,
		IdleTimeout:                  idleTime,
		MaxHeaderBytes:               maxHeader,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}}
}

// Serve answers on l until Shutdown; it closes l.
func (s *Server) Serve(l net.Listener) error {
	if err := s.http.Serve(&limited{Listener: l, most: maxConnections}); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Shutdown waits for scrapes until ctx ends, then closes what is left.
func (s *Server) Shutdown(ctx context.Context) error {
	if err := s.http.Shutdown(ctx); err != nil {
		return errors.Join(err, s.http.Close())
	}
	return nil
}

// only lets GET and HEAD of /metrics through, without a body.
func only(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		switch {
		case r.URL.Path != Path:
			http.Error(w, "there is nothing here but "+Path, http.StatusNotFound)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, Path+" is only read, with GET", http.StatusMethodNotAllowed)
		case r.ContentLength != 0:
			w.Header().Set("Connection", "close")
			http.Error(w, "a body has no meaning here", http.StatusBadRequest)
		default:
			h.ServeHTTP(w, r)
		}
	})
}

// limited closes the oldest connection when there is one too many: whoever holds many open harms mostly its own.
type limited struct {
	net.Listener
	most int

	mu   sync.Mutex
	open list.List // of *counted, oldest first
}

func (l *limited) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	var oldest *counted
	if l.open.Len() >= l.most {
		oldest = l.open.Remove(l.open.Front()).(*counted)
	}
	own := &counted{Conn: c, of: l}
	own.place = l.open.PushBack(own)
	l.mu.Unlock()
	if oldest != nil {
		_ = oldest.Conn.Close()
	}
	return own, nil
}

type counted struct {
	net.Conn
	of    *limited
	place *list.Element
}

func (c *counted) Close() error {
	c.of.mu.Lock()
	c.of.open.Remove(c.place) // nothing, if it was taken off before
	c.of.mu.Unlock()
	return c.Conn.Close()
}
