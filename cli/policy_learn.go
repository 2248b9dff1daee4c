package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/learn"
)

func (a *app) policyLearnCommand() *cobra.Command {
	var from policyFiles
	var past pastLog
	least := 2
	c := &cobra.Command{
		Use:   "learn [AUDIT]",
		Short: "Propose rules from what ran",
		Long: "Reads an audit log (default: this host's) and writes a policy file to standard output that allows the kinds of command\n" +
			"that ran by a person's approval or for want of a rule: by tool, subcommand, options and directories, with counts and\n" +
			"examples. It is a proposal to read and to shorten; nothing is put in force. Nothing is proposed for interpreters,\n" +
			"wrappers and shells, nor for anything that was ever denied.",
		Example: "  sudo clawrden policy learn --since 14d > learned.hcl\n  clawrden policy diff learned.hcl --replay=audit.jsonl",
		Args:    args(0, 1, "at most one audit log"),
		RunE: func(_ *cobra.Command, files []string) error {
			if least < 1 {
				return usageError{fmt.Errorf("--min %d is no number of commands", least), "use --min 2"}
			}
			past.file = hostLog
			if len(files) == 1 {
				past.file = files[0]
			}
			p, diags := policy.Parse(map[string][]byte{"none.hcl": nil}) // the grammars that come with Clawrden
			if len(from.paths) > 0 {
				var err error
				if p, diags, err = from.read(); err != nil {
					return err
				}
			}
			if err := a.complainPolicy(p, diags); err != nil {
				return err
			}
			return a.learn(&past, p, least)
		},
	}
	c.Flags().StringArrayVar(&from.paths, "policy", nil, "read commands by the tool blocks of this `path`, too; may be given again")
	c.Flags().IntVar(&least, "min", least, "propose only what ran this often")
	past.flags(c)
	from.devFlag(c)
	return c
}

func (a *app) learn(past *pastLog, p *policy.Policy, least int) error {
	r, err := past.open(a)
	if err != nil {
		return err
	}
	defer r.close()
	proposal, err := learn.From(r.Reader, p, learn.Options{Min: least})
	if err != nil {
		return fmt.Errorf("cannot judge the past commands: %w", err)
	}
	a.complainLines(proposal.Bad)
	if a.format == formatJSON {
		return a.json(proposal)
	}
	_, err = a.stdout.Write(proposal.HCL())
	return err
}
