package cli

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/policy"
)

func (a *app) policyExplainCommand() *cobra.Command {
	var from policyOrRunning
	var q asked
	var id string
	c := &cobra.Command{
		Use:   "explain [--policy PATH] [--as WHO] [--cwd DIR] [--env NAME=value] (--id ID | -- CMD…)",
		Short: "Show what the policy says of a command, and why",
		Long: "Judges a command as the daemon would, without running it, and shows every command nested in it, the rules that match\n" +
			"each, the words that met their conditions, and the rules that failed by one condition. It judges by the policy that\n" +
			"the daemon has in force, or by that of --policy.\n\n" +
			"Files aren't looked at: paths are taken as they are written. Facts that aren't given, such as a session, are unknown:\n" +
			"a rule that allows doesn't match on them, one that denies or asks does.\n\n" +
			"--id judges a command of the history anew, by the facts that its record holds, beside what was said then; what can't be\n" +
			"told from the record is named.",
		Example: "  clawrden policy explain -- git push --force\n" +
			"  clawrden policy explain --policy ./policy.d --as agent --cwd /srv/app -- bash -lc 'npm ci && rm -rf /'\n" +
			"  clawrden policy explain --id k3f9",
		Args: args(0, -1, "a command"),
		RunE: func(c *cobra.Command, argv []string) error {
			switch {
			case id != "" && (len(argv) > 0 || q.given()):
				return usageError{errors.New("--id has its own command and facts"), "leave out the command and what is told of it, or --id"}
			case id != "":
				return a.explainAgain(c.Context(), &from, id)
			case len(argv) == 0:
				return usageError{errors.New("explain needs a command, or the id of one"), "clawrden policy explain -- CMD…, or --id ID"}
			}
			f, err := q.request(a, argv)
			if err != nil {
				return err
			}
			p, err := from.get(c.Context(), a)
			if err != nil {
				return err
			}
			read := p.Understand(&clawrden.Request{Tool: f.Tool, Argv: argv, Cwd: f.Cwd, Env: f.Env, Identity: f.Identity, Way: f.Way, Received: f.Time})
			read.Exe, read.Home, read.Session, read.Image = f.Exe, f.Home, f.Session, f.Image
			e := p.Explain(&read)
			if a.format == formatJSON {
				return a.json(e)
			}
			return a.showExplanation(&e)
		},
	}
	c.Flags().SetInterspersed(false)
	c.Flags().StringVar(&id, "id", "", "judge the command of the history that has this `id` or begins with it")
	_ = c.RegisterFlagCompletionFunc("id", a.completeIDs)
	from.flags(c)
	q.flags(c)
	return c
}

// executable is the file behind a tool's name, as this host would find it.
func executable(given, word string) clawrden.Executable {
	path := given
	if path == "" {
		found, err := exec.LookPath(word)
		if err != nil {
			return clawrden.Executable{}
		}
		path = found
	}
	e := clawrden.Executable{Path: path}
	if abs, err := filepath.Abs(path); err == nil {
		e.Path = abs
	}
	if e.Resolved, _ = filepath.EvalSymlinks(e.Path); e.Resolved == "" || !isFile(e.Resolved) {
		e.Resolved = e.Path
	}
	return e
}

func isFile(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && fi.Mode().IsRegular()
}

func (a *app) showExplanation(e *policy.Explanation) error {
	w := &explainer{a: a}
	by := "by the policy's default"
	if e.Rule == "" && e.File != "" {
		by += fmt.Sprintf(" (%s:%d)", e.File, e.Line)
	}
	if e.Rule != "" {
		by = fmt.Sprintf("by rule %q (%s)", e.Rule, (&clawrden.RuleRef{File: e.File, Line: e.Line}).Place())
	}
	w.line(0, paint(a.color(), e.Verdict.String(), e.Verdict.String()), " ", by)
	for _, row := range [][2]string{{"reason", e.Reason}, {"would be", e.Would}, {"executor", e.Executor}, {"approval", e.Approval}, {"profile", e.Profile}} {
		if row[1] != "" {
			w.line(1, row[0], ": ", row[1])
		}
	}
	for _, g := range e.Grants {
		text := fmt.Sprintf("grant %q (%s:%d) until %s: ", g.ID, g.File, g.Line, g.Until.Local().Format(time.DateTime))
		if g.Lacks == "" {
			text += "covers it"
		} else {
			text += "doesn't cover it: " + g.Lacks
		}
		w.line(1, text)
	}
	w.line(0)
	depth := make([]int, len(e.Nested)+1)
	w.command(0, &e.Command)
	for i := range e.Nested {
		outer := e.Nested[i].Outer
		if outer >= 0 && outer <= i {
			depth[i+1] = depth[outer] + 1
		}
		w.command(min(depth[i+1], 8), &e.Nested[i])
	}
	return w.err
}

// explainer writes an explanation line by line, with what an agent had a say in made visible.
type explainer struct {
	a   *app
	err error
}

func (w *explainer) line(indent int, parts ...string) {
	if w.err != nil {
		return
	}
	var b strings.Builder
	for i, p := range parts {
		if i == 0 && strings.HasPrefix(p, "\x1b") { // our own colour
			b.WriteString(p)
			continue
		}
		b.WriteString(display.Line(p))
	}
	text := ""
	if b.Len() > 0 {
		text = strings.Repeat("  ", indent) + b.String()
	}
	_, w.err = fmt.Fprintln(w.a.stdout, text)
}

func (w *explainer) command(indent int, c *policy.CommandExplanation) {
	shown, _ := display.Brief(append([]string{c.Command}, c.Args...), max(w.a.width()-2*indent, minCommand))
	if c.Command == "" {
		shown = "(a command that can't be known)"
	}
	if c.Via != "" {
		shown += "   (via " + c.Via + ")"
	}
	w.line(indent, shown)
	for _, why := range c.Opaque {
		w.line(indent+1, "opaque: ", why)
	}
	switch {
	case c.Verdict == "" && len(c.Rules) == 0:
		w.line(indent+1, "needs no rule of its own: its inner commands decide")
	case len(c.Rules) == 0:
		w.line(indent+1, c.Verdict, ": no rule matches; the default decides")
	}
	for i := range c.Rules {
		w.rule(indent+1, &c.Rules[i], "")
	}
	for i := range c.Near {
		w.rule(indent+1, &c.Near[i], "no match: ")
	}
}

func (w *explainer) rule(indent int, r *policy.RuleExplanation, prefix string) {
	note := ""
	if r.Observe {
		note = ", only observed"
	}
	if r.Match != "yes" && prefix == "" {
		note += ", may match: " + r.Match
	}
	place := ""
	if r.File != "" {
		place = fmt.Sprintf(" (%s:%d%s)", r.File, r.Line, note)
	}
	by := fmt.Sprintf("rule %q", r.Name)
	if r.Name == "default" {
		by = "the policy's default"
	}
	w.line(indent, fmt.Sprintf("%s%s by %s%s", prefix, r.Action, by, place))
	for _, c := range r.Conditions {
		if c.Text == "" {
			continue
		}
		text := c.Text
		if c.Unless > 0 {
			text = "unless " + text
		}
		switch {
		case len(c.Words) > 0:
			text += ": " + display.Command(c.Words)
		case c.Holds != "yes":
			text += ": " + c.Holds
		}
		w.line(indent+1, text)
	}
}
