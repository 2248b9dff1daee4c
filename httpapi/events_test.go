package httpapi_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/access"
	"github.com/clawrden/clawrden/httpapi"
	"github.com/clawrden/clawrden/httpapi/httpapitest"
)

// stream reads events off an answer: "id event" a line, or the comment.
type stream struct {
	t     *testing.T
	lines *bufio.Scanner
	body  io.Closer
}

func (d *door) stream(headers ...string) *stream {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), "GET", "http://localhost/api/events", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := d.client.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		d.t.Fatalf("%s %s", resp.Status, resp.Header.Get("Content-Type"))
	}
	d.t.Cleanup(func() { resp.Body.Close() })
	return &stream{d.t, bufio.NewScanner(resp.Body), resp.Body}
}

// next gives the next block: its lines, joined by "|"; "" at the end.
func (s *stream) next() string {
	s.t.Helper()
	var block []string
	for s.lines.Scan() {
		if line := s.lines.Text(); line != "" {
			block = append(block, line)
		} else if len(block) > 0 {
			return strings.Join(block, "|")
		}
	}
	return ""
}

func TestEvents(t *testing.T) {
	d := open(t, nil)
	s := d.stream()
	if got := s.next(); got != "retry: 1000" {
		t.Errorf("first: %q", got)
	}
	d.control.Ask("aa", "echo", "a\nb")
	got := s.next()
	if want := `id: 1|event: pending|data: {"seq":1,"type":"pending","pending":{"id":"aa","command":"echo","args":["a\nb"],`; !strings.HasPrefix(got, want) {
		t.Errorf("got %s\nwant %s…", got, want)
	}
	d.ask("POST", "/api/queue/aa/approve", "")
	for _, want := range []string{"id: 2|event: decided|", "id: 3|event: finished|"} {
		if got := s.next(); !strings.HasPrefix(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}

	resumed := d.stream("Last-Event-ID", "1")
	resumed.next()
	if got := resumed.next(); !strings.HasPrefix(got, "id: 2|event: decided|") {
		t.Errorf("resumed with %s", got)
	}
	d.refused400("Last-Event-ID", "yesterday")

	d.control.Drop()
	if got := s.next(); got != "" {
		t.Errorf("after the end: %q", got)
	}
}

func (d *door) refused400(headers ...string) {
	d.t.Helper()
	if resp, body := d.ask("GET", "/api/events", "", headers...); resp.StatusCode != 400 {
		d.t.Errorf("%s: %s", resp.Status, body)
	}
}

func TestTooManyStreams(t *testing.T) {
	d := open(t, nil)
	var first *stream
	for range 32 {
		first = d.stream()
	}
	if detail := d.refused(503, "busy", "GET", "/api/events", ""); detail == "" {
		t.Error("no detail")
	}
	if resp, _ := d.ask("GET", "/api/status", ""); resp.StatusCode != 200 {
		t.Errorf("others suffer: %s", resp.Status)
	}
	first.body.Close()
}

// A person who loses the right to read loses the stream with the next heartbeat; a reader that takes nothing loses it
// with the first write that doesn't get through.
func TestStreamEnds(t *testing.T) {
	tests := []struct {
		name string
		act  func(c *httpapitest.Control, s *httpapi.Server)
		want []string
	}{
		{"heartbeat", func(*httpapitest.Control, *httpapi.Server) { <-time.After(31 * time.Second) }, []string{"retry: 1000", ": heartbeat", ": heartbeat"}},
		{"right lost", func(c *httpapitest.Control, _ *httpapi.Server) {
			c.Refuse(clawrden.RightRead)
			<-time.After(time.Minute)
		}, []string{"retry: 1000"}},
		{"shutdown", func(_ *httpapitest.Control, s *httpapi.Server) { _ = s.Shutdown(context.Background()) }, []string{"retry: 1000"}},
		{"dropped", func(c *httpapitest.Control, _ *httpapi.Server) { c.Drop() }, []string{"retry: 1000"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				control := &httpapitest.Control{}
				l := newPipeListener()
				server := httpapi.New(httpapi.Options{
					Control: control, Authorizer: control,
					Identify: func(net.Conn) (clawrden.Identity, error) { return clawrden.Identity{}, nil },
				})
				go func() { _ = server.Serve(l) }()
				near, far := net.Pipe()
				l.conns <- far
				var got []string
				read := make(chan bool)
				go func() {
					defer close(read)
					lines := bufio.NewScanner(near)
					for lines.Scan() {
						if line := lines.Text(); strings.HasPrefix(line, "retry") || strings.HasPrefix(line, ":") {
							got = append(got, line)
						}
					}
				}()
				if _, err := io.WriteString(near, "GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if control.Readers() != 1 {
					t.Fatalf("%d readers", control.Readers())
				}
				tt.act(control, server)
				synctest.Wait()
				if ended := control.Readers() == 0; ended == (tt.name == "heartbeat") {
					t.Errorf("ended: %v", ended)
				}
				_ = server.Shutdown(t.Context())
				near.Close()
				<-read
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// A reader that takes nothing is dropped when an event's time is up.
func TestSlowReaderIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		control := &httpapitest.Control{}
		l := newPipeListener()
		server := httpapi.New(httpapi.Options{
			Control: control, Authorizer: control,
			Identify: func(net.Conn) (clawrden.Identity, error) { return clawrden.Identity{}, nil },
		})
		go func() { _ = server.Serve(l) }()
		near, far := net.Pipe()
		l.conns <- far
		if _, err := io.WriteString(near, "GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		<-time.After(20 * time.Second)
		synctest.Wait()
		if n := control.Readers(); n != 0 {
			t.Errorf("%d readers left", n)
		}
		near.Close()
		_ = server.Shutdown(t.Context())
	})
}

// Half a request doesn't hold a connection for long.
func TestSlowRequestIsDropped(t *testing.T) {
	doors := map[string]func(*httpapi.Options){
		"control": func(o *httpapi.Options) {
			o.Identify = func(net.Conn) (clawrden.Identity, error) { return clawrden.Identity{}, nil }
		},
		"tcp": func(o *httpapi.Options) {
			store, err := access.Open(filepath.Join(t.TempDir(), "access.json"), access.Options{SessionLife: time.Hour})
			if err != nil {
				t.Fatal(err)
			}
			o.TCP = &httpapi.TCP{Access: store, Peers: func(net.Conn) ([]clawrden.Identity, error) { return []clawrden.Identity{{UID: 1}}, nil }}
		},
	}
	for door, set := range doors {
		for _, half := range []string{"", "GET /api/sta", "GET /api/status HTTP/1.1\r\nX: y\r\n", "POST /api/kill HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"} {
			t.Run(door+" "+half, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					control := &httpapitest.Control{}
					l := newPipeListener()
					o := httpapi.Options{Control: control, Authorizer: control}
					set(&o)
					server := httpapi.New(o)
					go func() { _ = server.Serve(l) }()
					near, far := net.Pipe()
					l.conns <- far
					if _, err := io.WriteString(near, half); err != nil {
						t.Fatal(err)
					}
					begun := time.Now()
					done := make(chan struct{})
					go func() { // a byte of a header now and again doesn't help
						for range 100 {
							select {
							case <-done:
								return
							case <-time.After(time.Second):
							}
							if _, err := near.Write([]byte("x")); err != nil {
								return
							}
						}
					}()
					if _, err := io.Copy(io.Discard, near); err != nil { // the bubble's clock runs until the server closes
						t.Error(err)
					}
					close(done)
					if held := time.Since(begun); held > time.Minute {
						t.Errorf("it was held for %v", held)
					}
					if calls := control.Calls(); len(calls) > 0 {
						t.Errorf("half a request did %q", calls)
					}
					_ = server.Shutdown(t.Context())
				})
			})
		}
	}
}

// pipeListener hands out connections in memory, which a synctest bubble can wait for.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipeListener() *pipeListener {
	return &pipeListener{make(chan net.Conn, 1), make(chan struct{})}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	close(l.closed)
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }
