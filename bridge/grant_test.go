package bridge

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

func granting() Options {
	o := settings()
	o.Bridge.Rights = []string{"grant"}
	return o
}

// Whoever wants an approval remembered is told first what each way would cover, and approves with the one that was chosen.
func TestChoose(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		b := begin(t, granting(), h, c, dir)
		h.ask("ab12")
		settle(time.Second)
		ref, m := c.of(t, "ab12")
		grant := press(ref, &m, Grant, "U1")
		if r := b.Click(t.Context(), grant); r.OK {
			t.Errorf("without a choice: %+v", r)
		}
		choice, r := b.Choose(t.Context(), grant)
		if !r.OK || len(choice.Offers) != 2 || choice.Message.Asks[0].ID != "ab12" {
			t.Fatalf("%+v, %+v", choice, r)
		}
		if o := choice.Offers[0]; o.Label != "exactly this, for 30m" || o.Words != `U1 lets ab12 run\x1b[2J (3 of the last 20 asks)` || len(o.Value) > MaxValue {
			t.Errorf("%+v", o)
		}
		back := grant
		back.Value = string(Back) + grant.Value[1:]
		if choice, r := b.Choose(t.Context(), back); !r.OK || len(choice.Offers) != 0 || len(choice.Message.Buttons) != len(m.Buttons) {
			t.Errorf("back: %+v, %+v", choice, r)
		}
		for name, change := range map[string]func(*Click){
			"a stranger":         func(c *Click) { c.Person = "U9" },
			"another place":      func(c *Click) { c.To = "C2" },
			"a verb without":     func(c *Click) { c.Value = "a" + c.Value[1:] },
			"with a choice":      func(c *Click) { c.Value = choice.Offers[0].Value },
			"another message's":  func(c *Click) { c.Value = "g" + strings.Repeat("A", nonceLen) },
			"nothing at all":     func(c *Click) { c.Value = "" },
			"what isn't a value": func(c *Click) { c.Value = "g" + c.Value[1:] + strings.Repeat("x", 99) },
		} {
			bad := grant
			change(&bad)
			if choice, r := b.Choose(t.Context(), bad); r.OK || len(choice.Offers) != 0 {
				t.Errorf("%s: %+v", name, r)
			}
		}
		chosen := grant
		for _, far := range []string{"command_900h", "rule_30d", "command", "_", "tool_30m", "command_30m_"} {
			chosen.Value = grant.Value + far
			if r := b.Click(t.Context(), chosen); r.OK {
				t.Errorf("%s wasn't offered: %+v", far, r)
			}
		}
		chosen.Value = choice.Offers[0].Value
		if r := b.Click(t.Context(), chosen); !r.OK || r.Text != "Approved, and remembered: exactly this, for 30m." {
			t.Errorf("%+v", r)
		}
		if diff := cmp.Diff([]string{`U1 approved ab12 "" command/30m`}, h.all()); diff != "" {
			t.Error(diff)
		}
		settle(time.Second)
		if _, r := b.Choose(t.Context(), grant); r.OK || !strings.Contains(r.Text, "ended already") {
			t.Errorf("when it has ended: %+v", r)
		}
	})
}

// The button is there only where settings and policy let something be remembered.
func TestNoChoice(t *testing.T) {
	for name, row := range map[string]struct {
		rights []string
		demand *clawrden.Demand
		want   int // ways that are offered before the daemon is asked
	}{
		"the settings don't":        {nil, nil, 0},
		"the defaults":              {[]string{"grant"}, nil, 4},
		"several people":            {[]string{"grant"}, &clawrden.Demand{Quorum: 2}, 0},
		"the policy has each asked": {[]string{"grant"}, &clawrden.Demand{Grants: []string{"once"}}, 0},
		"less than an hour":         {[]string{"grant"}, &clawrden.Demand{Grants: []string{"5m"}}, 4},
		"into the policy too":       {[]string{"grant"}, &clawrden.Demand{Grants: []string{"1h", "rule"}}, 6},
	} {
		o := settings()
		o.Bridge.Rights = row.rights
		p := &clawrden.Pending{}
		if row.demand != nil {
			p.Demands = []clawrden.Demand{*row.demand}
		}
		if got := (&Bridge{o: o}).wishes(p); len(got) != row.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// What the daemon doesn't let anybody have remembered, such as an interpreter, has no button and no token for that.
func TestNotOffered(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		o := granting()
		o.Bridge.Reply = "replies"
		c.traits = Traits{Tokens: true}
		begin(t, o, h, c, dir)
		for id, want := range map[string]bool{"none": false, "ab12": true} {
			h.ask(id)
			settle(time.Second)
			_, m := c.of(t, id)
			button := slices.ContainsFunc(m.Buttons, func(b Button) bool { return b.Verb == Grant })
			if token := len(m.Tokens[0].Grants) > 0; button != want || token != want {
				t.Errorf("%s: a button %v, a token %v", id, button, token)
			}
		}
	})
}

// A token for remembering is for one way alone.
func TestGrantTokens(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		o := granting()
		o.Bridge.Reply = "replies"
		c.traits = Traits{Tokens: true}
		b := begin(t, o, h, c, dir)
		h.ask("ab12")
		settle(time.Second)
		_, m := c.of(t, "ab12")
		if len(m.Tokens) != 2 || len(m.Tokens[0].Grants) != 2 || m.Tokens[0].Grants[0].Says != "exactly this, for 30m" || // not what the daemon refuses
			m.Tokens[1].Grants[1].Covers != `U1 lets ab12 run\x1b[2J (3 of the last 20 asks)` {
			t.Fatalf("%+v", m.Tokens)
		}
		if did := c.did(); len(did) != 1 {
			t.Errorf("it is told once: %q", did)
		}
		narrow, wide := m.Tokens[0].Grants[0].Token, m.Tokens[0].Grants[1].Token
		for name, token := range map[string]string{
			"made wider":         strings.Replace(narrow, "command_30m", "command_900h", 1),
			"another's mac":      narrow[:strings.LastIndexByte(narrow, '.')] + wide[strings.LastIndexByte(wide, '.'):],
			"without how far":    strings.Replace(narrow, "command_30m", "", 1),
			"an approval's mac":  strings.Replace(m.Tokens[0].Approve, ".a.", ".gcommand_30m.", 1),
			"a way that isn't":   strings.Replace(narrow, "command_30m", "all_30m", 1),
			"made an approval":   strings.Replace(narrow, ".gcommand_30m.", ".a.", 1),
			"no act":             strings.Replace(narrow, ".gcommand_30m.", "..", 1),
			"more than one part": strings.Replace(narrow, ".gcommand_30m.", ".gcommand.30m.", 1),
		} {
			if r := b.Token(t.Context(), token, ""); r.OK {
				t.Errorf("%s: %+v", name, r)
			}
		}
		if r := b.Token(t.Context(), narrow, ""); !r.OK {
			t.Errorf("%+v", r)
		}
		if r := b.Token(t.Context(), wide, ""); r.OK {
			t.Errorf("a second: %+v", r)
		}
		if diff := cmp.Diff([]string{`U1 approved ab12 "" command/30m`}, h.all()); diff != "" {
			t.Error(diff)
		}
	})
}
