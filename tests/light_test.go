package tests

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

// wholeWaits is how many asks the daemon keeps ready to run; see daemon.Limits.
const wholeWaits = 256

// TestManyWait has more requests wait than the daemon keeps ready to run: those beyond are approved, refused, over and gone like
// all others, also over a restart, and take the daemon one descriptor each.
func TestManyWait(t *testing.T) {
	h := newHost(t, hostOptions{policy: askPolicy, tools: []string{"make", "git", "mytool"}, config: "limits {\n  pending_per_agent = 1000\n}\n"})
	for i := range wholeWaits {
		c := h.dial()
		t.Cleanup(func() { _ = c.Close() })
		sendFDs(t, c, request("make", func(r *protocol.Request) { r.Argv = []string{"make", fmt.Sprint("whole", i)} }), stdioFDs(t)...)
		h.waitFrame(readAnswer(t, c))
	}
	before := h.descriptors()
	const n = 6
	ends, ids := make([]chan result, n), make([]string, n)
	commands := make([]func(syscall.Signal) error, n)
	for i := range n {
		c := h.command("make", fmt.Sprint("light", i))
		if i < 2 {
			c = h.command("make", "--version")
		}
		ends[i] = make(chan result, 1)
		if i == n-1 { // it is killed
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			commands[i] = func(sig syscall.Signal) error { return c.Process.Signal(sig) }
			go func() { _ = c.Wait(); ends[i] <- result{} }()
		} else {
			go func() { ends[i] <- finish(t, c) }()
		}
		ids[i] = h.waitPending(wholeWaits + i + 1)[wholeWaits+i].ID
	}
	h.waitDescriptors(before + n)

	h.post("/api/queue/"+ids[0]+"/approve", "")
	if r := <-ends[0]; r.code != 0 || r.stdout == "" {
		t.Errorf("approved: %+v", r)
	}
	h.post("/api/queue/"+ids[2]+"/deny", `{"reason":"no"}`)
	if r := <-ends[2]; r.code != protocol.ExitDenied {
		t.Errorf("denied: %+v", r)
	}
	if r := finish(t, h.command("git", "status")); r.code != protocol.ExitExpired {
		t.Errorf("expired: %+v", r)
	}
	if err := os.WriteFile(filepath.Join(h.dir, "state/asks", ids[4]+".json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.post("/api/queue/"+ids[4]+"/approve", "")
	if r := <-ends[4]; r.code != protocol.ExitDenied || r.stdout != "" {
		t.Errorf("approved, and what was kept of it is gone: %+v", r)
	}
	if r := h.decided(ids[4]); r.Decision != clawrden.OutcomeCancelled || r.Reason == "" {
		t.Errorf("approved, and what was kept of it is gone: %+v", r)
	}
	if err := commands[n-1](syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-ends[n-1]
	if r := h.decided(ids[n-1]); r.Decision != clawrden.OutcomeCancelled || r.Comment == "" {
		t.Errorf("gone: %+v", r)
	}
	if code := h.post("/api/queue/"+ids[n-1]+"/approve", ""); code != http.StatusConflict {
		t.Errorf("approved once it had gone: HTTP %d", code)
	}

	h.restart(syscall.SIGTERM, nil)
	h.post("/api/queue/"+ids[1]+"/approve", "")
	if r := <-ends[1]; r.code != 0 || r.stdout == "" {
		t.Errorf("approved after a restart: %+v", r)
	}
	h.post("/api/queue/"+ids[3]+"/deny", "")
	if r := <-ends[3]; r.code != protocol.ExitDenied {
		t.Errorf("denied after a restart: %+v", r)
	}
	h.verify()
}
