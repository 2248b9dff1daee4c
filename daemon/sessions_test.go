package daemon

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// One user, on the host or in one container, can't take all places for sessions. A guard that comes back brings its own, however many.
func TestSessionsOfOneUser(t *testing.T) {
	var l sessions
	begin := func(name string, id clawrden.Identity, again bool) error {
		s := &session{}
		s.Name, s.Identity = name, id
		_, err := l.add(s, again)
		return err
	}
	for n := range maxSessionsOfOne {
		if err := begin(fmt.Sprintf("a%d", n), clawrden.Identity{UID: 1000}, false); err != nil {
			t.Fatal(err)
		}
	}
	if err := begin("more", clawrden.Identity{UID: 1000}, false); err == nil || !strings.Contains(err.Error(), "of this user") {
		t.Errorf("one more: %v", err)
	}
	for name, id := range map[string]clawrden.Identity{"another user": {UID: 1001}, "in a container": {UID: 1000, Container: strings.Repeat("a", 64)}} {
		if err := begin(name, id, false); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := begin("back", clawrden.Identity{UID: 1000}, true); err != nil {
		t.Errorf("one that was there before: %v", err)
	}
}
