package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/audit"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/replay"
)

// pastLog is which past commands a command looks at.
type pastLog struct {
	file, since string
	unverified  bool
}

// hostLog stands for the audit log that the settings of this host name, with all its rotated files.
const hostLog = "-"

func (l *pastLog) flags(c *cobra.Command) {
	c.Flags().StringVar(&l.since, "since", "", "only commands of the last `span`, such as 12h or 7d, or since a time like 2026-01-31T08:00:00Z")
	c.Flags().BoolVar(&l.unverified, "unverified", false, "judge this host's log though it is damaged")
}

// opened is a log that is being read.
type opened struct {
	*replay.Reader
	verified bool
	lines    *audit.Lines
}

func (o *opened) close() { o.lines.Close() }

// open verifies the log and gives its reader. This host's own must be what was written; of a file that is named, people are told.
func (l *pastLog) open(a *app) (*opened, error) {
	since, err := parseSince(l.since, a.now())
	if err != nil {
		return nil, err
	}
	var files []string
	if l.file != hostLog {
		files = []string{l.file}
	}
	report, err := a.verified(auditFiles{}, files, l.unverified || files != nil)
	if err != nil {
		return nil, err
	}
	if !report.OK() {
		fmt.Fprintf(a.stderr, "clawrden: what follows is of what can be read of a log that isn't what was written\n")
	}
	return opening(&report, since), nil
}

// opening reads what was verified.
func opening(report *audit.Report, since time.Time) *opened {
	o := &opened{verified: report.OK(), lines: report.Lines()}
	o.Reader = replay.From(o.lines)
	o.Since = since
	return o
}

// diff judges the commands by two policies, and closes the log.
func (o *opened) diff(old, updated *policy.Policy) (*replay.Report, error) {
	defer o.close()
	report, err := replay.Diff(o.Reader, old, updated)
	if err != nil {
		return nil, fmt.Errorf("cannot judge the past commands: %w", err)
	}
	report.Verified = o.verified
	return &report, nil
}

func (l *pastLog) diff(a *app, old, updated *policy.Policy) (*replay.Report, error) {
	past, err := l.open(a)
	if err != nil {
		return nil, err
	}
	return past.diff(old, updated)
}

// needsLog tells bad usage of what narrows a log that isn't looked at.
func (l *pastLog) needsLog() error {
	if l.file == "" && (l.since != "" || l.unverified) {
		return usageError{errors.New("--since and --unverified are about what --replay looks at"), "add --replay"}
	}
	return nil
}

func (a *app) complainLines(bad int) {
	if bad > 0 {
		fmt.Fprintf(a.stderr, "clawrden: %s of the log can't be read; `clawrden audit verify` tells more\n", plural(bad, "line", "lines"))
	}
}
