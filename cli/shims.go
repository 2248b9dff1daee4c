package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/internal/display"
)

func (a *app) shimsCommand() *cobra.Command {
	var dir string
	g := group("shims", "Choose the tools that are governed by name",
		a.shimsAddCommand(&dir), a.shimsListCommand(&dir), a.shimsRemoveCommand(&dir))
	g.Long = "A shim stands in for a tool: it takes the tool's name on PATH and hands each command to the daemon. The directory holds\n" +
		"the shim itself and one relative link a tool, so that it works wherever it is mounted.\n\n" +
		"A tool is governed by name only where this directory comes first on PATH; `clawrden run` governs every command."
	g.PersistentFlags().StringVar(&dir, "dir", "", "`directory` of the shims (default: what the settings say, else /var/lib/clawrden/shims)")
	return g
}

func (a *app) shimsAddCommand(dir *string) *cobra.Command {
	var shim string
	c := &cobra.Command{
		Use:     "add TOOL…",
		Short:   "Put a shim in the place of tools",
		Example: "  clawrden shims add git npm docker",
		Args:    args(1, -1, "one or more names of tools"),
		RunE: func(_ *cobra.Command, tools []string) error {
			if err := checkTools(tools); err != nil {
				return err
			}
			if shim == "" {
				shim = findShim()
			}
			s, err := openShims(*dir, true)
			if err != nil {
				return err
			}
			defer s.close()
			if err := s.install(shim); err != nil {
				return err
			}
			added := []shimmed{}
			for _, tool := range tools {
				made, err := s.add(tool)
				if err != nil {
					return err
				}
				added = append(added, s.describe(tool))
				a.shimNote(made, "added", "already there", tool)
			}
			if a.format == formatJSON {
				return a.json(added)
			}
			return a.pathAdvice(s.dir)
		},
	}
	c.Flags().StringVar(&shim, "shim", "", "`path` of the shim's binary (default beside this program, else "+installedShim+")")
	return c
}

func (a *app) shimsListCommand(dir *string) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the shims and the tools that they stand for",
		Args:  args(0, 0, ""),
		RunE: func(*cobra.Command, []string) error {
			s, err := openShims(*dir, false)
			if err != nil {
				return err
			}
			defer s.close()
			all, err := s.list()
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				return a.json(all)
			}
			if len(all) == 0 {
				fmt.Fprintf(a.stderr, "clawrden: there are no shims in %s\n", display.Word(s.dir))
				return nil
			}
			t := newTable(a.stdout, "TOOL", "STANDS FOR")
			for _, sh := range all {
				path := "no such tool on this PATH"
				if sh.Path != "" {
					path = display.Line(sh.Path)
				}
				t.row(display.Line(sh.Tool), path)
			}
			return t.flush()
		},
	}
}

func (a *app) shimsRemoveCommand(dir *string) *cobra.Command {
	return &cobra.Command{
		Use:   "remove TOOL…",
		Short: "Take shims away; the tools themselves stay as they are",
		Args:  args(1, -1, "one or more names of tools"),
		RunE: func(_ *cobra.Command, tools []string) error {
			if err := checkTools(tools); err != nil {
				return err
			}
			s, err := openShims(*dir, false)
			if err != nil {
				return err
			}
			defer s.close()
			for _, tool := range tools {
				gone, err := s.remove(tool)
				if err != nil {
					return err
				}
				a.shimNote(gone, "removed", "wasn't there", tool)
			}
			if a.format == formatJSON {
				return a.json(tools)
			}
			return nil
		},
	}
}

func (a *app) shimNote(changed bool, did, was, tool string) {
	out := a.stdout
	if a.format == formatJSON {
		out = io.Discard
	}
	if !changed {
		did = was
	}
	fmt.Fprintf(out, "%s: %s\n", display.Line(tool), did)
}

// pathAdvice tells how to put the directory in front, unless it is there.
func (a *app) pathAdvice(dir string) error {
	first, _, _ := strings.Cut(os.Getenv("PATH"), string(os.PathListSeparator))
	if same(first, dir) {
		return nil
	}
	_, err := fmt.Fprintf(a.stdout, "\nTo govern an agent, start it with this directory first on its PATH:\n\n  export PATH=%s:\"$PATH\"\n", display.Word(dir))
	return err
}

func same(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

const installedShim = "/usr/lib/clawrden/" + shimName

// findShim looks beside this program, then where packages put it.
func findShim() string {
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), shimName)
		if fi, err := os.Stat(beside); err == nil && fi.Mode().IsRegular() {
			return beside
		}
	}
	return installedShim
}
