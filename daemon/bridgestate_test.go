package daemon

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clawrden/clawrden"
)

// A bridge that reports is up for a while; nobody else is heard.
func TestBridgeReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &Daemon{o: Options{
			Bridges: []clawrden.Bridge{{Name: "chat", Unit: "chat.service"}},
			NewID:   func() (string, error) { return "t3st", nil },
		}}
		chat := clawrden.Caller{Identity: clawrden.Identity{UID: 9, Unit: "chat.service"}}
		if s := d.Bridges(); len(s) != 1 || s[0].Up || s[0].Seen != nil {
			t.Errorf("before: %+v", s)
		}
		if _, err := d.TestBridge(clawrden.Caller{}, "chat"); !errors.Is(err, clawrden.ErrAway) || !strings.Contains(err.Error(), "start its unit") {
			t.Errorf("testing it: %v", err)
		}
		for _, other := range []clawrden.Identity{{UID: 0, HostNS: true}, {UID: 9, Unit: "other.service"}, {UID: 9, Unit: "chat.service", Container: "c"}} {
			if err := d.ReportBridge(clawrden.Caller{Identity: other}, clawrden.BridgeReport{Up: true}); !errors.Is(err, clawrden.ErrNotAuthorized) {
				t.Errorf("%+v: %v", other, err)
			}
		}
		if err := d.ReportBridge(chat, clawrden.BridgeReport{Up: true, Detail: strings.Repeat("\x1b", 9999), Waiting: -3}); err != nil {
			t.Fatal(err)
		}
		if s := d.Bridges(); !s[0].Up || s[0].Waiting != 0 || len(s[0].Detail) > 2000 || strings.Contains(s[0].Detail, "\x1b") {
			t.Errorf("then: %+v", s)
		}
		events, cancel := d.live.subscribe(0)
		defer cancel()
		if test, err := d.TestBridge(clawrden.Caller{}, "chat"); err != nil || test.ID != "t3st" {
			t.Errorf("testing it: %+v, %v", test, err)
		}
		if e := <-events; e.Type != clawrden.LiveBridgeTest || e.Test.Bridge != "chat" {
			t.Errorf("%+v", e)
		}
		if _, err := d.TestBridge(clawrden.Caller{}, "nobody"); !errors.Is(err, clawrden.ErrNotFound) {
			t.Errorf("another: %v", err)
		}
		time.Sleep(clawrden.BridgeSilence + time.Second)
		if s := d.Bridges(); s[0].Up || !strings.Contains(s[0].Detail, "1m31s") {
			t.Errorf("later: %+v", s)
		}
	})
}

// Each person's desktop is that person's alone: to test, and to be told of.
func TestDesktops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &Daemon{o: Options{NewID: func() (string, error) { return "t3st", nil }}}
		ann, bob := clawrden.Caller{Identity: clawrden.Identity{UID: 1001}}, clawrden.Caller{Identity: clawrden.Identity{UID: 1002}}
		if _, err := d.TestBridge(ann, clawrden.DesktopBridge); !errors.Is(err, clawrden.ErrAway) || !strings.Contains(err.Error(), "clawrden-notify.service") {
			t.Errorf("testing it: %v", err)
		}
		d.ReportDesktop(ann, clawrden.BridgeReport{Up: true, Detail: strings.Repeat("\x1b", 9999)})
		if s, err := d.Bridge(ann, clawrden.DesktopBridge); err != nil || !s.Up || strings.Contains(s.Detail, "\x1b") {
			t.Errorf("her own: %+v, %v", s, err)
		}
		if s, err := d.Bridge(bob, clawrden.DesktopBridge); err != nil || s.Up || s.Seen != nil {
			t.Errorf("somebody else's: %+v, %v", s, err)
		}
		events, cancel := d.live.subscribe(0)
		defer cancel()
		if _, err := d.TestBridge(bob, clawrden.DesktopBridge); !errors.Is(err, clawrden.ErrAway) {
			t.Errorf("testing somebody else's: %v", err)
		}
		if test, err := d.TestBridge(ann, clawrden.DesktopBridge); err != nil || test.ID != "t3st" {
			t.Errorf("testing it: %+v, %v", test, err)
		}
		if e := <-events; e.Test == nil || e.Test.UID == nil || *e.Test.UID != 1001 {
			t.Errorf("%+v", e)
		}
		for uid := range uint32(2 * maxDesktops) {
			time.Sleep(time.Millisecond)
			d.ReportDesktop(clawrden.Caller{Identity: clawrden.Identity{UID: 5000 + uid}}, clawrden.BridgeReport{Up: true})
		}
		if s, _ := d.Bridge(ann, clawrden.DesktopBridge); s.Seen != nil || len(d.bridgeReports.desktops) != maxDesktops {
			t.Errorf("the oldest is kept: %+v, %d", s, len(d.bridgeReports.desktops))
		}
		if len(d.Bridges()) != 0 {
			t.Errorf("the status has %+v", d.Bridges())
		}
	})
}

// Who asks counts as well as what about.
func TestRoutedByAgent(t *testing.T) {
	b := &clawrden.Bridge{Rules: []string{"deploy*"}, Agents: []string{"coder", "user:b*"}}
	rules := []clawrden.RuleRef{{Name: "deploy-web"}}
	for _, row := range []struct {
		id   clawrden.Identity
		want bool
	}{
		{clawrden.Identity{Agent: "coder", User: "x"}, true},
		{clawrden.Identity{User: "bob"}, true},
		{clawrden.Identity{Agent: "tester", User: "bob"}, false},
		{clawrden.Identity{UID: 7}, false},
	} {
		if got := routed(b, &row.id, rules); got != row.want {
			t.Errorf("%+v: %v", row.id, got)
		}
		if routed(b, &row.id, nil) {
			t.Errorf("%+v: without a rule", row.id)
		}
	}
}
