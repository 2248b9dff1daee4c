package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/users"
)

// sockets are the listeners by what they are for: "shim", "control", "judge" (the guard asks the daemon there), "guard" (sessions
// come there), and "agent-NAME" for what an earlier life has left with systemd.
type sockets map[string][]*net.UnixListener

// ports are the TCP listeners that systemd opened, by what they are for.
type ports map[string][]net.Listener

// inherited takes the sockets that systemd opened, by their FileDescriptorName=.
func inherited(files []*os.File) (sockets, ports, error) {
	s, tcp := sockets{}, ports{}
	for _, f := range files {
		if f == nil {
			return nil, nil, errors.New("systemd passed a descriptor that can't be used")
		}
		name := f.Name()
		if !slices.Contains([]string{"shim", "control", "judge", "guard", "http", "metrics"}, name) && !strings.HasPrefix(name, keptPrefix) {
			return nil, nil, fmt.Errorf("systemd passed a socket named %q; use FileDescriptorName=shim, control, judge, guard, http or metrics", name)
		}
		l, err := net.FileListener(f)
		_ = f.Close()
		if err != nil {
			return nil, nil, fmt.Errorf("cannot listen on the socket %q from systemd: %v", name, err)
		}
		if name == "http" || name == "metrics" {
			tcp[name] = append(tcp[name], l)
			continue
		}
		u, ok := l.(*net.UnixListener)
		if !ok {
			return nil, nil, fmt.Errorf("the socket %q from systemd is not a Unix socket", name)
		}
		u.SetUnlinkOnClose(false)
		s[name] = append(s[name], u)
	}
	return s, tcp, nil
}

// bind opens a socket of its own where systemd gave none. group may reach it; nobody else but the owner may.
func (s sockets) bind(name, path, group string, db *users.DB) error {
	if len(s[name]) > 0 {
		return nil
	}
	if err := makeDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("cannot use the directory of the %s socket: %v", name, err)
	}
	if err := removeStale(path); err != nil {
		return fmt.Errorf("cannot listen on %s: %w", path, err)
	}
	l, err := listen(path, 0o660)
	if err != nil {
		return err
	}
	s[name] = append(s[name], l)
	if g, err := db.GroupByName(group); err == nil && os.Geteuid() == 0 {
		if err := os.Lchown(path, 0, int(g.GID)); err != nil {
			return fmt.Errorf("cannot give %s to the group %s: %v", path, group, err)
		}
	}
	return nil
}

// listen makes a socket. From the first moment on nobody gets in whom its mode keeps out: the kernel makes its file with the mode
// that the socket has when it is bound, less what the umask takes away, and that is given back afterwards. The umask itself stays as
// it is: it is the whole process's, and directories are made meanwhile.
func listen(path string, mode os.FileMode) (*net.UnixListener, error) {
	prepare := func(_, _ string, c syscall.RawConn) error {
		var inner error
		err := c.Control(func(fd uintptr) { inner = errors.Join(unix.Fchmod(int(fd), uint32(mode)), withCredentials(int(fd))) })
		return errors.Join(err, inner)
	}
	l, err := (&net.ListenConfig{Control: prepare}).Listen(context.Background(), "unix", path)
	if err != nil {
		return nil, fmt.Errorf("cannot listen: %v", err)
	}
	if err := os.Chmod(path, mode); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("cannot listen: %v", err)
	}
	return l.(*net.UnixListener), nil
}

// withCredentials has the kernel put the sender on all that comes in, from before the first connection on: what was sent
// before can't be verified, and is refused.
func withCredentials(fd int) error {
	return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PASSCRED, 1)
}

// makeDir makes a directory for a socket, or makes sure that it isn't somebody else's.
func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // agents of other users have to get through
		return err
	}
	var st unix.Stat_t
	if err := unix.Stat(dir, &st); err != nil {
		return err
	}
	if st.Uid != 0 && st.Uid != uint32(os.Geteuid()) {
		return fmt.Errorf("%s belongs to uid %d, who could put another socket there", dir, st.Uid)
	}
	return nil
}

// removeStale removes a socket on which nobody listens any more. Anything else at the path stays.
func removeStale(path string) error {
	fi, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if fi.Mode().Type() != os.ModeSocket {
		return errors.New("something that is not a socket is in its place")
	}
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
	if err == nil {
		_ = conn.Close()
		return errors.New("another daemon listens there")
	}
	if !errors.Is(err, unix.ECONNREFUSED) {
		return err
	}
	return os.Remove(path)
}
