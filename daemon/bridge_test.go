package daemon

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

var slack = clawrden.Bridge{
	Name: "slack", Unit: "clawrden-bridge@slack.service",
	People: map[string]string{"U1": "alice", "U2": "bob", "U3": "gone", "U4": "4242", "U0": "0"},
	Rules:  []string{"deploy*", "push"}, Rights: []string{"kill"},
}

func bridged() *Daemon {
	names := map[uint32]string{1001: "alice", 1002: "bob"}
	return &Daemon{o: Options{
		Users: fakeUsers{}, UserName: func(uid uint32) string { return names[uid] }, ApproversGID: 77,
		Bridges: []clawrden.Bridge{slack, {Name: "all", Unit: "all.service", People: map[string]string{"U1": "alice"}, Rights: []string{"grant", "unlock"}}},
	}}
}

// at is a caller in a unit. Its groups and even being root give a bridge nothing.
func at(unit, person, door string) clawrden.Caller {
	return clawrden.Caller{Identity: clawrden.Identity{UID: 990, Groups: []uint32{77}, PID: 1, Unit: unit, HostNS: true}, Door: door, For: person}
}

func TestBridgeRights(t *testing.T) {
	d := bridged()
	for _, row := range []struct {
		by   clawrden.Caller
		has  string
		name string
	}{
		{at(slack.Unit, "", "control"), "read decide kill act_for", "a bridge"},
		{at(slack.Unit, "U1", "control"), "read decide kill act_for", "a bridge, for somebody"},
		{at(slack.Unit, "U9", "control"), "read decide act_for", "a bridge, for nobody that it knows"},
		{at("all.service", "U1", "control"), "read decide grant unlock act_for", "another bridge"},
		{at(slack.Unit, "", "dbus"), "", "a bridge on the bus"},
		{at("other.service", "", "control"), "read decide grant kill run", "an approver in another unit"},
		{clawrden.Caller{Identity: clawrden.Identity{UID: 0, PID: 1, HostNS: true, Unit: slack.Unit}, Door: "control"}, "read decide kill act_for", "a bridge that is root"},
		{clawrden.Caller{Identity: clawrden.Identity{UID: 0, PID: 1, HostNS: true}, Door: "control"}, "read decide grant kill unlock reload act_for run", "root"},
	} {
		var has []string
		for _, right := range clawrden.Rights {
			err := d.Authorize(t.Context(), row.by, right.Right)
			if err == nil {
				has = append(has, string(right.Right))
			} else if !errors.Is(err, clawrden.ErrNotAuthorized) {
				t.Errorf("%s: %v", row.name, err)
			}
		}
		if got := strings.Join(has, " "); got != row.has {
			t.Errorf("%s has %q, want %q", row.name, got, row.has)
		}
	}
}

func TestActFor(t *testing.T) {
	wheel := clawrden.Demand{Name: "wheel", Approvers: []string{"group:wheel"}}
	alice := clawrden.Demand{Name: "alice", Approvers: []string{"user:alice"}}
	chat := clawrden.Demand{Name: "chat", Approvers: []string{"slack:U2"}}
	deploy := []clawrden.RuleRef{{Name: "deploy to production"}}
	for _, row := range []struct {
		name    string
		by      clawrden.Caller
		demands []clawrden.Demand
		rules   []clawrden.RuleRef
		agent   clawrden.Identity
		want    clawrden.Approver
		err     error
		text    string
	}{
		{name: "for a person", by: at(slack.Unit, "U1", "control"), rules: deploy, want: clawrden.Approver{UID: 1001, User: "alice", Door: "bridge", Bridge: "slack", Person: "U1", For: []string{""}}},
		{name: "a user by number", by: at(slack.Unit, "U4", "control"), rules: deploy, want: clawrden.Approver{UID: 4242, Door: "bridge", Bridge: "slack", Person: "U4", For: []string{""}}},
		{name: "by that person's groups", by: at(slack.Unit, "U2", "control"), rules: deploy, demands: []clawrden.Demand{wheel}, want: clawrden.Approver{UID: 1002, User: "bob", Door: "bridge", Bridge: "slack", Person: "U2", For: []string{"wheel"}}},
		{name: "not by those of the bridge", by: at(slack.Unit, "U1", "control"), rules: deploy, demands: []clawrden.Demand{wheel}, err: clawrden.ErrNotAuthorized, text: "none of those who may"},
		{name: "by the person's name", by: at(slack.Unit, "U1", "control"), rules: deploy, demands: []clawrden.Demand{alice}, want: clawrden.Approver{UID: 1001, User: "alice", Door: "bridge", Bridge: "slack", Person: "U1", For: []string{"alice"}}},
		{name: "by the id there", by: at(slack.Unit, "U2", "control"), rules: deploy, demands: []clawrden.Demand{chat}, want: clawrden.Approver{UID: 1002, User: "bob", Door: "bridge", Bridge: "slack", Person: "U2", For: []string{"chat"}}},
		{name: "by an id of another bridge", by: at("all.service", "U1", "control"), rules: deploy, demands: []clawrden.Demand{chat}, err: clawrden.ErrNotAuthorized, text: "none of those who may"},
		{name: "the same person at another door", by: clawrden.Caller{Identity: clawrden.Identity{UID: 1002, PID: 1}, Door: "control"}, rules: deploy, demands: []clawrden.Demand{chat}, err: clawrden.ErrNotAuthorized, text: "none of those who may"},
		{name: "for nobody", by: at(slack.Unit, "", "control"), rules: deploy, err: clawrden.ErrNotAuthorized, text: "has to say for whom"},
		{name: "for a stranger", by: at(slack.Unit, "U9\x1b[2J", "control"), rules: deploy, err: clawrden.ErrNotAuthorized, text: `has no person "U9\\`},
		{name: "for a user that has gone", by: at(slack.Unit, "U3", "control"), rules: deploy, err: clawrden.ErrNotAuthorized, text: "whom this host doesn't have"},
		{name: "for root", by: at(slack.Unit, "U0", "control"), rules: deploy, err: clawrden.ErrNotAuthorized, text: "whom this host doesn't have"},
		{name: "another person's service", by: at("all.service", "U2", "control"), rules: deploy, err: clawrden.ErrNotAuthorized, text: "bridge all has no person"},
		{name: "not routed to it", by: at(slack.Unit, "U1", "control"), rules: []clawrden.RuleRef{{Name: "pushes"}}, err: clawrden.ErrNotFound},
		{name: "by no rule", by: at(slack.Unit, "U1", "control"), err: clawrden.ErrNotFound},
		{name: "all are routed to it", by: at("all.service", "U1", "control"), want: clawrden.Approver{UID: 1001, User: "alice", Door: "bridge", Bridge: "all", Person: "U1", For: []string{""}}},
		{name: "the requester's own", by: at(slack.Unit, "U1", "control"), rules: deploy, agent: clawrden.Identity{UID: 1001}, err: clawrden.ErrNotAuthorized, text: "the requester's own user"},
		{name: "a bridge of the requester's user", by: at(slack.Unit, "U1", "control"), rules: deploy, agent: clawrden.Identity{UID: 990}, err: clawrden.ErrNotAuthorized, text: "the bridge may not"},
		{name: "no bridge", by: at("other.service", "U1", "control"), rules: deploy, err: clawrden.ErrNotAuthorized, text: "only a bridge"},
		{name: "root is none", by: clawrden.Caller{Identity: clawrden.Identity{PID: 1, HostNS: true}, Door: "control", For: "U1"}, rules: deploy, err: clawrden.ErrNotAuthorized, text: "only a bridge"},
	} {
		if row.agent.UID == 0 {
			row.agent.UID = 1000
		}
		who, err := bridged().mayDecide(row.by, &clawrden.Approval{
			ID: "ab", Request: clawrden.Request{Identity: row.agent}, Decision: clawrden.Decision{Rules: row.rules, Demands: row.demands}, Created: time.Now(),
		})
		switch {
		case row.err != nil:
			if !errors.Is(err, row.err) || !strings.Contains(err.Error(), row.text) {
				t.Errorf("%s: %v, want %v with %q", row.name, err, row.err, row.text)
			}
		case err != nil:
			t.Errorf("%s: %v", row.name, err)
		default:
			if diff := cmp.Diff(row.want, who); diff != "" {
				t.Errorf("%s:\n%s", row.name, diff)
			}
		}
	}
}

func TestBridgeSees(t *testing.T) {
	d := bridged()
	if d.Sees(at("other.service", "", "control")) != nil {
		t.Error("others are shown less than all")
	}
	sees := d.Sees(at(slack.Unit, "", "control"))
	for rule, want := range map[string]bool{"deploy": true, "deploy to x": true, "push": true, "pushes": false, "a push": false, "": false} {
		if got := sees(&clawrden.Identity{}, []clawrden.RuleRef{{Name: rule}}); got != want {
			t.Errorf("%q: %v", rule, got)
		}
	}
	if !d.Sees(at("all.service", "", "control"))(&clawrden.Identity{}, nil) {
		t.Error("one that all is routed to isn't shown all")
	}
}

func TestGlobs(t *testing.T) {
	for _, row := range []struct {
		glob, text string
		want       bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"*", "a/b c", true},
		{"a", "a", true},
		{"a", "ab", false},
		{"a*", "ab", true},
		{"*b", "ab", true},
		{"a*b", "a", false},
		{"ab*ba", "aba", false},
		{"a*b*c", "a-b-c", true},
		{"a*b*c", "a-c-b", false},
		{"**", "x", true},
		{"[a]", "a", false},
	} {
		if got := clawrden.Glob(row.glob, row.text); got != row.want {
			t.Errorf("%q on %q: %v", row.glob, row.text, got)
		}
	}
}

// A list that names only people behind bridges can be met by as many as count.
func TestNobodyBehindBridges(t *testing.T) {
	for name, row := range map[string]struct {
		demand clawrden.Demand
		told   bool
	}{
		"a person there":         {clawrden.Demand{Approvers: []string{"slack:U1"}}, false},
		"nobody there":           {clawrden.Demand{Approvers: []string{"slack:U9"}}, true},
		"one bridge, and root":   {clawrden.Demand{Approvers: []string{"slack:U1", "slack:U2"}, Quorum: 2}, false},
		"one bridge counts once": {clawrden.Demand{Approvers: []string{"slack:U1", "slack:U2", "slack:U4"}, Quorum: 3}, true},
		"each counts":            {clawrden.Demand{Approvers: []string{"slack:U1", "slack:U2", "slack:U4"}, Quorum: 3, EachBehindBridge: true}, false},
	} {
		if why := bridged().nobody(&clawrden.Identity{UID: 1000}, &clawrden.Decision{Demands: []clawrden.Demand{row.demand}}); (why != "") != row.told {
			t.Errorf("%s: %q", name, why)
		}
	}
}
