package system

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// Approvers of a team see and decide the requests of its own agents alone, on the bus as at the control socket; root everything.
func TestTeamsAtEachDoor(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		t.Cleanup(func() { m.run("sh", "-c", "for user in robo tess; do userdel -r $user; done") })
		m.must(t, "sh", "-ec", "useradd -m -G clawrden-agents robo; useradd -m -G clawrden-approvers tess")
		m.write(t, "/etc/clawrden/clawrden.hcl", `
team "web" { approvers = ["user:ann"] }
team "data" { approvers = ["user:tess"] }
agent "webby" {
  user = "agent"
  team = "web"
}
agent "datum" {
  user = "robo"
  team = "data"
}
`)
		m.enable(t)
		m.must(t, "clawrden", "status")
		end := map[string]chan result{"agent": make(chan result, 1), "robo": make(chan result, 1)}
		for user, done := range end {
			socket := map[string]string{"agent": "webby", "robo": "datum"}[user]
			go func() { done <- m.by(user, "/run/clawrden/agents/"+socket+"/shim.sock", "hostname", "-s") }()
		}
		ids := map[string]string{} // by the agent's name
		eventually(t, "both wait", func() bool {
			var queue []clawrden.Pending
			_ = json.Unmarshal([]byte(m.run("clawrden", "queue", "-o", "json").stdout), &queue)
			for _, p := range queue {
				ids[p.Identity.Agent] = p.ID
			}
			return ids["webby"] != "" && ids["datum"] != ""
		})
		bus := func(user, method string, args ...string) result {
			return finish(m.as(user, append([]string{"busctl", "call", "org.clawrden1", "/org/clawrden1", "org.clawrden1.Manager", method}, args...)...))
		}
		for user, own := range map[string]string{"ann": "webby", "tess": "datum"} {
			other := map[string]string{"webby": "datum", "datum": "webby"}[own]
			for door, list := range map[string]result{"the bus": bus(user, "ListRequests"), "the control socket": finish(m.as(user, "clawrden", "queue", "-o", "json"))} {
				if list.code != 0 || !strings.Contains(list.stdout, `"`+ids[own]+`"`) || strings.Contains(list.stdout, ids[other]) {
					t.Errorf("on %s, %s is shown %v; its own is %s, the other's %s", door, user, list, ids[own], ids[other])
				}
			}
			for _, r := range []result{
				bus(user, "GetRequest", "s", ids[other]), bus(user, "Approve", "sa{sv}", ids[other], "0"), bus(user, "Deny", "ssa{sv}", ids[other], "no", "0"),
				finish(m.as(user, "clawrden", "approve", ids[other])), finish(m.as(user, "clawrden", "deny", ids[other])),
				finish(m.as(user, "busctl", "get-property", "org.clawrden1", "/org/clawrden1/request/"+ids[other], "org.clawrden1.Request", "Command")),
			} {
				if r.code == 0 {
					t.Errorf("%s, of the other team's: %v", user, r)
				}
			}
			if r := bus(user, "GetRequest", "s", ids[own]); r.code != 0 {
				t.Errorf("%s, of its own team's: %v", user, r)
			}
		}
		if r := bus("root", "ListRequests"); r.code != 0 || !strings.Contains(r.stdout, ids["webby"]) || !strings.Contains(r.stdout, ids["datum"]) {
			t.Errorf("root is shown %v", r)
		}
		if r := bus("ann", "Approve", "sa{sv}", ids["webby"], "0"); r.code != 0 {
			t.Errorf("approved on the bus: %v", r)
		}
		if r := finish(m.as("tess", "clawrden", "approve", ids["datum"])); r.code != 0 {
			t.Errorf("approved at the control socket: %v", r)
		}
		for user, done := range end {
			if r := <-done; r.code != 0 {
				t.Errorf("%s: %v", user, r)
			}
		}
	})
}
