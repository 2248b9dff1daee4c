package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

func (a *app) grantsCommand() *cobra.Command {
	return group("grants", "List, add and revoke what approvals are remembered", a.grantsList(), a.grantsAdd(), a.grantsRevoke())
}

// scopeOnce is what an approval is without a grant.
const scopeOnce clawrden.Scope = "once"

// wishFlags are the options that say how far a grant reaches and how long it lasts.
func wishFlags(c *cobra.Command, w *clawrden.GrantWish) {
	c.Flags().StringVar(&w.For, "for", "", "how long it is remembered: a `time` such as 30m or 7d, or session")
	c.Flags().StringVar((*string)(&w.Scope), "scope", "", "how far it reaches: once (not at all), `command` (exactly this one), subcommand (any options and arguments in this directory); rule, rule-subcommand: the same, written into the policy")
	_ = c.RegisterFlagCompletionFunc("scope", cobra.FixedCompletions([]string{"once", "command", "subcommand", "rule", "rule-subcommand"}, cobra.ShellCompDirectiveNoFileComp))
}

func (a *app) grantsList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the grants in force",
		Args:  args(0, 0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			grants, err := d.Grants(c.Context())
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				return a.json(grants)
			}
			if len(grants) == 0 {
				fmt.Fprintln(a.stderr, "clawrden: there are no grants")
				return nil
			}
			t := newTable(a.stdout, "ID", "LEFT", "USED", "BY", "COVERS")
			for i := range grants {
				g := &grants[i]
				covers := display.Line(g.Words)
				if g.File != "" {
					covers += fmt.Sprintf(" (%s:%d)", display.Line(g.File), g.Line)
				}
				t.row(display.Line(g.ID), ago(g.Expires.Sub(a.now())), fmt.Sprint(g.Used), approverName(&g.By), covers)
			}
			return t.flush()
		},
	}
}

func approverName(by *clawrden.Approver) string {
	if by.User != "" {
		return display.Line(by.User)
	}
	return fmt.Sprintf("uid %d", by.UID)
}

func (a *app) grantsAdd() *cobra.Command {
	var w clawrden.GrantWish
	var preview bool
	c := &cobra.Command{
		Use:   "add ID --for TIME",
		Short: "Remember the approval of a request that was asked for",
		Long: "Lets the same agent run what one of the last requests asked for, without asking, until the time is over. Never for\n" +
			"interpreters and wrappers, nor where the rule forbids it. --preview tells what it would cover, and adds nothing.\n" +
			"The scopes rule and rule-subcommand write it into the policy, where the rule's approval block offers that.",
		Example: "  clawrden grants add k3f9 --for 30m --preview\n  clawrden grants add k3f9 --for 30m --scope subcommand\n" +
			"  clawrden grants add k3f9 --for 30d --scope rule",
		Args:              args(1, 1, "the id of a request"),
		ValidArgsFunction: a.completeIDs,
		RunE: func(c *cobra.Command, ids []string) error {
			switch {
			case w.Scope == scopeOnce:
				return usageError{errors.New("once is what `clawrden approve ID` gives"), "another scope is remembered"}
			case w.For == "":
				return usageError{fmt.Errorf("%s needs --for", c.CommandPath()), "a time such as 30m, or session"}
			}
			d, err := a.connect()
			if err != nil {
				return err
			}
			g, err := d.AddGrant(c.Context(), ids[0], w, preview)
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				return a.json(g)
			}
			return a.showGrant(&g)
		},
	}
	wishFlags(c, &w)
	c.Flags().BoolVar(&preview, "preview", false, "only tell what it would cover")
	return c
}

// showGrant says in words what a grant covers, and how much of the past it would have.
func (a *app) showGrant(g *clawrden.Grant) error {
	word := "would cover"
	if g.ID != "" {
		word = "granted " + display.Line(g.ID) + ":"
	}
	_, err := fmt.Fprintf(a.stdout, "%s %s, until %s\nit would have covered %d of the last %d asks\n",
		word, display.Line(g.Words), g.Expires.Local().Format(time.DateTime), g.Covered, g.Of)
	return err
}

func (a *app) grantsRevoke() *cobra.Command {
	return &cobra.Command{
		Use:     "revoke ID…",
		Short:   "End grants",
		Example: "  clawrden grants revoke g7k2",
		Args:    args(1, -1, "one or more ids of grants"),
		RunE: func(c *cobra.Command, ids []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			for _, id := range ids {
				words, err := d.RevokeGrant(c.Context(), id)
				if err != nil {
					return hintedError{fmt.Errorf("cannot revoke %s: %w", display.Word(id), err), "`clawrden grants list` lists them"}
				}
				if a.format == formatJSON {
					err = a.jsonLine(map[string]string{"id": id, "status": "revoked"})
				} else {
					_, err = fmt.Fprintf(a.stdout, "revoked %s: %s\n", display.Line(id), display.Line(words))
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
}
