package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"

	"github.com/clawrden/clawrden"
)

// search finds what a filter asks for by the index, and by looking at every record where there is none or it can't be had.
func (l *Log) search(w *walk, f *clawrden.HistoryFilter, limit int) ([]clawrden.Entry, bool, error) {
	if l.o.Index == "" {
		return w.scan(f, limit)
	}
	l.indexMu.Lock()
	defer l.indexMu.Unlock()
	s := searching{log: l, q: ask(f), limit: limit}
	for range 2 { // a damaged index is emptied, and made anew
		err := s.search(w)
		if err == nil {
			return s.entries, s.more, nil
		}
		if !errors.Is(err, errIndex) {
			break
		}
	}
	return w.scan(f, limit)
}

// searching is one search by the index.
type searching struct {
	log     *Log
	q       *question
	limit   int
	entries []clawrden.Entry
	more    bool
	ends    map[[8]byte]endAt // ends whose beginning is in an older file
	used    []string
}

type endAt struct {
	s      snapshot
	offset int64
}

func (g *searching) search(w *walk) error {
	g.entries, g.more, g.ends, g.used = []clawrden.Entry{}, false, map[[8]byte]endAt{}, nil
	for i := 0; !g.more; i++ {
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
func (g *searching) look(s snapshot) (err error) {
	x, err := openIndex(g.log.o.Index, s)
	if err != nil {
		return err
	}
	defer x.file.Close()
	name := filepath.Base(x.file.Name())
	g.used = append(g.used, name)
	if g.log.indexed == name {
		x.open = g.log.open
	}
	err = x.extend(s)
	if len(g.used) == 1 { // the file in use
		g.log.indexed, g.log.open = name, x.open
	}
	before := s.size
	if err == nil && g.q.filter.Before > 0 {
		before, err = s.offset(g.q.filter.Before)
	}
	var failed error
	if err == nil {
		err = x.backward(func(b []byte, _, rows uint64) bool {
			if b[4] == 0 && !g.q.block(b) {
				return true
			}
			failed = g.rows(s, b, rows, before)
			return failed == nil && !g.more
		})
	}
	if err = errors.Join(err, failed); errors.Is(err, errIndex) {
		g.log.indexed, g.log.open = "", nil
		err = errors.Join(err, x.reset())
	}
	return err
}

func (g *searching) rows(s snapshot, b []byte, rows uint64, before int64) error {
	for i := int(rows) - 1; i >= 0 && !g.more; i-- { //nolint:gosec // G115: at most blockRows
		r := readRow(b[rowsAt+i*rowSize:])
		switch {
		case r.offset >= s.size:
		case r.outcome == rowEnd:
			g.ends[r.id] = endAt{s, r.offset}
		case r.offset >= before || !g.q.row(&r):
		default:
			if err := g.take(s, &r); err != nil {
				return err
			}
		}
	}
	return nil
}

// take reads the record that a row leads to, and its end.
func (g *searching) take(s snapshot, r *row) error {
	line, err := lineAt(s, r.offset)
	if err != nil {
		return err
	}
	e, err := decodeEntry(line)
	if err != nil || packID(e.ID) != r.id {
		return errIndex
	}
	if e.Decision.Runs() {
		end, ok := g.ends[r.id]
		if r.end != 0 && r.end < s.size {
			end, ok = endAt{s, r.end}, true
		}
		if ok {
			if err := end.put(&e); err != nil {
				return err
			}
		}
	}
	if !g.q.filter.Finds(&e) {
		return nil
	}
	if g.more = len(g.entries) == g.limit; !g.more {
		g.entries = append(g.entries, e)
	}
	return nil
}

func (a endAt) put(e *clawrden.Entry) error {
	line, err := lineAt(a.s, a.offset)
	if err != nil {
		return err
	}
	var r clawrden.Record
	if json.Unmarshal(line, &r) != nil || r.Event != clawrden.EventFinished || r.ID != e.ID {
		return errIndex
	}
	ended(e, &r)
	return nil
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
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			return b[:i], nil
		}
		if n > MaxLine {
			return nil, errIndex
		}
	}
}
