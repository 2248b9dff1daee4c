package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/clawrden/clawrden/executor/dockerx"
	"github.com/clawrden/clawrden/internal/testutil"
)

const enginePolicy = `
policy { default = "deny" }
executor "exec" {
  kind = "mirror"
  via  = "docker"
}
executor "box" {
  kind  = "ghost"
  image = "bench:1"
}
executor "pooled" {
  kind  = "ghost"
  image = "bench:1"
  pool  = 4
}
rule "inside" {
  commands = ["true"]
  action   = "allow"
  executor = executor.exec
}
rule "box" {
  commands = ["false", "head"]
  action   = "allow"
  executor = executor.box
}
rule "pooled" {
  commands = ["cat"]
  action   = "allow"
  executor = executor.pooled
}
`

const benchUser = 54321

// engineStand is a private engine, a daemon that uses it, and a container of an agent's.
type engineStand struct {
	docker *testutil.Dockerd
	h      *host
	work   string
	agent  string // container
}

// engines compares what runs by a container engine with what the engine itself costs.
func engines(bin string, rounds int, size int64) error {
	if os.Geteuid() != 0 {
		fmt.Println("(no root: nothing is measured of container engines)")
		return nil
	}
	if _, err := exec.LookPath("dockerd"); err != nil {
		fmt.Println("(dockerd is not installed: nothing is measured of container engines)")
		return nil
	}
	s, err := newEngineStand(bin)
	if err != nil {
		return err
	}
	defer s.close()
	rounds = max(rounds/4, 2)
	if err := s.execs(rounds); err != nil {
		return err
	}
	if err := s.runs(rounds); err != nil {
		return err
	}
	return s.output(size)
}

func newEngineStand(bin string) (*engineStand, error) {
	d, err := testutil.NewDocker()
	if err != nil {
		return nil, err
	}
	s := &engineStand{docker: d}
	if err := s.setUp(bin); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *engineStand) setUp(bin string) (err error) {
	if err = s.docker.Import("bench:1", nil); err != nil {
		return err
	}
	if s.h, err = newHostWith(bin, "auto", enginePolicy, "docker {\n  socket = \""+s.docker.Socket+"\"\n}\n", false); err != nil {
		return err
	}
	if s.work, err = os.MkdirTemp("/srv", "clawrden-bench-"); err != nil {
		return err
	}
	for _, p := range []string{s.h.dir, s.work} {
		if err = os.Chmod(p, 0o755); err != nil {
			return err
		}
	}
	if err = os.Chmod(s.h.path("shim.sock"), 0o666); err != nil {
		return err
	}
	s.agent, err = s.docker.CLI("run", "-d", "--network=none", "--log-driver=none", "-v", s.h.dir+":"+s.h.dir, "bench:1", "sleep", "100000")
	return err
}

func (s *engineStand) close() {
	if s.h != nil {
		_ = s.h.daemon.Process.Signal(syscall.SIGTERM)
		s.h.close()
	}
	_ = os.RemoveAll(s.work)
	s.docker.Close()
}

// execs compares the exec interface with mirror via docker, ten commands a turn. The governed ones are called in a row from
// one shell in the container.
func (s *engineStand) execs(rounds int) error {
	engine, err := dockerx.Open(dockerx.Options{Socket: s.docker.Socket})
	if err != nil {
		return err
	}
	defer func() { _ = engine.Close() }()
	const turn = 10
	plain, governed, calls := &way{name: "exec interface"}, &way{name: "mirror via docker"}, fmt.Sprintf("i=0; while [ $i -lt %d ]; do %s; i=$((i+1)); done", turn, s.h.path("shims/true"))
	for range rounds {
		begun := time.Now()
		for range turn {
			if err := execOnce(engine, s.agent); err != nil {
				return err
			}
		}
		plain.took = append(plain.took, time.Since(begun)/turn)
		var took [2]time.Duration
		for i, script := range []string{"true", calls} {
			begun = time.Now()
			out, err := s.docker.CLI("exec", "-u", "1000:1000", "-e", "CLAWRDEN_SOCKET="+s.h.path("shim.sock"), "-e", "PATH=/bin", s.agent, "sh", "-c", script)
			if err != nil || out != "" {
				return fmt.Errorf("mirror via docker: %w: %s", err, out)
			}
			took[i] = time.Since(begun)
		}
		governed.took = append(governed.took, (took[1]-took[0])/turn)
	}
	fmt.Println("One command in the caller's own container (ms), means of ten:")
	compare(plain, governed)
	return nil
}

func execOnce(engine *dockerx.Engine, id string) error {
	ctx := context.Background()
	spec := &dockerx.ExecSpec{Argv: []string{"/bin/true"}, User: "1000:1000", Stdout: true, Stderr: true}
	x, err := engine.NewExec(ctx, id, spec)
	if err != nil {
		return err
	}
	stream, err := x.Start(ctx, spec)
	if err != nil {
		return err
	}
	defer func() { _ = stream.Conn.Close() }()
	if _, err := io.Copy(io.Discard, stream.Conn); err != nil {
		return err
	}
	for {
		if state, err := x.State(ctx); err != nil || !state.Running {
			return err
		}
	}
}

// runs compares `docker run --rm` with ghosts, in turns.
func (s *engineStand) runs(rounds int) error {
	ways := []*way{
		{name: "docker run --rm", make: func() *exec.Cmd { return s.dockerRun("true") }},
		{name: "ghost", make: func() *exec.Cmd { return s.governed("false") }},
		{name: "ghost, pool of 4", make: func() *exec.Cmd { return s.governed("cat") }},
	}
	for range rounds {
		for _, w := range ways {
			c := w.make()
			begun := time.Now()
			out, err := c.CombinedOutput()
			if len(out) > 0 {
				return fmt.Errorf("%s: %w: %s", w.name, err, out)
			}
			w.took = append(w.took, time.Since(begun))
		}
	}
	fmt.Println("One command in a container of its own (ms):")
	compare(ways...)
	return nil
}

// output compares the throughput of both, through a pipe.
func (s *engineStand) output(size int64) error {
	fmt.Printf("%d MiB of output from a container of its own, through a pipe:\n", size>>20)
	count := fmt.Sprint(size)
	for _, w := range []struct {
		name string
		cmd  *exec.Cmd
	}{{"docker run --rm, no log", s.dockerRun("head", "-c", count, "/dev/zero")}, {"ghost", s.governed("head", "-c", count, "/dev/zero")}} {
		begun := time.Now()
		out, err := w.cmd.StdoutPipe()
		if err != nil {
			return err
		}
		if err := w.cmd.Start(); err != nil {
			return err
		}
		n, err := io.Copy(io.Discard, out)
		if err != nil {
			return err
		}
		if err := w.cmd.Wait(); err != nil || n != size {
			return fmt.Errorf("%s: %d bytes, %w", w.name, n, err)
		}
		took := time.Since(begun)
		fmt.Printf("  %-30s %8.2f s %8.0f MiB/s\n", w.name, took.Seconds(), float64(size>>20)/took.Seconds())
	}
	fmt.Println()
	return nil
}

func (s *engineStand) dockerRun(args ...string) *exec.Cmd {
	c := exec.Command("docker", append([]string{"run", "--rm", "--network=none", "--log-driver=none", "-v", s.work + ":" + s.work, "-w", s.work, "bench:1"}, args...)...)
	c.Env = append(os.Environ(), "DOCKER_HOST=unix://"+s.docker.Socket, "DOCKER_CONTEXT=")
	return c
}

func (s *engineStand) governed(tool string, args ...string) *exec.Cmd {
	c := s.h.command(tool, args...)
	c.Dir, c.SysProcAttr = s.work, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: benchUser, Gid: benchUser}}
	return c
}

// compare prints rows, each with its ratio to the first.
func compare(ways ...*way) {
	fmt.Printf("  %-30s %8s %8s %8s %10s\n", "", "min", "median", "p90", "× "+strings.Fields(ways[0].name)[0])
	for _, w := range ways {
		slices.Sort(w.took)
	}
	for _, w := range ways {
		fmt.Printf("  %-30s %8.2f %8.2f %8.2f %10.2f\n", w.name, ms(w.took[0]), ms(at(w.took, 50)), ms(at(w.took, 90)), ratio(w, ways[0]))
	}
	fmt.Println()
}
