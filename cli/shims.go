package cli

import (
	"errors"
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
		a.shimsAddCommand(&dir), a.shimsListCommand(&dir), a.shimsRemoveCommand(&dir), a.shimsRepairCommand())
	g.Long = "A shim stands in for a tool: it takes the tool's name on PATH and hands each command to the daemon. The directory holds\n" +
		"the shim itself and one relative link a tool, so that it works wherever it is mounted.\n\n" +
		"A tool is governed by name only where this directory comes first on PATH, at once also for agents that run already. With\n" +
		"--divert a shim is put into the tool's own place, and governs whoever is an agent there; others meet the tool as before.\n" +
		"`clawrden run` governs every command."
	g.PersistentFlags().StringVar(&dir, "dir", "", "`directory` of the shims (default: what the settings say, else /var/lib/clawrden/shims)")
	return g
}

func (a *app) shimsAddCommand(dir *string) *cobra.Command {
	var shim string
	var divert bool
	c := &cobra.Command{
		Use:   "add TOOL…",
		Short: "Put a shim in the place of tools",
		Example: "  clawrden shims add git npm docker\n" +
			"  clawrden shims add --divert /usr/bin/git",
		Args: args(1, -1, "one or more names of tools"),
		RunE: func(c *cobra.Command, tools []string) error {
			if divert {
				paths, err := absolutePaths(tools)
				if err != nil {
					return err
				}
				return a.divertTools(c, shim, paths)
			}
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
	c.Flags().BoolVar(&divert, "divert", false, "the arguments are paths: put shims into the tools' own places, and the tools aside")
	c.Flags().StringVar(&shim, "shim", "", "`path` of the shim's binary (default beside this program, else "+installedShim+")")
	return c
}

func (a *app) shimsRemoveCommand(dir *string) *cobra.Command {
	var divert, all bool
	c := &cobra.Command{
		Use:   "remove TOOL…",
		Short: "Take shims away; the tools themselves stay as they are",
		Example: "  clawrden shims remove git\n" +
			"  clawrden shims remove --divert /usr/bin/git\n" +
			"  clawrden shims remove --divert --all",
		Args: args(0, -1, "one or more names of tools"),
		RunE: func(c *cobra.Command, tools []string) error {
			switch {
			case all && (!divert || len(tools) > 0):
				return usageError{errors.New("--all puts every diverted tool back"), "use it as `clawrden shims remove --divert --all`"}
			case !all && len(tools) == 0:
				return usageError{errors.New(c.CommandPath() + " needs one or more names of tools"), "`" + c.CommandPath() + " --help` tells more"}
			case divert:
				paths, err := absolutePaths(tools)
				if err != nil {
					return err
				}
				return a.restoreTools(c, paths)
			}
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
	c.Flags().BoolVar(&divert, "divert", false, "the arguments are paths: put tools back into their own places")
	c.Flags().BoolVar(&all, "all", false, "with --divert: all of them")
	return c
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
		if below := filepath.Join(filepath.Dir(self), "../lib/clawrden", shimName); access(below) {
			return below
		}
	}
	return installedShim
}
