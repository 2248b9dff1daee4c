package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) unlockCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "unlock",
		Short: "Let commands run again after a kill",
		Args:  args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			if err := d.Unlock(c.Context()); err != nil {
				return err
			}
			return a.done("unlocked", "the kill switch is off")
		},
	}
}

// done says that a switch was thrown.
func (a *app) done(status, sentence string) error {
	if a.format == formatJSON {
		return a.json(map[string]string{"status": status})
	}
	_, err := fmt.Fprintln(a.stdout, sentence)
	return err
}
