package tests

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// approvers is a group for tests: one that every Linux host has, and no test user is in by itself.
const approvers, approversGID = "mail", 8

// governedHost is a daemon as on a real host: root's, without --dev, with a group of approvers. Every user reaches its
// control socket, so that what is tested is the daemon's answer and not the socket's mode.
func governedHost(t testing.TB) *host {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to be several users")
	}
	h := newHost(t, hostOptions{
		policy: decidePolicy, tools: []string{"echo", "make", "sh", "curl", "sleep"}, args: []string{},
		config: fmt.Sprintf("paths {\n  approvers_group = %q\n}\n", approvers),
	})
	if err := os.Chmod(h.control, 0o666); err != nil {
		t.Fatal(err)
	}
	return h
}

const decidePolicy = `
policy { default = "deny" }
rule "fine" {
  commands = ["echo", "sh", "curl", "sleep", "puppet"]
  action   = "allow"
  opaque   = "allow"
}
rule "ask" {
  commands = ["make"]
  action   = "ask"
}
`

// as runs a command as a user with a supplementary group.
func as(c *exec.Cmd, uid uint32, groups ...uint32) *exec.Cmd {
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid, Groups: groups}}
	return c
}

// puppetDecide posts to the control socket: SOCKET PATH. It prints the HTTP status.
func puppetDecide(args []string) error {
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", args[0])
	}}}
	resp, err := client.Post("http://clawrden"+args[1], "application/json", nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	fmt.Printf("%d %s\n", resp.StatusCode, b)
	return nil
}

// decide posts as somebody, and returns the HTTP status.
func (h *host) decide(uid uint32, groups []uint32, path string) (status string) {
	h.t.Helper()
	out, err := as(h.puppet("decide", h.control, path), uid, groups...).CombinedOutput()
	if err != nil {
		h.t.Fatalf("uid %d: %v: %s", uid, err, out)
	}
	status, _, _ = strings.Cut(string(out), " ")
	return status
}

// agentUID is the user of an agent that isn't root.
const agentUID = 4242

// askedByAgent has an agent's command wait for a person.
func (h *host) askedByAgent() (id string, end <-chan result) {
	h.t.Helper()
	c := asUser(h.command("make", "--version"), agentUID)
	done := make(chan result, 1)
	go func() { done <- finish(h.t, c) }()
	return h.waitPending(1)[0].ID, done
}

// TestWhoMayDecide is the table of rights at the control socket, by user.
func TestWhoMayDecide(t *testing.T) {
	h := governedHost(t)
	const agent, person, stranger = agentUID, 4343, 4444
	in := []uint32{approversGID}
	id, end := h.askedByAgent()
	for _, row := range []struct {
		who    string
		uid    uint32
		groups []uint32
		path   string
		want   string
	}{
		{"a stranger", stranger, nil, "/api/queue/" + id + "/approve", "403"},
		{"a stranger", stranger, nil, "/api/kill", "403"},
		{"the requester", agent, nil, "/api/queue/" + id + "/approve", "403"},
		{"the requester, in the group", agent, in, "/api/queue/" + id + "/approve", "403"},
		{"the requester, in the group", agent, in, "/api/queue/" + id + "/deny", "403"},
		{"a member of the group", person, in, "/api/unlock", "403"},
		{"a member of the group", person, in, "/api/reload", "403"},
		{"a member of the group", person, in, "/api/queue/" + id + "/approve", "200"},
	} {
		if got := h.decide(row.uid, row.groups, row.path); got != row.want {
			t.Errorf("%s: POST %s: HTTP %s, want %s", row.who, row.path, got, row.want)
		}
	}
	if r := <-end; r.code != 0 {
		t.Errorf("approved by a member of the group: %+v", r)
	}
	if r := h.decided(id); r.Approver == nil || r.Approver.UID != person || r.Approver.Self {
		t.Errorf("recorded with the approver %+v", r.Approver)
	}

	cli := exec.Command(filepath.Join(bin, "clawrden"), "--control", h.control, "unlock")
	if os.Chmod(bin, 0o755) == nil {
		program := filepath.Join(h.dir, "clawrden")
		if out, err := exec.Command("cp", filepath.Join(bin, "clawrden"), program).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		cli.Path = program
	}
	cli.Dir = "/"
	if r := finish(t, as(cli, person, in...)); r.code != 4 {
		t.Errorf("the CLI's unlock as a member of the group: %+v; want exit status 4", r)
	}
}

// TestGovernedMayNotDecide has root's own governed command, and what it starts, try to approve. Outside of a governed
// command the same user may.
func TestGovernedMayNotDecide(t *testing.T) {
	h := governedHost(t)
	id, end := h.askedByAgent()
	path := "/api/queue/" + id + "/approve"
	url := "http://clawrden" + path

	if _, err := exec.LookPath("curl"); err == nil {
		r := finish(t, h.command("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST", "--unix-socket", h.control, url))
		if r.stdout != "403" {
			t.Errorf("a governed curl: %+v", r)
		}
	}
	h.puppet("decide") // puts the program in its place
	script := puppetEnv + "=decide " + filepath.Join(h.dir, "puppet") + " " + h.control + " " + path
	for name, text := range map[string]string{
		"a child":                  script + "; true",
		"a grandchild":             "sh -c '" + script + "; true'; true",
		"a child in the backgound": "(" + script + ") & wait",
	} {
		c := h.command("sh", "-c", text)
		c.Env[0] = "PATH=/usr/bin:/bin" // so that what it starts isn't governed anew
		if r := finish(t, c); !strings.HasPrefix(r.stdout, "403 ") {
			t.Errorf("%s of a governed command: %+v", name, r)
		}
	}
	if q := h.waitPending(1); q[0].ID != id {
		t.Errorf("the queue holds %+v", q)
	}
	if got := h.post(path, ""); got != http.StatusOK {
		t.Errorf("root outside: HTTP %d", got)
	}
	<-end
	if r := h.decided(id); r.Decision != clawrden.OutcomeApproved {
		t.Errorf("recorded as %+v", r)
	}
}

// TestGoneMayNotDecide has a caller end before its request is read: of one that has gone nothing can be told, so it has no
// rights, whatever they were.
func TestGoneMayNotDecide(t *testing.T) {
	h := governedHost(t)
	id, end := h.askedByAgent()
	// The connection is kept open by this test, whose own rights don't count: another process opened it.
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	p := h.puppet("lend", h.control)
	f := os.NewFile(uintptr(pair[1]), "pair")
	p.ExtraFiles = []*os.File{f}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	conn := os.NewFile(uintptr(receive(t, pair[0])), "connection")
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "POST /api/queue/%s/approve HTTP/1.1\r\nHost: clawrden\r\nContent-Length: 0\r\n\r\n", id); err != nil {
		t.Fatal(err)
	}
	status, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && !strings.Contains(status, "403") {
		t.Errorf("answered with %q", status)
	}
	h.waitPending(1)
	h.post("/api/queue/"+id+"/deny", "")
	<-end
}

// puppetLend connects, lends the connection to the process at descriptor 3, and ends once it was identified: SOCKET.
func puppetLend(args []string) error {
	c, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: args[0], Net: "unix"})
	if err != nil {
		return err
	}
	if _, err := io.WriteString(c, "GET /api/status HTTP/1.1\r\nHost: clawrden\r\n\r\n"); err != nil {
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	f, err := c.File()
	if err != nil {
		return err
	}
	return unix.Sendmsg(3, []byte{0}, unix.UnixRights(int(f.Fd())), nil, 0)
}

// puppetDaemon becomes a daemon with the sockets that it has as descriptors 3 and so on, as systemd passes them: NAMES
// ARGUMENT….
func puppetDaemon(args []string) error {
	names := args[0]
	env := append(os.Environ(), "LISTEN_PID="+itoa(os.Getpid()), "LISTEN_FDNAMES="+names, "LISTEN_FDS="+itoa(strings.Count(names, ":")+1))
	return syscall.Exec(args[1], args[1:], env)
}

// TestSocketActivation gives the daemon its sockets as systemd does, by name. They are not its own to remove.
func TestSocketActivation(t *testing.T) {
	h := attackHost(t)
	h.honest()
	h.kill(syscall.SIGTERM)
	listen := func(path string) *os.File {
		t.Helper()
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		l.SetUnlinkOnClose(false)
		f, err := l.File()
		if err == nil {
			err = unix.SetsockoptInt(int(f.Fd()), unix.SOL_SOCKET, unix.SO_PASSCRED, 1) // PassCredentials=yes
		}
		if err != nil {
			t.Fatal(err)
		}
		_ = l.Close()
		return f
	}
	sockets := []*os.File{listen(h.socket), listen(h.control)}
	start := func(names string) (*exec.Cmd, *strings.Builder) {
		t.Helper()
		c := h.puppet("daemon", names, filepath.Join(bin, "clawrdend"), "--dev", "--policy", filepath.Join(h.dir, "policy"),
			"--audit", h.audit, "--state", filepath.Join(h.dir, "state"), "--socket", h.dir+"/not-used", "--control", h.dir+"/not-used-either")
		c.ExtraFiles = sockets
		var out strings.Builder
		c.Stdout, c.Stderr = &out, &out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return c, &out
	}
	c, out := start("shim:control")
	h.honest()
	var s clawrden.Status
	h.get("/api/status", &s)
	if s.Status != "running" {
		t.Errorf("status %+v", s)
	}
	_ = c.Process.Signal(syscall.SIGTERM)
	if err := c.Wait(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	for _, path := range []string{h.socket, h.control} {
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("a socket of systemd's was removed: %v", err)
		}
	}
	if _, err := os.Lstat(h.dir + "/not-used"); err == nil {
		t.Error("a socket of its own was made beside systemd's")
	}
	bad, out := start("shim:telnet")
	if err := bad.Wait(); err == nil || !containsAll(out.String(), `"telnet"`, "FileDescriptorName=shim, control, judge, guard, http or metrics") {
		t.Errorf("a socket with an unknown name: %v, %s", err, out)
	}
}
