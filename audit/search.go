package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"time"

	"github.com/clawrden/clawrden"
)

// search finds what a filter asks for by the index, and by looking at every record where there is none or it can't be had.
func (l *Log) search(w *walk, f *clawrden.HistoryFilter, limit int) ([]clawrden.Entry, bool, error) {
	if l.o.Index == "" {
		return w.scan(f, limit)
	}
	s := searching{log: l, q: ask(f), before: f.Before}
	start := func() { s.entries, s.more = []clawrden.Entry{}, false }
	s.take = func(e *clawrden.Entry, _ []byte, _ *clawrden.Record) bool {
		if !f.Finds(e) {
			return true
		}
		if s.more = len(s.entries) == limit; !s.more {
			s.entries = append(s.entries, *e)
		}
		return !s.more
	}
	switch err := s.run(w, start); {
	case err == nil:
		return s.entries, s.more, nil
	case errors.Is(err, clawrden.ErrIndexing):
		return nil, false, err
	}
	return w.scan(f, limit)
}

// searching is one search by the index.
type searching struct {
	log     *Log
	q       *question
	before  uint64
	take    func(e *clawrden.Entry, decided []byte, end *clawrden.Record) bool // false: that is enough
	entries []clawrden.Entry
	more    bool
	over    bool
	late    time.Time // when it stops to wait for what isn't in the index yet
	waited  bool
	ends    map[[8]byte]endAt // ends whose beginning is in an older file
	used    []string
}

type endAt struct {
	s      snapshot
	offset int64
}

// run searches all files, the newest first; start is called before, and again where a damaged index was emptied. It fails with
// clawrden.ErrIndexing where the index isn't complete as far as it was needed; after any other error the index is of no use.
func (g *searching) run(w *walk, start func()) (err error) {
	g.late = time.Now().Add(g.log.patience)
	for range 2 {
		start()
		g.over, g.ends, g.used = false, map[[8]byte]endAt{}, nil
		if err = g.files(w); !errors.Is(err, errIndex) {
			break
		}
	}
	return err
}

func (g *searching) files(w *walk) error {
	for i := 0; !g.over; i++ {
		s, err := w.part(i)
		if errors.Is(err, io.EOF) {
			if !g.waited { // in which time there may be files that it doesn't know of
				g.log.indexMu.Lock()
				tidyIndex(g.log.o.Index, g.used)
				g.log.indexMu.Unlock()
			}
			return nil
		}
		if err != nil {
			return err
		}
		if s.size == 0 {
			continue
		}
		if err := g.look(s); err != nil {
			return err
		}
	}
	return nil
}

// look searches one file of the log. What its index doesn't have yet is taken in first, in pieces: other questions, which may
// need less of the log, come in between.
func (g *searching) look(s snapshot) error {
	for {
		g.log.indexMu.Lock()
		whole, err := g.log.withIndex(s, warmPiece, func(x *index) error { return g.through(s, x) })
		g.log.indexMu.Unlock()
		if whole || err != nil {
			return err
		}
		g.waited = true
		if g.log.stopping() || !time.Now().Before(g.late) {
			return clawrden.ErrIndexing
		}
	}
}

// through searches one file by its index.
func (g *searching) through(s snapshot, x *index) (err error) {
	g.used = append(g.used, filepath.Base(x.file.Name()))
	before := s.size
	if g.before > 0 {
		if before, err = s.offset(g.before); err != nil {
			return err
		}
	}
	return x.backward(func(b *block, rows int) error {
		if err := g.foreignEnds(s, b, rows); err != nil {
			return err
		}
		var failed error
		err := g.q.candidates(b, rows, func(r *row, _ int) bool {
			if r.outcome != rowEnd && r.offset < before && r.offset < s.size {
				failed = g.read(s, r)
			}
			return failed == nil && !g.over
		})
		if failed != nil {
			return failed
		}
		return err
	})
}

// foreignEnds notes the ends in a block whose beginning is in an older file.
func (g *searching) foreignEnds(s snapshot, b *block, rows int) error {
	q := question{all: []condition{{{column: colOutcome, want: rowEnd}}}}
	err := q.candidates(b, rows, func(r *row, _ int) bool {
		if r.offset < s.size {
			g.ends[r.id] = endAt{s, r.offset}
		}
		return true
	})
	return err
}

// read reads the record that a row leads to, and its end.
func (g *searching) read(s snapshot, r *row) error {
	line, err := lineAt(s, r.offset)
	if err != nil {
		return err
	}
	e, err := decodeEntry(line)
	if err != nil || packID(e.ID) != r.id {
		return errIndex
	}
	var last *clawrden.Record
	if e.Decision.Runs() {
		end, ok := g.ends[r.id]
		if r.end != 0 && r.end < s.size {
			end, ok = endAt{s, r.end}, true
		}
		if ok {
			if last, err = end.of(&e); err != nil {
				return err
			}
			ended(&e, last)
		}
	}
	g.over = !g.take(&e, line, last)
	return nil
}

// of reads the record of the end of an entry.
func (a endAt) of(e *clawrden.Entry) (*clawrden.Record, error) {
	line, err := lineAt(a.s, a.offset)
	if err != nil {
		return nil, err
	}
	var r clawrden.Record
	if json.Unmarshal(line, &r) != nil || r.Event != clawrden.EventFinished || r.ID != e.ID {
		return nil, errIndex
	}
	return &r, nil
}

// lineAt reads the line that begins at an offset which an index has told.
func lineAt(s snapshot, offset int64) ([]byte, error) {
	if offset < 0 || offset >= s.size {
		return nil, errIndex
	}
	for n := int64(4 << 10); ; n *= 8 {
		b := make([]byte, min(n, s.size-offset))
		if _, err := s.file.ReadAt(b, offset); err != nil {
			return nil, err
		}
		if line, _, whole := bytes.Cut(b, []byte("\n")); whole {
			return line, nil
		}
		if n > MaxLine {
			return nil, errIndex
		}
	}
}
