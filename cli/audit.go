package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/audit"
	"github.com/clawrden/clawrden/internal/display"
)

func (a *app) auditCommand() *cobra.Command {
	return group("audit", "Check the audit log", a.auditVerifyCommand())
}

func (a *app) auditVerifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify [FILE]",
		Short: "Check that no record was changed, removed, added or moved",
		Long: "Checks the chain of hashes in an audit log (default: the one that the settings of this host name) and names every place\n" +
			"where it is broken. Whether records are missing at the end only shows when the last hash is compared with one that\n" +
			"was kept elsewhere.",
		Args: args(0, 1, "at most one file"),
		RunE: func(_ *cobra.Command, files []string) error {
			var path string
			if len(files) == 1 {
				path = files[0]
			} else {
				c, err := settings()
				if err != nil {
					return err
				}
				path = c.Audit.File
			}
			report, err := audit.Verify(path)
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				err = a.json(report)
			} else {
				err = a.showReport(&report)
			}
			if err == nil && !report.OK() {
				err = toldError{fmt.Errorf("the audit log %s is damaged", path)}
			}
			return err
		},
	}
}

func (a *app) showReport(r *audit.Report) error {
	for _, p := range r.Problems {
		fmt.Fprintf(a.stderr, "clawrden: %s:%d: %s: %s\n", display.Line(r.Path), p.Line, p.Kind, display.Line(p.Detail))
	}
	if r.More > 0 {
		fmt.Fprintf(a.stderr, "clawrden: … and %s more\n", plural(r.More, "problem", "problems"))
	}
	if r.Torn > 0 {
		fmt.Fprintf(a.stderr, "clawrden: the last line was cut by a crash (%s); the records before it are whole\n", plural(int(r.Torn), "byte", "bytes"))
	}
	if !r.OK() {
		fmt.Fprintf(a.stderr, "clawrden: the log is damaged: %s found\n", plural(len(r.Problems)+r.More, "problem", "problems"))
		return nil
	}
	t := newTable(a.stdout)
	t.row("intact", fmt.Sprintf("%d records, %d to %d", r.Records, r.First, r.Last))
	if r.Continues {
		t.row("continues", "the file whose last hash is "+r.Prev)
	}
	t.row("last hash", r.Head)
	return t.flush()
}
