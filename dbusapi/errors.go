package dbusapi

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden"
)

var errInternal = errors.New("internal error")

// busError is an error that every program on the bus knows, by its name below org.freedesktop.DBus.Error.
type busError struct{ name, text string }

func (e busError) Error() string { return e.text }

const busErrors = "org.freedesktop.DBus.Error."

// names maps errors to what a caller sees: the one place where that is settled. What has no row is an inside fault.
var names = []struct {
	err  error
	name string
}{
	{clawrden.ErrNotFound, errorPrefix + "NotFound"},
	{clawrden.ErrAmbiguous, errorPrefix + "Ambiguous"},
	{clawrden.ErrDecided, errorPrefix + "Decided"},
	{clawrden.ErrStale, errorPrefix + "Stale"},
	{clawrden.ErrNotAuthorized, errorPrefix + "NotAuthorized"},
	{clawrden.ErrLocked, errorPrefix + "Locked"},
	{clawrden.ErrNotOn, errorPrefix + "NotOn"},
	{clawrden.ErrPolicyInvalid, errorPrefix + "PolicyInvalid"},
	{clawrden.ErrBadRequest, busErrors + "InvalidArgs"},
	{context.DeadlineExceeded, busErrors + "Timeout"},
}

// errorFor gives an error its name on the bus. An inside fault is told as such, without its text; that goes to the log.
func (l *life) errorFor(ctx context.Context, c *call, err error) *dbus.Error {
	if e, ok := errors.AsType[busError](err); ok {
		return dbusError(busErrors+e.name, e.text)
	}
	for _, row := range names {
		if errors.Is(err, row.err) {
			return dbusError(row.name, err.Error())
		}
	}
	if l.ctx.Err() == nil {
		l.log.ErrorContext(ctx, "cannot answer a call from the bus", slog.Any("error", err), slog.String("path", string(c.path)))
	}
	return dbusError(errorPrefix+"Failed", errInternal.Error())
}

// dbusError is an error as the bus lets it pass. A policy's diagnostics have several lines, so line ends stay.
func dbusError(name, text string) *dbus.Error {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
	if len(text) > maxError {
		text = strings.ToValidUTF8(text[:maxError], "") + "…"
	}
	return dbus.NewError(name, []any{text})
}

// refuse answers a call that never came as far as the table.
func (l *life) refuse(to string, serial uint32, name, why string) {
	e := dbusError(name, why)
	l.conn.Send(&dbus.Message{
		Type: dbus.TypeError,
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldDestination: dbus.MakeVariant(to),
			dbus.FieldErrorName:   dbus.MakeVariant(e.Name),
			dbus.FieldReplySerial: dbus.MakeVariant(serial),
			dbus.FieldSignature:   dbus.MakeVariant(dbus.SignatureOf("")),
		},
		Body: e.Body,
	}, make(chan *dbus.Call, 1))
}
