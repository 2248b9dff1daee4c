package metrics

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
)

// port serves on a loopback port and gives its address.
func port(t testing.TB) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(fed(t), slog.New(slog.DiscardHandler))
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := s.Shutdown(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// say sends bytes and gives the first line of the answer; "" if the connection was closed without one.
func say(t testing.TB, addr, text string) string {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, text); err != nil {
		return ""
	}
	line, _ := bufio.NewReader(c).ReadString('\n')
	return strings.TrimSpace(line)
}

// The port answers GET /metrics and nothing else.
func TestPort(t *testing.T) {
	addr := port(t)
	for _, row := range []struct{ name, send, want string }{
		{"the metrics", "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK"},
		{"by any name of the host", "GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n", "HTTP/1.1 200 OK"},
		{"with a query, as some scrapers send", "GET /metrics?name[]=up HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK"},
		{"the root", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 Not Found"},
		{"the API", "POST /api/kill HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 404 Not Found"},
		{"below it", "GET /metrics/../api/queue HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 Not Found"},
		{"POST", "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 405 Method Not Allowed"},
		{"HEAD", "HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK"},
		{"OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 Not Found"},
		{"a body", "GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 10485760\r\n\r\n", "HTTP/1.1 400 Bad Request"},
		{"a body of unknown size", "GET /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 400 Bad Request"},
		{"a large header", "GET /metrics HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("a", 64<<10) + "\r\n\r\n", "HTTP/1.1 431 Request Header Fields Too Large"},
		{"no HTTP", "\x16\x03\x01\x00\r\n\r\n", "HTTP/1.1 400 Bad Request"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := say(t, addr, row.send); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

// Whoever holds many connections open, and says nothing, keeps nobody else out.
func TestPortUnderManyConnections(t *testing.T) {
	addr := port(t)
	var open []net.Conn
	for range 3 * maxConnections {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		open = append(open, c)
	}
	if got := say(t, addr, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"); got != "HTTP/1.1 200 OK" {
		t.Errorf("got %q", got)
	}
	if n, err := open[0].Read(make([]byte, 1)); err == nil {
		t.Errorf("the oldest connection is still open and gave %d bytes", n)
	}
}

// Scrapes at the same time all see whole answers.
func TestPortInParallel(t *testing.T) {
	addr := port(t)
	results := make(chan error)
	for range maxScrapes {
		go func() {
			results <- func() error {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+Path, nil)
				if err != nil {
					return err
				}
				resp, err := http.DefaultClient.Do(r)
				if err != nil {
					return err
				}
				defer func() { _ = resp.Body.Close() }()
				b, err := io.ReadAll(resp.Body)
				if err == nil && (resp.StatusCode != http.StatusOK || !strings.Contains(string(b), buildInfo.name)) {
					err = fmt.Errorf("%s: %d bytes", resp.Status, len(b))
				}
				return err
			}()
		}()
	}
	for range maxScrapes {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}
