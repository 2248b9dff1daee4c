package tests

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
)

const (
	liveRules = `
policy { default = "deny" }
rule "say" {
  commands = ["echo"]
  action   = "allow"
}
`
	newRules = `
policy { default = "deny" }
rule "succeed" {
  commands = ["true"]
  action   = "allow"
}
`
)

// clawrden runs the command line against the host's daemon.
func (h *host) clawrden(args ...string) result {
	h.t.Helper()
	c := exec.Command(filepath.Join(bin, "clawrden"), args...)
	c.Env, c.Dir = append(os.Environ(), "CLAWRDEN_CONTROL="+h.control), h.dir
	return finish(h.t, c)
}

// runs asserts which of two commands the policy in force lets run.
func (h *host) runs(echo, succeed bool) {
	h.t.Helper()
	for tool, want := range map[string]bool{"echo": echo, "true": succeed} {
		if r := finish(h.t, h.command(tool)); (r.code == 0) != want || !want && r.code != 126 {
			h.t.Errorf("%s: %+v, want it to run: %v", tool, r, want)
		}
	}
}

func (h *host) policyFiles() []string {
	h.t.Helper()
	entries, err := os.ReadDir(filepath.Join(h.dir, "policy"))
	if err != nil {
		h.t.Fatal(err)
	}
	names := map[string]bool{}
	for _, e := range entries {
		names[e.Name()] = true
	}
	return slices.Sorted(maps.Keys(names))
}

func (h *host) stageNow() (s clawrden.Stage) {
	h.t.Helper()
	h.get("/api/policy/stage", &s)
	return s
}

// TestRollout: a candidate judges beside the policy in force and decides nothing; it comes into force, and back, with all of it on
// record and nothing of it lost by a restart.
func TestRollout(t *testing.T) {
	h := newHost(t, hostOptions{tools: []string{"echo", "true"}, policy: liveRules})
	candidate := filepath.Join(h.dir, "new.d")
	if err := os.Mkdir(candidate, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(candidate, "new.hcl"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	h.runs(true, false)

	write("rule \"x\" {\n")
	if r := h.clawrden("policy", "stage", candidate); r.code != 6 || !strings.Contains(r.stderr, "new.hcl") {
		t.Errorf("a candidate that doesn't compile: %+v", r)
	}
	if r := h.clawrden("policy", "stage"); r.code != 3 {
		t.Errorf("no candidate: %+v", r)
	}

	write(newRules)
	if r := h.clawrden("policy", "stage", candidate, "--for", "1h"); r.code != 0 || !strings.Contains(r.stdout, `removed rule "say"`) {
		t.Fatalf("%+v", r)
	}
	h.runs(true, false) // it decides nothing
	h.runs(true, false)
	want := clawrden.StageCounts{Judged: 4, Disagreed: 4, Allowed: 2, Denied: 2}
	s := h.stageNow()
	if s.Counts != want || len(s.Groups) != 2 || s.Groups[0].Tool != "true" || s.Groups[0].New != clawrden.Allow || len(s.Groups[0].Examples) != 2 || len(s.Looser) != 1 {
		t.Fatalf("%+v", s)
	}
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		h.kill(sig)
		h.start()
		if s := h.stageNow(); s.Counts != want || s.Ended != "" {
			t.Errorf("after %v: %+v", sig, s)
		}
	}
	if r := h.clawrden("policy", "stage"); !strings.Contains(r.stdout, "newly allowed") {
		t.Errorf("%+v", r)
	}

	if r := h.clawrden("policy", "promote"); r.code != 1 || !strings.Contains(r.stderr, `added rule "succeed"`) || !strings.Contains(r.stderr, "--yes") {
		t.Errorf("without a yes: %+v", r)
	}
	h.runs(true, false)
	if r := h.clawrden("policy", "promote", "--yes"); r.code != 0 || !strings.Contains(r.stdout, "version 2 is in force") {
		t.Fatalf("%+v", r)
	}
	h.runs(false, true)
	if names := h.policyFiles(); !slices.Equal(names, []string{"new.hcl"}) {
		t.Errorf("the directory holds %q", names)
	}
	if s := h.stageNow(); s.Ended != "it was promoted" {
		t.Errorf("%+v", s)
	}
	h.kill(syscall.SIGKILL)
	h.start()
	h.runs(false, true)

	var list []clawrden.PolicyVersion
	h.get("/api/policy/versions", &list)
	if len(list) != 2 || list[0].How != clawrden.CamePromoted || list[0].By == nil || list[1].How != clawrden.CameStarted || !list[0].InForce {
		t.Errorf("%+v", list)
	}
	if r := h.clawrden("policy", "rollback", "--yes"); r.code != 0 || !strings.Contains(r.stdout, "version 3 is in force") {
		t.Fatalf("%+v", r)
	}
	h.runs(true, false)
	if names := h.policyFiles(); !slices.Equal(names, []string{"test.hcl"}) {
		t.Errorf("the directory holds %q", names)
	}
	if text, err := os.ReadFile(filepath.Join(h.dir, "policy/test.hcl")); err != nil || string(text) != liveRules {
		t.Errorf("%s, %v", text, err)
	}
	h.kill(syscall.SIGTERM)
	h.rolloutRecords(list[0].Digest, list[1].Digest)
	if r := h.clawrden("audit", "verify", h.audit); r.code != 0 {
		t.Errorf("%+v", r)
	}
}

// rolloutRecords looks for who did what to the policy.
func (h *host) rolloutRecords(updated, old string) {
	h.t.Helper()
	seen := map[string]clawrden.Record{}
	for _, r := range h.records() {
		seen[r.Event] = r
	}
	for event, want := range map[string][2]string{
		clawrden.EventStaged: {updated, old}, clawrden.EventStageEnded: {updated, old},
		clawrden.EventPromoted: {updated, old}, clawrden.EventRolledBack: {old, updated},
	} {
		r := seen[event]
		if r.Policy != want[0] || r.Before != want[1] || event != clawrden.EventStageEnded && (r.Approver == nil || len(r.Changes) != 2) {
			h.t.Errorf("%s: %+v", event, r)
		}
	}
}

// TestPromoteTakenBack: what can't be put in force is not there afterwards.
func TestPromoteTakenBack(t *testing.T) {
	h := newHost(t, hostOptions{tools: []string{"echo", "true"}, policy: liveRules})
	body, err := json.Marshal(clawrden.StageWish{Files: map[string]string{"new.hcl": newRules}, For: "1h"})
	if err != nil {
		t.Fatal(err)
	}
	if code := h.post("/api/policy/stage", string(body)); code != 200 {
		t.Fatal(code)
	}
	digest := h.stageNow().Digest
	order, err := json.Marshal(clawrden.PolicyOrder{Digest: digest, Looser: true})
	if err != nil {
		t.Fatal(err)
	}
	// Something else manages the files.
	link := filepath.Join(h.dir, "policy/managed.hcl")
	if err := os.Symlink(filepath.Join(h.dir, "policy/test.hcl"), link); err != nil {
		t.Fatal(err)
	}
	if r := h.clawrden("policy", "promote", "--yes"); r.code == 0 || !strings.Contains(r.stderr, "something else manages it") {
		t.Errorf("%+v", r)
	}
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	// The daemon ended while the files were being replaced: what was there is noted, and the new ones are in place.
	h.kill(syscall.SIGKILL)
	was, err := json.Marshal(map[string]any{"dir": filepath.Join(h.dir, "policy"), "files": map[string][]byte{"test.hcl": []byte(liveRules)}, "gone": []string{"new.hcl"}})
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{"state/policies/replacing.json": string(was), "policy/new.hcl": newRules, "policy/test.hcl": ""} {
		if err := os.WriteFile(filepath.Join(h.dir, path), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h.start()
	h.runs(true, false)
	if names := h.policyFiles(); !slices.Equal(names, []string{"test.hcl"}) {
		t.Errorf("the directory holds %q", names)
	}
	if code := h.post("/api/policy/promote", string(order)); code != 200 {
		t.Errorf("afterwards: %d", code)
	}
	h.runs(false, true)
}

// TestStageEnds: a candidate ends by itself, also while the daemon is away.
func TestStageEnds(t *testing.T) {
	h := newHost(t, hostOptions{tools: []string{"echo"}, policy: liveRules})
	body, err := json.Marshal(clawrden.StageWish{Files: map[string]string{"new.hcl": newRules}, For: "1h"})
	if err != nil {
		t.Fatal(err)
	}
	if code := h.post("/api/policy/stage", string(body)); code != 200 {
		t.Fatal(code)
	}
	h.kill(syscall.SIGTERM)
	path := filepath.Join(h.dir, "state/policy-stage.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var state map[string]any
	if err := json.Unmarshal(text, &state); err != nil {
		t.Fatal(err)
	}
	state["stage"].(map[string]any)["until"] = time.Now().Add(-time.Minute).UTC().Format(time.RFC3339)
	if text, err = json.Marshal(state); err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	h.start()
	if s := h.stageNow(); s.Ended != "its time is over" {
		t.Errorf("%+v", s)
	}
	h.waitRecords(func(rs []clawrden.Record) bool {
		return slices.ContainsFunc(rs, func(r clawrden.Record) bool { return r.Event == clawrden.EventStageEnded })
	})
}
