package tests

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/clawrden/clawrden"
)

const askPolicy = `
policy { default = "deny" }
approval "brief" { timeout = "300ms" }
rule "ask" {
  commands = ["make", "mytool"]
  action   = "ask"
}
rule "brief" {
  commands = ["git"]
  action   = "ask"
  approval = approval.brief
}
rule "never" {
  commands = ["make"]
  args     = ["forbidden"]
  action   = "deny"
}
rule "fine" {
  commands = ["echo", "sleep"]
  action   = "allow"
}
`

func askHost(t testing.TB) *host {
	return newHost(t, hostOptions{policy: askPolicy, tools: []string{"make", "git", "echo", "sleep", "mytool"}})
}

// asked starts a governed command that waits for a person, and gives its id.
func (h *host) asked(tool string, args ...string) (id string, end <-chan result) {
	h.t.Helper()
	done := make(chan result, 1)
	c := h.command(tool, args...)
	go func() { done <- finish(h.t, c) }()
	return h.waitPending(1)[0].ID, done
}

// decided waits for the record that ends a request.
func (h *host) decided(id string) (found clawrden.Record) {
	h.t.Helper()
	h.waitRecords(func(rs []clawrden.Record) bool {
		for _, r := range rs {
			if r.ID == id && r.Event == clawrden.EventDecided {
				found = r
				return true
			}
		}
		return false
	})
	return found
}

func TestAskDeniedWithAReason(t *testing.T) {
	h := askHost(t)
	id, end := h.asked("make", "--version")
	if code := h.post("/api/queue/"+id+"/deny", `{"reason":"not \u001b[31mtoday\nreally"}`); code != http.StatusOK {
		t.Errorf("deny: HTTP %d", code)
	}
	r := <-end
	if r.code != 126 || r.stdout != "" || !strings.Contains(r.stderr, "today") || strings.ContainsAny(r.stderr, "\x1b") {
		t.Errorf("%+v", r)
	}
	if n := strings.Count(r.stderr, "waiting for a person's approval"); n != 1 {
		t.Errorf("that it waits was said %d times:\n%s", n, r.stderr)
	}
	if rec := h.decided(id); rec.Decision != clawrden.OutcomeDenied || rec.Approver == nil || !strings.Contains(rec.Comment, "today") {
		t.Errorf("record %+v", rec)
	}
}

func TestAskExpires(t *testing.T) {
	h := askHost(t)
	r := finish(t, h.command("git", "status"))
	if r.code != 124 || !strings.Contains(r.stderr, "nobody approved it in time") {
		t.Errorf("%+v", r)
	}
	h.waitRecords(func(rs []clawrden.Record) bool {
		last := rs[len(rs)-1]
		return last.Command == "git" && last.Decision == clawrden.OutcomeExpired && last.ExitCode == nil
	})
	h.waitPending(0)
}

// TestAskDecidedOnce decides twice, in every order, and from many at once: the first counts, the others hear how it ended.
func TestAskDecidedOnce(t *testing.T) {
	h := askHost(t)
	for _, second := range []string{"approve", "deny"} {
		id, end := h.asked("make", "--version")
		if code := h.post("/api/queue/"+id+"/approve", ""); code != http.StatusOK {
			t.Errorf("HTTP %d", code)
		}
		if r := <-end; r.code != 0 {
			t.Errorf("%+v", r)
		}
		if code := h.post("/api/queue/"+id+"/"+second, ""); code != http.StatusConflict {
			t.Errorf("%s after approve: HTTP %d, want 409", second, code)
		}
	}
	id, end := h.asked("make", "--version")
	var won, lost atomic.Int32
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			switch h.post("/api/queue/"+id+"/"+[]string{"approve", "deny"}[i%2], "") {
			case http.StatusOK:
				won.Add(1)
			case http.StatusConflict:
				lost.Add(1)
			}
		})
	}
	wg.Wait()
	r := <-end
	if won.Load() != 1 || lost.Load() != 15 {
		t.Errorf("%d decided, %d heard that it was decided; want 1 and 15", won.Load(), lost.Load())
	}
	rec := h.decided(id)
	if (rec.Decision == clawrden.OutcomeApproved) != (r.code == 0) {
		t.Errorf("recorded as %s, ended with %+v", rec.Decision, r)
	}
}

func TestAskByPrefix(t *testing.T) {
	h := askHost(t)
	if code := h.post("/api/queue/zzzzzzzz/approve", ""); code != http.StatusNotFound {
		t.Errorf("an unknown id: HTTP %d, want 404", code)
	}
	id, end := h.asked("make", "--version")
	if code := h.post("/api/queue/"+id[:3]+"/approve", `{"digest":"00"}`); code != http.StatusConflict {
		t.Errorf("approving something else than what was shown: HTTP %d, want 409", code)
	}
	if code := h.post("/api/queue/"+id[:3]+"/approve", ""); code != http.StatusOK {
		t.Errorf("a unique prefix: HTTP %d", code)
	}
	if r := <-end; r.code != 0 {
		t.Errorf("%+v", r)
	}
}

// TestAskNeverForTheDenied makes sure that people aren't shown what would be denied, or couldn't run, anyway.
func TestAskNeverForTheDenied(t *testing.T) {
	h := askHost(t)
	if r := finish(t, h.command("make", "forbidden")); r.code != 126 || strings.Contains(r.stderr, "waiting") {
		t.Errorf("denied by another rule: %+v", r)
	}
	if r := finish(t, h.command("mytool")); r.code != 127 || strings.Contains(r.stderr, "waiting") {
		t.Errorf("no such tool: %+v", r)
	}
	for _, r := range h.records() {
		if r.Event == clawrden.EventDecided && (r.Approver != nil || r.WaitedMS != 0) {
			t.Errorf("was asked: %+v", r)
		}
	}
}

// TestAskToolChanged changes the tool while a person is asked. What was approved isn't what would run, so it is asked for
// again, under another id, and only the second approval counts.
func TestAskToolChanged(t *testing.T) {
	h := askHost(t)
	dir := filepath.Join(h.dir, "tools")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		t.Helper()
		tmp := filepath.Join(dir, "new")
		if err := os.WriteFile(tmp, []byte("#!/bin/sh\necho "+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(tmp, filepath.Join(dir, "mytool")); err != nil {
			t.Fatal(err)
		}
	}
	write("one")
	c := h.command("mytool")
	c.Env[0] = "PATH=" + h.shims + ":" + dir + ":/usr/bin:/bin"
	done := make(chan result, 1)
	go func() { done <- finish(t, c) }()
	first := h.waitPending(1)[0]
	write("two")
	if code := h.post("/api/queue/"+first.ID+"/approve", ""); code != http.StatusOK {
		t.Fatalf("HTTP %d", code)
	}
	var second clawrden.Pending
	for second.ID == "" || second.ID == first.ID {
		if q := h.waitPending(1); len(q) == 1 {
			second = q[0]
		}
	}
	if second.Digest == first.Digest {
		t.Error("another tool has the same digest")
	}
	if code := h.post("/api/queue/"+second.ID+"/approve", ""); code != http.StatusOK {
		t.Fatalf("HTTP %d", code)
	}
	if r := <-done; r.code != 0 || r.stdout != "two\n" {
		t.Errorf("%+v", r)
	}
	if r := h.decided(first.ID); r.Decision != clawrden.OutcomeCancelled || !strings.Contains(r.Reason, "changed") {
		t.Errorf("the first approval was recorded as %+v", r)
	}
	if r := h.decided(second.ID); r.Decision != clawrden.OutcomeApproved {
		t.Errorf("the second approval was recorded as %+v", r)
	}
}

// TestAskWorkingDirectoryRenamed moves the working directory while a person is asked: the command would run elsewhere.
func TestAskWorkingDirectoryRenamed(t *testing.T) {
	h := askHost(t)
	was, now := filepath.Join(h.dir, "was"), filepath.Join(h.dir, "now")
	if err := os.Mkdir(was, 0o755); err != nil {
		t.Fatal(err)
	}
	c := h.command("make", "--version")
	c.Dir = was
	done := make(chan result, 1)
	go func() { done <- finish(t, c) }()
	first := h.waitPending(1)[0]
	if first.Cwd != was {
		t.Errorf("shown as in %q", first.Cwd)
	}
	if err := os.Rename(was, now); err != nil {
		t.Fatal(err)
	}
	h.post("/api/queue/"+first.ID+"/approve", "")
	var second clawrden.Pending
	for second.ID == "" || second.ID == first.ID {
		second = h.waitPending(1)[0]
	}
	if second.Cwd != now {
		t.Errorf("shown again as in %q, want %q", second.Cwd, now)
	}
	h.post("/api/queue/"+second.ID+"/deny", `{"reason":"no"}`)
	if r := <-done; r.code != 126 {
		t.Errorf("%+v", r)
	}
}

// TestKillSwitch throws it: what waits is cancelled, what runs is killed, what comes is refused, also after a restart.
func TestKillSwitch(t *testing.T) {
	h := askHost(t)
	id, end := h.asked("make", "--version")
	running := h.command("sleep", "600")
	ran := make(chan result, 1)
	go func() { ran <- finish(t, running) }()
	h.waitStatus(func(s clawrden.Status) bool { return s.Running == 1 })
	if code := h.post("/api/kill", `{"reason":"smoke"}`); code != http.StatusOK {
		t.Fatalf("HTTP %d", code)
	}
	if r := <-end; r.code != 125 || !strings.Contains(r.stderr, "kill switch") {
		t.Errorf("what waited: %+v", r)
	}
	if r := <-ran; r.signal != syscall.SIGKILL {
		t.Errorf("what ran: %+v", r)
	}
	if rec := h.decided(id); rec.Decision != clawrden.OutcomeCancelled {
		t.Errorf("record %+v", rec)
	}
	refused := func(when string) {
		t.Helper()
		for _, tool := range []string{"echo", "make"} {
			r := finish(t, h.command(tool, "x"))
			if r.code != 126 || !containsAll(r.stderr, "the kill switch is on", "smoke") {
				t.Errorf("%s: %s: %+v", when, tool, r)
			}
		}
	}
	refused("thrown")
	h.kill(syscall.SIGKILL)
	h.start()
	refused("after a crash")
	var s clawrden.Status
	if h.get("/api/status", &s); !s.Locked {
		t.Error("the status doesn't say that it is locked")
	}
	if code := h.post("/api/unlock", ""); code != http.StatusOK {
		t.Fatalf("unlock: HTTP %d", code)
	}
	if r := finish(t, h.command("echo", "x")); r.code != 0 {
		t.Errorf("unlocked: %+v", r)
	}
}

// TestReload puts a bad policy in place: the one before it stays, and everybody is told where the fault is.
func TestReload(t *testing.T) {
	h := askHost(t)
	h.setPolicy("policy { default = \"allow\" }\nrule \"x\" {\n  comands = [\"rm\"]\n  action = \"deny\"\n}\n")
	resp, err := h.http().Post("http://clawrden/api/reload", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	_, _ = body.ReadFrom(resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusUnprocessableEntity || !containsAll(body.String(), "test.hcl", "line 3", "comands") {
		t.Errorf("reload: HTTP %d, %s", resp.StatusCode, body.String())
	}
	var s clawrden.Status
	if h.get("/api/status", &s); !containsAll(s.Policy.Error, "test.hcl", "line 3") {
		t.Errorf("the status says %q", s.Policy.Error)
	}
	if r := finish(t, h.command("git", "status")); r.code != 124 {
		t.Errorf("the policy before isn't in force: %+v", r)
	}
	h.setPolicy("policy { default = \"deny\" }\n")
	if code := h.post("/api/reload", ""); code != http.StatusOK {
		t.Errorf("a good policy: HTTP %d", code)
	}
	if r := finish(t, h.command("echo", "x")); r.code != 126 {
		t.Errorf("the new policy isn't in force: %+v", r)
	}
	var after clawrden.Status
	if h.get("/api/status", &after); after.Policy.Error != "" {
		t.Errorf("the status still says %q", after.Policy.Error)
	}
	reloads := 0
	for _, r := range h.records() {
		if r.Event == clawrden.EventReloaded {
			reloads++
		}
	}
	if reloads != 2 {
		t.Errorf("%d reloads on record, want 2", reloads)
	}
}

// TestBadPolicyAtStart has the daemon start with a policy that can't be read: it runs, says so, and denies everything.
func TestBadPolicyAtStart(t *testing.T) {
	h := newHost(t, hostOptions{policy: "rule \"x\" {", tools: []string{"echo"}})
	if r := finish(t, h.command("echo", "x")); r.code != 126 || !strings.Contains(r.stderr, "policy is invalid") {
		t.Errorf("%+v", r)
	}
	var s clawrden.Status
	if h.get("/api/status", &s); s.Policy.Error == "" {
		t.Error("the status doesn't say that the policy is invalid")
	}
	if r := finish(t, h.cli("reload")); r.code != 6 || !strings.Contains(r.stderr, "there was no good one before it, so every command is denied") || strings.Contains(r.stderr, "stays in force") {
		t.Errorf("reload: %+v", r)
	}
	h.setPolicy(fmt.Sprintf("policy { default = %q }\n", "allow"))
	if code := h.post("/api/reload", ""); code != http.StatusOK {
		t.Errorf("HTTP %d", code)
	}
	if r := finish(t, h.command("echo", "x")); r.code != 0 {
		t.Errorf("%+v", r)
	}
	// From now on a start with bad files goes on with what was in force.
	h.setPolicy("rule \"x\" {")
	h.kill(syscall.SIGKILL)
	h.start()
	if r := finish(t, h.command("echo", "x")); r.code != 0 {
		t.Errorf("with the last good policy: %+v", r)
	}
	if h.get("/api/status", &s); s.Policy.Error == "" || s.Policy.Digest == "" {
		t.Errorf("the status says %+v", s.Policy)
	}
}
