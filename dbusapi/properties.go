package dbusapi

import (
	"context"
	"log/slog"
	"maps"
	"reflect"
	"slices"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden"
)

// property is one property of an interface. changes is the bus's annotation: "true" for one whose changes are signalled,
// "const" for one that has none, "false" for one that changes without a word.
type property struct{ name, sig, changes, doc string }

// managerProperties are what the manager shows.
var managerProperties = []property{
	{"Version", "s", "const", "The daemon's version."},
	{"Locked", "b", "true", "The kill switch is on: everything is refused."},
	{"Dev", "b", "const", "The daemon is one for development, which binds nobody who means harm."},
	{"PendingCount", "u", "true", "How many requests wait."},
	{"UnlistedCount", "u", "true", "How many of them have no announced object, because the newest of many have none until older ones are decided. They can be had by their id all the same."},
	{"RunningCount", "u", "false", "How many commands run."},
	{"PolicyDigest", "s", "true", "The policy in force, by its digest."},
	{"PolicyRules", "u", "true", "How many rules it has."},
	{"PolicyError", "s", "true", "Why the last reload was refused; empty if it wasn't."},
}

// showManager gives the values of managerProperties.
func (l *life) showManager() map[string]dbus.Variant {
	s := l.control.Status()
	return map[string]dbus.Variant{
		"Version":       dbus.MakeVariant(printable(s.Version, maxText)),
		"Locked":        dbus.MakeVariant(s.Locked),
		"Dev":           dbus.MakeVariant(s.Dev),
		"PendingCount":  dbus.MakeVariant(uint32(max(0, s.Pending))),
		"UnlistedCount": dbus.MakeVariant(uint32(l.requests.unlisted())),
		"RunningCount":  dbus.MakeVariant(uint32(max(0, s.Running))),
		"PolicyDigest":  dbus.MakeVariant(printable(s.Policy.Digest, maxText)),
		"PolicyRules":   dbus.MakeVariant(uint32(max(0, s.Policy.Rules))),
		"PolicyError":   dbus.MakeVariant(printable(s.Policy.Error, maxText)),
	}
}

// values gives the properties of an object's interface, or of all of them ("").
func (l *life) values(c *call, iface string) (map[string]dbus.Variant, error) {
	switch {
	case iface != "" && !slices.Contains(interfaces[c.object], iface) && iface != peerInterface:
		return nil, busError{"UnknownInterface", "this object has no such interface"}
	case c.object == manager && (iface == "" || iface == ManagerInterface):
		return l.showManager(), nil
	case c.object == request:
		p, err := l.exact(c.id)
		p, err = l.shown(c, p, err)
		if err != nil {
			return nil, err
		}
		if iface == "" || iface == RequestInterface {
			return showRequest(&p), nil
		}
	}
	return map[string]dbus.Variant{}, nil
}

func (l *life) getProperty(_ context.Context, c *call) ([]any, error) {
	values, err := l.values(c, c.text(0))
	if err != nil {
		return nil, err
	}
	v, ok := values[c.text(1)]
	if !ok {
		return nil, busError{"UnknownProperty", "this interface has no such property"}
	}
	return []any{v}, nil
}

func (l *life) getProperties(_ context.Context, c *call) ([]any, error) {
	values, err := l.values(c, c.text(0))
	return []any{values}, err
}

func (l *life) setProperty(_ context.Context, c *call) ([]any, error) {
	values, err := l.values(c, c.text(0))
	if err != nil {
		return nil, err
	}
	if _, ok := values[c.text(1)]; !ok {
		return nil, busError{"UnknownProperty", "this interface has no such property"}
	}
	return nil, busError{"PropertyReadOnly", "no property can be set"}
}

// managedObjects is what ObjectManager tells of: the announced requests.
func (l *life) managedObjects(context.Context, *call) ([]any, error) {
	out := map[dbus.ObjectPath]map[string]map[string]dbus.Variant{}
	for id, values := range l.requests.listed() {
		out[pathOf(id)] = map[string]map[string]dbus.Variant{RequestInterface: values}
	}
	return []any{out}, nil
}

// changed emits PropertiesChanged for what differs, of the properties whose changes are signalled.
func (l *life) changed(path dbus.ObjectPath, iface string, properties []property, old, now map[string]dbus.Variant) {
	differ := map[string]dbus.Variant{}
	for _, p := range properties {
		if p.changes == "true" && !reflect.DeepEqual(old[p.name].Value(), now[p.name].Value()) {
			differ[p.name] = now[p.name]
		}
	}
	if len(differ) > 0 {
		l.emit(path, propertiesInterface+".PropertiesChanged", iface, differ, []string{})
	}
}

// withState is a request's values with another state, as a map of its own.
func withState(values map[string]dbus.Variant, state clawrden.Outcome) map[string]dbus.Variant {
	out := maps.Clone(values)
	out["State"] = dbus.MakeVariant(string(state))
	return out
}

func (l *life) emit(path dbus.ObjectPath, signal string, values ...any) {
	if err := l.conn.Emit(path, signal, values...); err != nil && l.ctx.Err() == nil {
		l.log.Debug("cannot emit a signal", slog.String("signal", signal), slog.Any("error", err))
	}
}
