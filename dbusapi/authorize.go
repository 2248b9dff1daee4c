package dbusapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// authorize answers whether a call may be carried out. The order counts: whoever is governed, or stands inside the request
// that the call is about, is refused before polkit hears of it, so that an agent can't make a person at the screen type a
// password into a prompt of the agent's own choosing.
func (l *life) authorize(ctx context.Context, c *call, m *method) error {
	if err := l.authorizer.Barred(c.by); err != nil {
		return err
	}
	var missing error // told only to those who may know what there is
	if m.about != nil {
		missing = m.about(l, ctx, c)
		if errors.Is(missing, clawrden.ErrNotAuthorized) {
			return missing
		}
	}
	if c.by.Identity.UID == 0 { // Barred has refused a container's
		if err := l.authorizer.Authorize(ctx, c.by, m.right); err != nil {
			return err
		}
		return missing
	}
	if err := l.judged(ctx, c, m, missing == nil && !c.ended); err != nil {
		return err
	}
	return missing
}

// judged asks polkit, and the table where there is no polkit.
func (l *life) judged(ctx context.Context, c *call, m *method, worthAsking bool) error {
	action := m.right.Action()
	if action == "" {
		return fmt.Errorf("%w: %q can't be had on the bus", clawrden.ErrNotAuthorized, m.right)
	}
	q := question{
		sender: c.sender, action: action,
		// A person is asked only if the caller said so, there is something to decide, and the caller is the host's.
		interactive: worthAsking && c.by.Identity.HostNS && c.by.Identity.Container == "" &&
			c.msg.Flags&dbus.FlagAllowInteractiveAuthorization != 0,
	}
	switch {
	case c.pending != nil:
		q.details = details(c.pending, c.by.Identity.UID)
	case c.details != nil:
		q.details = c.details
		q.details["caller"] = strconv.FormatUint(uint64(c.by.Identity.UID), 10)
	}
	answer, err := l.askPolkit(ctx, q)
	switch {
	case errors.Is(err, errNoPolkit):
		return l.authorizer.Authorize(ctx, c.by, m.right)
	case err != nil:
		l.log.WarnContext(ctx, "polkit did not answer", slog.Any("error", err), slog.String("action", action))
		return fmt.Errorf("%w: polkit did not answer; the control socket (clawrden) needs neither it nor the bus", clawrden.ErrNotAuthorized)
	case answer.Authorized:
		return nil
	case answer.Challenge && !q.interactive:
		return fmt.Errorf("%w: %s needs a person to authenticate, and the call doesn't let polkit ask", clawrden.ErrNotAuthorized, action)
	case answer.Challenge:
		return fmt.Errorf("%w: nobody could be asked to authenticate for %s (is an authentication agent running?)", clawrden.ErrNotAuthorized, action)
	}
	return fmt.Errorf("%w: polkit refused %s", clawrden.ErrNotAuthorized, action)
}

// details are the words that a password prompt may show: each on one line, without anything that can't be seen.
func details(p *clawrden.Pending, by uint32) map[string]string {
	argv := append([]string{p.Command}, clawrden.RawWords(p.Args, p.ArgsB64)...)
	command, _ := display.Brief(argv, maxPrompt)
	cwd, _ := display.Text(p.Cwd, maxPrompt)
	return map[string]string{
		"id":      p.ID,
		"command": command,
		"cwd":     cwd,
		"agent":   who(&p.Identity),
		"caller":  strconv.FormatUint(uint64(by), 10),
	}
}

// who names an agent for a person.
func who(id *clawrden.Identity) string {
	name := "uid " + strconv.FormatUint(uint64(id.UID), 10)
	if id.User != "" {
		name = printable(id.User, maxText)
	}
	switch {
	case id.Agent != "":
		return printable(id.Agent, maxText) + " (" + name + ")"
	case id.Container != "":
		return name + " in container " + printable(id.Container[:min(12, len(id.Container))], maxText)
	case id.Unit != "":
		return name + " in " + printable(id.Unit, maxText)
	}
	return name
}

// printable is Text of package display, with its limit.
func printable(s string, most int) string {
	shown, _ := display.Text(s, most)
	return shown
}
