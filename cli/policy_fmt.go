package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/policy"
)

// errUnformatted is what --check finds.
var errUnformatted = errors.New("some files are not in the canonical layout")

// formatting is one call of `policy fmt`.
type formatting struct{ check, diff bool }

func (a *app) policyFmtCommand() *cobra.Command {
	var f formatting
	c := &cobra.Command{
		Use:   "fmt [--check] [--diff] PATH…",
		Short: "Put policy files into their canonical layout",
		Long: "Rewrites *.hcl files, or those of a directory, in the canonical layout, and lists those that it changed. With - it reads\n" +
			"standard input and writes standard output. --check (also -check) changes nothing and exits with 1 where something\n" +
			"would change, --diff (also -diff) changes nothing and shows what would.",
		Example:            "  clawrden policy fmt ./policy.d\n  clawrden policy fmt -check -diff ./policy.d\n  clawrden policy fmt - < new.hcl",
		Args:               cobra.ArbitraryArgs,
		DisableFlagParsing: true, // -check and -diff are spelled as in other tools of this language
	}
	c.Flags().BoolVar(&f.check, "check", false, "change nothing; exit with 1 where something would change")
	c.Flags().BoolVar(&f.diff, "diff", false, "change nothing; show what would change")
	c.RunE = func(c *cobra.Command, words []string) error {
		for i, w := range words {
			if w == "-check" || w == "-diff" {
				words[i] = "-" + w
			}
		}
		c.DisableFlagParsing = false
		if err := c.ParseFlags(words); err != nil {
			return c.FlagErrorFunc()(c, err)
		}
		if help, _ := c.Flags().GetBool("help"); help {
			return c.Help()
		}
		if err := a.checkOptions(); err != nil {
			return err
		}
		paths := c.Flags().Args()
		if err := args(1, -1, "files or directories, or - for standard input")(c, paths); err != nil {
			return err
		}
		return a.formatAll(&f, paths)
	}
	return c
}

func (a *app) formatAll(f *formatting, paths []string) error {
	changed, invalid := false, error(nil)
	for _, path := range paths {
		names, err := formattable(path)
		if err != nil {
			return err
		}
		for _, name := range names {
			c, err := a.formatOne(f, name)
			if err != nil {
				invalid = errors.Join(invalid, err)
				continue
			}
			changed = changed || c
		}
	}
	if invalid != nil {
		return invalid
	}
	if changed && f.check {
		return toldError{errUnformatted}
	}
	return nil
}

// formattable lists the files that a path stands for.
func formattable(path string) ([]string, error) {
	if path == "-" {
		return []string{path}, nil
	}
	fi, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("cannot format: %w", err)
	}
	if !fi.IsDir() {
		if !strings.HasSuffix(path, ".hcl") {
			return nil, usageError{fmt.Errorf("%s is no .hcl file", display.Word(path)), "the JSON form has no canonical layout"}
		}
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("cannot format: %w", err)
	}
	var out []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".hcl") && !strings.HasPrefix(e.Name(), ".") {
			out = append(out, filepath.Join(path, e.Name()))
		}
	}
	slices.Sort(out)
	return out, nil
}

func (a *app) formatOne(f *formatting, path string) (changed bool, err error) {
	name, old, err := a.readFile(path)
	if err != nil {
		return false, err
	}
	if p, diags := policy.Syntax(name, old); diags.HasErrors() {
		return false, a.complainPolicy(p, diags)
	}
	formatted := policy.Format(name, old)
	changed = !bytes.Equal(old, formatted)
	switch {
	case f.diff:
		_, err = a.stdout.Write(lineDiff(name, old, formatted))
	case f.check && changed:
		_, err = fmt.Fprintln(a.stdout, display.Line(name))
	case f.check:
	case path == "-":
		_, err = a.stdout.Write(formatted)
	case changed:
		if err = rewrite(path, formatted); err == nil {
			_, err = fmt.Fprintln(a.stdout, display.Line(name))
		}
	}
	return changed, err
}

// rewrite replaces a file's content in one step, and keeps its mode.
func rewrite(path string, content []byte) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("cannot write %s: %w", path, err)
		}
	}()
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return err
	}
	fi, err := os.Stat(path)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".fmt-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(content)
	if err := errors.Join(err, f.Chmod(fi.Mode()&fs.ModePerm), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
