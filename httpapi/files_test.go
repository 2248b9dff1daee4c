package httpapi_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/httpapi"
	"github.com/clawrden/clawrden/httpapi/httpapitest"
)

// descriptors counts this process's.
func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// TestFiles sends descriptors with requests: as many as a session has begin it, any other number doesn't, and none is kept.
func TestFiles(t *testing.T) {
	control := &httpapitest.Control{}
	s := httpapi.New(httpapi.Options{Control: control, Authorizer: control, Identify: func(net.Conn) (clawrden.Identity, error) { return clawrden.Identity{}, nil }})
	path := filepath.Join(t.TempDir(), "sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- s.Serve(l) }()
	before := 0
	for _, row := range []struct {
		path, want string
		n          int
	}{
		{"/api/sessions", "200 OK", 5},
		{"/api/sessions", "400 Bad Request", 0},
		{"/api/sessions", "400 Bad Request", 4},
		{"/api/sessions", "", 6},
		{"/api/reload", "200 OK", 5},
		{"/api/sessions", "200 OK", 5},
	} {
		conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		fds := make([]int, row.n)
		for i := range fds {
			fds[i] = int(os.Stdout.Fd())
		}
		request := "POST " + row.path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 14\r\n\r\n{\"name\": \"ab\"}"
		if row.path != "/api/sessions" {
			request = "POST " + row.path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
		}
		if _, _, err := conn.WriteMsgUnix([]byte(request), unix.UnixRights(fds...), nil); err != nil {
			t.Fatal(err)
		}
		answer := make([]byte, 4096)
		n, _ := conn.Read(answer)
		if got := string(answer[:n]); row.want == "" && n > 0 && !strings.Contains(got, "400") || !strings.Contains(got, row.want) {
			t.Errorf("%s with %d: %q", row.path, row.n, got)
		}
		_ = conn.Close()
		if before == 0 {
			before = descriptors(t)
		}
	}
	// The server closes a connection, and what came by it, when it has noticed that it ended.
	for deadline := time.Now().Add(20 * time.Second); descriptors(t) > before && time.Now().Before(deadline); <-time.After(10 * time.Millisecond) {
	}
	if n := descriptors(t); n > before {
		t.Errorf("%d descriptors, %d before", n, before)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
