package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/audit"
	"github.com/clawrden/clawrden/audit/export"
	"github.com/clawrden/clawrden/internal/display"
)

// exporting is what of a log goes out, and how.
type exporting struct {
	files      auditFiles
	narrow     narrowing
	as, host   string
	unverified bool
}

func (a *app) auditExportCommand() *cobra.Command {
	var x exporting
	c := &cobra.Command{
		Use:   "export --as ecs|ocsf|csv [FILE…]",
		Short: "Write verified records in a form that other systems read",
		Long: "Verifies an audit log as `clawrden audit verify` does, and writes its records to standard output, oldest first: in the Elastic\n" +
			"Common Schema " + export.ECSVersion + " (ecs) or the Open Cybersecurity Schema Framework " + export.OCSFVersion + " (ocsf), one JSON object a line, or as CSV for a\n" +
			"spreadsheet, in which no cell is a formula. Rotated and compressed files are read too.\n\n" +
			"Of a log that is damaged nothing is written. With --unverified all that can be read is, and each record says that it wasn't\n" +
			"verified. The filters are those of `clawrden history`: what asks for commands leaves out all that is no command, and a\n" +
			"command's end goes with its beginning; --since and --until are about each record by itself.",
		Example: "  sudo clawrden audit export --as ecs --since 1h\n  sudo clawrden audit export --as csv --verdict deny --since 30d > denied.csv\n" +
			"  clawrden audit export --as ocsf --key host.pub --host build-1 audit.jsonl.*.gz audit.jsonl",
		RunE: func(_ *cobra.Command, files []string) error { return a.export(&x, files) },
	}
	c.Flags().StringVar(&x.as, "as", "", "`form`: ecs, ocsf or csv")
	c.Flags().StringVar(&x.host, "host", "", "`name` of the host that the log is of (default: this one's, for its own log)")
	c.Flags().BoolVar(&x.unverified, "unverified", false, "write what can be read of a damaged log, too, and mark it")
	_ = c.RegisterFlagCompletionFunc("as", cobra.FixedCompletions(formWords(), cobra.ShellCompDirectiveNoFileComp))
	x.files.flags(c)
	x.narrow.flags(c)
	return c
}

func formWords() (list []string) {
	for _, f := range export.Forms {
		list = append(list, string(f))
	}
	return list
}

func (a *app) export(x *exporting, files []string) error {
	filter, err := x.narrow.filter(a.now())
	if err != nil {
		return err
	}
	o := export.Options{Form: export.Form(x.as), Filter: filter, Host: x.host}
	if x.as == "" {
		return usageError{errors.New("the form isn't said"), "use --as ecs, --as ocsf or --as csv"}
	}
	if !slices.Contains(export.Forms, o.Form) {
		return usageError{fmt.Errorf("%s is no form of export", display.Word(x.as)), "use --as ecs, --as ocsf or --as csv"}
	}
	if o.Host == "" && len(files) == 0 {
		o.Host, _ = os.Hostname()
	}
	report, err := a.verified(x.files, files, x.unverified)
	if err != nil {
		return err
	}
	o.Unverified = !report.OK()
	out, err := export.New(a.stdout, o)
	if err != nil {
		return err
	}
	if err := copyLines(report.Lines(), out); err != nil {
		return err
	}
	if out.Bad > 0 {
		fmt.Fprintf(a.stderr, "clawrden: %s of the log can't be read and was left out\n", plural(out.Bad, "line", "lines"))
	}
	return nil
}

func copyLines(lines *audit.Lines, to *export.Exporter) error {
	defer lines.Close()
	for {
		line, err := lines.Next()
		if errors.Is(err, io.EOF) {
			return to.Flush()
		}
		if err == nil {
			err = to.Line(line)
		}
		if err != nil {
			return errors.Join(err, to.Flush())
		}
	}
}

// verified verifies a log, and says what is wrong with it. A damaged one is an error, unless it is wanted all the same.
func (a *app) verified(against auditFiles, files []string, damaged bool) (audit.Report, error) {
	report, err := against.verify(files)
	if err != nil || report.OK() {
		return report, err
	}
	if err := a.showReport(&report); err != nil {
		return report, err
	}
	if !damaged {
		return report, hintedError{fmt.Errorf("the audit log %s is damaged, so that nothing is made of it", report.Path), "--unverified takes it as it is, and says so"}
	}
	return report, nil
}
