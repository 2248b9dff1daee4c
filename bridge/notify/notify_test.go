package notify

import (
	"slices"
	"strings"
	"testing"

	"github.com/clawrden/clawrden/bridge"
	"github.com/clawrden/clawrden/bridge/bridgetest"
)

var usual = []string{"actions", "body", "body-markup", "persistence"}

// A notification has no markup of an agent's, three things to press, and goes when the ask has ended; what replaces it has its number.
func TestNotification(t *testing.T) {
	address := session(t)
	f := serve(t, address, usual...)
	s, desk, started, _ := begin(t, address, "https://host.example/")
	m := bridgetest.Ask("desktop")
	ref, err := s.Post(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	n := bridgetest.Next(t, f.shown)
	if strings.ContainsAny(n.body, "<>") || !strings.Contains(n.body, "&lt;/code&gt;&lt;b&gt;&amp;amp;") || n.summary != "Asked: ab12 of coder" || n.expire <= 0 {
		t.Errorf("%+v", n)
	}
	if want := []string{"default", "Details", "aNONCE", "Approve once", "dNONCE", "Deny", "details", "Details"}; !slices.Equal(n.actions, want) {
		t.Errorf("%q", n.actions)
	}
	press(t, f.conn, n.id, n.key("Approve once"))
	if c, want := bridgetest.Next(t, desk.Clicks), (bridge.Click{Person: "ann", To: "desktop", Ref: ref, Value: "aNONCE"}); c != want {
		t.Errorf("%+v", c)
	}
	for _, key := range []string{"default", "details"} {
		press(t, f.conn, n.id, key)
		if words := bridgetest.Next(t, started); !slices.Equal(words, []string{"xdg-open", "https://host.example/requests/ab12"}) {
			t.Errorf("%q", words)
		}
		if again := bridgetest.Next(t, f.shown); again.replaces != n.id {
			t.Errorf("after its details: %+v", again)
		}
	}
	if err := s.Remind(t.Context(), ref, m); err != nil {
		t.Fatal(err)
	}
	if n := bridgetest.Next(t, f.shown); n.replaces != 1 || n.summary != "Still asked: ab12 of coder" {
		t.Errorf("%+v", n)
	}
	if err := s.Edit(t.Context(), ref, bridgetest.End(m)); err != nil {
		t.Fatal(err)
	}
	if id := bridgetest.Next(t, f.closed); id != n.id {
		t.Errorf("closed %d", id)
	}
	press(t, f.conn, n.id, "aNONCE")
	if m.Asks[0].ID = "cd34"; true {
		if _, err := s.Post(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	press(t, f.conn, bridgetest.Next(t, f.shown).id, "dNONCE")
	if c := bridgetest.Next(t, desk.Clicks); c.Value != "dNONCE" {
		t.Errorf("what had ended was answered: %+v", c)
	}
}

// Only the owner of the name is heard, whoever else sends the same, to everybody or straight to this program.
func TestSender(t *testing.T) {
	address := session(t)
	f := serve(t, address, usual...)
	s, desk, _, _ := begin(t, address, "")
	if _, err := s.Post(t.Context(), bridgetest.Ask("desktop")); err != nil {
		t.Fatal(err)
	}
	n := bridgetest.Next(t, f.shown)
	other := dial(t, address)
	press(t, other, n.id, "aNONCE")
	s.mu.Lock()
	self := s.conn.Names()[0]
	s.mu.Unlock()
	straight(t, other, self, path, actionInvoked, n.id, "aNONCE")
	straight(t, other, self, "/org/freedesktop/DBus", ownerChanged, name, f.conn.Names()[0], other.Names()[0]) // as if it had taken the name over
	press(t, other, n.id, "aNONCE")
	straight(t, f.conn, self, "/elsewhere", actionInvoked, n.id, "aNONCE")
	straight(t, f.conn, self, path, actionInvoked, "not", "numbers")
	straight(t, f.conn, self, path, actionInvoked, n.id+1, "aNONCE")
	straight(t, f.conn, self, path, actionInvoked, n.id, "gNONCE") // what wasn't offered
	press(t, f.conn, n.id, "dNONCE")
	if c := bridgetest.Next(t, desk.Clicks); c.Value != "dNONCE" || len(desk.Clicks) != 0 || len(desk.Said) != 0 {
		t.Errorf("somebody else was heard: %+v", c)
	}
}

// What should be looked at closely can't be approved here, whatever the server says was pressed; denying is one press.
func TestRisky(t *testing.T) {
	address := session(t)
	f := serve(t, address, usual...)
	s, desk, started, _ := begin(t, address, "")
	m := bridgetest.Ask("desktop")
	m.Asks[0].Risky, m.Asks[0].Why = true, "it runs as root"
	if _, err := s.Post(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	n := bridgetest.Next(t, f.shown)
	if slices.Contains(n.actions, "aNONCE") || n.hints["urgency"].Value() != urgencyCritical || !strings.Contains(n.body, "it runs as root") {
		t.Errorf("%+v", n)
	}
	press(t, f.conn, n.id, "aNONCE")
	press(t, f.conn, n.id, n.key("Look and decide"))
	if words := bridgetest.Next(t, started); !slices.Equal(words, []string{"xdg-terminal-exec", "clawrden", "watch"}) {
		t.Errorf("%q", words)
	}
	press(t, f.conn, n.id, n.key("Deny"))
	if c := bridgetest.Next(t, desk.Clicks); c.Value != "dNONCE" {
		t.Errorf("%+v", c)
	}
}

// Many at once are one notification, which leads to where each can be looked at.
func TestList(t *testing.T) {
	address := session(t)
	f := serve(t, address, usual...)
	s, _, _, _ := begin(t, address, "")
	m := bridgetest.Ask("desktop")
	m.List, m.Asks = true, append(m.Asks, m.Asks[0], m.Asks[0])
	m.Buttons = []bridge.Button{{Label: "Show ab12", Verb: bridge.Show, Value: "sNONCEab12"}}
	if _, err := s.Post(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if n := bridgetest.Next(t, f.shown); n.summary != "Asked: 3 commands wait" || !slices.Equal(n.actions, []string{"default", "Details", "details", "Details"}) {
		t.Errorf("%+v", n)
	}
}

// What isn't taken is told, and the question is there again.
func TestRefused(t *testing.T) {
	address := session(t)
	f := serve(t, address, usual...)
	s, desk, _, _ := begin(t, address, "")
	desk.Answer(bridge.Reply{Text: "Not taken: <it> was you"})
	if _, err := s.Post(t.Context(), bridgetest.Ask("desktop")); err != nil {
		t.Fatal(err)
	}
	first := bridgetest.Next(t, f.shown)
	press(t, f.conn, first.id, "aNONCE")
	if n := bridgetest.Next(t, f.shown); n.body != "Not taken: &lt;it&gt; was you" || len(n.actions) != 0 {
		t.Errorf("%+v", n)
	}
	if n := bridgetest.Next(t, f.shown); n.replaces != first.id || !slices.Contains(n.actions, "aNONCE") {
		t.Errorf("%+v", n)
	}
}

// Servers that can less, or do it otherwise.
func TestOddServers(t *testing.T) {
	for _, row := range []struct {
		name string
		can  []string
		want func(n *notified) bool
	}{
		{"no actions: a notice alone", []string{"body"}, func(n *notified) bool {
			return len(n.actions) == 0 && strings.Contains(n.body, "clawrden watch") && strings.Contains(n.body, bridgetest.Hostile)
		}},
		{"no markup: as it is", []string{"body", "actions"}, func(n *notified) bool { return strings.Contains(n.body, bridgetest.Hostile) }},
		{"no body: the command in the title", []string{"actions"}, func(n *notified) bool { return strings.Contains(n.summary, "git push") }},
		{"nothing at all", nil, func(n *notified) bool { return len(n.actions) == 0 && strings.Contains(n.summary, "git push") }},
	} {
		t.Run(row.name, func(t *testing.T) {
			address := session(t)
			f := serve(t, address, row.can...)
			f.odd = true
			s, _, _, stop := begin(t, address, "")
			m := bridgetest.Ask("desktop")
			ref, err := s.Post(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			if n := bridgetest.Next(t, f.shown); !row.want(&n) {
				t.Errorf("%+v", n)
			}
			if err := s.Edit(t.Context(), ref, m); err != nil { // it gets another number
				t.Fatal(err)
			}
			second := bridgetest.Next(t, f.shown)
			stop()
			if id := bridgetest.Next(t, f.closed); id != second.id {
				t.Errorf("at the end %d was closed, not %d", id, second.id)
			}
		})
	}
}

// A server that goes, another that comes, and none at all.
func TestServerRestart(t *testing.T) {
	address := session(t)
	s, desk, _, _ := begin(t, address, "")
	m := bridgetest.Ask("desktop")
	if _, err := s.Post(t.Context(), m); err == nil || !strings.Contains(err.Error(), "nothing shows notifications") {
		t.Errorf("without a server: %v", err)
	}
	f := serve(t, address, usual...)
	bridgetest.Next(t, desk.Said)
	ref, err := s.Post(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	bridgetest.Next(t, f.shown)
	if _, err := f.conn.ReleaseName(name); err != nil {
		t.Fatal(err)
	}
	bridgetest.Next(t, desk.Said)
	g := serve(t, address, "body")
	bridgetest.Next(t, desk.Said)
	if err := s.Edit(t.Context(), ref, m); err != nil {
		t.Fatal(err)
	}
	if n := bridgetest.Next(t, g.shown); n.replaces != 0 || len(n.actions) != 0 {
		t.Errorf("the new server was taken for the old: %+v", n)
	}
	press(t, f.conn, 1, "aNONCE")
	press(t, g.conn, 1, "aNONCE")
	if _, err := s.Post(t.Context(), m); err != nil || len(desk.Clicks) != 0 {
		t.Errorf("%v, %d clicks", err, len(desk.Clicks))
	}
}
