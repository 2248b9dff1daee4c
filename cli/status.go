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
	if s.Dev {
		t.row("mode", "dev: not for production")
	}
	return t.flush()
}
