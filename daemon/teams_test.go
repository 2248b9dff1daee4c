package daemon

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
)

// teamRegistry knows the agents by name and their teams.
type teamRegistry struct {
	Registry
	teams map[string]string
}

func (r teamRegistry) Get(name string) (clawrden.Agent, bool) {
	team, ok := r.teams[name]
	return clawrden.Agent{Name: name, Team: team}, ok
}

// Who is in a team is shown, and decides, what its agents ask for, and nothing else; who is in none, and root, everything.
func TestTeams(t *testing.T) {
	d := &Daemon{o: Options{
		Users: fakeUsers{}, UserName: func(uint32) string { return "" },
		Registry: teamRegistry{teams: map[string]string{"webby": "web", "datum": "data", "loner": ""}},
		Teams:    []clawrden.Team{{Name: "web", Approvers: []string{"user:alice"}}, {Name: "data", Approvers: []string{"group:wheel", "user:1009"}}, {Name: "both", Approvers: []string{"user:1009"}}},
	}}
	for _, row := range []struct {
		name string
		by   clawrden.Caller
		sees string // of webby, datum, loner and of nobody's
		kill string // all, and each by name
	}{
		{"in no team", clawrden.Caller{Identity: clawrden.Identity{UID: 1003}}, "yyyy", "yyyy"},
		{"alice", clawrden.Caller{Identity: clawrden.Identity{UID: 1001}}, "ynnn", "nynn"},
		{"by a group", clawrden.Caller{Identity: clawrden.Identity{UID: 1007, Groups: []uint32{10}}}, "nynn", "nnyn"},
		{"in both", clawrden.Caller{Identity: clawrden.Identity{UID: 1009}}, "nynn", "nnyn"},
		{"root", clawrden.Caller{Identity: clawrden.Identity{HostNS: true}}, "yyyy", "yyyy"},
		{"a token of a team", clawrden.Caller{Identity: clawrden.Identity{HostNS: true}, Token: &clawrden.Token{Team: "web"}}, "ynnn", "nynn"},
		{"a token of alice", clawrden.Caller{Identity: clawrden.Identity{UID: 1001}, Token: &clawrden.Token{}}, "ynnn", "nynn"},
		{"a token of a team that isn't hers", clawrden.Caller{Identity: clawrden.Identity{UID: 1001}, Token: &clawrden.Token{Team: "data"}}, "nynn", "nnyn"},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.by.Identity.PID = 1
			sees, saw, decides := d.Sees(row.by), "", ""
			for _, agent := range []string{"webby", "datum", "loner", ""} {
				requester := clawrden.Identity{UID: 2000, Agent: agent}
				saw += yes(sees == nil || sees(&requester, nil))
				_, err := d.mayDecide(row.by, &clawrden.Approval{ID: "ab", Request: clawrden.Request{Identity: requester}, Created: time.Now()})
				if err != nil && !errors.Is(err, clawrden.ErrNotFound) {
					t.Errorf("%s: %v", agent, err)
				}
				decides += yes(err == nil)
			}
			kills := yes(d.mayThrow(row.by, "") == nil)
			for _, agent := range []string{"webby", "datum", "loner"} {
				kills += yes(d.mayThrow(row.by, agent) == nil)
			}
			if saw != row.sees || decides != row.sees || kills != row.kill {
				t.Errorf("sees %s, decides %s, want %s; kills %s, want %s", saw, decides, row.sees, kills, row.kill)
			}
			if d.InTeam(row.by) != (sees != nil) {
				t.Error("it is in a team, and isn't")
			}
		})
	}
	dev := &Daemon{o: Options{Dev: true, Users: fakeUsers{}, UserName: func(uint32) string { return "" }, Teams: d.o.Teams, Registry: d.o.Registry}}
	own := clawrden.Caller{Identity: clawrden.Identity{UID: uint32(os.Geteuid())}}
	if dev.Sees(own) != nil {
		t.Error("a developer is shown less than all")
	}
	if own.Token = (&clawrden.Token{Team: "web"}); dev.Sees(own) == nil {
		t.Error("a developer's token of a team is shown all")
	}
}

func yes(is bool) string {
	if is {
		return "y"
	}
	return "n"
}
