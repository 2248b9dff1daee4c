package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// narrowing is what of the history a person wants to see.
type narrowing struct {
	since, until string
	f            clawrden.HistoryFilter
}

func (n *narrowing) flags(c *cobra.Command) {
	c.Flags().StringVar(&n.since, "since", "", "only commands of the last `span`, such as 12h or 7d, or since a time like 2026-01-31T08:00:00Z")
	c.Flags().StringVar(&n.until, "until", "", "only commands from before a `time`, in the same form")
	c.Flags().StringVar(&n.f.Agent, "agent", "", "only those of an agent: its `name`, or a user, unit or container")
	c.Flags().StringVar(&n.f.Session, "session", "", "only those of the guard session of this `name`")
	c.Flags().StringVar(&n.f.Tool, "tool", "", "only those of this `tool`")
	c.Flags().StringVar(&n.f.Verdict, "verdict", "", "only this `outcome`: allow, deny, approved, denied, expired, cancelled, or ask for the last four")
	c.Flags().StringVar(&n.f.Rule, "rule", "", "only those that the rule of this `name` decided")
	c.Flags().StringVar(&n.f.Approver, "approver", "", "only those that this `user` or person decided")
	c.Flags().StringVar(&n.f.Exit, "exit", "", "only those that ended with this `status` or signal, or \"failed\"")
	c.Flags().StringVar(&n.f.Text, "text", "", "only those with this `text` in command, directory, reason or comment")
}

func (n *narrowing) filter(now time.Time) (clawrden.HistoryFilter, error) {
	f := n.f
	var err error
	if f.Since, err = parseSince(n.since, now); err != nil {
		return f, err
	}
	if f.Until, err = parseSince(n.until, now); err != nil {
		return f, usageError{fmt.Errorf("--until %s is no time", display.Word(n.until)), "use 90m, 12h, 7d (back from now) or 2026-01-31T08:00:00Z"}
	}
	if err := f.Check(); err != nil {
		what := strings.TrimPrefix(err.Error(), clawrden.ErrBadRequest.Error()+": ")
		return f, usageError{errors.New(what), "see `clawrden history --help`"}
	}
	return f, nil
}
