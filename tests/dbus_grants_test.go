package tests

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// What a person lets be remembered on the bus holds everywhere, and is taken back there.
func TestGrantsOnTheBus(t *testing.T) {
	h, b := busHost(t)
	id, end := h.waiting()
	add := []string{"sa{sv}", id, "1", "for", "s", "30m"}
	for name, who := range map[string]struct {
		uid    uint32
		groups []uint32
		says   string
	}{
		"somebody":             {busSomebody, nil, "members of the approvers' group"},
		"the agent in a group": {busAgent, inGroup, "requester's own user"},
	} {
		if _, err := b.call(who.uid, who.groups, "AddGrant", add...); err == nil || !strings.Contains(err.Error(), who.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for says, args := range map[string][]string{
		"at most 1h":           {"sa{sv}", id, "1", "for", "s", "30h"},
		"neither a time":       {"sa{sv}", id, "0"},
		"has no subcommand":    {"sa{sv}", id, "2", "for", "s", "30m", "scope", "s", "subcommand"},
		"is none of the last ": {"sa{sv}", "zzzzzzzz", "1", "for", "s", "30m"},
	} {
		if _, err := b.call(busPerson, inGroup, "AddGrant", args...); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: %v, want %q", args, err, says)
		}
	}
	preview, err := b.call(busPerson, inGroup, "AddGrant", "sa{sv}", id, "2", "for", "s", "30m", "preview", "b", "true")
	if err != nil || !strings.Contains(preview, "exactly make --version") || !strings.Contains(preview, `"id" s ""`) {
		t.Errorf("%s %v", preview, err)
	}
	if list, err := b.call(busPerson, inGroup, "ListGrants"); err != nil || list != "aa{sv} 0" {
		t.Errorf("%s %v", list, err)
	}
	if out, err := b.call(busPerson, inGroup, "AddGrant", add...); err != nil {
		t.Errorf("%s %v", out, err)
	}
	h.waitPending(1) // a grant is for what comes
	if _, err := b.call(busPerson, inGroup, "Approve", "sa{sv}", id, "0"); err != nil {
		t.Error(err)
	}
	<-end
	if r := finish(t, as(h.command("make", "--version"), busAgent)); r.code != 0 || strings.Contains(r.stderr, "waiting") {
		t.Errorf("%+v", r)
	}
	list, err := b.call(busPerson, inGroup, "ListGrants")
	if err != nil || !strings.Contains(list, `"used" u 1`) || !strings.Contains(list, fmt.Sprintf(`"by_uid" u %d`, busPerson)) {
		t.Errorf("%s %v", list, err)
	}
	var grants []clawrden.Grant
	h.get("/api/grants", &grants)
	if len(grants) != 1 {
		t.Fatalf("%+v", grants)
	}
	if _, err := b.call(busSomebody, nil, "RevokeGrant", "sa{sv}", grants[0].ID, "0"); err == nil {
		t.Error("somebody revoked it")
	}
	if _, err := b.call(busPerson, inGroup, "RevokeGrant", "sa{sv}", grants[0].ID[:4], "0"); err != nil {
		t.Error(err)
	}
	id, end = h.waiting()
	if code := h.post("/api/queue/"+id+"/deny", ""); code != http.StatusOK {
		t.Errorf("HTTP %d", code)
	}
	<-end
	made, ended := 0, 0
	for _, r := range h.records() {
		if r.Event == clawrden.EventGranted && r.Approver.Door == "dbus" {
			made++
		}
		if r.Event == clawrden.EventRevoked && r.Approver.UID == busPerson {
			ended++
		}
	}
	if made != 1 || ended != 1 {
		t.Errorf("%d made, %d ended", made, ended)
	}
}
