package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/internal/display"
)

func (a *app) killCommand() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use:   "kill",
		Short: "Stop everything: deny what waits and what comes, until unlocked",
		Args:  args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			message, err := d.Kill(c.Context(), reason)
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				return a.json(map[string]string{"status": "acknowledged", "message": message})
			}
			_, err = fmt.Fprintf(a.stdout, "%s\n", display.Line(message))
			return err
		},
	}
	c.Flags().StringVarP(&reason, "reason", "m", "", "a `text` for the record")
	return c
}
