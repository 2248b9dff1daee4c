package bridge

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

// An ask is told once, answered once, and its message shows how it ended.
func TestDecideOnce(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		b := begin(t, settings(), h, c, dir)
		h.ask("ab12")
		settle(time.Second)
		ref, m := c.of(t, "ab12")
		if m.To != "C1" || m.Asks[0].Command != "git push ab12" || m.Asks[0].Agent != "coder" {
			t.Errorf("shown: %+v", m)
		}
		yes := press(ref, &m, Approve, "U1")
		if r := b.Click(t.Context(), yes); !r.OK {
			t.Errorf("approving: %q", r.Text)
		}
		settle(time.Second)
		if r := b.Click(t.Context(), yes); r.OK || !strings.Contains(r.Text, "approved by ann (chat)") {
			t.Errorf("again: %+v", r)
		}
		if diff := cmp.Diff([]string{`U1 approved ab12 ""`}, h.all()); diff != "" {
			t.Error(diff)
		}
		_, m = c.of(t, "ab12")
		if e := m.Asks[0].End; e == nil || e.Outcome != clawrden.OutcomeApproved || len(m.Buttons) != 0 {
			t.Errorf("at the end: %+v", m)
		}
		if diff := cmp.Diff([]string{"post C1 ab12", "edit ab12"}, c.did()); diff != "" {
			t.Error(diff)
		}
	})
}

// What is forged, strange, old or late decides nothing.
func TestBadClicks(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		b := begin(t, settings(), h, c, dir)
		h.ask("ab12")
		h.ask("cd34")
		settle(time.Second)
		ref, m := c.of(t, "ab12")
		other, _ := c.of(t, "cd34")
		good := press(ref, &m, Approve, "U1")
		for name, change := range map[string]func(*Click){
			"a stranger":           func(c *Click) { c.Person = "U9" },
			"nobody":               func(c *Click) { c.Person = "" },
			"another place":        func(c *Click) { c.To = "C2" },
			"another message":      func(c *Click) { c.Ref = other },
			"a made-up value":      func(c *Click) { c.Value = "a" + strings.Repeat("A", nonceLen) },
			"nothing":              func(c *Click) { c.Value = "" },
			"a long value":         func(c *Click) { c.Value += strings.Repeat("x", 100) },
			"a verb that isn't":    func(c *Click) { c.Value = "z" + c.Value[1:] },
			"remembering, unasked": func(c *Click) { c.Value = "g" + c.Value[1:] },
			"showing what isn't":   func(c *Click) { c.Value = "s" + c.Value[1:] + "cd34" },
			"another ask's id":     func(c *Click) { c.Value += "cd34" },
		} {
			click := good
			change(&click)
			if r := b.Click(t.Context(), click); r.OK {
				t.Errorf("%s: %+v", name, r)
			}
		}
		// It changes: the old buttons are of no use, even before the message has been edited.
		h.ask("ab12", func(p *clawrden.Pending) { p.Digest, p.Revision, p.Args = "else", 2, []string{"push", "--force"} })
		settle(time.Second)
		if r := b.Click(t.Context(), good); r.OK || r.Text != outOfDate {
			t.Errorf("an old button: %+v", r)
		}
		if len(h.all()) != 0 {
			t.Errorf("decided: %q", h.all())
		}
		ref, m = c.of(t, "ab12")
		h.end("ab12", clawrden.OutcomeExpired, nil, "")
		settle(time.Second)
		if r := b.Click(t.Context(), press(ref, &m, Approve, "U1")); r.OK || !strings.Contains(r.Text, "expired") {
			t.Errorf("too late: %+v", r)
		}
	})
}

// Two clicks at the same time are one answer; elsewhere decided meanwhile is told.
func TestAtTheSameTime(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		b := begin(t, settings(), h, c, dir)
		h.ask("ab12")
		settle(time.Second)
		ref, m := c.of(t, "ab12")
		h.slow = make(chan struct{})
		first := make(chan Reply)
		go func() { first <- b.Click(t.Context(), press(ref, &m, Approve, "U1")) }()
		synctest.Wait()
		if r := b.Click(t.Context(), press(ref, &m, Approve, "U1")); r.OK {
			t.Errorf("the second: %+v", r)
		}
		second := make(chan Reply)
		go func() { second <- b.Click(t.Context(), press(ref, &m, Deny, "U2")) }()
		synctest.Wait()
		close(h.slow)
		one, two := <-first, <-second
		if one.OK == two.OK {
			t.Errorf("%+v, %+v", one, two)
		}
		if len(h.all()) != 1 {
			t.Errorf("decided: %q", h.all())
		}
	})
}

// A service that is down for an hour: what ended meanwhile isn't told, what waits is told once.
func TestDownForAnHour(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		c.fail = func(string) error { return errDown }
		begin(t, settings(), h, c, dir)
		h.ask("gone")
		settle(10 * time.Minute)
		h.end("gone", clawrden.OutcomeExpired, nil, "")
		settle(40 * time.Minute)
		h.ask("here")
		settle(10 * time.Minute)
		if n := len(c.posts); n > 60 {
			t.Errorf("tried %d times in an hour", n)
		}
		h.mu.Lock()
		last := h.reports[len(h.reports)-1]
		h.mu.Unlock()
		if last.Up || !strings.Contains(last.Detail, "refused") || last.Waiting != 1 {
			t.Errorf("reported %+v", last)
		}
		c.mu.Lock()
		c.fail = nil
		c.mu.Unlock()
		settle(longestRetry + time.Second)
		if diff := cmp.Diff([]string{"post C1 here"}, c.did()); diff != "" {
			t.Error(diff)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		if last := h.reports[len(h.reports)-1]; !last.Up || last.Waiting != 0 {
			t.Errorf("then %+v", last)
		}
	})
}

// A restart of the bridge loses and doubles nothing, and no command is in its file.
func TestRestart(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		b := begin(t, settings(), h, c, dir)
		h.ask("ab12")
		h.ask("cd34")
		settle(time.Second)
		ref, m := c.of(t, "cd34")
		b.stop()
		h.end("ab12", clawrden.OutcomeDenied, &clawrden.Approver{User: "root", Door: "control"}, "no")
		text, err := os.ReadFile(filepath.Join(dir, "book.json"))
		if err != nil || strings.Contains(string(text), "push") || strings.Contains(string(text), "agent") {
			t.Errorf("the file: %v %s", err, text)
		}
		b = begin(t, settings(), h, c, dir)
		settle(time.Second)
		if diff := cmp.Diff([]string{"post C1 ab12", "post C1 cd34", "edit ab12"}, c.did()); diff != "" {
			t.Error(diff)
		}
		if r := b.Click(t.Context(), press(ref, &m, Deny, "U2")); !r.OK {
			t.Errorf("a button of the life before: %+v", r)
		}
	})
}

// A sending whose answer never came is tried again under the same key.
func TestSameKey(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		c.fail = func(string) error { return errDown }
		b := begin(t, settings(), h, c, dir)
		h.ask("ab12")
		settle(5 * time.Second)
		b.stop()
		c.fail = nil
		begin(t, settings(), h, c, dir)
		settle(time.Second)
		if len(slices.Compact(slices.Clone(c.posts))) != 1 || len(c.did()) != 1 {
			t.Errorf("keys %q, %q", c.posts, c.did())
		}
	})
}

// A service that takes a message and never answers is given up on, counts as down, and keeps nobody from answering.
func TestSlow(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		b := begin(t, settings(), h, c, dir)
		h.ask("ab12")
		settle(time.Second)
		ref, m := c.of(t, "ab12")
		c.mu.Lock()
		c.hangs = true
		c.mu.Unlock()
		h.ask("cd34")
		settle(time.Second)
		if r := b.Click(t.Context(), press(ref, &m, Approve, "U1")); !r.OK {
			t.Errorf("meanwhile: %+v", r)
		}
		settle(sendTime)
		h.mu.Lock()
		if !slices.ContainsFunc(h.reports, func(r clawrden.BridgeReport) bool {
			return !r.Up && strings.Contains(r.Detail, "deadline") && r.Waiting > 0
		}) {
			t.Errorf("reported %+v", h.reports)
		}
		h.mu.Unlock()
		c.mu.Lock()
		c.hangs = false
		c.mu.Unlock()
		settle(time.Minute)
		if diff := cmp.Diff([]string{"post C1 ab12", "edit ab12", "post C1 cd34"}, c.did()); diff != "" {
			t.Error(diff)
		}
	})
}

// Rate limits are kept to, the service's and the settings'.
func TestRates(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		o := settings()
		o.Bridge.Rate, o.Bridge.Batch = 6, 100
		once := true
		c.fail = func(string) error {
			if once {
				once = false
				return &LaterError{After: 30 * time.Second}
			}
			return nil
		}
		begin(t, o, h, c, dir)
		for _, id := range []string{"a1", "a2", "a3", "a4"} {
			h.ask(id)
		}
		settle(29 * time.Second)
		if n := len(c.did()); n != 0 {
			t.Errorf("%d sent too early", n)
		}
		settle(11 * time.Second)
		if n := len(c.did()); n < 1 || n > 2 {
			t.Errorf("%d sent, at 6 a minute", n)
		}
		settle(time.Minute)
		if n := len(c.did()); n != 4 {
			t.Errorf("%d sent in the end", n)
		}
	})
}

// Many at once become a list, from which each can be had.
func TestBatch(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		c.fail = func(string) error { return errDown }
		b := begin(t, settings(), h, c, dir)
		h.ask("a0")
		settle(time.Second)
		for _, id := range []string{"a1", "a2", "a3", "a4", "a5"} {
			h.ask(id)
		}
		settle(time.Second)
		c.mu.Lock()
		c.fail = nil
		c.mu.Unlock()
		settle(longestRetry)
		if diff := cmp.Diff([]string{"post C1 a0", "post C1 a1,a2,a3,a4,a5"}, c.did()); diff != "" {
			t.Fatal(diff)
		}
		c.mu.Lock()
		list := c.shown["r2"]
		c.mu.Unlock()
		if !list.List || len(list.Buttons) != 5 {
			t.Fatalf("%+v", list)
		}
		if r := b.Click(t.Context(), Click{Person: "U1", To: "C1", Ref: "r2", Value: list.Buttons[2].Value}); !r.OK {
			t.Errorf("%+v", r)
		}
		settle(time.Second)
		ref, m := c.of(t, "a3")
		if r := b.Click(t.Context(), press(ref, &m, Approve, "U1")); !r.OK {
			t.Errorf("%+v", r)
		}
		settle(time.Second)
		c.mu.Lock()
		list = c.shown["r2"]
		c.mu.Unlock()
		if list.Asks[2].End == nil || len(list.Buttons) != 4 {
			t.Errorf("the list afterwards: %+v", list)
		}
	})
}

// Hours, quiet hours, urgent rules, escalation and reminders.
func TestRoutes(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		now := time.Now().Local() // the clock of these tests begins at midnight UTC
		at := func(d time.Duration) string { return now.Add(d).Format("15:04") }
		o := settings()
		o.Routes = []clawrden.Route{
			{Name: "calm", Bridge: "chat", To: "C1", Quiet: at(-time.Hour) + "-" + at(time.Hour), Urgent: []string{"deploy*"}},
			{Name: "day", Bridge: "chat", To: "C2", Hours: at(2*time.Hour) + "-" + at(3*time.Hour)},
			{Name: "others", Bridge: "chat", To: "C3", Agents: []string{"tester"}},
			{Name: "up", Bridge: "chat", To: "C4", Rules: []string{"esc"}, EscalateTo: "C5", EscalateAfter: 5 * time.Minute, Remind: 2 * time.Minute},
		}
		begin(t, o, h, c, dir)
		long := func(p *clawrden.Pending) { p.Expires.Time = now.Add(24 * time.Hour) }
		rule := func(name string) func(*clawrden.Pending) {
			return func(p *clawrden.Pending) { p.Rules = []clawrden.RuleRef{{Name: name}} }
		}
		h.ask("held", long)
		h.ask("now", long, rule("deploy-web"))
		h.ask("esc", long, rule("esc"))
		settle(time.Minute)
		first := c.did()
		slices.Sort(first)
		if diff := cmp.Diff([]string{"post C1 now", "post C4 esc"}, first); diff != "" {
			t.Error(diff)
		}
		settle(4*time.Minute + 30*time.Second)
		want := []string{"remind esc", "remind esc", "post C5 esc"}
		if diff := cmp.Diff(want, c.did()[2:]); diff != "" {
			t.Error(diff)
		}
		want = c.did()
		h.end("esc", clawrden.OutcomeApproved, &clawrden.Approver{User: "ann"}, "")
		settle(56 * time.Minute)
		if got := c.did()[len(want):]; !slices.Equal(got[:2], []string{"edit esc", "edit esc"}) || !slices.Equal(got[2:], []string{"post C1 held"}) {
			t.Errorf("later: %q", got)
		}
	})
}

// Asks that were never sent, or whose message is gone for good, are still decided elsewhere; nothing is tried for ever.
func TestGone(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		c.fail = func(string) error { return errors.Join(ErrGone, errors.New("no such channel")) }
		begin(t, settings(), h, c, dir)
		h.ask("ab12")
		settle(time.Hour)
		if len(c.posts) != 1 {
			t.Errorf("tried %d times", len(c.posts))
		}
	})
}

// A test looks like an ask, and only somebody of the settings can answer it.
func TestTest(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		b := begin(t, settings(), h, c, dir)
		h.events <- clawrden.Event{Type: clawrden.LiveBridgeTest, Test: &clawrden.BridgeTest{Bridge: "other", ID: "no"}}
		h.events <- clawrden.Event{Type: clawrden.LiveBridgeTest, Test: &clawrden.BridgeTest{Bridge: "chat", ID: "t3st"}}
		settle(time.Second)
		ref, m := c.of(t, "t3st")
		if r := b.Click(t.Context(), press(ref, &m, Approve, "U9")); r.OK || !m.Asks[0].Test {
			t.Errorf("%+v", r)
		}
		if r := b.Click(t.Context(), press(ref, &m, Approve, "U1")); !r.OK || len(h.all()) != 0 {
			t.Errorf("%+v, %q", r, h.all())
		}
		settle(time.Second)
		h.mu.Lock()
		defer h.mu.Unlock()
		if last := h.reports[len(h.reports)-1]; last.Test != "t3st" {
			t.Errorf("%+v", last)
		}
		if diff := cmp.Diff([]string{"post C1 t3st", "edit t3st"}, c.did()); diff != "" {
			t.Error(diff)
		}
	})
}

// Tokens are of one person, for one message as it is, and count once.
func TestTokens(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		o := settings()
		o.Bridge.Reply = "replies"
		c.traits = Traits{Tokens: true}
		b := begin(t, o, h, c, dir)
		h.ask("ab12", func(p *clawrden.Pending) { p.Lacking = 2 })
		h.ask("cd34")
		settle(time.Second)
		_, m := c.of(t, "ab12")
		_, other := c.of(t, "cd34")
		if len(m.Tokens) != 2 || m.Tokens[0].Person != "U1" {
			t.Fatalf("%+v", m.Tokens)
		}
		old := m.Tokens[0].Approve
		nonce, rest, _ := strings.Cut(old, ".")
		_, foreign, _ := strings.Cut(other.Tokens[0].Approve, ".")
		for name, token := range map[string]string{
			"nothing": "", "a nonce": nonce, "no mac": nonce + ".a.", "another message's": nonce + "." + foreign, "another verb": nonce + ".d" + rest[1:],
			"a verb that isn't": nonce + ".g" + rest[1:], "long": old + strings.Repeat("x", 1000), "more parts": old + ".x",
		} {
			if r := b.Token(t.Context(), token, ""); r.OK {
				t.Errorf("%s: %+v", name, r)
			}
		}
		h.ask("ab12", func(p *clawrden.Pending) { p.Lacking, p.Revision = 1, 2 })
		settle(time.Second)
		if r := b.Token(t.Context(), old, ""); r.OK {
			t.Errorf("of an old message: %+v", r)
		}
		_, m = c.of(t, "ab12")
		h.mu.Lock()
		h.down = true
		h.mu.Unlock()
		if r := b.Token(t.Context(), m.Tokens[1].Deny, "not now"); r.OK || !strings.Contains(r.Text, "can't be reached") {
			t.Errorf("without the daemon: %+v", r)
		}
		h.mu.Lock()
		h.down = false
		h.mu.Unlock()
		for i, want := range []bool{true, false} {
			if r := b.Token(t.Context(), m.Tokens[1].Deny, "not now"); r.OK != want {
				t.Errorf("%d: %+v", i, r)
			}
		}
		if r := b.Token(t.Context(), m.Tokens[1].Approve, ""); r.OK {
			t.Errorf("the other one of a person: %+v", r)
		}
		if diff := cmp.Diff([]string{`U2 denied ab12 "not now"`}, h.all()); diff != "" {
			t.Error(diff)
		}
	})
}

// How much is shown.
func TestLevels(t *testing.T) {
	in(t, func(t *testing.T, _ *host, c *chat, _ string) {
		for level, want := range map[string][3]bool{ // whether the command, its directory and the digest are there
			clawrden.ShowMinimal: {false, false, false}, clawrden.ShowCommand: {true, true, false}, clawrden.ShowFull: {true, true, true},
		} {
			o := settings()
			o.Bridge.Show = level
			b := &Bridge{o: o}
			b.o.Service = c
			v := b.view(&ask{pending: &clawrden.Pending{
				ID: "ab12", Command: "sh", Args: []string{"-c", "secret\x1b[2J\u202e" + strings.Repeat("x", 9000)}, Cwd: "/srv", Digest: "abc",
				Rules: []clawrden.RuleRef{{Name: "r"}}, Votes: []clawrden.Approver{{User: "ann", Door: "control"}},
			}}, level)
			text := strings.Join(v.Lines(), "\n")
			for i, word := range []string{"secret", "/srv", "digest: abc"} {
				if strings.Contains(text, word) != want[i] {
					t.Errorf("%s: %q: %s", level, word, text)
				}
			}
			if strings.ContainsAny(text, "\x1b\u202e") || len(text) > 4096 {
				t.Errorf("%s: unsafe or long: %d", level, len(text))
			}
			if level != clawrden.ShowMinimal && (!v.Cut || !v.Risky) {
				t.Errorf("%s: %+v", level, v)
			}
		}
	})
}
