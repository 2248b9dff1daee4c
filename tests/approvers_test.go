package tests

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

const approversPolicy = `
policy { default = "deny" }
approval "two" {
  approvers = ["user:4343", "user:4344", "user:4242"]
  quorum    = 2
}
approval "self" { self_approval = true }
approval "nobody" { approvers = ["user:no-such-person-here"] }
rule "two" {
  commands = ["make"]
  action   = "ask"
  approval = approval.two
}
rule "self" {
  commands = ["echo"]
  action   = "ask"
  approval = approval.self
}
rule "nobody" {
  commands = ["true"]
  action   = "ask"
  approval = approval.nobody
}
`

// TestApprovers has several users decide at the control socket: two different people of the list must approve, the
// requester isn't one of them, and self_approval makes it one.
func TestApprovers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to be several users")
	}
	h := newHost(t, hostOptions{
		policy: approversPolicy, tools: []string{"make", "echo", "true"}, args: []string{},
		config: fmt.Sprintf("paths {\n  approvers_group = %q\n}\n", approvers),
	})
	if err := os.Chmod(h.control, 0o666); err != nil {
		t.Fatal(err)
	}
	const agent, first, second, other = agentUID, 4343, 4344, 4345
	in := []uint32{approversGID}
	id, end := h.askedByAgent()
	for _, row := range []struct {
		who  string
		uid  uint32
		want string
	}{
		{"none of the list", other, "403"},
		{"the requester, who is on it", agent, "403"},
		{"the first", first, "200"},
		{"the first again", first, "403"},
		{"the requester again", agent, "403"},
		{"the second", second, "200"},
		{"one too many", first, "409"},
	} {
		if got := h.decide(row.uid, in, "/api/queue/"+id+"/approve"); got != row.want {
			t.Errorf("%s: HTTP %s, want %s", row.who, got, row.want)
		}
		if row.who == "the requester again" {
			if waiting := h.waitPending(1); waiting[0].Lacking != 1 || len(waiting[0].Votes) != 1 || waiting[0].Votes[0].UID != first {
				t.Fatalf("after one vote: %+v", waiting[0])
			}
		}
	}
	if r := <-end; r.code != 0 {
		t.Errorf("approved by two: %+v", r)
	}
	if r := h.decided(id); len(r.Votes) != 2 || r.Votes[0].UID != first || r.Approver == nil || r.Approver.UID != second {
		t.Errorf("on record: %+v, votes %+v", r.Approver, r.Votes)
	}

	done := make(chan result, 1)
	c := asUser(h.command("echo", "hello"), agent)
	go func() { done <- finish(t, c) }()
	id = h.waitPending(1)[0].ID
	if got := h.decide(agent, nil, "/api/queue/"+id+"/approve"); got != "403" {
		t.Errorf("self_approval without the right to decide: HTTP %s", got)
	}
	if got := h.decide(agent, in, "/api/queue/"+id+"/approve"); got != "200" {
		t.Errorf("self_approval: HTTP %s", got)
	}
	if r := <-done; r.code != 0 {
		t.Errorf("%+v", r)
	}
	if r := h.decided(id); r.Approver == nil || !r.Approver.Self {
		t.Errorf("not recorded as self: %+v", r.Approver)
	}

	if r := finish(t, asUser(h.command("true"), agent)); r.code != 126 || !strings.Contains(r.stderr, "nobody can approve it") {
		t.Errorf("with no such approver: %+v", r)
	}
}
