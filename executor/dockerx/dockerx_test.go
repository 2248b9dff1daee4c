package dockerx

import (
	"errors"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/testutil"
)

func TestMain(m *testing.M) { os.Exit(testutil.Main(m)) }

func engine(t *testing.T, socket string) *Engine {
	t.Helper()
	e, err := Open(Options{Socket: socket})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// Nobody there is an error that says where it was looked and what to do.
func TestUnreachable(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := engine(t, "/home/no/such/docker.sock").About(t.Context()); err == nil || !strings.Contains(err.Error(), "clawrden.service hides /home") {
		t.Errorf("below /home: %v", err)
	}
	for _, socket := range []string{filepath.Join(dir, "none"), file} {
		_, err := engine(t, socket).About(t.Context())
		if !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), socket) || !strings.Contains(err.Error(), "systemctl start docker") {
			t.Errorf("%s: %v", socket, err)
		}
	}
}

func TestAbout(t *testing.T) {
	d := testutil.Docker(t)
	a, err := engine(t, d.Socket).About(t.Context())
	if err != nil || a.Name != "docker" || a.Rootless || a.Remapped || a.API == "" || a.Version == "" {
		t.Errorf("%+v, %v", a, err)
	}
}

// An engine that takes questions and answers none is given up after the limit, and asked again later.
func TestFrozen(t *testing.T) {
	d := testutil.OwnDocker(t, "")
	e, err := Open(Options{Socket: d.Socket, Timeout: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	d.Freeze()
	if _, err := e.About(t.Context()); !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "no answer within 300ms") {
		t.Errorf("%v", err)
	}
	d.Thaw()
	for limit := time.Now().Add(3 * time.Minute); ; {
		if _, err = e.About(t.Context()); err == nil {
			break
		}
		if time.Now().After(limit) {
			t.Fatal(err)
		}
	}
}

// A process counts as one of a container only if the engine and the kernel agree.
func TestConfirm(t *testing.T) {
	d := testutil.Docker(t)
	d.Image(t, "confirm:1", nil)
	e := engine(t, d.Socket)
	first, other := d.Run(t, "confirm:1", "sleep", "1000"), d.Run(t, "confirm:1", "sleep", "1000")
	inside, err := e.Inspect(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	open := func(pid string) int {
		fd, err := unix.Open("/proc/"+pid, unix.O_PATH|unix.O_DIRECTORY, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Close(fd) })
		return fd
	}
	c := &Confirmer{Engine: e}
	proc := open(itoa(inside.PID))
	got, err := c.Confirm(t.Context(), proc, first)
	if err != nil || got.ID != first || !strings.HasPrefix(got.Image, "confirm:1@sha256:") {
		t.Errorf("%+v, %v", got, err)
	}
	for _, wrong := range []struct {
		name string
		proc int
		id   string
		is   error
	}{
		{"another container's", proc, other, ErrNotConfirmed},
		{"one of the host", open("self"), first, ErrNotConfirmed},
		{"an invented one", proc, strings.Repeat("ab", 32), ErrNotFound},
	} {
		if got, err := c.Confirm(t.Context(), wrong.proc, wrong.id); !errors.Is(err, wrong.is) {
			t.Errorf("%s: %+v, %v", wrong.name, got, err)
		}
	}
	// What was confirmed stays so for a while without the engine.
	c.Engine = engine(t, "/nonexistent")
	if _, err := c.Confirm(t.Context(), proc, first); err != nil {
		t.Errorf("remembered: %v", err)
	}
	if _, err := c.Confirm(t.Context(), proc, other); !errors.Is(err, ErrUnreachable) {
		t.Errorf("not remembered: %v", err)
	}
}

func TestHostPath(t *testing.T) {
	c := &Container{Merged: "/var/lib/docker/x/merged", Mounts: []Mount{
		{Source: "/srv/work", Target: "/work"}, {Source: "/srv/ro", Target: "/work/ro", ReadOnly: true}, {Target: "/scratch"},
	}}
	for inside, want := range map[string]string{
		"/work": "/srv/work", "/work/a/b": "/srv/work/a/b", "/work/ro": "/srv/ro ro", "/work/ro/x": "/srv/ro/x ro", "/workspace": "/var/lib/docker/x/merged/workspace",
		"/": "/var/lib/docker/x/merged", "/scratch/x": "none",
	} {
		host, ro, ok := c.HostPath(inside)
		got := host
		if ro {
			got += " ro"
		}
		if !ok {
			got = "none"
		}
		if got != want {
			t.Errorf("%s is %s, want %s", inside, got, want)
		}
	}
}

func TestParseImage(t *testing.T) {
	digest := "sha256:" + strings.Repeat("0f", 32)
	for name, pinned := range map[string]bool{"alpine": false, "a/b:1": false, "a/b@" + digest: true, digest: true, "r.example:5000/a:1@" + digest: true} {
		if got, err := ParseImage(name); err != nil || got != pinned {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for _, name := range []string{"", "UPPER", "a b", "-x", "a@sha256:12"} {
		if _, err := ParseImage(name); err == nil {
			t.Errorf("%q is an image", name)
		}
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

// Engines that aren't Docker's, or run as an ordinary user, run no commands; the answers are as those engines give them.
func TestUnfitEngines(t *testing.T) {
	for name, tt := range map[string]struct{ info, version, want string }{
		"podman": {
			`{"ServerVersion":"4.3.1","OSType":"linux","SecurityOptions":["name=seccomp,profile=default"]}`,
			`{"Version":"4.3.1","ApiVersion":"1.41","Components":[{"Name":"Podman Engine","Version":"4.3.1"}]}`, "it is podman 4.3.1",
		},
		"rootless": {
			`{"ServerVersion":"28.2.2","OSType":"linux","SecurityOptions":["name=seccomp,profile=builtin","name=rootless","name=cgroupns"]}`,
			`{"Version":"28.2.2","ApiVersion":"1.50","Components":[{"Name":"Engine","Version":"28.2.2"}]}`, "it is rootless",
		},
		"windows": {`{"ServerVersion":"28.2.2","OSType":"windows"}`, `{"Version":"28.2.2","ApiVersion":"1.50"}`, "its containers run windows"},
		"garbage": {`no JSON`, `{}`, "invalid character"},
	} {
		socket := filepath.Join(t.TempDir(), "s")
		l, err := net.Listen("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		mux := http.NewServeMux()
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Api-Version", "1.41")
			switch path.Base(r.URL.Path) {
			case "info":
				_, _ = w.Write([]byte(tt.info))
			case "version":
				_, _ = w.Write([]byte(tt.version))
			}
		})
		srv := &http.Server{Handler: mux}
		go func() { _ = srv.Serve(l) }()
		if err := engine(t, socket).Runs(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
		_ = srv.Close()
	}
}
