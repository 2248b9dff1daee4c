package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/internal/display"
)

func (a *app) unlockCommand() *cobra.Command {
	var agent string
	c := &cobra.Command{
		Use:   "unlock",
		Short: "Let commands run again after a kill",
		Long:  "Let commands run again after a kill, and what was paused go on. Agents that were locked one by one are unlocked one by one.",
		Args:  args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			message, err := d.Unlock(c.Context(), agent)
			if err != nil {
				return err
			}
			return a.done("unlocked", display.Line(message))
		},
	}
	agentFlag(c, &agent)
	return c
}

// done says that a switch was thrown.
func (a *app) done(status, sentence string) error {
	if a.format == formatJSON {
		return a.json(map[string]string{"status": status})
	}
	_, err := fmt.Fprintln(a.stdout, sentence)
	return err
}
