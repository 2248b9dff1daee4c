package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/policy"
)

// tested is the JSON answer of `policy test`.
type tested struct {
	Passed  int                 `json:"passed"`
	Failed  int                 `json:"failed"`
	Results []policy.TestResult `json:"results"`
}

func (a *app) policyTestCommand() *cobra.Command {
	from := policyFiles{untested: true}
	var all bool
	c := &cobra.Command{
		Use:   "test [PATH…]",
		Short: "Run the policy's own tests",
		Long: "Runs every test block, and judges every match and not_match line by its rule. The daemon does the same before it\n" +
			"takes a policy. The exit status is 6 when one fails.",
		Example: "  clawrden policy test\n  clawrden policy test --all ./policy.d",
		Args:    args(0, -1, ""),
		RunE: func(_ *cobra.Command, paths []string) error {
			from.paths = paths
			p, diags, err := from.read()
			if err != nil {
				return err
			}
			if err := a.complainPolicy(p, diags); err != nil {
				return err
			}
			answer := tested{Results: append(p.Tests(), p.Examples()...)}
			for _, r := range answer.Results {
				if r.OK {
					answer.Passed++
				} else {
					answer.Failed++
				}
			}
			if a.format == formatJSON {
				err = a.json(answer)
			} else {
				err = a.showTests(&answer, all)
			}
			if err == nil && answer.Failed > 0 {
				err = toldError{fmt.Errorf("%w: its tests fail", clawrden.ErrPolicyInvalid)}
			}
			return err
		},
	}
	from.devFlag(c)
	c.Flags().BoolVarP(&all, "all", "a", false, "list the tests that pass, too")
	return c
}

func (a *app) showTests(answer *tested, all bool) error {
	if len(answer.Results) == 0 {
		_, err := fmt.Fprintln(a.stdout, "the policy has no tests; write test blocks, or match and not_match in its rules")
		return err
	}
	t := newTable(a.stdout)
	for _, r := range answer.Results {
		result, why := paint(a.color(), "allow", "ok"), ""
		if !r.OK {
			result, why = paint(a.color(), "deny", "FAIL"), display.Line(r.Got)
		} else if !all {
			continue
		}
		what := r.Kind
		if r.Kind != "test" {
			what = r.Kind + " of " + display.Line(r.Rule)
		}
		t.row(result, fmt.Sprintf("%s:%d", display.Line(r.File), r.Line), what, display.Line(r.Name), why)
	}
	if err := t.flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.stdout, "%d passed, %d failed\n", answer.Passed, answer.Failed)
	return err
}
