package cli

import (
	"errors"

	"github.com/spf13/cobra"
)

func (a *app) doctorCommand() *cobra.Command {
	var battery bool
	var prefix string
	c := &cobra.Command{
		Use:   "doctor --battery",
		Short: "Try whether the guard holds",
		Long: "With --battery it tries every known way round a command guard, in a session of its own: programs that are built in start `id`, which that\n" +
			"session's policy has to deny, by other paths, names, files, interpreters, system calls, races and helpers. A row a way: denied, ran, or\n" +
			"not applicable, where this machine lacks what the way takes. The exit status is 0 when nothing ran, and 1 when something did.\n\n" +
			"--prefix tries another guard, by the words that start a command under it; that guard has to deny `id`, and to allow clawrden and `true`.",
		Example: "  clawrden doctor --battery\n  clawrden doctor --battery --prefix ''                 no guard: what there is to be kept from\n" +
			"  clawrden doctor --battery --prefix 'otherguard run --'",
		Args: args(0, 0, "nothing"),
		RunE: func(c *cobra.Command, _ []string) error {
			if !battery {
				return usageError{errors.New("nothing to do"), "`clawrden doctor --battery` tries the guard"}
			}
			return a.battery(c.Context(), c.Flags().Changed("prefix"), prefix)
		},
	}
	f := c.Flags()
	f.BoolVar(&battery, "battery", false, "try the ways round the guard")
	f.StringVar(&prefix, "prefix", "", "with --battery: the `words` that start a command under another guard; '' for none")
	return c
}
