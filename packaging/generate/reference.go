package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// cliReference is docs/cli.md: the whole command line as a document, a section a command.
func cliReference(root *cobra.Command) string {
	var out strings.Builder
	out.WriteString(`# The command line

This page is made from the commands themselves: ` + "`make reference`" + ` writes it, and a test keeps it equal to them.

`)
	out.WriteString(root.Long + "\n\n")
	optionTable(&out, "options of every command", root.PersistentFlags())
	out.WriteString(`## Exit status

| | |
|---|---|
| 0 | it went well |
| 1 | it failed, or something was found; of ` + "`can`" + `: denied |
| 2 | bad usage |
| 3 | there is no such request, grant, agent or session |
| 4 | not authorised |
| 5 | the daemon can't be reached |
| 6 | the policy is invalid, or its tests fail |

` + "`clawrden run`" + ` ends as the agent ends, and with 125 where the session can't be had. A governed command's own are in
[the README](../README.md#exit-codes).

`)
	for _, c := range leaves(root) {
		section(&out, c)
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// section writes what one command does, takes and prints.
func section(out *strings.Builder, c *cobra.Command) {
	fmt.Fprintf(out, "## %s\n\n", c.CommandPath())
	words := c.Long
	if words == "" {
		words = c.Short + "."
	}
	fmt.Fprintf(out, "```\n%s\n```\n\n%s\n\n", strings.TrimSuffix(c.UseLine(), " [flags]"), plainText(words))
	own := pflag.NewFlagSet(c.Name(), pflag.ContinueOnError)
	add := func(f *pflag.Flag) {
		if c.Root().PersistentFlags().Lookup(f.Name) == nil { // the group's, not everybody's
			own.AddFlag(f)
		}
	}
	c.LocalNonPersistentFlags().VisitAll(add)
	c.InheritedFlags().VisitAll(add)
	optionTable(out, "option", own)
	if c.Example != "" {
		fmt.Fprintf(out, "For example:\n\n```\n%s\n```\n\n", c.Example)
	}
}

// optionTable writes options, if there are any.
func optionTable(out *strings.Builder, head string, set *pflag.FlagSet) {
	var rows strings.Builder
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		if value != "" {
			name += " " + strings.ToUpper(value)
		}
		if otherwise := f.DefValue; otherwise != "" && otherwise != "false" && otherwise != "[]" && otherwise != "0" && otherwise != "0s" {
			usage += " (otherwise " + otherwise + ")"
		}
		fmt.Fprintf(&rows, "| `%s` | %s |\n", strings.ReplaceAll(name, "|", `\|`), strings.ReplaceAll(plainText(usage), "|", `\|`))
	})
	if rows.Len() > 0 {
		fmt.Fprintf(out, "| %s | |\n|---|---|\n%s\n", head, &rows)
	}
}

// plainText keeps Markdown from reading angle brackets and stars as its own.
var plainText = strings.NewReplacer("*", `\*`, "<", `\<`).Replace
