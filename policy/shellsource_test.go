package policy

import (
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// What is known of the words that a command gets from another one's output, as path facts.
func TestSources(t *testing.T) {
	p := mustParse(t, `policy {
  default = "deny"
}`)
	for _, tt := range []struct{ line, want string }{
		{`find src -name '*.go' | xargs wc -l`, "src/**/*.go src/**/.*.go"},
		{`find src lib -type f -print0 | xargs -0 wc -l`, "src/** lib/**"},
		{`find . -name '?.go' -o -name x | xargs wc -l`, "./**"},
		{`find . -name '*.go' -exec wc -l {} +`, "./**/*.go ./**/.*.go"},
		{`find . -name x | head -3 | sort -u | grep -v y | xargs -I F wc -l F`, "./**/x"},
		{`git ls-files '*.go' | xargs wc -l`, "**/*.go **/.*.go"},
		{`git ls-files | xargs wc -l`, "**"},
		{`wc -l $(git diff --name-only)`, "**"},
		{`for f in $(git ls-files '*.c'); do wc -l "$f"; done`, "**/*.c **/.*.c"},
		{`rg -l main src | xargs wc -l`, "** main main/** src src/**"},
		{`ls src | xargs wc -l`, "* src src/*"},
		{`echo ~/.ssh/id_rsa | xargs wc -l`, "?"},
		{`echo /etc/shadow a | xargs wc -l`, "/etc/shadow a"},
		{`printf '%s\n' a b | xargs wc -l`, "a b"},

		{`find . -printf %f | xargs wc -l`, "?"},
		{`find . -name '[.]env' | xargs wc -l`, "./**"},
		{`find . -name $X | xargs wc -l`, "?"},
		{`find $X | xargs wc -l`, "?"},
		{`find . | sed s/a/b/ | xargs wc -l`, "?"},
		{`find . | grep -o x | xargs wc -l`, "?"},
		{`find . | head -n 3 x | xargs wc -l`, "?"},
		{`find . | xargs -a list wc -l`, "?"},
		{`find . | xargs wc -l < list`, "?"},
		{`find . > x | xargs wc -l`, "?"},
		{`find . -exec wc -l {}.bak \;`, "?"},
		{`find ~ -name id_x -exec wc -l {} +`, "~/**/id_x"},
		{`find "~" -exec wc -l {} +`, "?"},
		{`find ~ | xargs wc -l`, "?"},
		{`find . -execdir wc -l {} \;`, "?"},
		{`wc -l "$(git ls-files)"`, "?"},
		{`wc -l x$(git ls-files)`, "?"},
		{`ls -a | xargs wc -l`, "?"},
		{`git ls-files -s | xargs wc -l`, "?"},
		{`cat list | xargs wc -l`, "?"},
		{`(find .; cat list) | xargs wc -l`, "?"},
		{`PATH=/x find . | xargs wc -l`, "?"},
		{`echo 'a\b' | xargs wc -l`, "?"},
	} {
		f := facts(t, p, "/w", "bash -c '"+strings.ReplaceAll(tt.line, "'", `'\''`)+"'")
		if got := pathsOfTool(f, "wc"); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.line, got, tt.want)
		}
	}
}

// pathsOfTool lists the paths that a tool is given; ? stands for one of which nothing is known.
func pathsOfTool(f *clawrden.Facts, tool string) string {
	var got []string
	for i := range f.Paths {
		pf := &f.Paths[i]
		if f.Commands[pf.Command].Tool != tool || pf.Arg == clawrden.ArgCwd || pf.Arg == clawrden.ArgRedirect {
			continue
		}
		word := pf.Word
		if pf.Unknown && !pf.Pattern {
			word = "?"
		}
		got = append(got, word)
	}
	return strings.Join(got, " ")
}
