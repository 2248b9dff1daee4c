package tests

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// manager plays the part of systemd's that the guard needs over a restart: it keeps descriptors.
type manager struct {
	t    *testing.T
	path string

	mu   sync.Mutex
	kept map[string]*os.File
}

func newManager(t *testing.T, dir string) *manager {
	t.Helper()
	m := &manager{t: t, path: filepath.Join(dir, "notify"), kept: map[string]*os.File{}}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: m.path}); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		m.serve(fd)
	}()
	t.Cleanup(func() {
		_ = unix.Shutdown(fd, unix.SHUT_RDWR)
		<-ended
		_ = unix.Close(fd)
		for _, f := range m.kept {
			_ = f.Close()
		}
	})
	return m
}

func (m *manager) serve(fd int) {
	for {
		b, oob := make([]byte, 4096), make([]byte, 256)
		n, oobn, _, _, err := unix.Recvmsg(fd, b, oob, unix.MSG_CMSG_CLOEXEC)
		if err != nil || n == 0 {
			return
		}
		var fds []int
		if messages, err := unix.ParseSocketControlMessage(oob[:oobn]); err == nil {
			for i := range messages {
				more, _ := unix.ParseUnixRights(&messages[i])
				fds = append(fds, more...)
			}
		}
		m.told(string(b[:n]), fds)
	}
}

func (m *manager) told(words string, fds []int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name, store, remove := "", false, false
	for l := range strings.SplitSeq(words, "\n") {
		if n, ok := strings.CutPrefix(l, "FDNAME="); ok {
			name = n
		}
		store, remove = store || l == "FDSTORE=1", remove || l == "FDSTOREREMOVE=1"
	}
	switch {
	case store && len(fds) == 1:
		m.kept[name] = os.NewFile(uintptr(fds[0]), name)
	case remove && m.kept[name] != nil:
		_ = m.kept[name].Close()
		delete(m.kept, name)
	default: // a barrier's, or of no interest
		for _, fd := range fds {
			_ = unix.Close(fd)
		}
	}
}

// len is how many descriptors it keeps.
func (m *manager) len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.kept)
}

// start starts the guard with what is kept.
func (m *manager) start(g *guarded) {
	m.t.Helper()
	args := []string{
		"-c", `LISTEN_PID=$$; export LISTEN_PID; exec "$@"`, "sh", filepath.Join(bin, "clawrdend"), "guard", "--socket", g.sock,
		"--judge", filepath.Join(g.dir, "run/judge.sock"), "--launcher", filepath.Join(bin, "clawrden-launch"),
	}
	g.guard = exec.Command("sh", args...)
	g.guard.Stdout, g.guard.Stderr = g.log, g.log
	g.guard.Env = append(os.Environ(), "NOTIFY_SOCKET="+m.path)
	m.mu.Lock()
	var names []string
	for name, f := range m.kept {
		names = append(names, name)
		g.guard.ExtraFiles = append(g.guard.ExtraFiles, f)
	}
	if len(names) > 0 {
		g.guard.Env = append(g.guard.Env, "LISTEN_FDS="+strconv.Itoa(len(names)), "LISTEN_FDNAMES="+strings.Join(names, ":"))
	}
	err := g.guard.Start()
	m.mu.Unlock()
	if err != nil {
		m.t.Fatal(err)
	}
	g.awaitGuard()
}

// stop ends the guard.
func (m *manager) stop(g *guarded, sig syscall.Signal) {
	m.t.Helper()
	_ = g.guard.Process.Signal(sig)
	_ = g.guard.Wait()
	_ = os.Remove(g.sock)
}

// newKept is a guard whose sessions outlive it.
func newKept(t *testing.T, policy string) (*guarded, *manager) {
	t.Helper()
	g := newGuarded(t, hostOptions{policy: policy})
	m := newManager(t, g.dir)
	m.stop(g, syscall.SIGKILL)
	m.start(g)
	return g, m
}

// talker is an agent that runs a line of shell for each that it is sent.
type talker struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func (g *guarded) talker(t *testing.T) *talker {
	t.Helper()
	k := &talker{t: t, cmd: g.shimmed("while read -r l; do eval \"$l\"; done")}
	k.cmd.Stderr = os.Stderr
	var err error
	if k.in, err = k.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := k.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	k.out = bufio.NewScanner(out)
	if err := k.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.cmd.Process.Kill(); _ = k.cmd.Wait() })
	return k
}

func (k *talker) say(line string) {
	k.t.Helper()
	if _, err := io.WriteString(k.in, line+"\n"); err != nil {
		k.t.Fatal(err)
	}
}

func (k *talker) hear(want ...string) {
	k.t.Helper()
	for _, w := range want {
		if k.out.Scan(); k.out.Text() != w {
			k.t.Fatalf("%q, want %q", k.out.Text(), w)
		}
	}
}

// end ends the agent.
func (k *talker) end() {
	_ = k.in.Close()
	_ = k.cmd.Wait()
}

// TestGuardRestart keeps a session over the guard's restart and over its death: what it starts meanwhile waits, and is then judged.
func TestGuardRestart(t *testing.T) {
	g, m := newKept(t, guardPolicy)
	k := g.talker(t)
	k.say("/bin/echo a; /usr/bin/id 2>&1 | head -n 1 >/dev/null; /bin/echo b")
	g.post("/api/queue/"+g.waitPending(1)[0].ID+"/approve", "{}")
	k.hear("a", "b")
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		m.stop(g, sig)
		k.say("/bin/echo c; /usr/bin/id 2>/dev/null; echo $?")
		g.waitSessions("session-1 54321 false")
		m.start(g)
		k.hear("c", "126")
		g.waitSessions("session-1 54321 true")
	}
	k.end()
	g.waitSessions("")
	g.waitFor(func() bool { return m.len() == 0 })
	g.waitOver(1)
	var got []string
	for _, r := range g.records() {
		if r.Event == clawrden.EventSession || r.Event == clawrden.EventOver {
			got = append(got, fmt.Sprintf("%s %s %s %v %s", r.Event, r.Session, r.Boundary, r.Execs > 0, r.Reason))
		}
	}
	if want := "session_started session-1 guard false \nsession_ended session-1 guard true "; strings.Join(got, "\n") != want {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

// TestGuardRestartHeld denies what is held when the guard is restarted; a person's decision then serves the same command once.
func TestGuardRestartHeld(t *testing.T) {
	g, m := newKept(t, guardPolicy)
	k := g.talker(t)
	for _, row := range []struct {
		sig           syscall.Signal
		argument, out string
		code, said    string
	}{
		{syscall.SIGTERM, "4", "root0", "126", "clawrden: the guard was restarted while this waited for a person"},
		{syscall.SIGKILL, "3", "roo0", "137", ""},
	} {
		command := "/usr/bin/head -c " + row.argument + " /etc/passwd"
		k.say("said=$(" + command + ` 2>&1); echo $?; echo "${said%%$'\n'*}"`)
		id := g.waitPending(1)[0].ID
		m.stop(g, row.sig)
		k.hear(row.code, row.said)
		if q := g.waitPending(1); q[0].ID != id {
			t.Errorf("%+v", q)
		}
		if status := g.post("/api/queue/"+id+"/approve", "{}"); status != 200 {
			t.Error(status)
		}
		m.start(g)
		k.say(command + "; echo $?")
		k.hear(row.out)
		k.say(command + "; echo $?") // it was for one time
		g.post("/api/queue/"+g.waitPending(1)[0].ID+"/deny", "{}")
		k.hear("126")
	}
	k.end()
}

// TestGuardedAskDaemonRestart has a held exec wait on over the daemon's restart, and its death, and be asked about once.
func TestGuardedAskDaemonRestart(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy})
	k := g.talker(t)
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		k.say("/usr/bin/head -c 4 /etc/passwd; echo $?")
		id := g.waitPending(1)[0].ID
		g.restart(sig, func() {})
		if q := g.waitPending(1); q[0].ID != id {
			t.Errorf("%+v", q)
		}
		g.post("/api/queue/"+id+"/approve", "{}")
		k.hear("root0")
		g.waitPending(0)
	}
	k.say("/usr/bin/head -c 4 /etc/passwd; echo $?")
	id := g.waitPending(1)[0].ID
	g.restart(syscall.SIGKILL, func() {})
	g.post("/api/queue/"+id+"/deny", "{}")
	k.hear("126")
	decided, finished := g.told("head")
	if len(decided) != 3 || len(finished) != 2 {
		t.Errorf("%q %q", decided, finished)
	}
}

// TestKilledGuard has nothing run where the guard has been killed and nobody starts it again; after a while the session is ended.
func TestKilledGuard(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy})
	k := g.talker(t)
	k.say("/bin/echo a")
	k.hear("a")
	_ = g.guard.Process.Kill()
	_ = g.guard.Wait()
	k.say("/bin/echo b 2>/dev/null; echo $?")
	k.hear("126")
	g.waitSessions("session-1 54321 false")
	if os.Getenv("CLAWRDEN_SOAK") == "" {
		return
	}
	_ = k.cmd.Wait()
	if s := k.cmd.ProcessState.String(); s != "signal: killed" {
		t.Error(s)
	}
	g.waitSessions("")
}
