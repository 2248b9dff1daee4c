package policy

import (
	"fmt"
	"io"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"
)

// WriteDiagnostics writes each diagnostic for a person: what, file and line, the line itself, and what to do. The policy
// is the one that Load or Parse returned with them. Width 0 doesn't wrap; color adds terminal colours.
func WriteDiagnostics(w io.Writer, p *Policy, diags hcl.Diagnostics, width int, color bool) error {
	var files map[string]*hcl.File
	if p != nil {
		files = p.files
	}
	if width < 0 {
		width = 0
	}
	out := hcl.NewDiagnosticTextWriter(w, files, uint(width), color)
	for _, d := range diags {
		if d.Subject != nil && d.Subject.Start.Line == 0 { // about the file as a whole; the text names it
			whole := *d
			whole.Subject = nil
			d = &whole
		}
		if err := out.WriteDiagnostic(d); err != nil {
			return fmt.Errorf("cannot write diagnostics: %w", err)
		}
	}
	return nil
}

// problem is an error at a place.
func problem(at hcl.Range, summary, format string, args ...any) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: &at}
}

// caution is a warning at a place.
func caution(at hcl.Range, summary, format string, args ...any) *hcl.Diagnostic {
	d := problem(at, summary, format, args...)
	d.Severity = hcl.DiagWarning
	return d
}

// didYouMean is a sentence to append, with a leading space, or "".
func didYouMean(given string, known []string) string {
	best, dist := "", 4
	for _, k := range known {
		d := levenshtein.Distance(given, k, nil)
		if d < dist && d < max(len(given), 2) {
			best, dist = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean %q?", best)
}

// oneOf writes "a", "b" or "c".
func oneOf(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = fmt.Sprintf("%q", w)
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + " or " + quoted[len(quoted)-1]
}
