package tests

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
)

const writtenPolicy = `
policy { default = "deny" }
approval "open" { grants = ["30m", "rule"] }
rule "ask" {
  commands = ["git", "sh"]
  action   = "ask"
  approval = approval.open
}
rule "plain" {
  commands = ["make"]
  action   = "ask"
}
`

func (h *host) grantsFile() string { return filepath.Join(h.dir, "state/policy.d/clawrden-grants.hcl") }

// runsUnasked reports whether git runs without a person, with such words.
func (h *host) runsUnasked(args ...string) bool {
	h.t.Helper()
	c := h.command("git", args...)
	done := make(chan result, 1)
	go func() { done <- finish(h.t, c) }()
	for {
		select {
		case r := <-done:
			if r.code != 0 {
				h.t.Errorf("git: %+v", r)
			}
			return true
		default:
		}
		var waiting []clawrden.Pending
		if h.get("/api/queue", &waiting); len(waiting) > 0 {
			h.post("/api/queue/"+waiting[0].ID+"/approve", "")
			<-done
			return false
		}
		<-time.After(2 * time.Millisecond)
	}
}

// A person has an approval written into the policy: it holds over restarts and reloads, is listed and on record, and is taken
// back at any time.
func TestWrittenRules(t *testing.T) {
	h := newHost(t, hostOptions{policy: writtenPolicy, tools: []string{"git", "make", "sh", "ls"}})
	id, end := h.asked("git", "--version")
	for body, says := range map[string]string{
		`{"grant":{"for":"91d","scope":"rule"}}`:             "at most 2160h",
		`{"grant":{"for":"session","scope":"rule"}}`:         "no time",
		`{"grant":{"for":"1d","scope":"rule-subcommand"}}`:   "no subcommand",
		`{"grant":{"for":"1d","scope":"rule","extra":true}}`: "unknown field",
	} {
		if said := h.postSays("/api/queue/"+id+"/approve", body); !strings.Contains(said, "HTTP 400") || !strings.Contains(said, says) {
			t.Errorf("%s: %s", body, said)
		}
	}
	// What an operator is still writing isn't put in force by somebody who may only grant.
	digest := h.status().Policy.Digest
	h.setPolicy(strings.Replace(writtenPolicy, `default = "deny"`, `default = "allow"`, 1))
	if said := h.postSays("/api/queue/"+id+"/approve", `{"grant":{"for":"7d","scope":"rule"}}`); !strings.Contains(said, "HTTP 200") {
		t.Fatal(said)
	}
	if r := <-end; r.code != 0 {
		t.Fatalf("%+v", r)
	}
	h.setPolicy(writtenPolicy)
	if now := h.status().Policy.Digest; now == digest {
		t.Error("the policy with the rule has the digest of the one without")
	}
	if r := finish(t, h.command("ls")); r.code == 0 {
		t.Error("a file that nobody reloaded is in force")
	}
	text, err := os.ReadFile(h.grantsFile())
	if err != nil || !strings.Contains(string(text), "# exactly git --version, in ") || !strings.Contains(string(text), "by request "+id) {
		t.Errorf("%v\n%s", err, text)
	}
	if fi, err := os.Stat(h.grantsFile()); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", fi, err)
	}
	if !h.runsUnasked("--version") {
		t.Error("it is asked again")
	}
	var list []clawrden.Grant
	if h.get("/api/grants", &list); len(list) != 1 || list[0].Used != 1 || list[0].Scope != clawrden.ScopeRule || list[0].File != h.grantsFile() || list[0].Line == 0 {
		t.Fatalf("%+v", list)
	}
	var last clawrden.Record
	for _, r := range h.records() {
		if r.Event == clawrden.EventDecided && r.Grant != "" {
			last = r
		}
	}
	if last.Grant != list[0].ID || last.Decision != clawrden.OutcomeAllow || last.Rules[0].Name != "grant "+list[0].ID || len(last.Rules) != 2 || last.Rules[1].Name != "ask" || last.Approver == nil {
		t.Errorf("%+v", last)
	}
	can := exec.Command(filepath.Join(bin, "clawrden"), "can", "--", "git", "--version")
	can.Env, can.Dir = h.command("git").Env, h.command("git").Dir
	if r := finish(t, can); r.code != 0 || !strings.Contains(r.stdout+r.stderr, "grant "+list[0].ID) {
		t.Errorf("%+v", r)
	}

	for range 2 { // over a kill, and over a reload
		h.kill(syscall.SIGKILL)
		h.start()
		if code := h.post("/api/reload", ""); code != http.StatusOK {
			t.Errorf("reload: HTTP %d", code)
		}
		if !h.runsUnasked("--version") {
			t.Error("it is asked again after a restart")
		}
	}
	// A policy that became bad on the disk keeps nobody from taking it back, also over a restart.
	h.setPolicy("rule {")
	if code := h.post("/api/reload", ""); code == http.StatusOK {
		t.Error("a bad policy was loaded")
	}
	if code := h.post("/api/grants/"+list[0].ID+"/revoke", ""); code != http.StatusOK {
		t.Errorf("revoke: HTTP %d", code)
	}
	if h.runsUnasked("--version") {
		t.Error("it isn't asked though it was revoked")
	}
	h.kill(syscall.SIGKILL)
	h.start()
	if h.runsUnasked("--version") {
		t.Error("a restart brought it back")
	}
	if list = nil; true {
		if h.get("/api/grants", &list); len(list) != 0 {
			t.Errorf("%+v", list)
		}
	}
	if _, err := os.Stat(h.grantsFile()); !os.IsNotExist(err) {
		t.Errorf("the file without grants: %v", err)
	}
	made, ended := "", ""
	for _, r := range h.records() {
		switch r.Event {
		case clawrden.EventGranted:
			made = r.Policy
		case clawrden.EventRevoked:
			ended = r.Policy
		}
	}
	if made == "" || ended == "" || made == ended {
		t.Errorf("on record: made under %q, ended under %q", made, ended)
	}
}

// Where the rule's approval doesn't offer it, and for what runs anything, nothing is written.
func TestRulesThatCannotBeWritten(t *testing.T) {
	h := newHost(t, hostOptions{policy: writtenPolicy, tools: []string{"git", "make", "sh"}})
	for _, row := range [][]string{{"make", "--version"}, {"sh", "-c", ":"}} {
		id, end := h.asked(row[0], row[1:]...)
		said := h.postSays("/api/queue/"+id+"/approve", `{"grant":{"for":"1d","scope":"rule"}}`)
		if !strings.Contains(said, "HTTP 400") || !strings.Contains(said, "can't be granted") {
			t.Errorf("%q: %s", row, said)
		}
		h.waitPending(1)
		h.post("/api/queue/"+id+"/approve", "")
		<-end
	}
	if _, err := os.Stat(h.grantsFile()); err == nil {
		t.Error("a file was written")
	}
	var waiting []clawrden.Pending
	if h.get("/api/queue", &waiting); len(waiting) != 0 {
		t.Errorf("%+v", waiting)
	}
}

// A file of grants that somebody spoilt is a bad policy: it is told, and the one in force stays.
func TestSpoiltGrants(t *testing.T) {
	h := newHost(t, hostOptions{policy: writtenPolicy, tools: []string{"git", "make"}})
	id, end := h.asked("git", "--version")
	if said := h.postSays("/api/queue/"+id+"/approve", `{"grant":{"for":"1d","scope":"rule"}}`); !strings.Contains(said, "HTTP 200") {
		t.Fatal(said)
	}
	<-end
	text, err := os.ReadFile(h.grantsFile())
	if err != nil {
		t.Fatal(err)
	}
	spoilt := strings.Replace(string(text), "\n  until", "\n  untl", 1)
	if err := os.WriteFile(h.grantsFile(), []byte(spoilt), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := h.postSays("/api/reload", ""); !strings.Contains(said, "untl") {
		t.Error(said)
	}
	if !h.runsUnasked("--version") {
		t.Error("the policy in force went")
	}
	h.kill(syscall.SIGKILL)
	h.start() // with the last good policy, and without grants that can't be read
	if h.runsUnasked("--version") {
		t.Error("a grant is held of a file that can't be read")
	}
	// The next one that is written has a file of its own again.
	id, end = h.asked("git", "--help")
	if said := h.postSays("/api/queue/"+id+"/approve", `{"grant":{"for":"1d","scope":"rule"}}`); !strings.Contains(said, "HTTP 200") {
		t.Fatal(said)
	}
	<-end
	if code := h.post("/api/reload", ""); code != http.StatusOK {
		t.Errorf("HTTP %d", code)
	}
	if !h.runsUnasked("--help") {
		t.Error("the new one doesn't hold")
	}
}
