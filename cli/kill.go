package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

func (a *app) killCommand() *cobra.Command {
	var o clawrden.KillOrder
	c := &cobra.Command{
		Use:   "kill",
		Short: "Stop everything: deny what waits and what comes, until unlocked",
		Long: "Stop everything: what runs is killed (or what the policy's kill_switch block says), what waits for a person is cancelled,\n" +
			"and what comes is denied, also after a restart, until `clawrden unlock`. With --agent, all that of one agent.",
		Example: "  clawrden kill --reason 'it runs wild'\n  clawrden kill --agent user:coder",
		Args:    args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			result, err := d.Kill(c.Context(), o)
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				return a.json(struct {
					Status string `json:"status"`
					clawrden.KillResult
				}{"acknowledged", result})
			}
			_, err = fmt.Fprintf(a.stdout, "%s\n", display.Line(result.Message))
			return err
		},
	}
	c.Flags().StringVarP(&o.Reason, "reason", "m", "", "a `text` for the record")
	agentFlag(c, &o.Agent)
	return c
}

// agentFlag is for commands about one agent or all.
func agentFlag(c *cobra.Command, agent *string) {
	c.Flags().StringVar(agent, "agent", "", "only this `agent`: NAME of a registered one, user:NAME, uid:NUMBER, unit:NAME.service, container:ID")
}
