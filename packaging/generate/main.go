// Command generate writes what an installation has besides programs and is made from them: man pages and completion scripts.
//
// Pages come from Markdown, by go-md2man: those of the command line from the commands themselves, those of settings and policy
// from the references in docs/, which tests keep equal to the code, and the others from the texts beside this file, with the
// options that the programs name. With -reference it writes docs/cli.md instead. It is run by the Makefile, from the
// repository's root.
package main

import (
	"context"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/cpuguy83/go-md2man/v2/md2man"

	"github.com/clawrden/clawrden/cli"
)

//go:embed *.md
var texts embed.FS

func main() {
	var err error
	switch {
	case len(os.Args) == 2:
		err = generate(os.Args[1])
	case len(os.Args) == 3 && os.Args[1] == "-reference":
		err = write(os.Args[2], []byte(cliReference(cli.Command())))
	default:
		fmt.Fprintln(os.Stderr, "usage: generate DIRECTORY | generate -reference FILE")
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func generate(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // what is installed is for everybody
		return err
	}
	all, err := pages()
	if err != nil {
		return err
	}
	for name, text := range all {
		if err := write(filepath.Join(dir, name), md2man.Render([]byte(text))); err != nil {
			return err
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		script, err := completion(shell)
		if err != nil {
			return fmt.Errorf("cannot make the completion for %s: %w", shell, err)
		}
		if err := write(filepath.Join(dir, "completion."+shell), script); err != nil {
			return err
		}
	}
	return nil
}

func write(file string, content []byte) error {
	return os.WriteFile(file, content, 0o644) //nolint:gosec // what is installed is for everybody
}

// pages gives each page's Markdown by its file name.
func pages() (map[string]string, error) {
	all := map[string]string{"clawrden.1": commandLine(cli.Command())}
	for name, made := range map[string]func() (string, error){
		"clawrden-shim.1":   nothing,
		"clawrdend.8":       options("./cmd/clawrdend", "guard"),
		"clawrden-launch.8": nothing,
		"clawrden-bridge.8": options("./cmd/clawrden-bridge"),
		"clawrden.hcl.5":    reference("docs/configuration.md"),
		"clawrden-policy.5": reference("docs/policy-reference.md"),
	} {
		text, err := texts.ReadFile(name + ".md")
		if err != nil {
			return nil, err
		}
		part, err := made()
		if err != nil {
			return nil, fmt.Errorf("cannot make %s: %w", name, err)
		}
		all[name] = strings.Replace(string(text), "{{made}}\n", part, 1)
	}
	return all, nil
}

// reference takes a document of docs/ as a page's body.
func reference(doc string) func() (string, error) {
	return func() (string, error) {
		text, err := os.ReadFile(doc)
		if err != nil {
			return "", err
		}
		return body(string(text)), nil
	}
}

// options has a program and its subcommands list their options.
func options(program string, subcommands ...string) func() (string, error) {
	return func() (string, error) {
		var all strings.Builder
		for _, sub := range append([]string{""}, subcommands...) {
			arguments := append([]string{"run", program}, strings.Fields(sub)...)
			c := exec.CommandContext(context.Background(), "go", append(arguments, "--help")...)
			c.Env = append(os.Environ(), "GOOS=", "GOARCH=")
			out, err := c.Output()
			if err != nil {
				return "", fmt.Errorf("%s %s --help: %w", program, sub, err)
			}
			if sub != "" {
				fmt.Fprintf(&all, "# OPTIONS OF %s\n\n", strings.ToUpper(sub))
			}
			all.WriteString(flags(string(out)))
		}
		return all.String(), nil
	}
}

func nothing() (string, error) { return "", nil }
