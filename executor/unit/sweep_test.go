package unit

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestSweep kills what a cgroup's file says, and nothing else.
func TestSweep(t *testing.T) {
	start := func() *exec.Cmd {
		c := exec.Command("sleep", "600")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return c
	}
	in, out := start(), start()
	defer func() { _ = out.Process.Kill(); _ = out.Wait() }()
	dir := t.TempDir()
	gone := strconv.Itoa(1 << 30) // there is no such number
	if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strings.Join([]string{strconv.Itoa(in.Process.Pid), gone, "0", "-1", "x", ""}, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	sweep(fd)
	if err := in.Wait(); err == nil || in.ProcessState.ExitCode() != -1 {
		t.Errorf("it ended with %v", err)
	}
	if err := out.Process.Signal(unix.Signal(0)); err != nil {
		t.Errorf("the other one: %v", err)
	}
}
