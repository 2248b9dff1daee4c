package export

import (
	"errors"

	"github.com/clawrden/clawrden"
)

// maxHeld is how many commands at once may wait for their end where the filter asks how they ended.
const maxHeld = 100_000

// choice tells which records are asked for. A command's end goes with its beginning; what is no command goes with the time
// alone. Each record has its own time: an export that begins where the last one ended leaves out no end.
type choice struct {
	filter *clawrden.HistoryFilter
	all    bool             // nothing is asked of commands
	open   map[string]entry // commands that are asked for and run; their beginnings where these wait for the end
}

func (c *choice) begin(f *clawrden.HistoryFilter) {
	c.filter, c.open = f, map[string]entry{}
	times := clawrden.HistoryFilter{Since: f.Since, Until: f.Until}
	g := *f
	g.ID, g.Before, g.Limit = "", 0, 0
	c.all = g == times
}

// each hands on the records that are asked for, once that is known.
func (c *choice) each(r entry, write func(entry) error) error {
	switch {
	case c.all:
	case r.Event == clawrden.EventDecided:
		return c.decided(r, write)
	case r.Event == clawrden.EventFinished:
		begun, asked := c.open[r.ID]
		if !asked {
			return nil
		}
		delete(c.open, r.ID)
		if c.filter.Exit != "" {
			if !c.finds(begun.Record, r.Record) {
				return nil
			}
			if err := c.inTime(begun, write); err != nil {
				return err
			}
		}
	default:
		return nil
	}
	return c.inTime(r, write)
}

func (c *choice) decided(r entry, write func(entry) error) error {
	if c.filter.Exit == "" {
		if !c.finds(r.Record, nil) {
			return nil
		}
		if r.Decision.Runs() {
			c.open[r.ID] = entry{}
		}
		return c.inTime(r, write)
	}
	if r.Decision.Runs() {
		if len(c.open) >= maxHeld {
			return errors.New("too many commands have no end on record to filter by it: leave out --exit, or take a shorter span of time")
		}
		c.open[r.ID] = r
	}
	return nil
}

func (c *choice) inTime(r entry, write func(entry) error) error {
	at := r.Timestamp.Time
	if !c.filter.Since.IsZero() && at.Before(c.filter.Since) || !c.filter.Until.IsZero() && !at.Before(c.filter.Until) {
		return nil
	}
	return write(r)
}

// finds asks the history's filter, but for the time.
func (c *choice) finds(r, end *clawrden.Record) bool {
	e := clawrden.Entry{
		ID: r.ID, Command: r.Command, Args: r.Args, Cwd: r.Cwd, Decision: r.Decision, Rules: r.Rules, Reason: r.Reason,
		Comment: r.Comment, Approver: r.Approver, Session: r.Session,
	}
	if r.Identity != nil {
		e.Identity = *r.Identity
	}
	if end != nil {
		e.ExitCode, e.Signal = end.ExitCode, end.Signal
	}
	f := *c.filter
	f.Since, f.Until = clawrden.HistoryFilter{}.Since, clawrden.HistoryFilter{}.Until
	return f.Finds(&e)
}
