package system

import (
	"encoding/json"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/clawrden/clawrden"
)

var asks atomic.Int64

// asked runs a tool that a person is asked about, and gives the request's id and, later, how it ended.
func (m *machine) asked(t *testing.T) (id string, end <-chan result) {
	t.Helper()
	done := make(chan result, 1)
	// Each ask is one of its own: the same command again would be answered from what a person has said of it.
	// So each says once more than the one before that it wants the short name.
	c := m.as("agent", append([]string{"/var/lib/clawrden/shims/hostname"}, slices.Repeat([]string{"-s"}, int(asks.Add(1)))...)...)
	go func() { done <- finish(c) }()
	eventually(t, "a request waits", func() bool {
		var queue []clawrden.Pending
		r := m.run("clawrden", "queue", "-o", "json")
		if json.Unmarshal([]byte(r.stdout), &queue) == nil && len(queue) == 1 {
			id = queue[0].ID
		}
		return id != ""
	})
	return id, done
}

// Who may decide, at each door, and what the agent then reads.
func TestDecisions(t *testing.T) {
	manager := func(method string, args ...string) []string {
		return append([]string{"busctl", "call", "org.clawrden1", "/org/clawrden1", "org.clawrden1.Manager", method}, args...)
	}
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		if r := m.agent("id", "-un"); r.code != 0 || r.stdout != "agent\n" || r.stderr != "" {
			t.Errorf("allowed: %v", r)
		}
		if r := m.agent("uname"); r.code != 126 || r.stdout != "" || !strings.Contains(r.stderr, "not on this host") || !strings.Contains(r.stderr, "zz-test.hcl:") {
			t.Errorf("denied: %v", r)
		}
		for _, c := range []struct {
			name   string
			door   func(id string) []string
			refuse int // exit status of the door for those who may not
			code   int // the agent's
			says   string
		}{
			{"approved at the control socket", func(id string) []string { return []string{"clawrden", "approve", id} }, 4, 0, m.release},
			{"approved on the bus", func(id string) []string { return manager("Approve", "sa{sv}", id, "0") }, 1, 0, m.release},
			{"denied at the control socket", func(id string) []string { return []string{"clawrden", "deny", "-m", "ask tomorrow", id} }, 4, 126, "ask tomorrow"},
			{"denied on the bus", func(id string) []string { return manager("Deny", "ssa{sv}", id, "ask on Monday", "0") }, 1, 126, "ask on Monday"},
		} {
			id, end := m.asked(t)
			for _, nobody := range []string{"bob", "agent"} {
				if r := finish(m.as(nobody, c.door(id)...)); r.code != c.refuse {
					t.Errorf("%s, by %s: %v", c.name, nobody, r)
				}
			}
			select {
			case r := <-end:
				t.Fatalf("%s: it ended before anybody who may had decided: %v", c.name, r)
			default:
			}
			if r := finish(m.as("ann", c.door(id)...)); r.code != 0 {
				t.Fatalf("%s, by an approver: %v", c.name, r)
			}
			if r := <-end; r.code != c.code || !strings.Contains(r.stdout+r.stderr, c.says) {
				t.Errorf("%s: the agent got %v", c.name, r)
			}
			if r := finish(m.as("ann", c.door(id)...)); r.code == 0 {
				t.Errorf("%s, a second time: %v", c.name, r)
			}
		}
		if r := m.run("clawrden", "audit", "verify"); r.code != 0 {
			t.Error(r)
		}
	})
}

// The daemon sees agents' files through the agents' own roots: that its unit hides homes and has a /tmp of its own changes
// nothing for them.
func TestAgentsOwnFiles(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.write(t, "/etc/clawrden/policy.d/zz-own.hcl", "rule \"own tools\" {\n  commands = [\"hers\"]\n  action   = \"allow\"\n}\n")
		m.must(t, "ln", "-sf", "clawrden-shim", "/var/lib/clawrden/shims/hers")
		t.Cleanup(func() { m.run("rm", "-f", "/var/lib/clawrden/shims/hers") })
		m.enable(t)
		for _, dir := range []string{"/home/agent", "/tmp"} {
			const script = `cd $0 && printf '#!/bin/sh\nexec cat "$@"\n' >hers && chmod +x hers && echo "in $0" >file && PATH=/var/lib/clawrden/shims:$0:/usr/bin hers file`
			if r := finish(m.as("agent", "sh", "-c", script, dir)); r.code != 0 || r.stdout != "in "+dir+"\n" {
				t.Errorf("%s: %v", dir, r)
			}
		}
	})
}

// What only root may do, on both doors.
func TestRootsRights(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		m.must(t, "clawrden", "status")
		if r := finish(m.as("agent", "clawrden", "kill")); r.code != 4 {
			t.Errorf("kill by the agent: %v", r)
		}
		if r := finish(m.as("ann", "clawrden", "kill", "-m", "odd")); r.code != 0 {
			t.Errorf("kill by an approver: %v", r)
		}
		eventually(t, "the status line tells of the kill switch", func() bool {
			return strings.Contains(m.must(t, "systemctl", "show", "--value", "-p", "StatusText", "clawrden.service"), "KILL SWITCH")
		})
		// Root of elsewhere isn't root here, though it has the host's user and pid namespaces.
		if r := m.run("systemd-run", "--quiet", "--pipe", "--wait", "--collect", "-p", "PrivateTmp=yes", "clawrden", "unlock"); r.code != 4 {
			t.Errorf("unlock by root in another mount namespace: %v", r)
		}
		for _, verb := range []string{"unlock", "reload"} {
			if r := finish(m.as("ann", "clawrden", verb)); r.code != 4 {
				t.Errorf("%s by an approver: %v", verb, r)
			}
		}
		m.must(t, "systemctl", "restart", "clawrden.service")
		if r := m.agent("id"); r.code != 126 {
			t.Errorf("the kill switch was forgotten by a restart: %v", r)
		}
		m.must(t, "clawrden", "unlock")
		if r := m.agent("id"); r.code != 0 {
			t.Errorf("unlocked: %v", r)
		}
	})
}
