package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show whether the daemon runs and what it is doing",
		Args:  args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			s, err := d.Status(c.Context())
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				return a.json(s)
			}
			return a.showStatus(&s)
		},
	}
}

func (a *app) showStatus(s *clawrden.Status) error {
	t := newTable(a.stdout)
	t.row("daemon", fmt.Sprintf("%s for %s, version %s", display.Line(s.Status), ago(time.Duration(s.Uptime)*time.Second), display.Line(s.Version)))
	t.row("waiting", plural(s.Pending, "ask", "asks"))
	t.row("running", plural(s.Running, "command", "commands"))
	why, _, _ := strings.Cut(s.Policy.Error, "\n")
	switch {
	case why != "" && s.Policy.Digest == "":
		t.row("policy", paint(a.color(), "deny", "INVALID: every command is denied (see `clawrden policy check`): "+display.Line(why)))
	case why == "":
		t.row("policy", fmt.Sprintf("%s, loaded %s", plural(s.Policy.Rules, "rule", "rules"), clock(s.Policy.Loaded)))
	default:
		t.row("policy", fmt.Sprintf("%s, loaded %s", plural(s.Policy.Rules, "rule", "rules"), clock(s.Policy.Loaded)))
		t.row("", paint(a.color(), "deny", "the files as they are now are refused (see `clawrden policy check`): "+display.Line(why)))
	}
	if u := s.Unrecorded; u != nil {
		t.row("audit log", paint(a.color(), "deny", fmt.Sprintf("%s since %s: %s", unrecorded(u), clock(u.Since), display.Line(u.Error))))
	}
	if g := s.Stage; g != nil && g.Ended == "" {
		t.row("staged", fmt.Sprintf("a candidate until %s: of %s it disagrees on %d and would newly allow %d (`clawrden policy stage`)",
			clock(g.Until), plural(int(g.Counts.Judged), "command", "commands"), g.Counts.Disagreed, g.Counts.Allowed)) //nolint:gosec // G115: a count
	}
	switch {
	case s.Locked:
		t.row("kill switch", paint(a.color(), "locked", "ON: every command is denied until `clawrden unlock`"))
	case len(s.Locks) > 0:
		t.row("kill switch", paint(a.color(), "locked", "ON for "+plural(len(s.Locks), "agent", "agents")+" (`clawrden unlock --agent …`)"))
	default:
		t.row("kill switch", "off")
	}
	for i := range s.Locks {
		k := &s.Locks[i]
		whom := k.Whom
		if whom == "" {
			whom = "everybody"
		}
		t.row("", fmt.Sprintf("%s: %s (by %s, %s)", display.Line(whom), display.Line(k.Reason), display.Line(k.By), clock(k.Since)))
	}
	a.showSessions(t, s.Sessions)
	a.showBridges(t, s.Bridges)
	if s.Dev {
		t.row("mode", "dev: not for production")
	}
	return t.flush()
}

// unrecorded says what it means that records can't be written.
func unrecorded(u *clawrden.Unrecorded) string {
	if u.Denies {
		return "CAN'T BE WRITTEN, and every command is denied"
	}
	return "CAN'T BE WRITTEN, and commands run without a record"
}

// showSessions adds the agents that run under guard, a row each.
func (a *app) showSessions(t *table, sessions []clawrden.Session) {
	if len(sessions) == 0 {
		t.row("sessions", "none")
	}
	for i := range sessions {
		s, name := &sessions[i], ""
		if i == 0 {
			name = "sessions"
		}
		who := display.Line(s.Identity.User)
		if who == "" {
			who = fmt.Sprintf("uid %d", s.Identity.UID)
		}
		t.row(name, fmt.Sprintf("%s of %s for %s", display.Line(s.Name), who, ago(a.now().Sub(s.Since.Time))))
		if s.Lacks != "" {
			t.row("", paint(a.color(), "deny", "no boundary: "+display.Line(s.Lacks)))
		}
		if !s.Guarded {
			t.row("", paint(a.color(), "deny", "the guard is away: it starts no command until `systemctl status clawrden-guard` is well again"))
		}
	}
}
