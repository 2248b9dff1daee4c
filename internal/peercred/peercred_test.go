package peercred

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// connected is the accepted end of a connection that this process made.
func connected(t *testing.T) *net.UnixConn {
	t.Helper()
	dir, err := os.MkdirTemp("", "clawrden-") //nolint:usetesting // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "s"), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	other, err := net.Dial("unix", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c, err := l.AcceptUnix()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close(); _ = c.Close() })
	return c
}

func TestOf(t *testing.T) {
	p, err := Of(connected(t))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		t.Fatal(err)
	}
	start, _, err := ParseStat(stat)
	if err != nil {
		t.Fatal(err)
	}
	if p.PID != os.Getpid() || p.UID != uint32(os.Geteuid()) || p.GID != uint32(os.Getegid()) || p.Start != start || p.Parent != os.Getppid() || !p.HostNS || !p.Alive() {
		t.Errorf("this process is said to be %+v", p.Identity)
	}
	groups, err := os.Getgroups()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		if !slices.Contains(p.Groups, uint32(g)) {
			t.Errorf("group %d isn't among %v", g, p.Groups)
		}
	}
	p.Close()
	p.Close() // twice is harmless
}

// TestWithoutRoom has no descriptors left: that isn't "gone", which is passed over in silence.
func TestWithoutRoom(t *testing.T) {
	c := connected(t)
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	for room := range uint64(2) {
		_ = raw.Control(func(fd uintptr) {
			low, err := unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) // the lowest free number
			if err != nil {
				t.Fatal(err)
			}
			_ = unix.Close(low)
			tight := unix.Rlimit{Cur: uint64(low) + room, Max: old.Max}
			if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &tight); err != nil {
				t.Fatal(err)
			}
			p, err := of(int(fd))
			_ = unix.Setrlimit(unix.RLIMIT_NOFILE, &old)
			if p != nil {
				p.Close()
			}
			if err == nil || errors.Is(err, ErrGone) || !strings.Contains(err.Error(), "too many open files") {
				t.Errorf("with room for %d descriptors: %v", room, err)
			}
		})
	}
}

// TestGoneProcess opens a pidfd in the way of older kernels for a process that has ended.
func TestGoneProcess(t *testing.T) {
	c := exec.Command("/bin/true")
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	if _, err := openPidfd(-1, c.Process.Pid); !errors.Is(err, ErrGone) {
		t.Errorf("%v, want that it is gone", err)
	}
}

// TestOpenPidfd is the way of kernels without SO_PEERPIDFD, tried on any.
func TestOpenPidfd(t *testing.T) {
	raw, err := connected(t).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	_ = raw.Control(func(fd uintptr) {
		n, err := openPidfd(int(fd), os.Getpid())
		if err != nil {
			t.Error(err)
			return
		}
		_ = unix.Close(n)
		if n, err := openPidfd(int(fd), 1); err == nil {
			_ = unix.Close(n)
			t.Error("a pidfd of another process than the peer")
		}
	})
}

func TestParseStat(t *testing.T) {
	const rest = " S 77 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 1 2"
	for _, row := range []struct {
		stat   string
		start  uint64
		parent int
		ok     bool
	}{
		{"5 (sh)" + rest, 123456, 77, true},
		{"5 (a) b (c) S 1 2)" + rest, 123456, 77, true},
		{"5 (\n) 0 0)" + rest, 123456, 77, true},
		{"", 0, 0, false},
		{"5 (sh", 0, 0, false},
		{"5 (sh) S 77", 0, 0, false},
		{"5 (sh) S x" + rest[5:], 0, 0, false},
	} {
		start, parent, err := ParseStat([]byte(row.stat))
		if (err == nil) != row.ok || row.ok && (start != row.start || parent != row.parent) {
			t.Errorf("%q: start %d, parent %d, %v", row.stat, start, parent, err)
		}
	}
}

func TestUnitOf(t *testing.T) {
	id := strings.Repeat("0123456789abcdef", 4)
	for _, row := range []struct{ cgroup, unit, container string }{
		{"", "", ""},
		{"/", "", ""},
		{"/system.slice/nginx.service", "nginx.service", ""},
		{"/system.slice/nginx.service/docker-" + id + ".scope", "nginx.service", ""},
		{"/system.slice/docker-" + id + ".scope", "docker-" + id + ".scope", id},
		{"/system.slice/docker-" + id[1:] + ".scope", "docker-" + id[1:] + ".scope", ""},
		{"/system.slice/docker-" + strings.ToUpper(id) + ".scope", "docker-" + strings.ToUpper(id) + ".scope", ""},
		{"/user.slice/user-1000.slice/user@1000.service/app.slice/docker-" + id + ".scope", "user@1000.service", ""},
		{"/user.slice/user-1000.slice/session-3.scope", "session-3.scope", ""},
		{"/docker/" + id, "", id},
		{"/x/docker/" + id, "", ""},
		{"/docker/short", "", ""},
	} {
		if unit, container := unitOf(row.cgroup); unit != row.unit || container != row.container {
			t.Errorf("%s: unit %q, container %q; want %q and %q", row.cgroup, unit, container, row.unit, row.container)
		}
	}
}

func TestUnified(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "",
		"0::/a b\n":                          "/a b",
		"1:name=systemd:/x\n0::/y\n":         "/y",
		"1:name=systemd:/x\n":                "",
		"12:cpu:/\n0::/../outside (deleted)": "/../outside (deleted)",
	} {
		if got := unified([]byte(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte("5 (sh) S 77 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 1 2"))
	f.Add([]byte("5 (a) b"))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _, _ = ParseStat(b) })
}
