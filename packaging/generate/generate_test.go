package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/cpuguy83/go-md2man/v2/md2man"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/clawrden/clawrden/cli"
)

// plain is a page's text without roff's marks.
func plain(page []byte) string {
	s := strings.NewReplacer(`\fB`, "", `\fI`, "", `\fR`, "", `\fP`, "", `\fC`, "", `\-`, "-", `\&`, "", `\(aq`, "'", `\\`, `\`, `\(dq`, `"`).Replace(string(page))
	return regexp.MustCompile(`\s+`).ReplaceAllString(s, " ")
}

// Every command, option, setting and attribute is in its page: each page is made anew and searched for what the code has.
func TestPagesHaveAll(t *testing.T) {
	t.Chdir("../..")
	all, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	page := func(name string) string { return plain(md2man.Render([]byte(all[name]))) }
	has := func(name, text, what string) {
		t.Helper()
		if !strings.Contains(text, what) {
			t.Errorf("%s doesn't have %q", name, what)
		}
	}
	text := page("clawrden.1")
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Name() == "help" || c.Hidden {
			return
		}
		has("clawrden.1", text, c.CommandPath())
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" && f.Name != "version" && !f.Hidden {
				has("clawrden.1", text, "--"+f.Name)
			}
		})
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(cli.Command())
	for name, doc := range map[string]string{"clawrden.hcl.5": "docs/configuration.md", "clawrden-policy.5": "docs/policy-reference.md"} {
		b, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		text := page(name)
		for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` ").FindAllStringSubmatch(string(b), -1) {
			has(name, text, m[1])
		}
		if strings.Contains(text, "{{") || strings.Contains(text, "](") {
			t.Errorf("%s has marks left", name)
		}
	}
	for _, option := range []string{"--config", "--socket", "--control", "--policy", "--audit", "--state", "--dev", "--judge"} {
		has("clawrdend.8", page("clawrdend.8"), option)
	}
	for name, text := range all {
		if !regexp.MustCompile(`(?m)^\.TH `).Match(md2man.Render([]byte(text))) {
			t.Errorf("%s has no title", name)
		}
	}
}

func TestBody(t *testing.T) {
	got := body("# Title\n\nSee [this](there.md).\n\n## `one` two\n\n| name | value | otherwise | meaning |\n|---|---|---|---|\n| `a` | text | `x\\|y` | What [it](x#y) is. |\n| `b` | | | Other. |\n\n### Three\n\n```hcl\n# a = [1](2)\n| x |\n```\n")
	want := "\nSee this.\n\n# ONE TWO\n\n`a`\n: text. Otherwise: `x|y`. What it is.\n\n`b`\n: Other.\n\n\n## Three\n\n```hcl\n# a = [1](2)\n| x |\n```\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCompletions(t *testing.T) {
	for shell, mark := range map[string]string{"bash": "__start_clawrden", "zsh": "#compdef clawrden", "fish": "complete -c clawrden"} {
		script, err := completion(shell)
		if err != nil || !strings.Contains(string(script), mark) {
			t.Errorf("%s: %d bytes, %v", shell, len(script), err)
		}
	}
}

// docs/cli.md is what the commands say of themselves today.
func TestReference(t *testing.T) {
	b, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(cliReference(cli.Command()), string(b)); diff != "" {
		t.Errorf("docs/cli.md is not what `make reference` writes:\n%s", diff)
	}
}
