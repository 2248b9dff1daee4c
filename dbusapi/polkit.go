package dbusapi

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/godbus/dbus/v5"
)

const (
	polkitName = "org.freedesktop.PolicyKit1"
	polkitPath = "/org/freedesktop/PolicyKit1/Authority"
	authority  = "org.freedesktop.PolicyKit1.Authority."
)

// errNoPolkit says that there is no polkit to ask. One that was asked and didn't answer is another error: it might have said
// no.
var errNoPolkit = errors.New("there is no polkit")

// question is what polkit is asked. The subject is the connection on the bus: polkit asks the bus itself who that is.
type question struct {
	sender, action string
	details        map[string]string
	interactive    bool
}

// verdict is polkit's answer. Challenge: it depends on a person who authenticates.
type verdict struct {
	Authorized, Challenge bool
	Details               map[string]string
}

type subject struct {
	Kind    string
	Details map[string]dbus.Variant
}

var questions atomic.Uint64 // numbers them, so that they can be taken back

// askPolkit asks polkit once. With a person to ask it takes minutes; if the call ends before, the prompt is taken back.
func (l *life) askPolkit(ctx context.Context, q question) (verdict, error) {
	limit, flags := busTime, uint32(0)
	if q.interactive {
		limit, flags = personTime, 1 // AllowUserInteraction
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if q.interactive {
		there, stop, err := l.whileThere(ctx, q.sender)
		if err != nil {
			return verdict{}, fmt.Errorf("cannot watch the caller: %w", err)
		}
		defer stop()
		ctx = there
	}
	if q.details == nil {
		q.details = map[string]string{}
	}
	id := Name + "-" + strconv.FormatUint(questions.Add(1), 10)
	polkit := l.conn.Object(polkitName, polkitPath)
	from := subject{"system-bus-name", map[string]dbus.Variant{"name": dbus.MakeVariant(q.sender)}}
	var v verdict
	err := polkit.CallWithContext(ctx, authority+"CheckAuthorization", 0, from, q.action, q.details, flags, id).Store(&v)
	if err == nil {
		return v, nil
	}
	if ctx.Err() != nil && l.ctx.Err() == nil {
		polkit.Go(authority+"CancelCheckAuthorization", dbus.FlagNoReplyExpected, nil, id)
	}
	if absent(err) {
		return verdict{}, errNoPolkit
	}
	return verdict{}, fmt.Errorf("cannot ask polkit: %w", err)
}

// absent reports whether an error of the bus says that nobody has polkit's name, and nobody could be started for it.
func absent(err error) bool {
	e, ok := errors.AsType[dbus.Error](err)
	if !ok {
		return false
	}
	switch e.Name {
	case busErrors + "ServiceUnknown", busErrors + "NameHasNoOwner":
		return true
	}
	return strings.HasPrefix(e.Name, busErrors+"Spawn.") || strings.HasPrefix(e.Name, "org.freedesktop.systemd1.")
}
