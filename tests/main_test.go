// Package tests runs the real programs against each other: the shim, the daemon and the CLI as they are built for people,
// on real tools. Nothing in it is imported by anything.
package tests

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/testutil"
)

// bin is where the programs under test are: built once, by the Makefile, as for a release.
var bin string

func TestMain(m *testing.M) {
	dir, err := filepath.Abs("../bin")
	if err == nil {
		var out []byte
		if out, err = exec.Command("make", "-s", "-C", "..", "build").CombinedOutput(); err != nil {
			err = fmt.Errorf("make build: %v\n%s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	bin = dir
	os.Exit(testutil.Main(m))
}

// host is a running daemon with its sockets, policy and shims in a directory of its own, which every user may enter.
type host struct {
	t       testing.TB
	dir     string
	socket  string // shim socket; anybody may connect
	control string
	audit   string
	shims   string
	owner   uint32 // whose the daemon is, where the test is root's
	daemon  *exec.Cmd
	exited  <-chan struct{} // closed when the daemon has ended
	log     logFile
	extra   []string
}

// logFile is what daemon and guard write to: a file, so that nothing but the kernel stands between them and a test.
type logFile struct{ *os.File }

func (l logFile) String() string {
	b, err := os.ReadFile(l.Name())
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// hostOptions say how the daemon is started.
type hostOptions struct {
	policy string   // HCL
	config string   // HCL; "" for none
	tools  []string // to be shimmed
	args   []string // beside sockets, policy, audit and state; nil means --dev
}

// newHost starts a daemon and waits until it answers. It is killed at the end of the test.
func newHost(t testing.TB, o hostOptions) *host {
	t.Helper()
	dir, err := os.MkdirTemp("", "clawrden-test-") //nolint:usetesting // t.TempDir is closed to other users, and its names are long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	h := &host{
		t: t, dir: dir, socket: filepath.Join(dir, "run/shim.sock"), control: filepath.Join(dir, "run/control.sock"),
		audit: filepath.Join(dir, "log/audit.jsonl"), shims: filepath.Join(dir, "shims"),
	}
	log, err := os.OpenFile(filepath.Join(dir, "said"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	h.log = logFile{log}
	for _, d := range []string{dir, filepath.Join(dir, "run"), filepath.Join(dir, "log"), h.shims, filepath.Join(dir, "policy"), filepath.Join(dir, "state")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	h.setPolicy(o.policy)
	shim, err := os.ReadFile(filepath.Join(bin, "clawrden-shim"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(h.shims, "clawrden-shim"), shim, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tool := range o.tools {
		if err := os.Symlink("clawrden-shim", filepath.Join(h.shims, tool)); err != nil {
			t.Fatal(err)
		}
	}
	h.extra = []string{"--dev"}
	if o.args != nil {
		h.extra = o.args
	}
	if o.config != "" {
		config := filepath.Join(dir, "clawrden.hcl")
		if err := os.WriteFile(config, []byte(o.config), 0o644); err != nil {
			t.Fatal(err)
		}
		h.extra = append(h.extra, "--config", config)
	}
	h.start()
	t.Cleanup(func() {
		h.kill(syscall.SIGKILL)
		if t.Failed() {
			t.Logf("the daemon said:\n%s", h.log)
		}
	})
	return h
}

func (h *host) setPolicy(hcl string) {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.dir, "policy/test.hcl"), []byte(hcl), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

// start starts the daemon, and returns when it answers on both sockets.
func (h *host) start() {
	h.t.Helper()
	args := append([]string{
		"--socket", h.socket, "--control", h.control, "--policy", filepath.Join(h.dir, "policy"),
		"--audit", h.audit, "--state", filepath.Join(h.dir, "state"),
	}, h.extra...)
	c := asUser(exec.Command(filepath.Join(bin, "clawrdend"), args...), h.owner)
	c.Stdout, c.Stderr = h.log, h.log
	if err := c.Start(); err != nil {
		h.t.Fatal(err)
	}
	exited := make(chan struct{})
	h.daemon, h.exited = c, exited
	go func() { _ = c.Wait(); close(exited) }()
	h.waitFor(func() bool {
		select {
		case <-exited:
			h.t.Fatalf("the daemon ended: %v\n%s", c.ProcessState, h.log)
		default:
		}
		return h.tryGet("/api/status", &struct{}{}) == nil // whatever it answers: an ordinary daemon has no words for root
	})
	if err := os.Chmod(h.socket, 0o666); err != nil {
		h.t.Fatal(err)
	}
}

// kill ends the daemon and waits for it.
func (h *host) kill(sig syscall.Signal) {
	_ = h.daemon.Process.Signal(sig)
	<-h.exited
}

// restartAs has the host and its daemon be an ordinary user's from now on.
func (h *host) restartAs(uid uint32) {
	h.t.Helper()
	h.kill(syscall.SIGTERM)
	owner := fmt.Sprintf("%d:%d", uid, uid)
	if out, err := exec.Command("chown", "-R", owner, h.dir).CombinedOutput(); err != nil {
		h.t.Fatalf("%v: %s", err, out)
	}
	h.owner = uid
	h.start()
}

// http is a client of the control socket.
func (h *host) http() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", h.control)
		},
	}}
}

func (h *host) tryGet(path string, into any) error {
	resp, err := h.http().Get("http://clawrden" + path)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(into)
}

// get reads from the HTTP API.
func (h *host) get(path string, into any) {
	h.t.Helper()
	if err := h.tryGet(path, into); err != nil {
		h.t.Fatalf("GET %s: %v", path, err)
	}
}

// post posts to the HTTP API and returns the status.
func (h *host) post(path, body string) int {
	h.t.Helper()
	resp, err := h.http().Post("http://clawrden"+path, "application/json", strings.NewReader(body))
	if err != nil {
		h.t.Fatalf("POST %s: %v", path, err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

// records reads the audit log's whole lines.
func (h *host) records() []clawrden.Record {
	h.t.Helper()
	b, err := os.ReadFile(h.audit)
	if err != nil {
		h.t.Fatal(err)
	}
	var records []clawrden.Record
	for line := range bytes.Lines(b) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break
		}
		var r clawrden.Record
		if err := json.Unmarshal(line, &r); err != nil {
			h.t.Fatalf("the audit log holds %q: %v", line, err)
		}
		records = append(records, r)
	}
	return records
}

// env is the environment of a governed command: shims first on PATH.
func (h *host) env() []string {
	return []string{"PATH=" + h.shims + ":/usr/bin:/bin", "CLAWRDEN_SOCKET=" + h.socket, "CLAWRDEN_CONTROL=" + h.control, "HOME=/tmp", "LANG=C.UTF-8"}
}

// command is a governed command: its shim, by absolute path.
func (h *host) command(tool string, args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(h.shims, tool), args...)
	c.Env = h.env()
	c.Dir = h.dir
	return c
}

// asUser runs a command as an ordinary user, where the test runs as root.
func asUser(c *exec.Cmd, uid uint32) *exec.Cmd {
	if os.Geteuid() == 0 {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	}
	return c
}

// result is what a finished command left.
type result struct {
	stdout, stderr string
	code           int // -1 if killed
	signal         syscall.Signal
}

func finish(t testing.TB, c *exec.Cmd) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if c.Stdout == nil {
		c.Stdout = &stdout
	}
	if c.Stderr == nil {
		c.Stderr = &stderr
	}
	err := c.Run()
	if c.ProcessState == nil {
		t.Fatalf("%v: %v", c.Args, err)
	}
	r := result{stdout: stdout.String(), stderr: stderr.String(), code: c.ProcessState.ExitCode()}
	if ws := c.ProcessState.Sys().(syscall.WaitStatus); ws.Signaled() {
		r.signal = ws.Signal()
	}
	return r
}
