package cli

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/policy"
)

// checked is the JSON answer of `policy check`.
type checked struct {
	Valid       bool         `json:"valid"`
	Rules       int          `json:"rules"`
	Digest      string       `json:"digest,omitempty"`
	Diagnostics []diagnostic `json:"diagnostics"`
}

type diagnostic struct {
	Severity string `json:"severity"` // error or warning
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	Snippet  string `json:"snippet,omitempty"` // the lines that it is about
}

func (a *app) policyCheckCommand() *cobra.Command {
	var from policyFiles
	var strict bool
	c := &cobra.Command{
		Use:   "check [PATH…]",
		Short: "Read the policy as the daemon would, and show every mistake",
		Long: "Reads files or directories of policy as the daemon would, and shows every mistake with its place. Of files with the same\n" +
			"name in several directories, the last one counts. Without a path it reads what the settings of this host name.\n\n" +
			"Warnings tell what is probably not meant: a rule without effect, an interpreter that is allowed without a profile, a\n" +
			"tool that gives a shell, an image without a digest. The exit status is 6 for a policy that would not be loaded.",
		Example: "  clawrden policy check\n  clawrden policy check ./policy.d && sudo cp ./policy.d/* /etc/clawrden/policy.d/",
		Args:    args(0, -1, ""),
		RunE: func(_ *cobra.Command, paths []string) error {
			from.paths = paths
			p, diags, err := from.read()
			if err != nil {
				return err
			}
			if !diags.HasErrors() {
				diags = append(diags, p.Lint()...)
			}
			if err := a.showPolicy(p, diags); err != nil {
				return err
			}
			if diags.HasErrors() || strict && len(diags) > 0 {
				return toldError{clawrden.ErrPolicyInvalid}
			}
			return nil
		},
	}
	from.devFlag(c)
	c.Flags().BoolVar(&strict, "strict", false, "exit with 6 for warnings too")
	return c
}

func (a *app) showPolicy(p *policy.Policy, diags hcl.Diagnostics) error {
	if a.format == formatJSON {
		answer := checked{Valid: !diags.HasErrors(), Rules: p.Rules(), Digest: p.Digest(), Diagnostics: []diagnostic{}}
		for _, d := range diags {
			out := toDiagnostic(d)
			out.Snippet = p.Snippet(d)
			answer.Diagnostics = append(answer.Diagnostics, out)
		}
		return a.json(answer)
	}
	if err := policy.WriteDiagnostics(a.stderr, p, diags, a.width(), a.color()); err != nil {
		return err
	}
	errs := 0
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			errs++
		}
	}
	var err error
	switch {
	case errs > 0:
		_, err = fmt.Fprintf(a.stderr, "clawrden: the policy has %s and would not be loaded\n", plural(errs, "error", "errors"))
	case p.Digest() == "":
		_, err = fmt.Fprintln(a.stdout, "there is no policy file: every command would be denied")
	case len(diags) > 0:
		_, err = fmt.Fprintf(a.stdout, "the policy is valid: %s, %s\n", plural(p.Rules(), "rule", "rules"), plural(len(diags), "warning", "warnings"))
	default:
		_, err = fmt.Fprintf(a.stdout, "the policy is valid: %s\n", plural(p.Rules(), "rule", "rules"))
	}
	return err
}

func toDiagnostic(d *hcl.Diagnostic) diagnostic {
	out := diagnostic{Severity: "error", Summary: d.Summary, Detail: d.Detail}
	if d.Severity == hcl.DiagWarning {
		out.Severity = "warning"
	}
	if d.Subject != nil {
		out.File, out.Line, out.Column = d.Subject.Filename, d.Subject.Start.Line, d.Subject.Start.Column
	}
	return out
}
