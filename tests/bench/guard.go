package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/clawrden/clawrden/client"
)

// guardStand is a daemon with the shipped policy, and a guard, as their units run them: both are asked for each exec of a session.
type guardStand struct {
	h     *host
	guard *exec.Cmd
	home  string
	bin   string
}

// What the units of the daemon and of the guard set: Nice= and TimerSlackNSec=.
const (
	niceOfUnits   = -10
	slackOfDaemon = time.Millisecond
	slackOfGuard  = 5 * time.Millisecond
)

// guarded measures what an exec costs in a session. Each way has a spawner, which does nothing but start a program and wait for it.
func guarded(bin string, rounds int, execsOnly bool) error {
	if os.Geteuid() != 0 {
		fmt.Println("(no root: nothing is measured of guard sessions)")
		return nil
	}
	s, err := newGuardStand(bin)
	if err != nil {
		return err
	}
	defer s.close()
	steps := []func(int) error{s.execs, s.builds, s.holds, s.hogs, s.kills}
	if execsOnly {
		steps = steps[:1]
	}
	for _, step := range steps {
		if err := step(rounds); err != nil {
			return err
		}
	}
	return nil
}

func newGuardStand(bin string) (*guardStand, error) {
	names, err := filepath.Glob("packaging/policy.d/*.hcl")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("the policy isn't here: %w", err)
	}
	var policy strings.Builder
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		policy.Write(b)
	}
	s := &guardStand{}
	if s.bin, err = filepath.Abs(bin); err != nil {
		return nil, err
	}
	if s.h, err = newHostWith(bin, "auto", policy.String(), "", false); err != nil {
		return nil, err
	}
	if s.home, err = os.MkdirTemp("/srv", "clawrden-bench-"); err == nil {
		err = errors.Join(os.Chmod(s.home, 0o755), os.Chown(s.home, benchUser, benchUser), os.Chmod(s.h.dir, 0o755))
	}
	if err != nil {
		s.close()
		return nil, err
	}
	s.guard = exec.Command(filepath.Join(s.bin, "clawrdend"), "guard", "--socket", s.h.path("guard.sock"), "--judge", s.h.path("judge.sock"),
		"--launcher", filepath.Join(s.bin, "clawrden-launch"))
	if err := s.guard.Start(); err != nil {
		s.close()
		return nil, err
	}
	for range 1000 {
		if err = os.Chmod(s.h.path("guard.sock"), 0o666); err == nil {
			break
		}
		<-time.After(5 * time.Millisecond)
	}
	return s, errors.Join(err, asUnit(s.h.daemon.Process.Pid, slackOfDaemon), asUnit(s.guard.Process.Pid, slackOfGuard))
}

// asUnit does what the units' settings do, to all threads.
func asUnit(pid int, slack time.Duration) error {
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return err
	}
	for _, t := range threads {
		if n, err := strconv.Atoi(t.Name()); err == nil {
			_ = syscall.Setpriority(syscall.PRIO_PROCESS, n, niceOfUnits) // one may have ended; what they start inherits it
			_ = os.WriteFile(fmt.Sprintf("/proc/%d/timerslack_ns", n), strconv.AppendInt(nil, int64(slack), 10), 0)
		}
	}
	return nil
}

func (s *guardStand) close() {
	if s.guard != nil && s.guard.Process != nil {
		_ = s.guard.Process.Kill()
		_ = s.guard.Wait()
	}
	if s.home != "" {
		_ = os.RemoveAll(s.home)
	}
	s.h.close()
}

// agent is a command as an agent's user, in a session or bare.
func (s *guardStand) agent(held bool, argv ...string) *exec.Cmd {
	if held {
		argv = append([]string{filepath.Join(s.bin, "clawrden-launch"), "init", "--guard", s.h.path("guard.sock"), "--"}, argv...)
	}
	c := exec.Command(argv[0], argv[1:]...)
	c.Dir, c.Env = s.home, []string{"PATH=/usr/bin:/bin", "HOME=" + s.home, "LANG=C"}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: benchUser, Gid: benchUser}}
	return c
}

// spawner is a process that starts programs by command: this program, as its first argument says.
type spawner struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func (s *guardStand) spawner(held bool) (*spawner, error) {
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		return nil, err
	}
	at := filepath.Join(s.home, "spawner")
	if _, err := os.Stat(at); err != nil {
		if err := os.WriteFile(at, self, 0o755); err != nil {
			return nil, err
		}
	}
	p := &spawner{cmd: s.agent(held, at, "spawn")}
	in, err1 := p.cmd.StdinPipe()
	out, err2 := p.cmd.StdoutPipe()
	if err := errors.Join(err1, err2, p.cmd.Start()); err != nil {
		return nil, err
	}
	p.in, p.out = in, bufio.NewReader(out)
	return p, nil
}

// spawn starts a program so many times, one after the other, and tells how long each took from the start to its end.
func (p *spawner) spawn(n int, program string) ([]time.Duration, error) {
	if _, err := fmt.Fprintln(p.in, n, program); err != nil {
		return nil, err
	}
	took := make([]time.Duration, n)
	for i := range took {
		if _, err := fmt.Fscanln(p.out, &took[i]); err != nil {
			return nil, fmt.Errorf("spawner: %w", err)
		}
	}
	return took, nil
}

func (p *spawner) end() {
	_ = p.in.Close()
	_ = p.cmd.Wait()
}

// spawning is the spawner's own main. The start is that of posix_spawn: a child that shares memory until it has become the program.
func spawning() {
	null, err := os.OpenFile("/dev/null", os.O_RDWR, 0)
	if err != nil {
		os.Exit(1)
	}
	attr := &syscall.ProcAttr{Env: []string{"PATH=/usr/bin:/bin"}, Files: []uintptr{null.Fd(), null.Fd(), null.Fd()}}
	out := bufio.NewWriter(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		count, program, _ := strings.Cut(lines.Text(), " ")
		n, _ := strconv.Atoi(count)
		for range n {
			begun := time.Now()
			pid, err := syscall.ForkExec(program, []string{filepath.Base(program)}, attr)
			if err == nil {
				_, err = syscall.Wait4(pid, nil, 0, nil)
			}
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			_, _ = fmt.Fprintln(out, int64(time.Since(begun)))
		}
		_ = out.Flush()
	}
}

// execs compares one exec, in turns: bare, allowed, denied.
func (s *guardStand) execs(rounds int) error {
	bare, err := s.spawner(false)
	if err != nil {
		return err
	}
	defer bare.end()
	held, err := s.spawner(true)
	if err != nil {
		return err
	}
	defer held.end()
	ways := []*way{{name: "bare"}, {name: "allowed in a session"}, {name: "denied in a session"}}
	spent := make([][2]use, len(ways))
	for range rounds {
		for i, p := range []*spawner{bare, held, held} {
			before := s.used()
			took, err := p.spawn(25, []string{"/bin/true", "/bin/true", "/usr/sbin/chroot"}[i])
			if err != nil {
				return err
			}
			ways[i].took = append(ways[i].took, took...)
			after := s.used()
			for j := range after {
				spent[i][j].add(after[j].since(before[j]))
			}
		}
	}
	fmt.Println("One exec in a guard session, shipped policy (ms), posix_spawn to wait:")
	compare(ways...)
	fmt.Printf("  over bare: allowed +%.3f ms by minimum, +%.3f ms by median\n", ms(ways[1].took[0]-ways[0].took[0]), ms(at(ways[1].took, 50)-at(ways[0].took, 50)))
	for i, w := range ways[1:] {
		d, g := spent[i+1][0], spent[i+1][1]
		n := float64(25 * rounds)
		fmt.Printf("  each %-20s %.3f ms of processor: daemon %.3f, guard %.3f; %.1f switches: daemon %.1f, guard %.1f\n", w.name,
			float64(d.ran+g.ran)/n/1e6, float64(d.ran)/n/1e6, float64(g.ran)/n/1e6, float64(d.switches+g.switches)/n, float64(d.switches)/n, float64(g.switches)/n)
	}
	fmt.Println()
	return nil
}

// use is what a program has had of processors, in nanoseconds, and how often it was put on one.
type use struct{ ran, switches int64 }

func (u *use) add(v use) { u.ran, u.switches = u.ran+v.ran, u.switches+v.switches }

func (u use) since(v use) use { return use{u.ran - v.ran, u.switches - v.switches} }

// used tells it of the daemon and of the guard, as far as their threads are still there.
func (s *guardStand) used() (sum [2]use) {
	for i, p := range []*exec.Cmd{s.h.daemon, s.guard} {
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.Process.Pid))
		for _, t := range threads {
			b, _ := os.ReadFile(t)
			var u use
			var waited int64
			_, _ = fmt.Sscan(string(b), &u.ran, &waited, &u.switches)
			sum[i].add(u)
		}
	}
	return sum
}

// cpu is what both have used of processors.
func (s *guardStand) cpu() time.Duration {
	u := s.used()
	return time.Duration(u[0].ran + u[1].ran)
}

// builds compares a make -j8 of many small files.
func (s *guardStand) builds(rounds int) error {
	if _, err := exec.LookPath("gcc"); err != nil {
		fmt.Println("(gcc is not installed: no build is measured)")
		return nil //nolint:nilerr // the rest is measured
	}
	const script = `rm -rf b; mkdir b; cd b; { echo "all: $(seq -f o%g -s ' ' 40)"; for i in $(seq 40); do printf 'o%s: m.c\n\t@gcc -O1 -DN=%s -c m.c -o o%s\n' $i $i $i; done; } >Makefile
{ echo '#include <stdio.h>'; echo '#include <stdlib.h>'; echo '#include <string.h>'; for i in $(seq 20); do echo "int f$i(int a) { char b[64]; snprintf(b, sizeof b, \"%d\", a * N + $i); return (int)strlen(b) + atoi(b); }"; done; } >m.c
[ -z "$1" ] || exec make -j8`
	ways := []*way{{name: "make -j8, bare"}, {name: "make -j8 in a session"}}
	for range max(rounds/8, 5) {
		for i, w := range ways {
			if out, err := s.agent(false, "/bin/bash", "-c", script, "x", "").CombinedOutput(); err != nil {
				return fmt.Errorf("make: %w: %s", err, out)
			}
			c := s.agent(i > 0, "/usr/bin/make", "-C", "b", "-j8", "-s")
			begun := time.Now()
			if out, err := c.CombinedOutput(); err != nil {
				return fmt.Errorf("make: %w: %s", err, out)
			}
			w.took = append(w.took, time.Since(begun))
		}
	}
	fmt.Println("A build of 40 files (ms):")
	compare(ways...)
	return nil
}

// holds tells what many held commands cost together while they wait for a person.
func (s *guardStand) holds(int) error {
	const many, watched = 64, 4 * time.Second
	c := s.agent(true, "/bin/bash", "-c", fmt.Sprintf("for i in $(seq %d); do dd & done; wait", many))
	if err := c.Start(); err != nil {
		return err
	}
	defer func() { _ = c.Process.Kill(); _ = c.Wait() }()
	control, err := client.New(s.h.path("control.sock"))
	if err != nil {
		return err
	}
	defer control.Close()
	for pending := 0; pending < many; <-time.After(10 * time.Millisecond) {
		status, err := control.Status(context.Background())
		if err != nil {
			return err
		}
		pending = status.Pending
	}
	before := s.cpu()
	<-time.After(watched)
	fmt.Printf("%d commands held for a person take %.1f %% of one processor together\n\n", many, 100*float64(s.cpu()-before)/float64(watched))
	return nil
}

// hogs compares a held exec while two processes take all they get of the processors.
func (s *guardStand) hogs(rounds int) error {
	held, err := s.spawner(true)
	if err != nil {
		return err
	}
	defer held.end()
	ways := []*way{{name: "quiet"}, {name: "under two hogs"}}
	for range max(rounds/4, 4) {
		for i, w := range ways {
			var hogs []*exec.Cmd
			for range 2 * i {
				h := s.agent(false, "/bin/sh", "-c", "while :; do :; done")
				if err := h.Start(); err != nil {
					return err
				}
				hogs = append(hogs, h)
			}
			took, err := held.spawn(25, "/bin/true")
			for _, h := range hogs {
				_ = h.Process.Kill()
				_ = h.Wait()
			}
			if err != nil {
				return err
			}
			w.took = append(w.took, took...)
		}
	}
	for _, w := range ways {
		slices.Sort(w.took)
	}
	fmt.Println("One exec in a session, the guard and the daemon niced as by their units (ms):")
	compare(ways...)
	fmt.Printf("  × quiet: %.2f by minimum, %.2f by median\n\n", float64(ways[1].took[0])/float64(ways[0].took[0]), ratio(ways[1], ways[0]))
	return nil
}
