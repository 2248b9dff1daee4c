package audit

import (
	"encoding/json"
	"errors"
	"io"

	"github.com/clawrden/clawrden"
)

// scan finds what a filter asks for by looking at every record, from the newest on: it is right whatever became of the index.
func (w *walk) scan(f *clawrden.HistoryFilter, limit int) ([]clawrden.Entry, bool, error) {
	g := scanning{filter: f, limit: limit, entries: []clawrden.Entry{}}
	if f.Exit != "" {
		g.ends = map[string]*clawrden.Record{}
	}
	for i := 0; !g.more; i++ {
		s, err := w.part(i)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = g.look(s, i)
		}
		if err != nil {
			return nil, false, err
		}
	}
	if g.ends != nil {
		return g.entries, g.more, nil
	}
	return g.entries, g.more, w.finish(g.entries, g.oldest)
}

type scanning struct {
	filter  *clawrden.HistoryFilter
	limit   int
	ends    map[string]*clawrden.Record // of commands whose beginning is yet to come; nil where they aren't asked for
	entries []clawrden.Entry
	oldest  place
	more    bool
}

// look goes through one file. Where ends matter it begins behind Before, because they may be there.
func (g *scanning) look(s snapshot, part int) error {
	end := s.size
	if g.filter.Before > 0 && g.ends == nil {
		var err error
		if end, err = s.offset(g.filter.Before); err != nil {
			return err
		}
	}
	for lines := newBackward(s.file, end); ; {
		line, offset, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		h, err := readHead(line)
		switch {
		case err != nil: // a line that can't be read is Verify's to name
		case h.event == clawrden.EventFinished && g.ends != nil:
			var r clawrden.Record
			if json.Unmarshal(line, &r) == nil {
				g.ends[r.ID] = &r
			}
		case h.event == clawrden.EventDecided:
			if g.take(line, place{part, offset}); g.more {
				return nil
			}
		}
	}
}

func (g *scanning) take(line []byte, at place) {
	e, err := decodeEntry(line)
	if err != nil {
		return
	}
	if r := g.ends[e.ID]; r != nil && e.Decision.Runs() {
		delete(g.ends, e.ID)
		ended(&e, r)
	}
	if g.filter.Before > 0 && e.Seq >= g.filter.Before || !g.filter.Finds(&e) {
		return
	}
	if g.more = len(g.entries) == g.limit; !g.more {
		g.entries, g.oldest = append(g.entries, e), at
	}
}
