package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/internal/divert"
)

// How a tool is governed.
const (
	byName  = "name"  // by a link in the directory of the shims
	byPlace = "place" // by a shim in the tool's own place
)

// shimmed is one shim and the tool that it stands for. Of a shim by name that is what PATH gives without the directory, or "".
type shimmed struct {
	Tool     string   `json:"tool"`
	Path     string   `json:"path"`
	Governed string   `json:"governed"`          // name or place
	At       string   `json:"at"`                // the shim
	Besides  []string `json:"besides,omitempty"` // other programs of this name, which no shim stands before
	Links    uint64   `json:"links,omitempty"`   // other names (hard links) of the tool's file
	Problem  string   `json:"problem,omitempty"` // why the shim stands for nothing, or not for all
}

func (a *app) shimsListCommand(dir *string) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the shims, the tools that they stand for, and how a tool can be reached besides",
		Args:  args(0, 0, ""),
		RunE: func(*cobra.Command, []string) error {
			all, where, err := listShims(*dir)
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				return a.json(all)
			}
			if len(all) == 0 {
				fmt.Fprintf(a.stderr, "clawrden: there are no shims in %s\n", display.Word(where))
				return nil
			}
			return a.showShims(all)
		},
	}
}

// listShims gives those in the directory and, if it is the host's own, those in tools' places.
func listShims(dir string) (all []shimmed, where string, err error) {
	var placed []shimmed
	if dir == "" {
		if placed, err = listPlaces(&divert.Host{}); err != nil {
			return nil, "", err
		}
	}
	s, err := openShims(dir, false)
	if errors.Is(err, fs.ErrNotExist) && len(placed) > 0 {
		return placed, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	defer s.close()
	if all, err = s.list(); err != nil {
		return nil, "", err
	}
	return append(all, placed...), s.dir, nil
}

// listPlaces describes the diverted tools.
func listPlaces(h *divert.Host) ([]shimmed, error) {
	ds, err := h.List()
	if err != nil {
		return nil, err
	}
	all := []shimmed{}
	for i := range ds {
		d := &ds[i]
		sh := shimmed{Tool: filepath.Base(d.Path), Path: d.Real, Governed: byPlace, At: d.Path}
		shim, err := agentroot.IsShimFile(d.Path)
		switch {
		case d.State != divert.Active:
			sh.Problem = "was interrupted: run `clawrden shims repair`"
		case err != nil || !shim:
			sh.Problem = "no shim is there any more, so it isn't governed: run `clawrden shims repair`"
		case !runnable(d.Real):
			sh.Problem = "the tool is gone: install it, or remove the shim"
		}
		if fi, err := os.Lstat(d.Real); err == nil && fi.Mode().IsRegular() && fi.Sys().(*syscall.Stat_t).Nlink > 1 {
			sh.Links = uint64(fi.Sys().(*syscall.Stat_t).Nlink) - 1 //nolint:unconvert // it has fewer bits elsewhere
		}
		sh.Besides = unshimmed(sh.Tool, filepath.Dir(d.Path))
		all = append(all, sh)
	}
	return all, nil
}

// unshimmed gives the programs of a name on PATH and where programs usually are, but those that are shims or in a directory
// that is left out. It is this caller's PATH: an agent's may have more.
func unshimmed(tool, leaveOut string) (found []string) {
	for _, dir := range filepath.SplitList(os.Getenv("PATH") + ":" + agentroot.DefaultPath) {
		if !filepath.IsAbs(dir) || same(dir, leaveOut) {
			continue
		}
		dir, err := filepath.EvalSymlinks(dir)
		path := filepath.Join(dir, tool)
		if err != nil || !runnable(path) || slices.Contains(found, path) {
			continue
		}
		file, err := filepath.EvalSymlinks(path)
		if err != nil {
			continue
		}
		if shim, err := agentroot.IsShimFile(file); err == nil && !shim {
			found = append(found, path)
		}
	}
	return found
}

func (a *app) showShims(all []shimmed) error {
	t := newTable(a.stdout, "TOOL", "STANDS FOR", "GOVERNED BY", "UNGOVERNED AT")
	besides := false
	for i := range all {
		sh := &all[i]
		path := "no such tool on this PATH"
		if sh.Path != "" {
			path = display.Line(sh.Path)
		}
		also := slices.Clone(sh.Besides)
		if sh.Links > 0 {
			also = append(also, fmt.Sprintf("%d more names (hard links)", sh.Links))
		}
		shown := "-"
		if len(also) > 0 {
			besides, shown = true, display.Line(strings.Join(also, ", "))
		}
		t.row(display.Line(sh.Tool), path, sh.Governed, shown)
	}
	if err := t.flush(); err != nil {
		return err
	}
	for i := range all {
		if all[i].Problem != "" {
			fmt.Fprintf(a.stderr, "clawrden: %s: %s\n", display.Word(all[i].At), all[i].Problem)
		}
	}
	if besides {
		fmt.Fprintln(a.stderr, "clawrden: what is called by a path under UNGOVERNED AT passes no shim\n"+
			"clawrden: hint: `clawrden shims add --divert PATH` puts a shim there; `clawrden run` governs every command")
	}
	return nil
}
