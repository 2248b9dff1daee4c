package tests

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// A command whose time is over ends in a container as it does elsewhere: a ghost with all that it has started, what runs by the
// engine's exec with its first process.
func TestTimeoutInContainers(t *testing.T) {
	h, dir := newGhosts(t, "sh")
	limited := strings.ReplaceAll(ghosts, "executor = executor.box", "executor = executor.box\n  limits {\n    timeout = \"3s\"\n  }")
	// The ghost's waits out the grace that what heeds no SIGTERM has.
	stubborn := "trap '' TERM; sleep 1000 & echo ready; wait; sleep 1000"
	finished := func() clawrden.Record {
		t.Helper()
		rs := h.waitRecords(func(rs []clawrden.Record) bool { return rs[len(rs)-1].Event == clawrden.EventFinished })
		return rs[len(rs)-1]
	}
	load := func(policy string) {
		t.Helper()
		h.setPolicy(policy)
		if code := h.post("/api/reload", ""); code != 200 {
			t.Fatalf("HTTP %d", code)
		}
	}

	load(limited)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c := h.ghost(dir, "sh", "-c", stubborn)
	c.Stdout = w
	got := finish(t, c)
	_ = w.Close()
	if got.code != 124 || !strings.Contains(got.stderr, "its time is over, 3s") {
		t.Errorf("a ghost: %+v", got)
	}
	if said, err := io.ReadAll(r); err != nil || string(said) != "ready\n" { // ends once the last of them has
		t.Errorf("a ghost: %q, %v", said, err)
	}
	if f := finished(); !f.TimedOut || f.ExitCode != nil {
		t.Errorf("a ghost is recorded as %+v", f)
	}
	h.noGhosts()

	load(strings.NewReplacer(`kind  = "ghost"`, `kind  = "mirror"`, `image = "tools:1"`, `via   = "docker"`).Replace(limited))
	id := h.container()
	if got := finish(t, h.inside(id, agent, "sh", "-c", "echo ready; exec sleep 1000")); got.code != 124 || got.stdout != "ready\n" || !strings.Contains(got.stderr, "its time is over, 3s") {
		t.Errorf("by exec: %+v", got)
	}
	if f := finished(); !f.TimedOut || f.ExitCode != nil || f.Executor != "docker" {
		t.Errorf("by exec it is recorded as %+v", f)
	}
	if out, err := h.docker.CLI("exec", id, "ps", "-o", "args"); err != nil || strings.Contains(out, "sleep 1000\n") {
		t.Errorf("it runs on: %s, %v", out, err)
	}
}
