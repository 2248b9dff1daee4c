package policy

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
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
		if d.Subject != nil && IsYAML(d.Subject.Filename) {
			whole := *d
			whole.Subject = wholeLine(d.Subject, files)
			d = &whole
		}
		if err := out.WriteDiagnostic(d); err != nil {
			return fmt.Errorf("cannot write diagnostics: %w", err)
		}
	}
	return nil
}

// wholeLine is the line of a place in a file that was converted: the lines are the same as in what was parsed, what is
// before and behind on them isn't.
func wholeLine(at *hcl.Range, files map[string]*hcl.File) *hcl.Range {
	out := &hcl.Range{Filename: at.Filename, Start: hcl.Pos{Line: at.Start.Line, Column: 1}}
	f := files[at.Filename]
	if f == nil {
		return at
	}
	lines := strings.SplitAfter(string(f.Bytes), "\n")
	for i := 0; i < min(at.Start.Line-1, len(lines)); i++ {
		out.Start.Byte += len(lines[i])
	}
	size := 0
	if at.Start.Line <= len(lines) {
		size = len(strings.TrimRight(lines[at.Start.Line-1], "\n"))
	}
	out.End = hcl.Pos{Line: at.Start.Line, Column: 1 + size, Byte: out.Start.Byte + size}
	return out
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

// withoutEchoes drops "X is missing" where "Y is unknown, did you mean X?" says it better.
func withoutEchoes(diags hcl.Diagnostics) hcl.Diagnostics {
	var out hcl.Diagnostics
	for _, d := range diags {
		echo := false
		if _, rest, ok := strings.Cut(d.Detail, `The argument "`); ok && d.Summary == "Missing required argument" {
			name, _, _ := strings.Cut(rest, `"`)
			for _, other := range diags {
				echo = echo || strings.HasSuffix(other.Detail, fmt.Sprintf("Did you mean %q?", name))
			}
		}
		if !echo {
			out = append(out, d)
		}
	}
	return out
}

// unknownName finds a variable or local that doesn't exist, before the evaluation says so less helpfully.
func unknownName(e hcl.Expression, ctx *hcl.EvalContext) *hcl.Diagnostic {
	for _, t := range e.Variables() {
		root := t.RootName()
		if root != "var" && root != "local" || len(t) < 2 {
			continue
		}
		step, ok := t[1].(hcl.TraverseAttr)
		obj := ctx.Variables[root]
		if !ok || obj == cty.NilVal || obj.Type().HasAttribute(step.Name) {
			continue
		}
		known := slices.Sorted(maps.Keys(obj.Type().AttributeTypes()))
		what := map[string]string{"var": "variable", "local": "local"}[root]
		return problem(t.SourceRange(), "Unknown "+what, "There is no %s named %q.%s", what, step.Name, didYouMean(step.Name, known))
	}
	return nil
}

// hinted adds what to do to messages of the expression language that don't say it.
func hinted(diags hcl.Diagnostics) hcl.Diagnostics {
	for _, d := range diags {
		switch d.Summary {
		case "Call to unknown function":
			d.Detail += " A policy reads no file, environment or clock; it may call " + strings.Join(slices.Sorted(maps.Keys(functions)), ", ") + "."
		case "Unknown variable":
			d.Detail += " Texts stand in quotes; names are written var.NAME or local.NAME."
		}
	}
	return diags
}

// friendly names a value's type for a person.
func friendly(v cty.Value) string {
	switch t := v.Type(); {
	case t == cty.String:
		return "a text"
	case t == cty.Number:
		return "a number"
	case t == cty.Bool:
		return "true or false"
	case t.IsTupleType() || t.IsListType() || t.IsSetType():
		return "a list of something else"
	case t.IsObjectType() || t.IsMapType():
		return "a map"
	}
	return "something else"
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

// Snippet gives the lines that a diagnostic is about, for those who show it in another form; "" where it is about a file
// as a whole.
func (p *Policy) Snippet(d *hcl.Diagnostic) string {
	if d.Subject == nil || d.Subject.Start.Line < 1 || p == nil || p.files[d.Subject.Filename] == nil {
		return ""
	}
	lines := strings.SplitAfter(string(p.files[d.Subject.Filename].Bytes), "\n")
	from, to := d.Subject.Start.Line, min(d.Subject.End.Line, d.Subject.Start.Line+maxSnippet)
	if from > len(lines) {
		return ""
	}
	return strings.TrimRight(strings.Join(lines[from-1:max(min(to, len(lines)), from)], ""), "\n")
}

// maxSnippet is how many lines of a long place are shown.
const maxSnippet = 10
