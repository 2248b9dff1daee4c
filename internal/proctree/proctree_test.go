package proctree

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// tree is a shell with children and grandchildren, all of which have written their numbers.
type tree struct {
	root Root
	pids []int
	cmd  *exec.Cmd
	out  *bufio.Reader
}

func start(t *testing.T, script string, n int) *tree {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", script)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	x := &tree{cmd: cmd, out: bufio.NewReader(out)}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		for _, pid := range x.pids {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		_ = cmd.Wait()
	})
	for range n {
		line, err := x.out.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		pid, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		x.pids = append(x.pids, pid)
	}
	s, err := statOf(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if x.root, err = Open(cmd.Process.Pid, s.start); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.root.Close)
	return x
}

// ended waits until all that has the tree's output open is gone.
func (x *tree) ended(t *testing.T) {
	t.Helper()
	if _, err := io.Copy(io.Discard, x.out); err != nil {
		t.Fatal(err)
	}
}

const family = `echo $$; sh -c 'echo $$; sh -c "echo \$\$; sleep 600 & wait" & sleep 600 & wait' & setsid sh -c 'trap "" TERM HUP; echo $$; while :; do sleep 600; done' & wait`

// state is the process's state as ps writes it; "" once it is gone.
func state(t *testing.T, pid int) string {
	t.Helper()
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return ""
	}
	_, after, _ := strings.Cut(string(b), ") ")
	return after[:1]
}

func TestKill(t *testing.T) {
	x := start(t, family, 4)
	if err := Kill([]Root{x.root}); err != nil {
		t.Fatal(err)
	}
	x.ended(t)
	if err := Kill([]Root{x.root}); err != nil {
		t.Errorf("a tree that is gone: %v", err)
	}
}

// Whoever starts new processes as fast as it can doesn't get away.
func TestKillForks(t *testing.T) {
	x := start(t, `f() { while :; do sleep 600 & sleep 0; done; }; f & f & echo $$; wait`, 1)
	if err := KillBelow([]Root{x.root}); err != nil {
		t.Fatal(err)
	}
	if state(t, x.pids[0]) == "" {
		t.Error("the root is gone too")
	}
	if err := Kill([]Root{x.root}); err != nil {
		t.Fatal(err)
	}
	x.ended(t)
}

// What never comes to an end is no success: here each process that is found has another one started.
func TestKillWithUnending(t *testing.T) {
	var started []*exec.Cmd
	another := func() {
		c := exec.Command("/bin/sleep", "600")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		started = append(started, c)
	}
	defer func() {
		for _, c := range started {
			_ = c.Process.Kill()
			_ = c.Wait()
		}
	}()
	another()
	err := KillWith(nil, func(pid int) bool {
		if pid != started[len(started)-1].Process.Pid {
			return false
		}
		another()
		return true
	})
	if !errors.Is(err, errUnending) || len(started) != maxRounds+1 {
		t.Errorf("%v after %d processes", err, len(started))
	}
	for _, c := range started[:maxRounds] { // they end, without this test's doing
		if err := c.Wait(); err == nil || c.ProcessState.Sys().(syscall.WaitStatus).Signal() != unix.SIGKILL {
			t.Errorf("%v", err)
		}
	}
}

// A number that was another process's before is looked at anew.
func TestNumberAgain(t *testing.T) {
	x := start(t, family, 4)
	h := holder{held: map[int]process{}}
	defer h.close()
	gone, err := unix.PidfdOpen(x.root.PID, 0)
	if err != nil {
		t.Fatal(err)
	}
	h.held[x.root.PID] = process{fd: gone, start: x.root.Start - 1}
	h.also = func(pid int) bool { return pid == x.root.PID }
	if more, err := h.look(); !more || err != nil || h.held[x.root.PID].start != x.root.Start || len(h.held) < 4 {
		t.Errorf("%v, %v: %+v", more, err, h.held)
	}
}

func TestStopAndContinue(t *testing.T) {
	x := start(t, family, 4)
	if err := Stop([]Root{x.root}); err != nil {
		t.Fatal(err)
	}
	for _, pid := range x.pids {
		// A shell whose child was stopped between vfork and exec waits for that one.
		for s := state(t, pid); s != "T" && s != "D"; s = state(t, pid) {
			if s == "" {
				t.Fatalf("process %d is gone", pid)
			}
		}
	}
	if err := Continue([]Root{x.root}); err != nil {
		t.Fatal(err)
	}
	for _, pid := range x.pids {
		for s := state(t, pid); s == "T"; s = state(t, pid) {
		}
	}
	if err := Below([]Root{x.root}, unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	alive := 0
	for _, pid := range x.pids {
		if s := state(t, pid); s != "" && s != "Z" {
			alive++
		}
	}
	if alive < 2 { // the root, and what ignores SIGTERM
		t.Errorf("%d of the family live after SIGTERM", alive)
	}
	if err := KillBelow([]Root{x.root}); err != nil {
		t.Fatal(err)
	}
	x.ended(t)
}

// A number that is another process's by now is no root, and PID 1 never is.
func TestForeignRoots(t *testing.T) {
	x := start(t, family, 4)
	other := x.root
	other.Start++
	for _, root := range []Root{other, {Pidfd: x.root.Pidfd, PID: 1}, {Pidfd: x.root.Pidfd}} {
		if err := KillBelow([]Root{root}); err != nil {
			t.Fatal(err)
		}
	}
	for _, pid := range x.pids {
		if s := state(t, pid); s == "" || s == "Z" {
			t.Errorf("process %d is gone", pid)
		}
	}
	if _, err := Open(x.root.PID, x.root.Start+1); err == nil {
		t.Error("another process was opened")
	}
}
