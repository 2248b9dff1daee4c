package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

func (a *app) policyStageCommand() *cobra.Command {
	var span string
	var end bool
	c := &cobra.Command{
		Use:   "stage [NEW] [--for SPAN]",
		Short: "Have a policy judge beside the one in force, and count where they disagree",
		Long: "Hands NEW, a file or a directory with all of the operator's policy, to the daemon. It judges every command as the policy in force\n" +
			"does, decides nothing, and what the two disagree on is counted and shown with examples. It ends by itself, and goes on over a\n" +
			"restart of the daemon. Without NEW, the candidate is shown: what it changes, and what came of it, newly allowed commands first.\n\n" +
			"`clawrden policy promote` puts it in force.",
		Example: "  sudo clawrden policy stage ./policy.d --for 24h\n  clawrden policy stage\n  sudo clawrden policy stage --end",
		Args:    args(0, 1, "one policy"),
		RunE: func(c *cobra.Command, paths []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			var s clawrden.Stage
			switch {
			case end && len(paths) > 0:
				return usageError{errors.New("--end is about the candidate that is there"), "leave out the path, or --end"}
			case end:
				s, err = d.EndStage(c.Context())
			case len(paths) == 0 && c.Flags().Changed("for"):
				return usageError{errors.New("--for is about a policy that is staged now"), "name the policy, a file or a directory"}
			case len(paths) == 0:
				s, err = d.Stage(c.Context())
			default:
				var files map[string]string
				if files, err = policyTexts(paths[0]); err == nil {
					s, err = d.StagePolicy(c.Context(), clawrden.StageWish{Files: files, For: span})
				}
			}
			if errors.Is(err, clawrden.ErrPolicyInvalid) {
				return hintedError{err, "it is not staged; `clawrden policy check NEW` shows where"}
			}
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				return a.json(s)
			}
			return a.showStage(&s)
		},
	}
	c.Flags().StringVar(&span, "for", "24h", "for how long, a `span` from 1m to 2160h")
	c.Flags().BoolVar(&end, "end", false, "have it judge no more; what came of it stays")
	return c
}

// policyTexts reads a policy's files by their names.
func policyTexts(path string) (map[string]string, error) {
	names := []string{filepath.Base(path)}
	dir := filepath.Dir(path)
	fi, err := os.Stat(path)
	if err == nil && fi.IsDir() {
		dir, names = path, nil
		var entries []os.DirEntry
		entries, err = os.ReadDir(path)
		for _, e := range entries {
			if n := e.Name(); n[0] != '.' && (strings.HasSuffix(n, ".hcl") || strings.HasSuffix(n, ".hcl.json")) {
				names = append(names, n)
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the policy: %w", err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%w: %s has no file whose name ends in .hcl or .hcl.json", clawrden.ErrPolicyInvalid, display.Line(path))
	}
	files := map[string]string{}
	for _, n := range names {
		b, err := os.ReadFile(filepath.Join(dir, n))
		if err != nil {
			return nil, fmt.Errorf("cannot read the policy: %w", err)
		}
		files[n] = string(b)
	}
	return files, nil
}

func (a *app) showStage(s *clawrden.Stage) error {
	w := &explainer{a: a}
	state := "judges beside the policy in force until " + clock(s.Until)
	if s.Ended != "" {
		state = "has ended: " + display.Line(s.Ended)
	}
	w.line(0, fmt.Sprintf("candidate %s, %s, staged %s%s, %s", short(s.Digest), plural(s.Rules, "rule", "rules"), clock(s.Since), byWhom(s.By), state))
	for _, c := range s.Changes {
		w.line(1, display.Line(c))
	}
	n := &s.Counts
	w.line(0, fmt.Sprintf("of %s since %s it disagrees on %d: %d newly allowed, %d newly denied; prompts: %d fewer, %d more",
		plural(int(n.Judged), "command", "commands"), clock(s.Counted), n.Disagreed, n.Allowed, n.Denied, n.Fewer, n.More)) //nolint:gosec // G115: a count
	for i := range s.Groups {
		w.disagreement(&s.Groups[i])
	}
	if n.Untold > 0 {
		w.line(0, plural(int(n.Untold), "command", "commands")+" can't be told: the candidate asks for paths that only it takes for such") //nolint:gosec // G115: a count
	}
	if len(s.Looser) > 0 {
		w.line(0, "what may let more run, so that `clawrden policy promote` takes --yes:")
		for _, l := range s.Looser {
			w.line(1, display.Line(l))
		}
	}
	return w.err
}

func (w *explainer) disagreement(g *clawrden.Disagreement) {
	by := "the default"
	if g.NewRule != nil {
		by = fmt.Sprintf("%q (%s:%d)", g.NewRule.Name, g.NewRule.File, g.NewRule.Line)
	}
	note := ""
	if g.New == clawrden.Allow {
		note = "newly allowed, "
	}
	w.line(1, fmt.Sprintf("%s → %s  %d × %s  (%sby %s)", g.Old, g.New, g.Count, display.Line(g.Tool), note, display.Line(by)))
	for _, x := range g.Examples {
		shown, _ := display.Brief(append([]string{x.Command}, x.Args...), max(w.a.width()-16, minCommand))
		w.line(3, display.Line(x.ID)+"  "+shown)
	}
}
