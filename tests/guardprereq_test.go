package tests

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/guardlink"
)

// TestPrerequisites refuses a session that lacks what its boundary stands on, and says what. Kernels that lack it are in TestOldKernels,
// containers in TestGuardedContainer, foreign launchers in TestForeignLauncher.
func TestPrerequisites(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy})
	for _, row := range []struct {
		name   string
		before []string // words that start the launcher
		uid    uint32
		want   string // "" where it may
	}{
		{"a user", nil, 54321, ""},
		{"root", nil, 0, "it runs as uid 0, as the guard does; a session needs a user of its own"},
		{"root in a pid namespace", []string{"unshare", "--pid", "--fork", "--mount", "sh", "-c", "umount -l /proc && mount -t proc proc /proc && exec \"$@\"", "sh"}, 0, "it is root with CAP_"},
		{"a user with root's rights to mount", []string{"setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "--inh-caps=+sys_admin", "--ambient-caps=+sys_admin"}, 0, "it has the capability CAP_SYS_ADMIN"},
		{"a user who may become another one", []string{"setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "--inh-caps=+setuid", "--ambient-caps=+setuid"}, 0, "it has the capability CAP_SETUID"},
		{"a user in a user namespace", []string{"setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "unshare", "--user"}, 0, ""},
		{"another mount of /proc", []string{"unshare", "--mount", "sh", "-c", "mkdir -p other && mount -t proc proc other && exec setpriv --reuid=54321 --regid=54321 --clear-groups \"$@\"", "sh"}, 0, "/proc is mounted 2 times"},
		{"no /proc", []string{"unshare", "--mount", "sh", "-c", "umount -l /proc && exec setpriv --reuid=54321 --regid=54321 --clear-groups \"$@\"", "sh"}, 0, "mountinfo"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := g.agent("/bin/echo", "ran")
			c.Args = append(row.before, c.Args...)
			c.SysProcAttr.Credential = &syscall.Credential{Uid: row.uid, Gid: row.uid}
			c.Dir, c.Path = openDir(t), c.Args[0]
			if p, err := exec.LookPath(c.Path); err == nil {
				c.Path = p
			}
			r := finish(t, c)
			if row.want == "" {
				if r.stdout != "ran\n" {
					t.Errorf("%+v", r)
				}
				return
			}
			if r.code != 125 || r.stdout != "" || !strings.Contains(r.stderr, "the session can't be had: ") || !strings.Contains(r.stderr, row.want) {
				t.Errorf("%+v\nwant %q", r, row.want)
			}
		})
	}
}

// TestPrerequisiteTracer refuses a launcher that another process traces: the guard could hold nothing of it.
func TestPrerequisiteTracer(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy})
	runtime.LockOSThread() // the tracer is a thread
	defer runtime.UnlockOSThread()
	out := filepath.Join(g.dir, "out")
	f, err := os.Create(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c := g.agent("/bin/echo", "ran")
	c.Stdout, c.Stderr = f, f
	c.SysProcAttr.Ptrace = true
	if err := c.Start(); err != nil {
		t.Skip("nothing can be traced here: ", err)
	}
	defer func() { _ = c.Process.Release() }()
	var status unix.WaitStatus
	for {
		if _, err := unix.Wait4(c.Process.Pid, &status, unix.WALL, nil); err != nil {
			t.Fatal(err)
		}
		if status.Exited() || status.Signaled() {
			break
		}
		sig := 0
		if status.StopSignal() != unix.SIGTRAP {
			sig = int(status.StopSignal())
		}
		if err := unix.PtraceCont(c.Process.Pid, sig); err != nil {
			t.Fatal(err)
		}
	}
	said, _ := os.ReadFile(out)
	if status.ExitStatus() != 125 || !strings.Contains(string(said), "another process traces it") {
		t.Errorf("%v %s", status, said)
	}
}

// TestPrerequisiteFilter refuses who brings a listener without having a filter itself.
func TestPrerequisiteFilter(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy})
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: g.sock, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	if _, _, err := conn.WriteMsgUnix(guardlink.AppendAttach(nil, &guardlink.Attach{}), unix.UnixRights(fd), nil); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.Contains(string(answer), "the filter isn't in place") {
		t.Errorf("%q, %v", answer, err)
	}
}
