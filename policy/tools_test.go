package policy

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/clawrden/clawrden"
)

// The facts that command lines give, one .txtar a tool, with the files ordinary and evasive. A line that starts with $ is a
// command line; the indented lines below it say what it must give, in any order, one fact a line:
//
//	tool subcommand…       the first line: tool and subcommands of one command; what follows is about this one
//	flag -r                an option by its main name; flag -C=x one with its value
//	operand x              an operand
//	path x                 a word that names a path; path dir ▸ x one that starts in dir
//	opaque                 it can't be told what it runs
//	carrier                it only carries inner commands
//
// All commands, options, operands and paths must be listed, in order; other facts aren't compared.
func TestToolGrammars(t *testing.T) {
	files, err := filepath.Glob("testdata/tools/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no grammar tests: ", err)
	}
	p := mustParse(t, `policy {
  default = "deny"
}`)
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			changed := false
			for i := range ar.Files {
				got := describeLines(t, p, string(ar.Files[i].Data))
				if got == string(ar.Files[i].Data) {
					continue
				}
				if os.Getenv("UPDATE") != "" {
					ar.Files[i].Data, changed = []byte(got), true
					continue
				}
				t.Errorf("%s:\n%s", ar.Files[i].Name, firstDifference(string(ar.Files[i].Data), got))
			}
			if changed {
				if err := os.WriteFile(name, txtar.Format(ar), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func describeLines(t *testing.T, p *Policy, text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "$ "); ok {
			f := facts(t, p, "/w", strings.TrimSuffix(rest, "\n"))
			b.WriteString(line)
			describeFacts(&b, f)
		} else if !strings.HasPrefix(line, "\t") {
			b.WriteString(line)
		}
	}
	return b.String()
}

func describeFacts(b *strings.Builder, f *clawrden.Facts) {
	for i := range f.Commands {
		c := &f.Commands[i]
		name := c.Tool
		if name == "" {
			name = "?"
		}
		fmt.Fprintf(b, "\t%s\n", strings.Join(append([]string{name}, c.Subcommands...), " "))
		for _, fl := range c.Flags {
			if fl.Has {
				fmt.Fprintf(b, "\t\tflag %s=%s\n", fl.Names[0], fl.Value)
			} else {
				fmt.Fprintf(b, "\t\tflag %s\n", fl.Names[0])
			}
		}
		for _, at := range c.Operands {
			fmt.Fprintf(b, "\t\toperand %s\n", c.Args[at])
		}
		for _, pf := range f.Paths {
			if pf.Command == i && (i > 0 || pf.Arg != clawrden.ArgCwd) {
				what := pf.Word
				if pf.Base != "" {
					what = pf.Base + " ▸ " + what
				}
				fmt.Fprintf(b, "\t\tpath %s\n", what)
			}
		}
		if len(c.Opaque) > 0 {
			b.WriteString("\t\topaque\n")
		}
		if c.Carrier {
			b.WriteString("\t\tcarrier\n")
		}
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	line := ""
	for i := range min(len(w), len(g)) {
		if strings.HasPrefix(w[i], "$") {
			line = w[i]
		}
		if w[i] != g[i] {
			return fmt.Sprintf("%s\n\twant %q\n\tgot  %q", line, w[i], g[i])
		}
	}
	return fmt.Sprintf("%s\n\twant %d lines, got %d", line, len(w), len(g))
}

// TestBuiltinTools reads all built-in files whole and compares with what is found and read tool by tool.
func TestBuiltinTools(t *testing.T) {
	set, err := builtinTools()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := toolFiles.ReadDir("tools")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, e := range entries {
		data, err := toolFiles.ReadFile("tools/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		f, diags := parseFile(source{name: e.Name(), data: data})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		nodes, diags := decodeBlocks(f.Body, toolsSchema)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		c := &compiler{}
		c.tools(nodes, nil)
		if c.diags.HasErrors() {
			t.Fatal(c.diags)
		}
		for _, n := range nodes {
			count++
			x := set.byName[n.name]
			if x == nil {
				t.Errorf("%s: %s isn't found", e.Name(), n.name)
				continue
			}
			if g := x.load(); g.name != n.name || g.at.Filename == "tools/"+e.Name() && g.at.Start.Line != n.at.Start.Line { // two blocks in one file
				t.Errorf("%s: %s is read as %s at line %d", e.Name(), n.name, g.name, g.at.Start.Line)
			}
			for _, also := range n.texts("also") {
				if set.byName[also] != x && !slices.ContainsFunc(set.globs, func(g toolGlob) bool { return g.tool == x && g.glob.text == also }) {
					t.Errorf("%s: %s isn't found by its name %s", e.Name(), n.name, also)
				}
			}
		}
	}
	if count == 0 || len(set.byName) < count {
		t.Errorf("%d tools by %d names", count, len(set.byName))
	}
	for name := range set.byName {
		for spelling, o := range set.find(name).options {
			if !slices.Contains(o.names, spelling) {
				t.Errorf("%s: %s isn't among the names of its option %q", name, spelling, o.names)
			}
		}
	}
}

// No wrapper makes what it wraps milder, for any command line that the grammars are tested with.
func TestWrappersNeverMildenTheCorpus(t *testing.T) {
	names, err := filepath.Glob("testdata/tools/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	p := mustParse(t, nestedPolicy)
	for _, name := range names {
		ar, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range ar.Files {
			for line := range strings.Lines(string(f.Data)) {
				text, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "$ ")
				argv, fault := splitLine(text)
				if !ok || fault != "" || !wrappable(argv) {
					continue
				}
				_, d := understood(p, argv)
				for wrapper, wrap := range wrappers {
					if _, w := understood(p, wrap(argv)); w.Verdict.Strictness() < d.Verdict.Strictness() {
						t.Errorf("%s: %s makes %v (%s) of %v (%s)", text, wrapper, w.Verdict, w.Reason, d.Verdict, d.Reason)
					}
				}
			}
		}
	}
}
