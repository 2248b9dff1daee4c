package ghost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/executor/dockerx"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/testutil"
)

// launcher is built once.
var launcher string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "clawrden-ghost-")
	if err == nil {
		launcher = filepath.Join(dir, "clawrden-launch")
		cmd := exec.Command("go", "build", "-o", launcher, "../../cmd/clawrden-launch")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		var out []byte
		if out, err = cmd.CombinedOutput(); err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := testutil.Main(m)
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// stranger is an ordinary user.
const stranger = 54321

// stand is an executor on a private engine, and a directory of a caller's.
type stand struct {
	t      testing.TB
	docker *testutil.Dockerd
	x      *Executor
	dir    string
}

func newStand(t testing.TB, d *testutil.Dockerd) *stand {
	t.Helper()
	d.Image(t, "tools:1", map[string][]byte{"opt/tool/lib": []byte("the image's own")})
	return newStandOn(t, d, d.Socket)
}

func newStandOn(t testing.TB, d *testutil.Dockerd, socket string) *stand {
	t.Helper()
	engine, err := dockerx.Open(dockerx.Options{Socket: socket, Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	x, err := Open(Options{
		Engine: engine, Confirm: &dockerx.Confirmer{Engine: engine}, Launcher: launcher, Dir: filepath.Join(t.TempDir(), "ghosts"),
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		x.Close()
		_ = engine.Close()
	})
	s := &stand{t: t, docker: d, x: x}
	if s.dir, err = os.MkdirTemp("/srv", "clawrden-ghost-"); err != nil { //nolint:usetesting // t.TempDir is closed to other users
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(s.dir) })
	if err := os.Chown(s.dir, stranger, stranger); err != nil {
		t.Fatal(err)
	}
	return s
}

// command is a shell script as a job of the stranger's, in the stand's directory.
func (s *stand) command(script string) *job.Job {
	s.t.Helper()
	cwd, err := os.OpenFile(s.dir, unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = cwd.Close() })
	return &job.Job{
		Request: &clawrden.Request{
			Tool: "sh", Argv: []string{"sh", "-c", script}, Cwd: s.dir, Way: clawrden.WayShim,
			Identity: clawrden.Identity{UID: stranger, GID: stranger, HostNS: true, PID: os.Getpid()},
		},
		Decision: &clawrden.Decision{Place: &clawrden.Place{Name: "box", Kind: "ghost", Image: "tools:1"}},
		Cwd:      cwd, Umask: 0o022,
	}
}

// said is what a command that ran has left.
type said struct {
	out  string
	exit job.Exit
}

// run runs a job to its end, with stdout and stderr together.
func (s *stand) run(ctx context.Context, j *job.Job) (said, error) {
	s.t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		s.t.Fatal(err)
	}
	j.Stdio = [3]*os.File{nil, w, w}
	text := make(chan string)
	go func() {
		b, _ := io.ReadAll(r)
		_ = r.Close()
		text <- string(b)
	}()
	p, err := s.x.Start(ctx, j)
	_ = w.Close()
	if err != nil {
		return said{out: <-text}, err
	}
	e := p.Wait()
	return said{<-text, e}, nil
}

// gone waits until no container of the stand is left.
func (s *stand) gone() {
	s.t.Helper()
	s.x.work.Wait()
	waitFor(s.t, "no container is left", func() bool {
		out, err := s.docker.CLI("ps", "-aq", "--filter", "label="+label+"="+s.x.o.Dir)
		if err != nil {
			s.t.Fatal(err)
		}
		return out == ""
	})
}

func TestRuns(t *testing.T) {
	s := newStand(t, testutil.Docker(t))
	got, err := s.run(t.Context(), s.command("echo hello; exit 3"))
	if code := got.exit.Code(); err != nil || got.out != "hello\n" || code == nil || *code != 3 {
		t.Errorf("%+v, %v", got, err)
	}
	s.gone()
}

// Whoever can't be run for, or where it can't be run, is told why, and nothing is left.
func TestRefuses(t *testing.T) {
	s := newStand(t, testutil.Docker(t))
	for _, tt := range []struct {
		name   string
		change func(*job.Job)
		want   string
	}{
		{"no image", func(j *job.Job) { j.Decision.Place.Image = "" }, "has no image"},
		{"a bad image", func(j *job.Job) { j.Decision.Place.Image = "No Image" }, "is not an image"},
		{"an image that isn't there", func(j *job.Job) { j.Decision.Place.Image = "missing:1" }, "docker pull missing:1"},
		{"one that can't be fetched", func(j *job.Job) { j.Decision.Place.Image, j.Decision.Place.Pull = "127.0.0.1:1/missing:1", "missing" }, "refused"},
		{"another image than was judged", func(j *job.Job) { j.Exe = &clawrden.Executable{Image: "tools:1@sha256:" + strings.Repeat("0", 64)} }, "another one now"},
		{"root", func(j *job.Job) { j.Request.Identity.UID = 0 }, "a ghost doesn't inherit"},
		{"an unknown user", func(j *job.Job) { j.Decision.Place.User = "no-such-user" }, "neither UID"},
		{"a bad mount", func(j *job.Job) { j.Decision.Place.Mounts = []string{"/etc:/etc"} }, "SOURCE:TARGET"},
		{"a mount in the directory's way", func(j *job.Job) { j.Decision.Place.Mounts = []string{"/etc:" + j.Request.Cwd + "/etc:ro"} }, "can't both be there"},
		{"a mount that isn't there", func(j *job.Job) { j.Decision.Place.Mounts = []string{"/no/such:/data:ro"} }, "/no/such"},
		{"a network that isn't there", func(j *job.Job) { j.Decision.Place.Network = "no-such-network" }, "no-such-network"},
		{"the image's programs", func(j *job.Job) { j.Request.Cwd = "/usr/local/bin" }, "take the place of the image's own"},
		{"the root directory", func(j *job.Job) { j.Request.Cwd = "/" }, "take the place of the image's own"},
		{"the image's other files", func(j *job.Job) { j.Request.Cwd = "/opt/tool" }, "files of its own in /opt"},
		{"an unknown container", func(j *job.Job) { j.Request.Identity.HostNS = false }, "no container that the engine confirms"},
		{"a container that isn't its own", func(j *job.Job) {
			j.Request.Identity.HostNS, j.Request.Identity.Container = false, strings.Repeat("ab", 32)
		}, "cannot look at the caller"},
	} {
		j := s.command("echo ran")
		tt.change(j)
		if got, err := s.run(t.Context(), j); err == nil || !strings.Contains(err.Error(), tt.want) || got.out != "" {
			t.Errorf("%s: %+v, %v; want %q", tt.name, got, err, tt.want)
		}
	}
	s.gone()
}

// A directory that takes the place of the one that was judged, by a link or by itself, isn't worked in.
func TestDirectoryIsReplaced(t *testing.T) {
	s := newStand(t, testutil.Docker(t))
	secret := filepath.Join(s.dir, "secret")
	for name, replace := range map[string]func(dir string) error{
		"a link":            func(dir string) error { return os.Symlink(secret, dir) },
		"another directory": func(dir string) error { return os.Rename(secret, dir) },
		"nothing":           func(string) error { return nil },
	} {
		_ = os.Mkdir(secret, 0o755)
		_ = os.WriteFile(filepath.Join(secret, "key"), []byte("secret"), 0o644)
		dir := filepath.Join(s.dir, "work")
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		top := s.dir
		s.dir = dir
		j := s.command("cat key")
		s.dir = top
		if err := errors.Join(os.Rename(dir, dir+".old"), replace(dir)); err != nil {
			t.Fatal(err)
		}
		// What was judged is where the name led; its new name is what the descriptor has.
		got, err := s.run(t.Context(), j)
		if strings.Contains(got.out, "secret") {
			t.Errorf("%s: it saw %q, %v", name, got.out, err)
		}
		// And by the old name, as for a caller whose container the engine knows.
		w := &workDir{path: dir, mounts: []dockerx.Mount{{Source: dir, Target: dir}}}
		var st unix.Stat_t
		if err := unix.Fstat(int(j.Cwd.Fd()), &st); err != nil {
			t.Fatal(err)
		}
		w.dev, w.ino = st.Dev, st.Ino
		p, err := s.x.plan(t.Context(), j)
		if err != nil {
			t.Fatal(err)
		}
		p.dir = w
		b, err := s.x.make(t.Context(), p)
		if err == nil {
			_, err = b.tell(t.Context(), order(j, p), [3]*os.File{})
			b.remove()
		}
		if err == nil || name != "nothing" && !strings.Contains(err.Error(), "not the directory that was judged") {
			t.Errorf("%s by its old name: %v", name, err)
		}
		_ = os.RemoveAll(dir)
		_ = os.RemoveAll(dir + ".old")
		_ = os.RemoveAll(secret)
	}
	s.gone()
}

// What another user made is given to the caller, and nothing else is, whatever traps are set.
func TestOwnership(t *testing.T) {
	s := newStand(t, testutil.Docker(t))
	const other = 54322
	if err := os.Chmod(s.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	before := filepath.Join(s.dir, "before")
	victim := filepath.Join(filepath.Dir(s.dir), filepath.Base(s.dir)+"-victim")
	t.Cleanup(func() { _ = os.Remove(victim) })
	for _, p := range []string{before, victim} {
		if err := errors.Join(os.WriteFile(p, nil, 0o600), os.Chown(p, other, other)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link(victim, filepath.Join(s.dir, "linked")); err != nil {
		t.Fatal(err)
	}
	j := s.command("mkdir -p made/deep && echo x > made/deep/file && ln -s /etc/passwd made/link && echo y > two && ln two names && touch before")
	j.Decision.Place.User = fmt.Sprintf("%d:%d", other, other)
	if got, err := s.run(t.Context(), j); err != nil || *got.exit.Code() != 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	for name, want := range map[string]uint32{
		"made": stranger, "made/deep": stranger, "made/deep/file": stranger, "made/link": stranger,
		"two": other, "names": other, "before": other, "linked": other,
	} {
		var st unix.Stat_t
		if err := unix.Lstat(filepath.Join(s.dir, name), &st); err != nil || st.Uid != want {
			t.Errorf("%s is of %d, %v; want %d", name, st.Uid, err, want)
		}
	}
	var st unix.Stat_t
	if err := unix.Lstat("/etc/passwd", &st); err != nil || st.Uid != 0 {
		t.Errorf("/etc/passwd is of %d, %v", st.Uid, err)
	}
	s.gone()
}

// Many at once all run, and none is left.
func TestManyAtOnce(t *testing.T) {
	s := newStand(t, testutil.Docker(t))
	const many = 64
	var all sync.WaitGroup
	for i := range many {
		j := s.command(fmt.Sprintf("echo %d", i))
		all.Go(func() {
			got, err := s.run(t.Context(), j)
			if err != nil || got.out != fmt.Sprintf("%d\n", i) || !got.exit.Known {
				t.Errorf("%d: %+v, %v", i, got, err)
			}
		})
	}
	all.Wait()
	s.gone()
}

// The context's end is the command's, with all that it has started.
func TestCancelled(t *testing.T) {
	s := newStand(t, testutil.Docker(t))
	ctx, cancel := context.WithCancel(t.Context())
	j := s.command("sleep 1000 & echo ready; wait")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	j.Stdio = [3]*os.File{nil, w, w}
	p, err := s.x.Start(ctx, j)
	if err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	if _, err := r.Read(make([]byte, 16)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if e := p.Wait(); e.Known && e.Status.Signal() != syscall.SIGKILL && (e.Code() == nil || *e.Code() != 137) {
		t.Errorf("%+v", e)
	}
	if b, err := io.ReadAll(r); err != nil || len(b) > 0 { // the end of all that hold the pipe
		t.Errorf("%q, %v", b, err)
	}
	s.gone()
}

// An engine that goes away in the middle takes its ghosts along; nobody guesses how they ended, and the next ones run.
func TestEngineRestarts(t *testing.T) {
	d := testutil.OwnDocker(t, "")
	s := newStand(t, d)
	j := s.command("echo ready; sleep 1000")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	j.Stdio = [3]*os.File{nil, w, w}
	p, err := s.x.Start(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	if _, err := r.Read(make([]byte, 16)); err != nil {
		t.Fatal(err)
	}
	d.Stop()
	if _, err := s.run(t.Context(), s.command("true")); !errors.Is(err, dockerx.ErrUnreachable) || !strings.Contains(err.Error(), "systemctl start docker") {
		t.Errorf("without an engine: %v", err)
	}
	if e := p.Wait(); e.Known && e.Status.Exited() && e.Status.ExitStatus() == 0 {
		t.Errorf("the one in the middle: %+v", e)
	}
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	if got, err := s.run(t.Context(), s.command("echo again")); err != nil || got.out != "again\n" {
		t.Errorf("afterwards: %+v, %v", got, err)
	}
	s.gone()
}

// An engine whose disk is full refuses, and so does the ghost; with room again the next one runs.
func TestDiskFull(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to mount a small disk")
	}
	dir, err := os.MkdirTemp("", "clawrden-disk-") //nolint:usetesting // t.TempDir is too long for the engine's sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := unix.Mount("small", dir, "tmpfs", 0, "size=64m,mode=755"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	s := newStand(t, testutil.OwnDocker(t, dir))
	full := filepath.Join(dir, "full")
	fill, err := os.Create(full)
	if err != nil {
		t.Fatal(err)
	}
	for block := make([]byte, 1<<20); len(block) > 0; block = block[:len(block)/2] {
		for err = nil; err == nil; {
			_, err = fill.Write(block)
		}
	}
	_ = fill.Close()
	if got, err := s.run(t.Context(), s.command("echo ran")); err == nil || !strings.Contains(err.Error(), "disk is full") || got.out != "" {
		t.Errorf("%+v, %v", got, err)
	}
	if err := os.Remove(full); err != nil {
		t.Fatal(err)
	}
	if got, err := s.run(t.Context(), s.command("echo ran")); err != nil || got.out != "ran\n" {
		t.Errorf("with room again: %+v, %v", got, err)
	}
	s.gone()
}

// What an earlier life left is removed when the engine is there; containers of others stay.
func TestSweep(t *testing.T) {
	d := testutil.Docker(t)
	s := newStand(t, d)
	left := d.Run(t, "--label", label+"="+s.x.o.Dir, "--label", runLabel+"=earlier", "tools:1", "sleep", "1000")
	others := d.Run(t, "--label", label+"=/var/lib/another", "tools:1", "sleep", "1000")
	s.x.mu.Lock()
	s.x.swept = false
	s.x.mu.Unlock()
	if got, err := s.run(t.Context(), s.command("true")); err != nil || !got.exit.Known {
		t.Fatalf("%+v, %v", got, err)
	}
	s.x.work.Wait()
	running, err := d.CLI("ps", "-q", "--no-trunc")
	if err != nil || strings.Contains(running, left) || !strings.Contains(running, others) {
		t.Errorf("%v: %s", err, running)
	}
}

// Nothing goes on behind a closed executor.
func TestNoLeaks(t *testing.T) {
	d := testutil.Docker(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	engine, err := dockerx.Open(dockerx.Options{Socket: d.Socket})
	if err != nil {
		t.Fatal(err)
	}
	x, err := Open(Options{Engine: engine, Confirm: &dockerx.Confirmer{Engine: engine}, Launcher: launcher, Dir: filepath.Join(t.TempDir(), "g"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	x.Close()
	_ = engine.Close()
}

// With a pool the next command like the last finds its container there, and each is used once.
func TestPool(t *testing.T) {
	s := newStand(t, testutil.Docker(t))
	pooled := func(script string) *job.Job {
		j := s.command(script)
		j.Decision.Place.Pool = 2
		return j
	}
	hosts := map[string]bool{}
	for range 4 {
		got, err := s.run(t.Context(), pooled("hostname; ls /tmp; touch /tmp/left"))
		name := strings.TrimSpace(got.out)
		if err != nil || name == "" || strings.Contains(name, "left") || hosts[name] {
			t.Errorf("%+v, %v, after %v", got, err, hosts)
		}
		hosts[name] = true
		waitFor(t, "one container waits", func() bool {
			s.x.mu.Lock()
			defer s.x.mu.Unlock()
			return len(s.x.pool.waiting) == 1 && len(s.x.pool.making) == 0
		})
	}
	// One that died while it waited isn't handed out, and another directory's isn't either.
	for _, list := range s.x.pool.waiting {
		for _, b := range list {
			if err := s.x.o.Engine.Remove(t.Context(), b.id); err != nil {
				t.Error(err)
			}
			b.end = ended(<-b.end)
		}
	}
	if got, err := s.run(t.Context(), pooled("echo on")); err != nil || got.out != "on\n" {
		t.Errorf("after those that waited died: %+v, %v", got, err)
	}
	other := *s
	other.dir = filepath.Join(s.dir, "other")
	if err := errors.Join(os.Mkdir(other.dir, 0o755), os.Chown(other.dir, stranger, stranger)); err != nil {
		t.Fatal(err)
	}
	j := other.command("pwd")
	j.Decision.Place.Pool = 2
	if got, err := other.run(t.Context(), j); err != nil || got.out != other.dir+"\n" {
		t.Errorf("elsewhere: %+v, %v", got, err)
	}
	s.x.drain()
	s.gone()
}

func ended(e dockerx.End) <-chan dockerx.End {
	c := make(chan dockerx.End, 1)
	c <- e
	return c
}

// patience is how long a test waits for what must come, also on a busy machine.
const patience = 3 * time.Minute

func waitFor(t testing.TB, what string, is func() bool) {
	t.Helper()
	for limit := time.Now().Add(patience); !is(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("it never came to be: " + what)
		}
	}
}
