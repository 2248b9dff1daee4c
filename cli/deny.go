package cli

import (
	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/client"
)

func (a *app) denyCommand() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use:   "deny ID…",
		Short: "Refuse waiting commands, with a reason for the agent",
		Long: "Refuses waiting commands. The agent reads the reason on its stderr: say what to do instead, and it will often do\n" +
			"that. The first letters of an id are enough.",
		Example:           "  clawrden deny k3f9 -m 'push to a branch and open a pull request'",
		Args:              args(1, -1, "one or more ids"),
		ValidArgsFunction: a.completeIDs,
		RunE: func(c *cobra.Command, ids []string) error {
			return a.decide(c.Context(), ids, reason, "denied", (*client.Client).Deny)
		},
	}
	c.Flags().StringVarP(&reason, "reason", "m", "", "a `text` for the agent and the record")
	return c
}
