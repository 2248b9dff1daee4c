package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"path/filepath"

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
	if s.run(w, start) {
		return s.entries, s.more, nil
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
	ends    map[[8]byte]endAt // ends whose beginning is in an older file
	used    []string
}

type endAt struct {
	s      snapshot
	offset int64
}

// run searches all files, the newest first; start is called before, and again where a damaged index was emptied. false: the
// index is of no use.
func (g *searching) run(w *walk, start func()) bool {
	g.log.indexMu.Lock()
	defer g.log.indexMu.Unlock()
	for range 2 {
		start()
		g.over, g.ends, g.used = false, map[[8]byte]endAt{}, nil
		err := g.files(w)
		if err == nil {
			return true
		}
		if !errors.Is(err, errIndex) {
			break
		}
	}
	return false
}

func (g *searching) files(w *walk) error {
	for i := 0; !g.over; i++ {
		s, err := w.part(i)
		if errors.Is(err, io.EOF) {
			tidyIndex(g.log.o.Index, g.used)
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

// look searches one file of the log.
func (g *searching) look(s snapshot) error {
	_, err := g.log.withIndex(s, math.MaxInt64, func(x *index) (err error) {
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
	})
	return err
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
