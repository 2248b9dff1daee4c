package cli

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/internal/display"
)

const pageSize = 1000 // entries asked for at once: the most that the API gives

func (a *app) historyCommand() *cobra.Command {
	var n int
	var follow bool
	var narrow narrowing
	c := &cobra.Command{
		Use:     "history [ID]",
		Short:   "List what was decided, newest first, or show one command in full",
		Example: "  clawrden history -n 50\n  clawrden history k3f9\n  clawrden history --follow\n  clawrden history --since 7d --tool git --verdict deny\n  clawrden history --agent builder --exit failed --text /srv",
		Args:    args(0, 1, "at most one id"),
		RunE: func(c *cobra.Command, ids []string) error {
			if n < 1 {
				return usageError{fmt.Errorf("-n %d is not a number of entries", n), "use -n 20"}
			}
			filter, err := narrow.filter(a.now())
			if err != nil {
				return err
			}
			d, err := a.connect()
			if err != nil {
				return err
			}
			switch {
			case len(ids) == 1 && filter.Narrows():
				return usageError{fmt.Errorf("an id is one command; filters choose among many"), "leave out the id, or the filters"}
			case len(ids) == 1 && follow:
				return usageError{fmt.Errorf("--follow shows all commands, not one"), "leave out the id, or --follow"}
			case len(ids) == 1:
				return a.historyOf(c.Context(), d, ids[0])
			case follow:
				return a.followHistory(c.Context(), d, &filter, n)
			}
			entries, err := lastEntries(c.Context(), d, filter, n)
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				return a.json(entries)
			}
			return a.showHistory(entries, filter.Narrows())
		},
	}
	c.Flags().IntVarP(&n, "number", "n", 20, "how many `entries` to show")
	c.Flags().BoolVarP(&follow, "follow", "f", false, "oldest first, and go on as commands are decided and end")
	narrow.flags(c)
	return c
}

// lastEntries reads as many pages as it takes.
func lastEntries(ctx context.Context, d *client.Client, f clawrden.HistoryFilter, n int) ([]clawrden.Entry, error) {
	entries, more := []clawrden.Entry{}, true
	for more && len(entries) < n {
		f.Limit = min(n-len(entries), pageSize)
		var page []clawrden.Entry
		var err error
		if page, more, err = d.History(ctx, f); err != nil {
			return nil, err
		}
		if len(page) == 0 {
			break
		}
		entries = append(entries, page...)
		f.Before = page[len(page)-1].Seq
	}
	return entries, nil
}

func (a *app) showHistory(entries []clawrden.Entry, narrowed bool) error {
	if len(entries) == 0 && narrowed {
		fmt.Fprintln(a.stderr, "clawrden: nothing in the history is like that")
		return nil
	}
	if len(entries) == 0 {
		fmt.Fprintln(a.stderr, "clawrden: nothing has been decided yet")
		return nil
	}
	color := a.color()
	var notes []string
	t := newTable(a.stdout, "TIME", "ID", paint(color, "", "DECISION"), "EXIT", "TOOK", "WHO", "COMMAND")
	for i := range entries {
		e := &entries[i]
		command, escaped := a.brief(e.Command, e.Args, e.ArgsB64, e.ArgsCut, 75)
		if escaped {
			notes = append(notes, e.ID)
		}
		t.row(clock(e.Timestamp), display.Line(e.ID), paint(color, string(e.Decision), display.Line(string(e.Decision))),
			exitOf(e), tookOf(e), who(&e.Identity), command)
	}
	err := t.flush()
	for _, id := range notes {
		fmt.Fprintf(a.stderr, "clawrden: %s %s\n", display.Line(id), escapedNote)
	}
	return err
}

func byWhom(by *clawrden.Approver) string {
	if by == nil {
		return ""
	}
	name := by.User
	if name == "" {
		name = "uid " + strconv.FormatUint(uint64(by.UID), 10)
	}
	door := by.Door
	if by.Bridge != "" {
		door += " " + by.Bridge
	}
	s := " by " + display.Line(name) + " (" + display.Line(door) + ")"
	if by.Self {
		s += ", who is the requester"
	}
	return s
}

func endOf(e *clawrden.Entry) string {
	switch {
	case e.Signal != "":
		return "killed by " + display.Line(e.Signal) + " after " + took(e.DurationMS) + saidBy(e)
	case e.ExitCode != nil:
		return fmt.Sprintf("exit status %d after %s%s", *e.ExitCode, took(e.DurationMS), saidBy(e))
	case e.ExitSource != "":
		return "unknown"
	}
	return "not yet"
}

func saidBy(e *clawrden.Entry) string {
	if e.ExitSource == clawrden.ExitShim {
		return " (says the shim)"
	}
	return ""
}

// exitOf is the exit column: a status, a signal, or "-" where there is neither.
func exitOf(e *clawrden.Entry) string {
	switch {
	case e.Signal != "":
		return display.Line(e.Signal)
	case e.ExitCode != nil:
		return strconv.Itoa(*e.ExitCode)
	}
	return "-"
}

func tookOf(e *clawrden.Entry) string {
	if e.ExitCode == nil && e.Signal == "" {
		return "-"
	}
	return took(e.DurationMS)
}
