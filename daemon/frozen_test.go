package daemon

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// TestFreezable: a session begins only where it could stand still, if it is to.
func TestFreezable(t *testing.T) {
	own := clawrden.Identity{Unit: "clawrden-session-x.service", Cgroup: "/clawrden.slice/clawrden-agents.slice/clawrden-session-x.service"}
	contained := clawrden.Identity{Container: "abc", Unit: "docker-abc.scope", Cgroup: "/system.slice/docker-abc.scope"}
	login := clawrden.Identity{Unit: "user@1000.service", Cgroup: "/user.slice/user-1000.slice/user@1000.service/app.slice"}
	keeps := func(context.Context) error { return nil }
	for name, row := range map[string]struct {
		id     clawrden.Identity
		frozen func(context.Context) error
		place  string
		why    string
	}{
		"its own unit":      {own, keeps, "unit:clawrden-session-x.service", ""},
		"a container":       {contained, keeps, "container:abc", ""},
		"a login's":         {login, keeps, "", "in no container and in no unit of"},
		"it isn't wanted":   {login, nil, "", ""},
		"it can't be kept":  {own, func(context.Context) error { return errors.New("too old") }, "unit:clawrden-session-x.service", "too old"},
		"nothing is known":  {clawrden.Identity{}, keeps, "", "in no container"},
		"a name like it is": {clawrden.Identity{Unit: "x.service", Cgroup: "/system.slice/x.service"}, keeps, "", "in no container"},
	} {
		d := &Daemon{o: Options{Frozen: row.frozen}}
		s := &session{Session: clawrden.Session{Identity: row.id}}
		if place := placeOfSession(&s.Identity); place != row.place {
			t.Errorf("%s: %q", name, place)
		}
		if err := d.freezable(t.Context(), s); (err == nil) != (row.why == "") || err != nil && !strings.Contains(err.Error(), row.why) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
