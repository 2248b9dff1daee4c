package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

func (a *app) policyPromoteCommand() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   "promote",
		Short: "Put the staged policy in force",
		Long: "Puts the files of the staged policy in place of the operator's, /etc/clawrden/policy.d on an installed system, all or none, and has the\n" +
			"daemon read them. Who, when and what differs is on record; the policy before is kept (`clawrden policy log`, `clawrden policy\n" +
			"rollback`). What may let more run than before is listed first, and takes --yes. Files that something else manages, such as\n" +
			"NixOS or an image, are refused.",
		Example: "  sudo clawrden policy promote\n  sudo clawrden policy promote --yes",
		Args:    args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			s, err := d.Stage(c.Context())
			if err != nil {
				return err
			}
			if len(s.Looser) > 0 && yes {
				fmt.Fprintf(a.stderr, "clawrden: by this policy more may run; while it was staged, %s would have been newly allowed\n",
					plural(int(s.Counts.Allowed), "command", "commands")) //nolint:gosec // G115: a count
				for _, l := range s.Looser {
					fmt.Fprintf(a.stderr, "clawrden:   %s\n", display.Line(l))
				}
			}
			v, err := d.Promote(c.Context(), clawrden.PolicyOrder{Digest: s.Digest, Looser: yes})
			if err != nil {
				return err
			}
			return a.inForce(&v)
		},
	}
	yesFlag(c, &yes)
	return c
}

func (a *app) policyRollbackCommand() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   "rollback [ID]",
		Short: "Put an earlier version of the policy in force again",
		Long: "Puts an earlier version's files in place, as `clawrden policy promote` does: that before the one in force, or the one with the number ID\n" +
			"of `clawrden policy log`. Grants that people let be written into the policy are no part of a version: they stay as they are.",
		Example:           "  sudo clawrden policy rollback\n  sudo clawrden policy rollback 12 --yes",
		Args:              args(0, 1, "at most one version"),
		ValidArgsFunction: a.completeVersions,
		RunE: func(c *cobra.Command, ids []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			o := clawrden.PolicyOrder{Looser: yes}
			if len(ids) == 1 {
				o.ID = ids[0]
			}
			v, err := d.Rollback(c.Context(), o)
			if err != nil {
				return err
			}
			return a.inForce(&v)
		},
	}
	yesFlag(c, &yes)
	return c
}

func yesFlag(c *cobra.Command, yes *bool) {
	c.Flags().BoolVarP(yes, "yes", "y", false, "also what may let more run than the policy in force")
}

func (a *app) inForce(v *clawrden.PolicyVersion) error {
	if a.format == formatJSON {
		return a.json(v)
	}
	w := &explainer{a: a}
	w.line(0, fmt.Sprintf("version %s is in force: %s, %s", display.Line(v.ID), short(v.Digest), plural(v.Rules, "rule", "rules")))
	for _, c := range v.Changes {
		w.line(1, display.Line(c))
	}
	return w.err
}
