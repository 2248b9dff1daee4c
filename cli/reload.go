package cli

import "github.com/spf13/cobra"

func (a *app) reloadCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "reload",
		Short: "Have the daemon read its policy again",
		Long: "Has the daemon read its policy again; its settings are read when it starts. A policy with errors is refused, and the one before it stays in\n" +
			"force; `clawrden policy check` tells beforehand.",
		Args: args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			if err := d.Reload(c.Context()); err != nil {
				return err
			}
			return a.done("reloaded", "the policy is read again")
		},
	}
}
