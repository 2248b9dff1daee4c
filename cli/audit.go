package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/audit"
	"github.com/clawrden/clawrden/internal/display"
)

func (a *app) auditCommand() *cobra.Command {
	return group("audit", "Check and export the audit log", a.auditVerifyCommand(), a.auditExportCommand())
}

func (a *app) auditVerifyCommand() *cobra.Command {
	var against auditFiles
	c := &cobra.Command{
		Use:   "verify [FILE…]",
		Short: "Check that no record was changed, removed, added or moved",
		Long: "Checks the chain of hashes in an audit log, and its signed checkpoints, and names every place where something was changed,\n" +
			"removed, added or moved, cut off or replaced. Without a FILE it checks all files of the log that the settings of this host\n" +
			"name, with the public key in the state directory. Files are given oldest first, compressed or not; the checkpoints are\n" +
			"looked for beside them. On another machine, --key has the public key: a copy of the state directory's audit.pub.\n\n" +
			"Records behind the last checkpoint are counted as unsealed: their hashes say nothing against whoever can write the log.\n" +
			"--from takes a checkpoint that was kept elsewhere: nothing before it is looked at, and it must still be there.",
		Example: "  clawrden audit verify\n  clawrden audit verify --key host.pub audit.jsonl.*.gz audit.jsonl\n  clawrden audit verify --from checkpoint.txt",
		RunE: func(_ *cobra.Command, files []string) error {
			report, err := against.verify(files)
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				err = a.json(report)
			} else {
				err = a.showReport(&report)
			}
			if err == nil && !report.OK() {
				err = toldError{fmt.Errorf("the audit log %s is damaged", report.Path)}
			}
			return err
		},
	}
	against.flags(c)
	return c
}

// auditFiles says where to find what a log is verified with.
type auditFiles struct{ key, checkpoints, from string }

func (f *auditFiles) flags(c *cobra.Command) {
	c.Flags().StringVar(&f.key, "key", "", "`file` with the log's public keys")
	c.Flags().StringVar(&f.checkpoints, "checkpoints", "", "`file` with the log's checkpoints")
	c.Flags().StringVar(&f.from, "from", "", "`file` with a checkpoint that is known to be true")
}

// verify reads the log again where the daemon rotated it meanwhile.
func (f auditFiles) verify(files []string) (audit.Report, error) {
	const tries = 5
	for i := 1; ; i++ {
		o, err := f.options(files)
		if err != nil {
			return audit.Report{}, err
		}
		report, err := audit.VerifyLog(o)
		if err == nil && report.OK() || len(files) > 0 || i == tries {
			return report, err
		}
		if again, lerr := f.options(nil); lerr != nil || slices.Equal(again.Files, o.Files) {
			return report, err
		}
	}
}

func (f auditFiles) options(files []string) (o audit.VerifyOptions, err error) {
	if len(files) == 0 {
		if o, err = wholeLog(); err != nil {
			return o, err
		}
	} else {
		o.Files, o.Checkpoints = files, checkpointsOf(files[len(files)-1])
	}
	if f.checkpoints != "" {
		o.Checkpoints = f.checkpoints
	}
	if f.key != "" {
		if o.Keys, err = publicKeys(f.key); err != nil {
			return o, err
		}
	}
	if f.from != "" {
		if o.From, err = os.ReadFile(f.from); err != nil {
			return o, fmt.Errorf("cannot read the checkpoint: %w", err)
		}
	}
	if o.Checkpoints == "" && f.key != "" {
		return o, usageError{errors.New("there are no checkpoints beside the log for the key to check"), "give their place with --checkpoints"}
	}
	return o, nil
}

// wholeLog is the whole log of this host, with what the daemon has left for those who verify it.
func wholeLog() (o audit.VerifyOptions, err error) {
	c, err := settings()
	if err != nil {
		return o, err
	}
	if o.Files, err = audit.Files(c.Audit.File); err == nil && len(o.Files) == 0 {
		err = fmt.Errorf("%s: %w", c.Audit.File, fs.ErrNotExist)
	}
	if err != nil {
		return o, fmt.Errorf("cannot verify the audit log: %w", err)
	}
	o.Whole, o.Checkpoints = true, checkpointsOf(c.Audit.File)
	o.Keys, err = publicKeys(audit.PublicKeyFile(c.Paths.State))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return o, err
	}
	newest, err := os.ReadFile(audit.NewestFile(c.Paths.State))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return o, fmt.Errorf("cannot read the newest checkpoint: %w", err)
	}
	if o.Newest = newest; newest != nil {
		o.Checkpoints = audit.CheckpointFile(c.Audit.File) // it has to be there
	}
	return o, nil
}

var rotated = regexp.MustCompile(`\.[0-9]{8}T[0-9]{6}Z-[0-9]+(\.gz)?$`)

// checkpointsOf finds the checkpoints beside a log's file; "" if there are none.
func checkpointsOf(file string) string {
	path := audit.CheckpointFile(rotated.ReplaceAllString(file, ""))
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

func publicKeys(path string) ([]string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the public key: %w", err)
	}
	keys, err := audit.ParseKeys(string(b))
	if err != nil {
		return nil, fmt.Errorf("cannot read the public key in %s: %w", path, err)
	}
	return keys, nil
}

func (a *app) showReport(r *audit.Report) error {
	for _, p := range r.Problems {
		file := p.File
		if file == "" {
			file = r.Path
		}
		if p.Line > 0 {
			file = fmt.Sprintf("%s:%d", file, p.Line)
		}
		fmt.Fprintf(a.stderr, "clawrden: %s: %s: %s\n", display.Line(file), p.Kind, display.Line(p.Detail))
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
	if len(r.Files) > 1 {
		t.row("files", fmt.Sprint(len(r.Files)))
	}
	switch {
	case r.From > 0:
		t.row("begins", fmt.Sprintf("behind the given checkpoint, which seals record %d", r.From))
	case r.Pruned > 0:
		t.row("begins", fmt.Sprintf("behind record %d: what was before has gone by the settings' retention", r.Pruned))
	case r.Continues:
		t.row("continues", "the file whose last hash is "+r.Prev)
	}
	t.row("last hash", r.Head)
	switch {
	case r.Checkpoints == 0 && r.Sealed == 0:
		t.row("sealed", "nothing: no checkpoint was looked at")
	case r.Signed:
		t.row("sealed", fmt.Sprintf("up to record %d, by %s", r.Sealed, plural(r.Checkpoints, "signed checkpoint", "signed checkpoints")))
	default:
		t.row("sealed", fmt.Sprintf("up to record %d, by checkpoints whose signatures were not checked: give the public key with --key", r.Sealed))
	}
	if r.Unsealed > 0 && r.Checkpoints > 0 {
		t.row("unsealed", fmt.Sprintf("%s behind the last checkpoint", plural(int(r.Unsealed), "record", "records"))) //nolint:gosec // G115: a count of lines
	}
	return t.flush()
}
