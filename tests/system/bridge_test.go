package system

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

const bridged = `
approval "two" {
  quorum = 2
}
rule "deploy" {
  commands = ["hostname"]
  action   = "ask"
  approval = approval.two
}
rule "other" {
  commands = ["uname"]
  action   = "ask"
}
`

// A bridge is known by its system unit. For its people, and for what is routed to it, it decides; its groups give it nothing.
func TestBridge(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.write(t, "/etc/clawrden/policy.d/zz-test.hcl", bridged)
		m.write(t, "/etc/clawrden/clawrden.hcl", `
bridge "chat" {
  unit   = "chat-bridge.service"
  people = { A1 = "ann", C1 = "carl" }
  rules  = ["deploy"]
}
`)
		m.must(t, "sh", "-c", "id carl 2>/dev/null || useradd -m -G clawrden-approvers carl")
		m.enable(t)
		// The bridge runs as its own user and reaches the socket by the approvers' group.
		call := func(unit, person string, args ...string) result {
			t.Helper()
			words := []string{"systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--uid=bob", "--unit=" + unit, "-p", "SupplementaryGroups=clawrden-approvers", "clawrden"}
			if person != "" {
				words = append(words, "--act-for", person)
			}
			return m.run(append(words, args...)...)
		}
		const unit = "chat-bridge.service"
		unrouted, routed := make(chan result, 1), make(chan result, 1)
		ask := func(tool string, end chan<- result) (id string) {
			go func() { end <- m.agent(tool) }()
			eventually(t, tool+" waits", func() bool {
				var queue []clawrden.Pending
				_ = json.Unmarshal([]byte(m.run("clawrden", "queue", "-o", "json").stdout), &queue)
				for _, p := range queue {
					if p.Command == tool {
						id = p.ID
					}
				}
				return id != ""
			})
			return id
		}
		other, id := ask("uname", unrouted), ask("hostname", routed)
		if r := call(unit, "", "queue", "-o", "json"); r.code != 0 || strings.Contains(r.stdout, other) || !strings.Contains(r.stdout, id) {
			t.Errorf("it is shown %v", r)
		}
		for _, row := range []struct {
			name, unit, person string
			code               int
			args               []string
		}{
			{"what isn't routed to it", unit, "", 3, []string{"queue", other}},
			{"the agents", unit, "", 4, []string{"agent", "list"}},
			{"the grants", unit, "", 4, []string{"grants", "list"}},
			{"the kill switch", unit, "A1", 4, []string{"kill"}},
			{"unlocking", unit, "A1", 4, []string{"unlock"}},
			{"adding agents", unit, "A1", 4, []string{"agent", "add", "x"}},
			{"for nobody", unit, "", 4, []string{"approve", id}},
			{"for a stranger", unit, "X9", 4, []string{"approve", id}},
			{"remembering it", unit, "A1", 4, []string{"approve", "--for", "5m", id}},
			{"deciding what isn't routed to it", unit, "A1", 3, []string{"approve", other}},
			{"from another unit", "not-chat-bridge.service", "A1", 4, []string{"approve", id}},
			{"for one person", unit, "A1", 0, []string{"approve", id}},
			{"for another person, who counts no more", unit, "C1", 0, []string{"approve", id}},
			{"for the first again", unit, "A1", 4, []string{"approve", id}},
		} {
			if r := call(row.unit, row.person, row.args...); r.code != row.code {
				t.Errorf("%s: want %d: %v", row.name, row.code, r)
			}
		}
		if r := m.run("systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--uid=bob", "--unit="+unit, "-p", "SupplementaryGroups=clawrden-approvers",
			"busctl", "call", "org.clawrden1", "/org/clawrden1", "org.clawrden1.Manager", "Approve", "sa{sv}", id, "0"); r.code == 0 {
			t.Errorf("on the bus: %v", r)
		}
		if r := finish(m.as("ann", "clawrden", "approve", id)); r.code != 4 {
			t.Errorf("the person for whom it has decided, herself: %v", r)
		}
		select {
		case r := <-routed:
			t.Fatalf("one bridge was enough for two people: %v", r)
		default:
		}
		m.must(t, "clawrden", "approve", id)
		if r := <-routed; r.code != 0 {
			t.Errorf("approved by a bridge and by root: %v", r)
		}
		var e clawrden.Record
		if err := json.Unmarshal([]byte(m.must(t, "sh", "-c", "grep '\"id\":\""+id+"\"' /var/log/clawrden/audit.jsonl | grep '\"decided\"'")), &e); err != nil {
			t.Fatal(err)
		}
		if len(e.Votes) != 3 || e.Votes[0].Bridge != "chat" || e.Votes[0].Person != "A1" || e.Votes[0].User != "ann" || e.Votes[0].Door != "bridge" {
			t.Errorf("recorded: %+v", e.Votes)
		}
		m.must(t, "clawrden", "deny", other)
		<-unrouted
	})
}
