package metrics

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/metrics.md anew")

// docs/metrics.md is made from the table of metrics, and from the text beside it.
func TestDocs(t *testing.T) {
	const path = "../docs/metrics.md"
	head, err := os.ReadFile("docs.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(string(head), "{{metrics}}\n", table(), 1)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(have)); diff != "" {
		t.Errorf("docs/metrics.md isn't what the table says; go test ./metrics -run Docs -update writes it anew:\n%s", diff)
	}
}

func table() string {
	var b strings.Builder
	for i, g := range groups {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "### %s\n", g.name)
		for _, d := range g.descs {
			fmt.Fprintf(&b, "\n`%s` (%s). %s\n", d.name, d.kind, d.help)
			if len(d.labels) > 0 {
				b.WriteString("\n")
			}
			for _, l := range d.labels {
				fmt.Fprintf(&b, "- `%s`: %s.\n", l.name, l.values)
			}
		}
	}
	return b.String()
}

// Whatever is in the table is served, and nothing of Clawrden's is served that isn't.
func TestTableIsServed(t *testing.T) {
	served := map[string]string{}
	for line := range strings.Lines(scrape(t, fed(t))) {
		if name, ok := strings.CutPrefix(line, "# TYPE clawrden_"); ok {
			name, typ, _ := strings.Cut(strings.TrimSpace(name), " ")
			served["clawrden_"+name] = typ
		}
	}
	for _, g := range groups {
		for _, d := range g.descs {
			if served[d.name] != string(d.kind) {
				t.Errorf("%s is served as %q, the table says %q", d.name, served[d.name], d.kind)
			}
			delete(served, d.name)
		}
	}
	for name := range served {
		t.Errorf("%s isn't in the table", name)
	}
}
