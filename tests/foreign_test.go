package tests

import (
	"os"
	"strings"
	"testing"
)

// TestOrdinaryDaemonGovernsItsOwnUser: a daemon that isn't root runs commands for nobody else, and says so.
func TestOrdinaryDaemonGovernsItsOwnUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to be two users")
	}
	h := newHost(t, hostOptions{policy: storyPolicy, tools: []string{"echo"}})
	const owner, other = 54321, 54322
	h.restartAs(owner)
	if r := finish(t, asUser(h.command("echo", "mine"), owner)); r.stdout != "mine\n" || r.code != 0 {
		t.Errorf("its own user: %+v", r)
	}
	if r := finish(t, asUser(h.command("echo", "theirs"), other)); r.code != 125 || !strings.Contains(r.stderr, "governs only that user") {
		t.Errorf("another user: %+v", r)
	}
}
