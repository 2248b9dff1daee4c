package daemon

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/users"
	"github.com/clawrden/clawrden/protocol"
)

// fakeUsers knows alice (1001), bob (1002), the group wheel (10), and a name service that doesn't answer.
type fakeUsers struct{}

func (fakeUsers) UserByName(name string) (users.User, error) {
	switch name {
	case "alice":
		return users.User{UID: 1001}, nil
	case "bob":
		return users.User{UID: 1002}, nil
	case "slow":
		return users.User{}, errBroken
	}
	return users.User{}, users.ErrUnknown
}

func (fakeUsers) GroupByName(name string) (users.Group, error) {
	if name == "wheel" {
		return users.Group{GID: 10}, nil
	}
	return users.Group{}, users.ErrUnknown
}

func (fakeUsers) GroupIDs(u users.User) ([]uint32, error) {
	if u.UID == 1002 {
		return []uint32{10}, nil // bob is in wheel
	}
	return nil, nil
}

func TestMayDecide(t *testing.T) {
	two := clawrden.Demand{Name: "two", Approvers: []string{"user:alice", "group:wheel"}, Quorum: 2}
	later := clawrden.Demand{Name: "later", Approvers: []string{"user:alice"}, Escalate: []string{"group:20"}, After: time.Minute}
	self := clawrden.Demand{Name: "self", Self: true}
	pid := 1 // the walk towards PID 1 ends there: nobody is governed
	agent := clawrden.Identity{UID: 1000, Cgroup: "/agents/a", Container: "c"}
	for _, row := range []struct {
		name    string
		demands []clawrden.Demand
		by      clawrden.Identity
		ago     time.Duration
		want    []string
		self    bool
		text    string
	}{
		{name: "anybody", by: clawrden.Identity{UID: 1003}, want: []string{""}},
		{name: "the requester", by: clawrden.Identity{UID: 1000}, text: "the requester's own user"},
		{name: "its container", by: clawrden.Identity{UID: 1003, Container: "c"}, text: "the requester's container"},
		{name: "its cgroup", by: clawrden.Identity{UID: 1003, Cgroup: "/agents/a"}, text: "the requester's cgroup"},
		{name: "a user on the list", demands: []clawrden.Demand{two}, by: clawrden.Identity{UID: 1001}, want: []string{"two"}},
		{name: "a group on the list", demands: []clawrden.Demand{two}, by: clawrden.Identity{UID: 1009, Groups: []uint32{3, 10}}, want: []string{"two"}},
		{name: "none of the list", demands: []clawrden.Demand{two}, by: clawrden.Identity{UID: 1002}, text: "user:alice, group:wheel"},
		{name: "root", demands: []clawrden.Demand{two}, by: clawrden.Identity{HostNS: true}, want: []string{"two"}},
		{name: "root of a container", demands: []clawrden.Demand{two}, by: clawrden.Identity{}, text: "none of those"},
		{name: "for one of two", demands: []clawrden.Demand{two, {}}, by: clawrden.Identity{UID: 1002}, want: []string{""}},
		{name: "too early", demands: []clawrden.Demand{later}, by: clawrden.Identity{UID: 5, GID: 20}, ago: time.Minute - 1, text: "none of those"},
		{name: "escalated", demands: []clawrden.Demand{later}, by: clawrden.Identity{UID: 5, GID: 20}, ago: time.Minute, want: []string{"later"}},
		{name: "escalated, the first", demands: []clawrden.Demand{later}, by: clawrden.Identity{UID: 1001}, ago: time.Hour, want: []string{"later"}},
		{name: "self", demands: []clawrden.Demand{self}, by: clawrden.Identity{UID: 1000}, want: []string{"self"}, self: true},
		{name: "self in its cgroup", demands: []clawrden.Demand{self}, by: clawrden.Identity{UID: 1000, Cgroup: "/agents/a"}, text: "the requester's cgroup"},
		{name: "self in its container", demands: []clawrden.Demand{self}, by: clawrden.Identity{UID: 1000, Container: "c"}, text: "the requester's container"},
		{name: "self for one of two", demands: []clawrden.Demand{self, two}, by: clawrden.Identity{UID: 1000, GID: 10}, want: []string{"self"}, self: true},
		{name: "another where self may", demands: []clawrden.Demand{self}, by: clawrden.Identity{UID: 1001}, want: []string{"self"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := &Daemon{o: Options{Users: fakeUsers{}, UserName: func(uint32) string { return "" }}}
			row.by.PID = pid
			a := &clawrden.Approval{
				Request: clawrden.Request{Identity: agent}, Decision: clawrden.Decision{Demands: row.demands},
				Created: time.Now().Add(-row.ago),
			}
			if row.ago == time.Minute-1 {
				a.Created = a.Created.Add(time.Second) // the clock goes on
			}
			who, err := d.mayDecide(clawrden.Caller{Identity: row.by, Door: "control"}, a)
			if row.text != "" {
				if !errors.Is(err, clawrden.ErrNotAuthorized) || !strings.Contains(err.Error(), row.text) {
					t.Errorf("%v, want it to tell of %q", err, row.text)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, who.For); diff != "" || who.Self != row.self || who.UID != row.by.UID || who.Door != "control" {
				t.Errorf("as %+v; for: %s", who, diff)
			}
		})
	}
}

// TestNobody: where nobody can approve, the agent is told at once and no person sees the ask.
func TestNobody(t *testing.T) {
	for name, row := range map[string]struct {
		demand clawrden.Demand
		told   string
	}{
		"no such user":           {clawrden.Demand{Name: "x", Approvers: []string{"user:carol"}}, `approval "x" names user:carol`},
		"no such group":          {clawrden.Demand{Approvers: []string{"group:none"}}, "nobody can approve it"},
		"the requester alone":    {clawrden.Demand{Approvers: []string{"user:self"}}, "nobody can approve it"},
		"too few":                {clawrden.Demand{Approvers: []string{"user:alice"}, Quorum: 3}, "needs 3 people"},
		"the same person, twice": {clawrden.Demand{Approvers: []string{"user:alice", "user:1001"}, Quorum: 3}, "needs 3 people"},
		"with root":              {clawrden.Demand{Approvers: []string{"user:alice"}, Quorum: 2}, ""},
		"one of two":             {clawrden.Demand{Approvers: []string{"user:carol", "user:bob"}}, ""},
		"a group":                {clawrden.Demand{Approvers: []string{"group:wheel"}, Quorum: 5}, ""},
		"a number":               {clawrden.Demand{Approvers: []string{"user:4242"}}, ""},
		"the second round":       {clawrden.Demand{Approvers: []string{"user:carol"}, Escalate: []string{"user:bob"}, After: 1}, ""},
		"the requester may":      {clawrden.Demand{Approvers: []string{"user:self"}, Self: true}, ""},
		"nobody knows":           {clawrden.Demand{Approvers: []string{"user:slow"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := &Daemon{o: Options{Users: fakeUsers{}}}
			for i, who := range row.demand.Approvers {
				row.demand.Approvers[i] = strings.Replace(who, "self", "1000", 1)
			}
			got := d.nobody(&clawrden.Identity{UID: 1000}, &clawrden.Decision{Demands: []clawrden.Demand{row.demand}})
			if (got == "") != (row.told == "") || !strings.Contains(got, row.told) {
				t.Errorf("told %q, want %q", got, row.told)
			}
		})
	}
	h := newHouse(t, fakePolicy(func(*clawrden.Facts) clawrden.Decision {
		return clawrden.Decision{Verdict: clawrden.Ask, Demands: []clawrden.Demand{{Approvers: []string{"user:carol"}}}}
	}), nil)
	typ, code, text, waits := h.ask("true")
	if typ != protocol.TypeRefuse || code != protocol.ExitDenied || !strings.Contains(text, "nobody can approve it") || waits != 0 || len(h.queue.ids) != 0 {
		t.Errorf("type %d, code %d, %q after %d waits", typ, code, text, waits)
	}
}

// TestStricterMeanwhile: an approval doesn't outlive a policy that has come to ask for more.
func TestStricterMeanwhile(t *testing.T) {
	asks := 0
	h := newHouse(t, fakePolicy(func(*clawrden.Facts) clawrden.Decision {
		asks++
		return clawrden.Decision{Verdict: clawrden.Ask, Demands: []clawrden.Demand{{Name: "n", Quorum: asks}}}
	}), nil)
	h.queue.end = func(_, digest string) (clawrden.Approval, error) {
		return clawrden.Approval{State: clawrden.StateApproved, Digest: digest}, nil
	}
	if typ, _, text, waits := h.ask("true"); typ != protocol.TypeRefuse || !strings.Contains(text, "kept changing") || waits != maxAsks {
		t.Errorf("type %d, %q after %d asks", typ, text, waits)
	}
}
