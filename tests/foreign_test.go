package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestOrdinaryDaemonGovernsItsOwnUser: a daemon that isn't root runs commands for nobody else, and says so.
func TestOrdinaryDaemonGovernsItsOwnUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to be two users")
	}
	h := newHost(t, hostOptions{policy: storyPolicy, tools: []string{"echo"}})
	h.kill(syscall.SIGTERM)
	const owner, other = 54321, 54322
	if out, err := exec.Command("chown", "-R", "54321:54321", h.dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	h.daemon = asUser(exec.Command(filepath.Join(bin, "clawrdend"), "--dev", "--socket", h.socket, "--control", h.control,
		"--policy", filepath.Join(h.dir, "policy"), "--audit", h.audit, "--state", filepath.Join(h.dir, "state")), owner)
	h.daemon.Stderr = h.log
	if err := h.daemon.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = h.daemon.Wait() }()
	for h.tryGet("/api/status", &struct{}{}) != nil {
	}
	if err := os.Chmod(h.socket, 0o666); err != nil {
		t.Fatal(err)
	}
	if r := finish(t, asUser(h.command("echo", "mine"), owner)); r.stdout != "mine\n" || r.code != 0 {
		t.Errorf("its own user: %+v", r)
	}
	if r := finish(t, asUser(h.command("echo", "theirs"), other)); r.code != 125 || !strings.Contains(r.stderr, "governs only that user") {
		t.Errorf("another user: %+v", r)
	}
}
