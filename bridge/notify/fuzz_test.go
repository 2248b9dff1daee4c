package notify

import (
	"testing"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden/bridge/bridgetest"
)

// Whatever a signal says, only the server's own word for an action that was offered does something.
func FuzzSignal(f *testing.F) {
	const server = ":1.7"
	f.Add(server, path, actionInvoked, uint32(1), "aNONCE", false)
	f.Add(server, path, actionInvoked, uint32(1), "gNONCE", false)
	f.Add(server, path, actionInvoked, uint32(2), "aNONCE", false)
	f.Add(":1.8", path, actionInvoked, uint32(1), "aNONCE", false)
	f.Add("", path, actionInvoked, uint32(1), "aNONCE", false)
	f.Add(bus, "/org/freedesktop/DBus", ownerChanged, uint32(0), name, true)
	f.Add(":1.8", "/org/freedesktop/DBus", ownerChanged, uint32(0), name, true)
	f.Fuzz(func(t *testing.T, sender, at, signal string, id uint32, key string, owners bool) {
		s := New(Options{Person: "ann", Start: func([]string) error { return nil }})
		s.owner = server
		m := bridgetest.Ask("desktop")
		s.shown[1] = &shown{ref: server + "/1", message: m, keys: map[string]bool{"aNONCE": true}}
		body := []any{id, key}
		if owners {
			body = []any{key, server, sender}
		}
		work := s.signal(t.Context(), bridgetest.New(), &dbus.Signal{Sender: sender, Path: dbus.ObjectPath(at), Name: signal, Body: body})
		pressed := sender == server && at == path && signal == actionInvoked && id == 1 && key == "aNONCE" && !owners
		changed := sender == bus && signal == ownerChanged && key == name && owners
		if (work != nil) != (pressed || changed) || (s.owner == server) != !changed {
			t.Errorf("%s %s %s %d %q %v: owner %s", sender, at, signal, id, key, owners, s.owner)
		}
	})
}
