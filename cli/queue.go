package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

func (a *app) queueCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "queue [ID]",
		Short:             "List what waits for a decision, or show one ask in full",
		Args:              args(0, 1, "at most one id"),
		ValidArgsFunction: a.completeIDs,
		RunE: func(c *cobra.Command, ids []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			if len(ids) == 1 {
				p, err := d.Pending(c.Context(), ids[0])
				if err != nil {
					return err
				}
				if a.format == formatJSON {
					return a.json(p)
				}
				return a.showPending(&p)
			}
			queue, err := d.Queue(c.Context())
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				return a.json(queue)
			}
			return a.showQueue(queue)
		},
	}
}

func (a *app) showQueue(queue []clawrden.Pending) error {
	if len(queue) == 0 {
		fmt.Fprintln(a.stderr, "clawrden: nothing waits for a decision")
		return nil
	}
	t := newTable(a.stdout, "ID", "WAITED", "LEFT", "WHO", "COMMAND")
	var notes []string
	for i := range queue {
		p := &queue[i]
		command, escaped := a.brief(p.Command, p.Args, p.ArgsB64, p.ArgsCut, 45)
		if escaped {
			notes = append(notes, p.ID)
		}
		t.row(display.Line(p.ID), ago(a.now().Sub(p.Created.Time)), ago(p.Expires.Sub(a.now())), who(&p.Identity), command)
	}
	if err := t.flush(); err != nil {
		return err
	}
	for _, id := range notes {
		fmt.Fprintf(a.stderr, "clawrden: %s %s\n", display.Line(id), escapedNote)
	}
	return nil
}

// showPending shows all that a person needs to decide, nothing cut.
func (a *app) showPending(p *clawrden.Pending) error {
	t := newTable(a.stdout)
	for _, row := range pendingRows(p) {
		t.row(row[0], row[1])
	}
	t.row("waited", ago(a.now().Sub(p.Created.Time))+", "+ago(p.Expires.Sub(a.now()))+" left")
	t.row("digest", display.Line(p.Digest))
	if err := t.flush(); err != nil {
		return err
	}
	if _, escaped := display.Brief(argv(p.Command, p.Args, p.ArgsB64), 0); escaped {
		fmt.Fprintf(a.stderr, "clawrden: the command %s\n", escapedNote)
	}
	return nil
}

// pendingRows names what an ask is about: what, where, who, and why it is asked.
func pendingRows(p *clawrden.Pending) [][2]string {
	rows := [][2]string{
		{"id", display.Line(p.ID)},
		{"command", display.Command(argv(p.Command, p.Args, p.ArgsB64))},
		{"in", display.Line(p.Cwd)},
		{"who", display.Identity(&p.Identity)},
	}
	if p.Exe != nil && p.Exe.Resolved != "" {
		rows = append(rows, [2]string{"runs", exeLine(p.Exe)})
	}
	for _, r := range p.Rules {
		rows = append(rows, [2]string{"rule", ruleLine(r)})
	}
	if p.Reason != "" {
		rows = append(rows, [2]string{"reason", display.Line(p.Reason)})
	}
	for i := range p.Demands {
		rows = append(rows, [2]string{"needs", demandLine(&p.Demands[i])})
	}
	for i := range p.Votes {
		rows = append(rows, [2]string{"approved", strings.TrimPrefix(byWhom(&p.Votes[i]), " by ")})
	}
	return rows
}

// demandLine says who must approve: "2 people of group:wheel; after 45s also group:oncall (approval two-person)".
func demandLine(d *clawrden.Demand) string {
	s := "one person"
	if n := d.People(); n > 1 {
		s = fmt.Sprintf("%d people", n)
	}
	if len(d.Approvers) > 0 {
		s += " of " + display.Line(strings.Join(d.Approvers, ", "))
	}
	if d.After > 0 {
		s += "; after " + d.After.String() + " also " + display.Line(strings.Join(d.Escalate, ", "))
	}
	if d.EditArgs {
		s += "; the arguments may be changed"
	}
	if d.Self {
		s += "; the requester may be one"
	}
	if d.Name != "" {
		s += " (approval " + display.Line(d.Name) + ")"
	}
	return s
}

func ruleLine(r clawrden.RuleRef) string {
	return fmt.Sprintf("%s (%s, %s)", display.Line(r.Name), r.Action, display.Line(r.Place()))
}

func exeLine(e *clawrden.Executable) string {
	s := display.Line(e.Resolved)
	if e.Interpreter != nil {
		s += " by " + display.Line(e.Interpreter.Resolved)
	}
	if e.Sealed {
		s += " (the agent can change this file: a copy made now is what runs)"
	}
	return s
}
