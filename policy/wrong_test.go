package policy

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestWrongFiles loads policies with mistakes in them. Each .txtar in testdata/wrong holds policy files and `want`: one
// line a diagnostic, as FILE:LINE:COLUMN: SEVERITY: SUMMARY: DETAIL. With UPDATE set, want is written anew.
func TestWrongFiles(t *testing.T) {
	names, err := filepath.Glob("testdata/wrong/*.txtar")
	if err != nil || len(names) < 50 {
		t.Fatalf("%d wrong policies, want at least 50: %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files := map[string][]byte{}
			want, at := "", -1
			for i, f := range ar.Files {
				if f.Name == "want" {
					want, at = string(f.Data), i
					continue
				}
				files[f.Name] = f.Data
			}
			p, diags := Parse(files)
			if !diags.HasErrors() {
				t.Error("no error")
			}
			got := oneLineEach(diags)
			if strings.Contains(printed(p, diags), "source code not available") {
				t.Errorf("a snippet is missing:\n%s", printed(p, diags))
			}
			if got == want {
				return
			}
			if os.Getenv("UPDATE") == "" {
				t.Errorf("got\n%swant\n%s", got, want)
				return
			}
			if at < 0 {
				ar.Files = append(ar.Files, txtar.File{Name: "want"})
				at = len(ar.Files) - 1
			}
			ar.Files[at].Data = []byte(got)
			if err := os.WriteFile(name, txtar.Format(ar), 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func oneLineEach(diags hcl.Diagnostics) string {
	var b strings.Builder
	for _, d := range diags {
		severity := "error"
		if d.Severity == hcl.DiagWarning {
			severity = "warning"
		}
		at := "-"
		if d.Subject != nil {
			at = fmt.Sprintf("%s:%d:%d", d.Subject.Filename, d.Subject.Start.Line, d.Subject.Start.Column)
		}
		fmt.Fprintf(&b, "%s: %s: %s: %s\n", at, severity, d.Summary, strings.ReplaceAll(d.Detail, "\n", " "))
	}
	return b.String()
}
