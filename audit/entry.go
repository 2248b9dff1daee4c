package audit

import (
	"encoding/json"
	"errors"
	"io"

	"github.com/clawrden/clawrden"
)

// finish puts the ends of executions into entries, whose oldest "decided" record is at the place from. It reads towards the
// end of the log and stops when each entry that ran has its end: mostly within the page itself.
func (w *walk) finish(entries []clawrden.Entry, from place) error {
	open := make(map[string]*clawrden.Entry)
	for i := range entries {
		if entries[i].Decision.Runs() {
			open[entries[i].ID] = &entries[i]
		}
	}
	for i := from.part; i >= 0 && len(open) > 0; i-- {
		s, err := w.part(i)
		if err == nil {
			err = s.finish(open, from.offset)
		}
		if err != nil {
			return err
		}
		from.offset = 0
	}
	return nil
}

// finish looks for the ends of the open entries from an offset on.
func (s snapshot) finish(open map[string]*clawrden.Entry, from int64) error {
	for lines := newForward(s.file, from, s.size); len(open) > 0; {
		line, _, _, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		h, err := readHead(line)
		if err != nil || h.event != clawrden.EventFinished {
			continue
		}
		e, ok := open[h.id]
		if !ok || h.seq < e.Seq {
			continue
		}
		var r clawrden.Record
		if json.Unmarshal(line, &r) != nil {
			continue
		}
		delete(open, h.id)
		ended(e, &r)
	}
	return nil
}

// endOf looks for the end of one command from an offset on.
func (s snapshot) endOf(id string, from int64) (*clawrden.Record, error) {
	for lines := newForward(s.file, from, s.size); ; {
		line, _, _, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if h, err := readHead(line); err != nil || h.event != clawrden.EventFinished || h.id != id {
			continue
		}
		var r clawrden.Record
		if json.Unmarshal(line, &r) == nil {
			return &r, nil
		}
	}
}

// ended puts the end of a command into its entry.
func ended(e *clawrden.Entry, r *clawrden.Record) {
	e.ExitCode, e.Signal, e.ExitSource, e.DurationMS, e.Usage = r.ExitCode, r.Signal, r.ExitSource, r.DurationMS, r.Usage
	e.Output, e.Recording = r.Output, r.Recording
}

// before is offset, quick where the answer is the end.
func (s snapshot) before(seq uint64) (int64, error) {
	if line, _, err := newBackward(s.file, s.size).next(); err == nil {
		if h, err := readHead(line); err == nil && h.seq < seq {
			return s.size, nil
		}
	}
	return s.offset(seq)
}

// offset returns where the first record with a number of at least seq begins, by bisection: numbers only grow.
func (s snapshot) offset(seq uint64) (int64, error) {
	switch {
	case s.first > 0 && seq <= s.first:
		return 0, nil
	case s.newer > 0 && seq >= s.newer:
		return s.size, nil
	}
	low, high := int64(0), s.size // the answer isn't before low, the beginning of a line, and at most a line behind high
	for high-low > 4*readBlock {
		middle := low + (high-low)/2
		lines := newForward(s.file, middle, high)
		line, at, whole, err := lines.next() // the rest of a line
		if err == nil {
			line, at, whole, err = lines.next()
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if err != nil || !whole {
			high = middle // no line begins between the two
			continue
		}
		h, err := readHead(line)
		if err != nil {
			return s.scan(low, seq) // a damaged line: look at each
		}
		if h.seq >= seq {
			high = middle
		} else {
			low = at
		}
	}
	return s.scan(low, seq)
}

// scan looks at each line from low on.
func (s snapshot) scan(low int64, seq uint64) (int64, error) {
	for lines := newForward(s.file, low, s.size); ; {
		line, at, _, err := lines.next()
		if errors.Is(err, io.EOF) {
			return s.size, nil
		}
		if err != nil {
			return 0, err
		}
		if h, err := readHead(line); err == nil && h.seq >= seq {
			return at, nil
		}
	}
}

// decodeEntry makes a row of the history from a line with a "decided" record.
func decodeEntry(line []byte) (clawrden.Entry, error) {
	var r clawrden.Record
	if err := json.Unmarshal(line, &r); err != nil {
		return clawrden.Entry{}, err
	}
	e := clawrden.Entry{
		ID: r.ID, Timestamp: r.Timestamp, Command: r.Command, Args: r.Args, ArgsB64: r.ArgsB64, Cwd: r.Cwd,
		Decision: r.Decision, Rules: r.Rules, Reason: r.Reason, Comment: r.Comment, Approver: r.Approver,
		AskedArgs: r.AskedArgs, AskedB64: r.AskedB64, EditedBy: r.EditedBy,
		Executor: r.Executor, Boundary: r.Boundary, Exe: r.Exe, Way: r.Way, Session: r.Session, Seq: r.Seq,
		ExitCode: r.ExitCode, DurationMS: r.DurationMS, Signal: r.Signal, ExitSource: r.ExitSource, Usage: r.Usage,
	}
	if r.Identity != nil {
		e.Identity = *r.Identity
	}
	if e.Args == nil {
		e.Args = []string{} // the API promises an array
	}
	if e.Rules == nil {
		e.Rules = []clawrden.RuleRef{}
	}
	return e, nil
}
