package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/replay"
)

// differs is the JSON answer of `policy diff`.
type differs struct {
	Changes []policy.Change `json:"changes"`
	Replay  *replay.Report  `json:"replay,omitempty"`
}

func (a *app) policyDiffCommand() *cobra.Command {
	var from policyFiles
	var past pastLog
	var suggest bool
	c := &cobra.Command{
		Use:   "diff [OLD] NEW [--replay[=AUDIT]] [--since SPAN]",
		Short: "Show what a change of the policy changes, and would have changed",
		Long: "Compares two policies, files or directories; OLD is the one that the daemon has in force where it isn't named. With\n" +
			"--replay the audit log is verified, rotated files included, every command in it is judged by both, and those whose verdict\n" +
			"changes are counted, the newly allowed first. Records hold no values of the environment, and the rates that other rules\n" +
			"count aren't known: commands whose verdict hinges on such a fact are listed apart. A damaged log of this host isn't judged\n" +
			"without --unverified; one that is named is, with a warning.\n\n" +
			"With --suggest the few rules are written to standard output, as a policy file to read and to shorten, that would have saved most\n" +
			"prompts of NEW, or of the policy in force, by what people approved. They would have allowed nothing that was ever denied, by the\n" +
			"policy or by a person, and break none of the policy's own tests.",
		Example: "  clawrden policy diff ./policy.d\n  sudo clawrden policy diff ./policy.d --replay --since 7d\n  clawrden policy diff old.hcl new.hcl --replay=audit.jsonl\n" +
			"  sudo clawrden policy diff --replay --suggest --since 30d > suggested.hcl",
		Args: func(c *cobra.Command, paths []string) error {
			if suggest {
				return args(0, 1, "at most one policy")(c, paths)
			}
			return args(1, 2, "one policy or two")(c, paths)
		},
		RunE: func(c *cobra.Command, paths []string) error {
			if suggest {
				return a.suggest(c.Context(), from, past, paths)
			}
			if err := past.needsLog(); err != nil {
				return err
			}
			old, updated, err := a.twoPolicies(c.Context(), from, paths)
			if err != nil {
				return err
			}
			answer := differs{Changes: policy.Compare(old, updated)}
			if past.file != "" {
				if answer.Replay, err = past.diff(a, old, updated); err != nil {
					return err
				}
			}
			if a.format == formatJSON {
				return a.json(answer)
			}
			return a.showDiff(&answer)
		},
	}
	from.devFlag(c)
	c.Flags().StringVar(&past.file, "replay", "", "judge the commands of an `audit` log by both (default: this host's)")
	c.Flags().Lookup("replay").NoOptDefVal = hostLog
	c.Flags().BoolVar(&suggest, "suggest", false, "write rules that would have saved prompts, by the log")
	past.flags(c)
	return c
}

func (a *app) twoPolicies(ctx context.Context, from policyFiles, paths []string) (old, updated *policy.Policy, err error) {
	if len(paths) == 1 {
		if old, err = a.runningPolicy(ctx); err != nil {
			return nil, nil, err
		}
	} else {
		one := policyOrRunning{policyFiles{paths: paths[:1], dev: from.dev}}
		if old, err = one.get(ctx, a); err != nil {
			return nil, nil, err
		}
	}
	other := policyOrRunning{policyFiles{paths: paths[len(paths)-1:], dev: from.dev}}
	updated, err = other.get(ctx, a)
	return old, updated, err
}

// parseSince reads a span back from now, in days too, or a time.
func parseSince(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 && n < 100_000 {
			return now.AddDate(0, 0, -n), nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return time.Time{}, usageError{fmt.Errorf("--since %s is no span of time", display.Word(s)), "use 90m, 12h, 7d or 2026-01-31T08:00:00Z"}
	}
	return now.Add(-d), nil
}

func (a *app) showDiff(d *differs) error {
	w := &explainer{a: a}
	if len(d.Changes) == 0 {
		w.line(0, "the policies say the same")
	}
	for i := range d.Changes {
		c := &d.Changes[i]
		what := strings.TrimSpace(fmt.Sprintf("%s %s %s", c.Kind, c.Block, quotedName(c.Name)))
		if c.File != "" {
			what += fmt.Sprintf(" (%s:%d)", c.File, c.Line)
		}
		w.line(0, what)
		for _, s := range c.Old {
			w.line(1, "- ", s)
		}
		for _, s := range c.New {
			w.line(1, "+ ", s)
		}
	}
	if d.Replay != nil {
		w.replay(d.Replay)
	}
	return w.err
}

func quotedName(name string) string {
	if name == "" {
		return ""
	}
	return strconv.Quote(name)
}

func (w *explainer) replay(r *replay.Report) {
	w.line(0)
	w.line(0, fmt.Sprintf("of %s %s; prompts: %d fewer, %d more", plural(r.Records, "past command", "past commands"),
		plural(r.Changed, "changes its verdict", "change their verdict"), r.Saved, r.Added))
	for i := range r.Changes {
		w.effect(&r.Changes[i])
	}
	if r.Untold > 0 {
		w.line(0, plural(r.Untold, "command", "commands")+" can't be told: the record lacks what the rules ask for")
		for i := range r.Unknowns {
			w.effect(&r.Unknowns[i])
		}
	}
	if r.Folded > 0 {
		w.line(0, plural(int(r.Folded), "exec", "execs")+" of guard sessions can't be told: the log only counts them") //nolint:gosec // G115: a count
	}
	if r.Masked > 0 {
		w.line(0, plural(r.Masked, "command was", "commands were")+" judged with masked words: what a rule says of the secrets in them can't be told")
	}
	w.a.complainLines(r.Bad)
}

func (w *explainer) effect(e *replay.Effect) {
	by := "the default"
	if e.NewRule != nil {
		by = fmt.Sprintf("%q (%s:%d)", e.NewRule.Name, e.NewRule.File, e.NewRule.Line)
	}
	note := ""
	if e.New == clawrden.Allow && e.Old != clawrden.Allow {
		note = "newly allowed, "
	}
	w.line(1, fmt.Sprintf("%s → %s  %d × %s  (%sby %s)", e.Old, e.New, e.Count, e.Tool, note, by))
	for _, x := range e.Examples {
		shown, _ := display.Brief(append([]string{x.Command}, x.Args...), max(w.a.width()-8, minCommand))
		w.line(3, shown)
	}
}
