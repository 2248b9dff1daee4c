package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

func (a *app) policyLogCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "log [ID]",
		Aliases: []string{"versions"},
		Short:   "List the policies that were in force, newest first, or show one",
		Long: "Lists the policies that were in force: since when, how they came, by whom, and what they changed. The daemon keeps the last hundred.\n" +
			"With an ID, that version is shown with what it changed; with -o json its files are too.",
		Example:           "  clawrden policy log\n  clawrden policy log 12\n  clawrden policy log 12 -o json",
		Args:              args(0, 1, "at most one version"),
		ValidArgsFunction: a.completeVersions,
		RunE: func(c *cobra.Command, ids []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			if len(ids) == 1 {
				v, err := d.PolicyVersion(c.Context(), ids[0])
				if err != nil {
					return err
				}
				return a.showVersion(&v)
			}
			list, err := d.PolicyVersions(c.Context())
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				return a.json(list)
			}
			t := newTable(a.stdout, "ID", "SINCE", "HOW", "BY", "RULES", "CHANGES", "DIGEST")
			for i := range list {
				v := &list[i]
				t.row(display.Line(v.ID), clock(v.At), howCame(v), personOf(v.By), fmt.Sprint(v.Rules), fmt.Sprint(len(v.Changes)), short(display.Line(v.Digest)))
			}
			return t.flush()
		},
	}
}

func (a *app) showVersion(v *clawrden.PolicyVersion) error {
	if a.format == formatJSON {
		return a.json(v)
	}
	w := &explainer{a: a}
	state := ""
	if v.InForce {
		state = ", in force"
	}
	w.line(0, fmt.Sprintf("version %s%s: %s, %s", display.Line(v.ID), state, display.Line(v.Digest), plural(v.Rules, "rule", "rules")))
	w.line(0, fmt.Sprintf("%s %s%s", howCame(v), clock(v.At), byWhom(v.By)))
	for _, c := range v.Changes {
		w.line(1, display.Line(c))
	}
	for _, f := range v.Files {
		w.line(0, "file "+display.Line(f.Name))
	}
	return w.err
}

// howCame says how a version came into force.
func howCame(v *clawrden.PolicyVersion) string {
	switch v.How {
	case clawrden.CameBack:
		return "back to " + display.Line(v.Of)
	case clawrden.CameStarted:
		return "found at a start"
	}
	return display.Line(v.How)
}

func personOf(by *clawrden.Approver) string {
	if by == nil {
		return "-"
	}
	return display.Line(by.Name())
}

// completeVersions offers the numbers of the policy's versions.
func (a *app) completeVersions(c *cobra.Command, given []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	d, err := a.connect()
	if err != nil || len(given) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := completing(c)
	defer cancel()
	list, err := d.PolicyVersions(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []cobra.Completion
	for i := range list {
		out = append(out, cobra.CompletionWithDesc(display.Line(list[i].ID), howCame(&list[i])+" "+clock(list[i].At)))
	}
	return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}
