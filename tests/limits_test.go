package tests

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

const tightLimits = `
limits {
  pending_per_agent = 2
  running_per_agent = 2
  can_per_second    = 1
}
`

// TestLimitsAreAnAgentsOwn brings one agent to each of its limits. It hears which, and another agent notices nothing.
func TestLimitsAreAnAgentsOwn(t *testing.T) {
	h := newHost(t, hostOptions{policy: attackPolicy, tools: []string{"echo", "make", "sleep"}, config: tightLimits})
	other := func(when string) {
		t.Helper()
		if os.Geteuid() != 0 {
			return
		}
		if r := finish(t, asUser(h.command("echo", "x"), 4242)); r.code != 0 || r.stdout != "x\n" {
			t.Errorf("%s: another agent: %+v", when, r)
		}
		c := asUser(h.command("make"), 4242)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		waits := func(q []clawrden.Pending) bool {
			for _, p := range q {
				if p.Identity.UID == 4242 {
					return true
				}
			}
			return false
		}
		h.waitStatus(func(clawrden.Status) bool {
			var q []clawrden.Pending
			h.get("/api/queue", &q)
			return waits(q)
		})
		_ = c.Process.Kill()
		_ = c.Wait()
		h.waitStatus(func(clawrden.Status) bool {
			var q []clawrden.Pending
			h.get("/api/queue", &q)
			return !waits(q)
		})
	}
	start := func(tool string, args ...string) {
		t.Helper()
		c := h.command(tool, args...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	}

	start("make", "1")
	start("make", "2")
	h.waitPending(2)
	if r := finish(t, h.command("make", "3")); r.code != 126 || !containsAll(r.stderr, "too many requests wait", "2 pending") {
		t.Errorf("a third ask: %+v", r)
	}
	other("at the limit of asks")
	h.honest()

	start("sleep", "600")
	start("sleep", "601")
	h.waitStatus(func(s clawrden.Status) bool { return s.Running == 2 })
	if r := finish(t, h.command("echo", "x")); r.code != 125 || r.stdout != "" || !strings.Contains(r.stderr, "limits.running_per_agent") {
		t.Errorf("a third command: %+v", r)
	}
	h.waitRecords(func(rs []clawrden.Record) bool {
		last := rs[len(rs)-1]
		return last.Event == clawrden.EventFinished && strings.Contains(last.Reason, "running_per_agent") && last.ExitCode == nil
	})
	other("at the limit of running commands")
}

// TestCanIsRateLimited asks "may I?" until the daemon has had enough.
func TestCanIsRateLimited(t *testing.T) {
	h := newHost(t, hostOptions{policy: attackPolicy, tools: []string{"echo"}, config: tightLimits})
	can := func() answer {
		c := h.dial()
		defer c.Close()
		sendFDs(t, c, request("echo", func(r *protocol.Request) { r.Purpose, r.Descriptors = protocol.PurposeCan, 0 }))
		return readAnswer(t, c)
	}
	for i := range 100 {
		a := can()
		if a.typ == protocol.TypeAnswer {
			continue
		}
		if i < 10 {
			t.Errorf("question %d: %v; ten may come at once", i, a)
		}
		if a.typ != protocol.TypeRefuse || a.code != 125 || !strings.Contains(a.text, "too many questions") {
			t.Errorf("question %d: %v", i, a)
		}
		h.honest()
		return
	}
	t.Error("a hundred questions at once were answered, where one a second may be")
}

// patientLimits are for requests so large or many that a busy machine may take longer over them than an agent is given.
const patientLimits = "limits {\n  request_time = \"2m\"\n  resolve_time = \"2m\"\n}\n"

// TestLargeRequests has 256 clients come with as much as the kernel lets them. All are served.
func TestLargeRequests(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 512 MiB of arguments")
	}
	h := newHost(t, hostOptions{policy: attackPolicy, tools: []string{"true"}, config: patientLimits})
	// 15 words of 128 KiB less a little: near to 2 MiB with the environment.
	words := make([]string, 15)
	for i := range words {
		words[i] = strings.Repeat("x", 128<<10-64)
	}
	idle := h.memory("VmRSS")
	var wg sync.WaitGroup
	const clients, at = 256, 64
	work := make(chan struct{}, clients)
	for range clients {
		work <- struct{}{}
	}
	close(work)
	for range at {
		wg.Go(func() {
			for range work {
				if r := finish(t, h.command("true", words...)); r.code != 0 || r.stderr != "" {
					t.Errorf("%+v", r)
				}
			}
		})
	}
	wg.Wait()
	if peak := h.memory("VmHWM"); peak > 700<<10 { // all of them kept at once are far more
		t.Errorf("the daemon took %d KiB: it keeps requests that are over", peak)
	}
	t.Logf("VmRSS idle %d KiB, VmHWM after %d clients with 2 MiB each: %d KiB", idle, clients, h.memory("VmHWM"))
}

// TestToolsThatAreNoTools has something else than a file in the tool's place.
func TestToolsThatAreNoTools(t *testing.T) {
	h := newHost(t, hostOptions{policy: `policy { default = "allow" }`, tools: []string{"fifo", "dir", "dev", "echo"}})
	dir := filepath.Join(h.dir, "odd")
	if err := os.MkdirAll(filepath.Join(dir, "dir"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o777); err != nil {
		t.Fatal(err)
	}
	tools := []string{"fifo", "dir"}
	if os.Geteuid() == 0 && syscall.Mknod(filepath.Join(dir, "dev"), syscall.S_IFCHR|0o777, 1<<8|5) == nil {
		tools = append(tools, "dev")
	}
	for _, tool := range tools {
		c := h.command(tool)
		c.Env[0] = "PATH=" + h.shims + ":" + dir
		if r := finish(t, c); r.code != 126 && r.code != 127 || !strings.HasPrefix(r.stderr, "clawrden: "+tool) {
			t.Errorf("%s: %+v", tool, r)
		}
	}
	for _, r := range h.records() {
		if r.Event == clawrden.EventDecided && r.Decision.Runs() {
			t.Errorf("%s may run", r.Command)
		}
	}
	c := h.command("echo", "x")
	if r := finish(t, c); r.code != 0 {
		t.Errorf("an honest command: %+v", r)
	}
}
