package tests

import (
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/clawrden/clawrden"
)

const grantsPolicy = `
policy { default = "deny" }
rule "ask" {
  commands = ["git", "make", "sh", "env", "python3"]
  action   = "ask"
}
rule "each time" {
  commands  = ["make"]
  action    = "ask"
  grantable = false
}
rule "forced" {
  commands  = ["git"]
  flags_any = ["--force"]
  action    = "ask"
}
`

// TestGrants approves a command for a while: the same runs unasked, also after a restart, and what differs is asked.
func TestGrants(t *testing.T) {
	h := newHost(t, hostOptions{policy: grantsPolicy, tools: []string{"git", "make", "sh", "env"}})
	id, end := h.asked("git", "--version")
	if code := h.post("/api/queue/"+id+"/approve", `{"grant":{"for":"30m"}}`); code != http.StatusOK {
		t.Fatalf("HTTP %d", code)
	}
	if r := <-end; r.code != 0 {
		t.Fatalf("%+v", r)
	}
	if r := finish(t, h.command("git", "--version")); r.code != 0 || strings.Contains(r.stderr, "waiting") {
		t.Errorf("the same: %+v", r)
	}
	var list []clawrden.Grant
	if h.get("/api/grants", &list); len(list) != 1 || list[0].Used != 1 || !strings.Contains(list[0].Words, "git --version") {
		t.Fatalf("%+v", list)
	}
	h.kill(syscall.SIGKILL)
	h.start()
	if r := finish(t, h.command("git", "--version")); r.code != 0 {
		t.Errorf("the same after a restart: %+v", r)
	}
	granted, used := false, 0
	for _, r := range h.records() {
		granted = granted || r.Event == clawrden.EventGranted && r.Grant == list[0].ID && r.Approver != nil && r.Reason == list[0].Words
		if r.Event == clawrden.EventDecided && r.Grant == list[0].ID && r.Decision == clawrden.OutcomeAllow && r.Approver != nil {
			used++
		}
	}
	if !granted || used != 2 {
		t.Errorf("on record: granted %v, used %d times", granted, used)
	}
	if code := h.post("/api/grants/"+list[0].ID+"/revoke", ""); code != http.StatusOK {
		t.Errorf("revoke: HTTP %d", code)
	}
	id, end = h.asked("git", "--version")
	for _, body := range []string{`{"grant":{"for":"48h"}}`, `{"grant":{"for":"30m","scope":"tool"}}`, `{"grant":{}}`} {
		if code := h.post("/api/queue/"+id+"/approve", body); code != http.StatusBadRequest {
			t.Errorf("%s: HTTP %d, want 400", body, code)
		}
	}
	h.waitPending(1)
	h.post("/api/queue/"+id+"/deny", "")
	<-end

	for _, argv := range [][]string{{"make", "--version"}, {"sh", "-c", "true"}, {"env", "git", "status"}} {
		id, end := h.asked(argv[0], argv[1:]...)
		if code := h.post("/api/queue/"+id+"/approve", `{"grant":{"for":"30m"}}`); code != http.StatusBadRequest {
			t.Errorf("%q: HTTP %d, want 400", argv, code)
		}
		h.waitPending(1)
		h.post("/api/queue/"+id+"/deny", "")
		<-end
	}
}
