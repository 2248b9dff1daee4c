package daemon

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// Over TCP whoever may be an agent's is refused, unless as its own user.
func TestTurnedAway(t *testing.T) {
	dev := &Daemon{o: Options{Dev: true}}
	d := &Daemon{o: Options{AgentsGID: 900}}
	for _, row := range []struct {
		name string
		d    *Daemon
		peer clawrden.Identity
		as   uint32
		text string // "" for let in
	}{
		{"a person", d, clawrden.Identity{UID: 1000, PID: 1}, 1000, ""},
		{"another's token", d, clawrden.Identity{UID: 1000, PID: 1}, 1001, ""},
		{"a container", d, clawrden.Identity{UID: 1000, PID: 1, Container: "c0ffee"}, 1000, "container"},
		{"a job", d, clawrden.Identity{UID: 1000, PID: 1, Cgroup: "/clawrden.slice/clawrden-jobs.slice/x"}, 1000, "slice of agents"},
		{"a unit of an agent", d, clawrden.Identity{UID: 1000, PID: 1, Cgroup: "/clawrden-agents.slice/a.service"}, 1000, "slice of agents"},
		{"an agent with another's token", d, clawrden.Identity{UID: 2000, GID: 2000, Groups: []uint32{900}, PID: 1}, 1000, "agent's user"},
		{"an agent with its own", d, clawrden.Identity{UID: 2000, Groups: []uint32{900}, PID: 1}, 2000, ""},
		{"a process that is gone", d, clawrden.Identity{UID: 1000, PID: 1 << 30}, 1000, "governed command"},
		{"a developer", dev, clawrden.Identity{UID: uint32(os.Geteuid())}, uint32(os.Geteuid()), ""},
		{"a developer's container", dev, clawrden.Identity{UID: 77, PID: 1, Container: "c0ffee"}, 77, "container"},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := row.d.TurnedAway(&row.peer, row.as)
			if (err == nil) != (row.text == "") || err != nil && (!errors.Is(err, clawrden.ErrNotAuthorized) || !strings.Contains(err.Error(), row.text)) {
				t.Errorf("%v, want %q", err, row.text)
			}
		})
	}
}

// A token's scope is all that its bearer may, also where the user might more.
func TestTokenRights(t *testing.T) {
	for _, dev := range []bool{false, true} {
		d := &Daemon{o: Options{Dev: dev}}
		for scope, want := range map[string]string{
			"read": "read", "decide": "read decide grant kill", "admin": "read decide grant kill unlock reload", "": "",
		} {
			by := clawrden.Caller{Door: "http", Token: &clawrden.Token{Name: "x", Scope: scope}, Identity: clawrden.Identity{UID: uint32(os.Geteuid()), HostNS: true}}
			var got []string
			for _, r := range clawrden.Rights {
				if d.Authorize(t.Context(), by, r.Right) == nil {
					got = append(got, string(r.Right))
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("dev %v, scope %q: %v, want %s", dev, scope, got, want)
			}
		}
	}
}
