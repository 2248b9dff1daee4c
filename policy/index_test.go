package policy

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

// TestAbout has a tool's name decide the same with the rules that can be about it as with all of them.
func TestAbout(t *testing.T) {
	names, err := filepath.Glob("../packaging/policy.d/*.hcl")
	if err != nil || len(names) == 0 {
		t.Fatal(err, "no policy is there")
	}
	files := map[string][]byte{}
	for _, name := range names {
		if files[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	p, diags := Parse(files)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	tools := []string{"", "*", "no such tool", strings.Repeat("x", maxMetName+1)}
	for _, r := range p.index.general {
		for _, c := range r.commands {
			if tools = append(tools, c.name); c.word != nil {
				tools = append(tools, strings.NewReplacer("*", "x", "?", "3").Replace(c.word.text))
			}
			if c.path != nil {
				tools = append(tools, filepath.Base(c.path.text))
			}
		}
	}
	for _, tool := range tools {
		for _, place := range []string{"/usr/bin/", "/home/agent/"} {
			f := p.Understand(&clawrden.Request{Way: clawrden.WayGuard, Tool: tool, Argv: []string{tool, "--version"}, Cwd: "/"})
			f.Exe = clawrden.Executable{Path: place + tool, Resolved: place + tool}
			want := p.decideTraced(&f, func(*view, *rule, truth) {}, nil)
			for range 2 { // the second time from memory
				if d := cmp.Diff(want, p.Decide(&f)); d != "" {
					t.Errorf("%q in %s: %s", tool, place, d)
				}
			}
		}
	}
	for i := range 2 * maxMet {
		p.index.about(fmt.Sprint("tool", i))
	}
	if n := len(p.index.met.rules); n > maxMet {
		t.Errorf("%d names are remembered", n)
	}
}
