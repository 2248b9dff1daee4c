package dbusapi

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden"
)

// handler gives every call to route, whatever it names: which objects, interfaces and methods there are is answered there,
// in one place, and only after the caller was looked at.
type handler struct{ life *life }

func (h handler) LookupObject(dbus.ObjectPath) (dbus.ServerObject, bool) { return h, true }
func (h handler) LookupInterface(string) (dbus.Interface, bool)          { return h, true }
func (h handler) LookupMethod(string) (dbus.Method, bool)                { return route(h), true }

// route is a call's way from the library to its row of the table.
type route struct{ life *life }

// call is one call by somebody on the bus.
type call struct {
	msg     *dbus.Message
	sender  string
	path    dbus.ObjectPath
	object  kind
	id      string // the request that the path names
	by      clawrden.Caller
	target  string            // the id of the request that it decides
	pending *clawrden.Pending // the same, as far as it waits
	ended   bool              // it doesn't any more
	details map[string]string // words for a password prompt, where it is about a grant
	wish    clawrden.GrantWish
	preview bool
}

// DecodeArguments keeps the message as it is; its signature is compared with the row's.
func (r route) DecodeArguments(_ *dbus.Conn, sender string, msg *dbus.Message, _ []any) ([]any, error) {
	return []any{&call{msg: msg, sender: sender}}, nil
}

// What the library asks of methods whose arguments it decodes itself.
func (r route) NumArguments() int     { return 1 }
func (r route) NumReturns() int       { return 0 }
func (r route) ArgumentValue(int) any { return &call{} }
func (r route) ReturnValue(int) any   { return nil }

// Call answers one call. A bug in it is an error for that call alone.
func (r route) Call(args ...any) (out []any, err error) {
	l, c := r.life, args[0].(*call)
	defer l.wire.done(c.sender)
	defer func() {
		if v := recover(); v != nil {
			l.log.Error("panic in a call from the bus", slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
			out, err = nil, l.errorFor(l.ctx, c, errInternal)
		}
	}()
	ctx, cancel := context.WithTimeout(l.ctx, callTime+personTime)
	defer cancel()
	out, err = l.answer(ctx, c)
	if err != nil {
		return nil, l.errorFor(ctx, c, err)
	}
	return out, nil
}

// answer is the way of one call: who, what, whether, then the thing itself.
func (l *life) answer(ctx context.Context, c *call) ([]any, error) {
	var err error
	if c.by, err = l.caller(ctx, c.sender); err != nil {
		return nil, err
	}
	if uid := c.by.Identity.UID; uid != 0 {
		if !l.users.enter(uid) {
			return nil, busError{"LimitsExceeded", fmt.Sprintf("a user may have %d calls in work at once", maxCallsOfUser)}
		}
		defer l.users.leave(uid)
	}
	m, err := l.row(c)
	if err != nil {
		return nil, err
	}
	if err := l.authorize(ctx, c, m); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return m.do(l, ctx, c)
}

// row gives the row of a call. It tells nothing that the published introspection doesn't.
func (l *life) row(c *call) (*method, error) {
	c.path, _ = c.msg.Headers[dbus.FieldPath].Value().(dbus.ObjectPath)
	iface, _ := c.msg.Headers[dbus.FieldInterface].Value().(string)
	member, _ := c.msg.Headers[dbus.FieldMember].Value().(string)
	if c.object, c.id = kindOf(c.path); c.object == nowhere {
		return nil, busError{"UnknownObject", fmt.Sprintf("there is no object %s", printable(string(c.path), maxText))}
	}
	has := interfaces[c.object]
	if iface != "" && !slices.Contains(has, iface) {
		return nil, busError{"UnknownInterface", "this object has no such interface"}
	}
	for i := range l.methods {
		m := &l.methods[i]
		if m.name != member || (iface != "" && m.iface != iface) || !slices.Contains(has, m.iface) {
			continue
		}
		sig, _ := c.msg.Headers[dbus.FieldSignature].Value().(dbus.Signature)
		if got, want := sig.String(), signature(m.in); got != want {
			return nil, busError{"InvalidArgs", fmt.Sprintf("%s takes %q", m.name, want)}
		}
		return m, nil
	}
	return nil, busError{"UnknownMethod", "this object has no such method"}
}
