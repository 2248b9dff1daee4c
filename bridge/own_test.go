package bridge

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

// Somebody's own bridge shows nothing that this one may not decide, however many ask.
func TestOwn(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		c.traits = Traits{Own: true}
		barred := func(p *clawrden.Pending) { p.Barred = "it is the requester's own user" }
		for id := range strings.FieldsSeq("b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 b11 b12 b13 b14 b15 b16 b17 b18 b19 b20 b21 b22 b23 b24") {
			h.ask(id, barred)
		}
		h.ask("mine")
		for range 26 {
			<-h.events // it reads the queue as it begins
		}
		begin(t, settings(), h, c, dir)
		settle(time.Second)
		h.ask("late", barred)
		h.ask("ab12")
		settle(time.Second)
		if diff := cmp.Diff([]string{"post C1 mine", "post C1 ab12"}, c.did()); diff != "" {
			t.Error(diff)
		}
		h.events <- clawrden.Event{Type: clawrden.LiveBridgeTest, Test: &clawrden.BridgeTest{Bridge: settings().Bridge.Name, ID: "t3st"}}
		settle(time.Second)
		if did := c.did(); did[len(did)-1] != "post C1 t3st" {
			t.Error(did)
		}
		h.ask("late", func(p *clawrden.Pending) { p.Revision = 2 }) // it has been escalated to this person
		settle(time.Second)
		if did := c.did(); did[len(did)-1] != "post C1 late" {
			t.Error(did)
		}
	})
}

// A test of somebody's desktop is for that one's program, and one of a bridge of the settings for that bridge.
func TestWhoseTest(t *testing.T) {
	ann, bob := uint32(1001), uint32(1002)
	for _, row := range []struct {
		own  *uint32
		test clawrden.BridgeTest
		want bool
	}{
		{nil, clawrden.BridgeTest{Bridge: "b"}, true},
		{nil, clawrden.BridgeTest{Bridge: "c"}, false},
		{nil, clawrden.BridgeTest{Bridge: "b", UID: &ann}, false},
		{&ann, clawrden.BridgeTest{Bridge: "b", UID: &ann}, true},
		{&ann, clawrden.BridgeTest{Bridge: "b", UID: &bob}, false},
		{&ann, clawrden.BridgeTest{Bridge: "b"}, false},
	} {
		b := &Bridge{o: Options{Bridge: clawrden.Bridge{Name: "b"}, UID: row.own}}
		if got := b.isFor(&row.test); got != row.want {
			t.Errorf("%+v: %v", row.test, got)
		}
	}
}

// A service that has lost what it showed shows it again: where it was, as far as that is kept, else as new.
func TestAnew(t *testing.T) {
	in(t, func(t *testing.T, h *host, c *chat, dir string) {
		b := begin(t, settings(), h, c, dir)
		h.ask("ab12")
		h.ask("cd34")
		h.ask("over")
		settle(time.Second)
		h.end("over", clawrden.OutcomeDenied, nil, "")
		settle(time.Second)
		old, m := c.of(t, "ab12")
		kept, _ := c.of(t, "cd34")
		before := len(c.did())
		b.Anew(func(ref string) bool { return ref == kept })
		settle(time.Second)
		if diff := cmp.Diff([]string{"post C1 ab12", "edit cd34"}, c.did()[before:]); diff != "" {
			t.Error(diff)
		}
		if r := b.Click(t.Context(), press(old, &m, Approve, "U1")); r.OK {
			t.Errorf("the old one was answered: %+v", r)
		}
	})
}
