package system

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// asks starts hostname, which the policy asks about, and gives its id.
func (m *machine) asks(t *testing.T, end chan<- result, args ...string) (id string) {
	t.Helper()
	go func() { end <- m.agent("hostname", args...) }()
	eventually(t, "hostname waits", func() bool {
		var queue []clawrden.Pending
		_ = json.Unmarshal([]byte(m.run("clawrden", "queue", "-o", "json").stdout), &queue)
		for _, p := range queue {
			if p.Command == "hostname" && strings.Join(p.Args, " ") == strings.Join(args, " ") {
				id = p.ID
			}
		}
		return id != ""
	})
	return id
}

// The bridge's own unit, with its sandbox and its secret, beside the daemon in its: it decides for a person of the settings and for nobody
// else, and neither's restart loses or doubles anything.
func TestBridgeUnit(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		chat, address := newTelegram(t, m)
		m.write(t, "/etc/clawrden/clawrden.hcl", `
bridge "chat" {
  unit    = "clawrden-bridge@chat.service"
  people  = { "42" = "ann" }
  service = "telegram"
  server  = "http://`+address+`"
}
route "all" {
  bridge = "chat"
  to     = "-5"
}
`)
		const unit = "clawrden-bridge@chat.service"
		t.Cleanup(func() {
			if t.Failed() {
				t.Log(m.run("journalctl", "--no-pager", "-b", "-u", unit).stdout)
			}
			m.run("sh", "-c", "systemctl stop "+unit+"; rm -rf /var/lib/clawrden-bridge")
		})
		m.enable(t)
		m.write(t, "/etc/clawrden/bridges/chat/token", telegramToken+"\n")
		m.must(t, "chmod", "-R", "go=", "/etc/clawrden/bridges")
		m.must(t, "systemctl", "start", unit)
		up := func(want bool) {
			t.Helper()
			eventually(t, "its state is known", func() bool {
				var s clawrden.Status
				_ = json.Unmarshal([]byte(m.run("clawrden", "status", "-o", "json").stdout), &s)
				return len(s.Bridges) == 1 && s.Bridges[0].Up == want
			})
		}
		up(true)
		end := make(chan result, 1)
		message := func(id string) int {
			t.Helper()
			eventually(t, id+" is told", func() bool { return len(chat.about(id)) > 0 })
			return chat.about(id)[0]
		}

		// Told once over a restart of the bridge; a stranger's press does nothing, and stands in the journal.
		first := m.asks(t, end, "-s")
		at := message(first)
		m.must(t, "systemctl", "restart", unit)
		up(true)
		chat.press(t, 44, at, "Approve")
		eventually(t, "the stranger is told", func() bool { return chat.told("You can't decide here") })
		m.journalSays(t, unit, "somebody answered whom the settings don't have", "person=44")
		chat.press(t, 42, at, "Approve")
		if r := <-end; r.code != 0 {
			t.Errorf("approved by ann: %v", r)
		}
		eventually(t, "the message says so", func() bool { return chat.says(at, "approved by ann (chat)") })
		record := m.must(t, "sh", "-c", "grep '\"id\":\""+first+"\"' /var/log/clawrden/audit.jsonl | grep '\"decided\"'")
		var e clawrden.Record
		if err := json.Unmarshal([]byte(record), &e); err != nil || e.Approver == nil || e.Approver.Bridge != "chat" || e.Approver.Person != "42" || e.Approver.User != "ann" {
			t.Errorf("recorded: %s %v", record, err)
		}

		// Over a restart of the daemon the ask stays, and so does its one message.
		second := m.asks(t, end, "-f")
		at = message(second)
		m.must(t, "systemctl", "restart", "clawrden.service")
		up(true)
		chat.press(t, 42, at, "Deny")
		if r := <-end; r.code != 126 {
			t.Errorf("denied by ann: %v", r)
		}
		eventually(t, "the message says so", func() bool { return chat.says(at, "denied by ann (chat)") })

		// What is decided while the bridge is away is told when it is back, and what came meanwhile too.
		third := m.asks(t, end, "-I")
		at = message(third)
		m.must(t, "systemctl", "stop", unit)
		m.must(t, "clawrden", "deny", third)
		<-end
		fourth := m.asks(t, end, "-V")
		m.must(t, "systemctl", "start", unit)
		eventually(t, "the message says so", func() bool { return chat.says(at, "denied by root (control)") })
		chat.press(t, 42, at, "Approve")
		eventually(t, "it is told that it is too late", func() bool { return chat.told("It has ended already: denied by root") })

		// Without its service the bridge is down, and the ask is decided here.
		at = message(fourth)
		chat.mu.Lock()
		chat.down = true
		chat.mu.Unlock()
		m.must(t, "clawrden", "approve", fourth)
		if r := <-end; r.code != 0 {
			t.Errorf("approved here: %v", r)
		}
		up(false)
		for _, id := range []string{first, second, third, fourth} {
			if n := chat.about(id); len(n) != 1 {
				t.Errorf("%s has messages %v", id, n)
			}
		}
		if state := m.must(t, "systemctl", "show", "-p", "NRestarts", "--value", unit); state != "0" {
			t.Errorf("it was started again %s times", state)
		}
		if log := m.run("journalctl", "--no-pager", "-b").stdout; strings.Contains(log, telegramToken) {
			t.Error("the journal has the bot's token")
		}
	})
}
