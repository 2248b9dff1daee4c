package tests

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestStoppedAgainAtOnce stops a tool right after its job was continued, as Ctrl-Z right after fg does: a shim that stays as
// the tool's parent stops each time with it. Continuing the tool late would undo the stop.
func TestStoppedAgainAtOnce(t *testing.T) {
	h := newHost(t, hostOptions{policy: fidelityPolicy, config: "mirror {\n  exit_status = \"shim\"\n}\n", tools: []string{"cat"}})
	c := h.command("cat")
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	shim := c.Process.Pid
	t.Cleanup(func() { _ = syscall.Kill(-shim, syscall.SIGKILL) })
	if _, err := in.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil { // the tool runs
		t.Fatal(err)
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", shim, shim))
	if err != nil {
		t.Fatal(err)
	}
	tool, err := strconv.Atoi(strings.TrimSpace(string(children)))
	if err != nil {
		t.Fatal(err)
	}
	for range 300 {
		if err := syscall.Kill(tool, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(shim, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
			t.Fatalf("the shim is %#x after its tool was stopped: %v", status, err)
		}
		if err := syscall.Kill(-shim, syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
	}
	_ = in.Close()
	if err := c.Wait(); err != nil {
		t.Errorf("the tool: %v", err)
	}
}
