package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/clawrden/clawrden/cli"
)

// commandLine is the page of the whole command line, a section a command.
func commandLine(root *cobra.Command) string {
	text, err := texts.ReadFile("clawrden.1.md")
	if err != nil {
		panic(err) // it is embedded
	}
	var all strings.Builder
	describe(&all, root)
	var global strings.Builder
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) { flag(&global, f) })
	return strings.NewReplacer("{{commands}}\n", all.String(), "{{options}}\n", global.String(), "{{long}}", root.Long).Replace(string(text))
}

// describe writes the commands below one, by name.
func describe(out *strings.Builder, root *cobra.Command) {
	for _, c := range leaves(root) {
		fmt.Fprintf(out, "## %s\n\n", escape(strings.TrimSuffix(c.UseLine(), " [flags]")))
		words := c.Long
		if words == "" {
			words = c.Short + "."
		}
		out.WriteString(escape(words) + "\n\n")
		c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) { flag(out, f) })
		c.InheritedFlags().VisitAll(func(f *pflag.Flag) {
			if root.PersistentFlags().Lookup(f.Name) == nil { // the group's, not everybody's
				flag(out, f)
			}
		})
		if c.Example != "" {
			fmt.Fprintf(out, "For example:\n\n```\n%s\n```\n\n", c.Example)
		}
	}
}

// leaves are the commands that do something, by name.
func leaves(c *cobra.Command) []*cobra.Command {
	commands := slices.Clone(c.Commands())
	slices.SortFunc(commands, func(a, b *cobra.Command) int { return strings.Compare(a.Name(), b.Name()) })
	var all []*cobra.Command
	for _, sub := range commands {
		switch {
		case sub.Hidden || sub.Name() == "help":
		case sub.HasSubCommands():
			all = append(all, leaves(sub)...)
		default:
			all = append(all, sub)
		}
	}
	return all
}

func flag(out *strings.Builder, f *pflag.Flag) {
	if f.Hidden || f.Name == "help" {
		return
	}
	if f.Shorthand != "" {
		fmt.Fprintf(out, "**-%s**, ", f.Shorthand)
	}
	value, usage := pflag.UnquoteUsage(f)
	fmt.Fprintf(out, "**--%s**", f.Name)
	if value != "" {
		fmt.Fprintf(out, " *%s*", value)
	}
	out.WriteString("\n: " + escape(usage))
	if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" && f.DefValue != "0" && f.DefValue != "0s" {
		fmt.Fprintf(out, " (otherwise %s)", escape(f.DefValue))
	}
	out.WriteString("\n\n")
}

// escape keeps Markdown from reading plain text as its own.
var escape = strings.NewReplacer("*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`, "]", `\]`, `\`, `\\`, "#", `\#`).Replace

// completion is what `clawrden completion SHELL` prints.
func completion(shell string) ([]byte, error) {
	var out bytes.Buffer
	c := cli.Command()
	c.SetOut(&out)
	c.SetArgs([]string{"completion", shell})
	err := c.Execute()
	return out.Bytes(), err
}
