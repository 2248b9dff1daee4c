package tests

import (
	"net/http"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// TestRefusedIsNotShownAgain: an agent that retries hears the same words at once, and no person is asked again.
func TestRefusedIsNotShownAgain(t *testing.T) {
	h := askHost(t)
	id, end := h.asked("make", "--version")
	if code := h.post("/api/queue/"+id+"/deny", `{"reason":"use the test target"}`); code != http.StatusOK {
		t.Fatalf("deny: HTTP %d", code)
	}
	<-end
	r := finish(t, h.command("make", "--version"))
	if r.code != 126 || !strings.Contains(r.stderr, "use the test target") || !strings.Contains(r.stderr, id) || strings.Contains(r.stderr, "waiting") {
		t.Errorf("the retry: %+v", r)
	}
	records := h.waitRecords(func(rs []clawrden.Record) bool { return rs[len(rs)-1].Remembered != "" })
	last := records[len(records)-1]
	if last.Remembered != id || last.Decision != clawrden.OutcomeDenied || last.Approver == nil || last.WaitedMS != 0 {
		t.Errorf("on record: %+v", last)
	}
	other, end := h.asked("make", "--help")
	h.post("/api/queue/"+other+"/approve", "")
	if r := <-end; r.code != 0 {
		t.Errorf("another command: %+v", r)
	}
}

// TestRefusalMemoryOff asks each time anew where the settings say so.
func TestRefusalMemoryOff(t *testing.T) {
	h := newHost(t, hostOptions{policy: askPolicy, tools: []string{"make"}, config: "ask {\n  refusal_memory = \"0s\"\n}\n"})
	for range 2 {
		id, end := h.asked("make", "--version")
		h.post("/api/queue/"+id+"/deny", "")
		if r := <-end; r.code != 126 {
			t.Errorf("%+v", r)
		}
	}
}

// TestApprovedLate approves a command that has expired: the same command then runs once without being asked for.
func TestApprovedLate(t *testing.T) {
	h := askHost(t)
	if r := finish(t, h.command("git", "--version")); r.code != 124 {
		t.Fatalf("%+v", r)
	}
	records := h.waitRecords(func(rs []clawrden.Record) bool { return rs[len(rs)-1].Decision == clawrden.OutcomeExpired })
	id := records[len(records)-1].ID
	if code := h.post("/api/queue/"+id+"/approve", `{"comment":"sorry, I was at lunch"}`); code != http.StatusOK {
		t.Fatalf("late: HTTP %d", code)
	}
	if code := h.post("/api/queue/"+id+"/approve", ""); code != http.StatusConflict {
		t.Errorf("late and twice: HTTP %d, want 409", code)
	}
	if r := finish(t, h.command("git", "--version")); r.code != 0 || strings.Contains(r.stderr, "waiting") {
		t.Errorf("the same: %+v", r)
	}
	if r := finish(t, h.command("git", "--version")); r.code != 124 {
		t.Errorf("the same once more: %+v", r)
	}
	late, used := false, false
	for _, r := range h.records() {
		late = late || r.Event == clawrden.EventLate && r.ID == id && r.Approver != nil && strings.Contains(r.Comment, "lunch")
		used = used || r.Remembered == id && r.Decision == clawrden.OutcomeApproved && r.Approver != nil
	}
	if !late || !used {
		t.Errorf("on record: approved late %v, used %v", late, used)
	}
}
