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

// With --dev the daemon's own user and root may do everything, wherever they stand; nobody else may more than without it.
func TestDeveloper(t *testing.T) {
	for _, row := range []struct {
		name string
		dev  bool
		id   clawrden.Identity
		all  bool
	}{
		{"the own user", true, clawrden.Identity{UID: uint32(os.Geteuid()), PID: 1}, true},
		{"root, of whom an ordinary user can't tell where it stands", true, clawrden.Identity{PID: 1}, true},
		{"root of elsewhere, without --dev", false, clawrden.Identity{PID: 1}, false},
		{"somebody", true, clawrden.Identity{UID: 77, PID: 1, HostNS: true}, false},
	} {
		d := &Daemon{o: Options{Dev: row.dev}}
		for _, r := range clawrden.Rights {
			if r.Right == clawrden.RightActFor || r.Right == clawrden.RightRun {
				continue
			}
			if err := d.Authorize(t.Context(), clawrden.Caller{Door: "control", Identity: row.id}, r.Right); (err == nil) != row.all {
				t.Errorf("%s, %s: %v", row.name, r.Right, err)
			}
		}
	}
}
