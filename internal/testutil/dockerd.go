// Package testutil starts real programs for tests: a container engine of the test's own, with images that are made from
// what the machine has.
//
// Nothing but tests may import it. What it starts ends with the test program.
package testutil

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Dockerd is a running container engine that no other test program uses: Docker's, or one that speaks its language.
type Dockerd struct {
	Socket string
	Dir    string // with its data and its log

	args   []string // the program's, with its name
	env    []string // more than this process's
	killed bool     // it ends by SIGKILL alone
	cmd    *exec.Cmd
	done   chan struct{}
}

// shared is the engine that the tests of one program share.
var shared struct {
	once   sync.Once
	engine *Dockerd
	err    error
}

// Main runs a package's tests and ends the engine that they shared. A package that calls Docker calls it from TestMain.
func Main(m *testing.M) int {
	code := m.Run()
	if shared.engine != nil {
		shared.engine.Close()
	}
	return code
}

// Docker gives the engine that the tests of this program share; without one the test is skipped.
func Docker(t testing.TB) *Dockerd {
	t.Helper()
	needsEngine(t, "dockerd", "docker")
	shared.once.Do(func() { shared.engine, shared.err = start() })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.engine
}

// OwnDocker gives an engine that only this test uses, and may stop. Its data is in dir, or in a directory of its own.
func OwnDocker(t testing.TB, dir string) *Dockerd {
	t.Helper()
	needsEngine(t, "dockerd", "docker")
	d, err := startIn(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func start() (*Dockerd, error) { return startIn("") }

// NewDocker is OwnDocker for a program that isn't a test, which closes it.
func NewDocker() (*Dockerd, error) { return start() }

func startIn(dir string) (*Dockerd, error) {
	base, err := os.MkdirTemp("", "clawrden-dockerd-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(base, 0o755); err != nil { //nolint:gosec // callers of other users reach what tests put below it
		return nil, err
	}
	if dir == "" {
		dir = filepath.Join(base, "data")
	}
	config := filepath.Join(base, "daemon.json")
	if err := os.WriteFile(config, []byte("{}"), 0o600); err != nil {
		return nil, err
	}
	d := &Dockerd{Socket: filepath.Join(base, "d.sock"), Dir: base, args: []string{
		"dockerd", "--config-file", config, "--data-root", dir, "--exec-root", filepath.Join(base, "exec"), "--pidfile", filepath.Join(base, "pid"),
		"-H", "unix://" + filepath.Join(base, "d.sock"), "--bridge=none", "--iptables=false", "--ip6tables=false", "--storage-driver=overlay2",
	}}
	if err := d.Start(); err != nil {
		_ = os.RemoveAll(base)
		return nil, err
	}
	return d, nil
}

// Start starts the engine, again after Stop, and returns when it answers.
func (d *Dockerd) Start() error {
	log, err := os.OpenFile(filepath.Join(d.Dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	d.cmd = exec.Command(d.args[0], d.args[1:]...)
	d.cmd.Stdout, d.cmd.Stderr = log, log
	d.cmd.Env = append(os.Environ(), d.env...)
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setpgid: true}
	started := make(chan error)
	d.done = make(chan struct{})
	go func() {
		// The kernel sends that signal when the thread ends that started it, so this one lasts as long as the engine.
		runtime.LockOSThread()
		defer close(d.done)
		err := d.cmd.Start()
		started <- err
		if err == nil {
			_ = d.cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return err
	}
	for limit := time.Now().Add(3 * time.Minute); time.Now().Before(limit); {
		if d.answers() {
			return nil
		}
		select {
		case <-d.done:
			return d.failed("it ended")
		case <-time.After(20 * time.Millisecond):
		}
	}
	d.Close()
	return d.failed("it doesn't answer")
}

func (d *Dockerd) failed(how string) error {
	log, _ := os.ReadFile(filepath.Join(d.Dir, "log"))
	return fmt.Errorf("cannot start a container engine: %s\n%s", how, log[max(0, len(log)-4000):])
}

func (d *Dockerd) answers() bool {
	c := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", d.Socket)
		},
	}}
	resp, err := c.Get("http://docker/_ping")
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// Stop ends the engine, and with it its containers.
func (d *Dockerd) Stop() { d.end(syscall.SIGTERM) }

// Freeze stops the engine's process where it is, so that it takes questions and answers none; Thaw has it go on.
func (d *Dockerd) Freeze() { _ = d.cmd.Process.Signal(syscall.SIGSTOP) }

// Thaw undoes Freeze.
func (d *Dockerd) Thaw() { _ = d.cmd.Process.Signal(syscall.SIGCONT) }

func (d *Dockerd) end(sig syscall.Signal) {
	if d.killed { // with its group: the first of its pid namespace is in there
		_ = syscall.Kill(-d.cmd.Process.Pid, syscall.SIGKILL)
	}
	_ = d.cmd.Process.Signal(syscall.SIGCONT)
	_ = d.cmd.Process.Signal(sig)
	select {
	case <-d.done:
	case <-time.After(30 * time.Second):
		_ = d.cmd.Process.Kill()
		<-d.done
	}
}

// Close ends the engine and removes its files.
func (d *Dockerd) Close() {
	if ids, err := d.CLI("ps", "-aq"); err == nil {
		for id := range bytes.FieldsSeq([]byte(ids)) {
			_, _ = d.CLI("rm", "-f", string(id))
		}
	}
	d.Stop()
	_ = os.RemoveAll(d.Dir)
}

// CLI runs docker's own command line against the engine and gives what it said.
func (d *Dockerd) CLI(args ...string) (string, error) {
	c := exec.Command("docker", args...)
	c.Env = append(os.Environ(), "DOCKER_HOST=unix://"+d.Socket, "DOCKER_CONTEXT=")
	out, err := c.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("docker %v: %w\n%s", args, err, out)
	}
	return string(bytes.TrimSpace(out)), nil
}

// Run starts a container with the options and command of `docker run`, and gives its id; it is removed with the test.
func (d *Dockerd) Run(t testing.TB, args ...string) string {
	t.Helper()
	id, err := d.CLI(append([]string{"run", "-d", "--network=none", "--log-driver=none"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = d.CLI("rm", "-f", id) })
	return id
}

// Image makes an image of the machine's static busybox, with its applets below /bin, and of the files.
func (d *Dockerd) Image(t testing.TB, name string, files map[string][]byte) {
	t.Helper()
	if err := d.Import(name, files); err != nil {
		t.Fatal(err)
	}
}

// Import is Image for a program that isn't a test.
func (d *Dockerd) Import(name string, files map[string][]byte) error {
	archive, err := rootOf(files)
	if err != nil {
		return err
	}
	c := exec.Command("docker", "import", "--change", "ENV PATH=/usr/local/bin:/bin", "-", name)
	c.Env = append(os.Environ(), "DOCKER_HOST=unix://"+d.Socket, "DOCKER_CONTEXT=")
	c.Stdin = bytes.NewReader(archive)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("docker import: %w\n%s", err, out)
	}
	return nil
}

func rootOf(files map[string][]byte) ([]byte, error) {
	busybox, err := os.ReadFile("/bin/busybox")
	if err != nil {
		return nil, err
	}
	applets, err := exec.Command("/bin/busybox", "--list").Output()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	add := func(h tar.Header, text []byte) {
		h.Size = int64(len(text))
		if err == nil {
			err = w.WriteHeader(&h)
		}
		if err == nil {
			_, err = w.Write(text)
		}
	}
	for _, dir := range []string{"bin/", "etc/", "usr/", "usr/local/", "usr/local/bin/", "home/", "proc/", "sys/", "dev/"} {
		add(tar.Header{Name: dir, Mode: 0o755, Typeflag: tar.TypeDir}, nil)
	}
	add(tar.Header{Name: "tmp/", Mode: 0o1777, Typeflag: tar.TypeDir}, nil)
	add(tar.Header{Name: "bin/busybox", Mode: 0o755}, busybox)
	for a := range bytes.FieldsSeq(applets) {
		if string(a) != "busybox" {
			add(tar.Header{Name: "bin/" + string(a), Linkname: "busybox", Typeflag: tar.TypeSymlink}, nil)
		}
	}
	for name, text := range files {
		add(tar.Header{Name: name, Mode: 0o755}, text)
	}
	if err == nil {
		err = w.Close()
	}
	return b.Bytes(), err
}
