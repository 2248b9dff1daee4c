package audit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/clawrden/clawrden"
)

// DefaultPage and MaxPage are how many entries History returns when the filter says nothing, and at most.
const (
	DefaultPage = 50
	MaxPage     = 1000
)

// History returns what was decided, newest first, each with its end where there is one; more says that older entries
// follow (ask again with Before set to the last entry's Seq). With an ID it returns that one entry or Lookup's error. It
// reads the files of the log from the newest on, holds one page in memory, and doesn't hold up those who append.
func (l *Log) History(f clawrden.HistoryFilter) (entries []clawrden.Entry, more bool, err error) {
	if f.ID != "" {
		e, err := l.Lookup(f.ID)
		if err != nil {
			return nil, false, err
		}
		return []clawrden.Entry{e}, false, nil
	}
	limit := f.Limit
	if limit <= 0 {
		limit = DefaultPage
	}
	limit = min(limit, MaxPage)
	err = l.read(func(w *walk) error {
		if f.Narrows() {
			entries, more, err = l.search(w, &f, limit)
		} else {
			entries, more, err = w.page(f.Before, limit)
		}
		return err
	})
	return entries, more, err
}

// Lookup returns the entry of a request by its id, or by the beginning of it where only one begins so; clawrden.ErrNotFound
// and clawrden.ErrAmbiguous otherwise.
func (l *Log) Lookup(id string) (entry clawrden.Entry, err error) {
	if id == "" {
		return entry, clawrden.ErrNotFound
	}
	err = l.read(func(w *walk) error {
		entry, err = l.find(w, id, nil)
		return err
	})
	return entry, err
}

// snapshot is the file with the length that it had: all whole lines, none of them half written.
type snapshot struct {
	file  io.ReaderAt
	size  int64
	known *knownFile // what is remembered of it; may be nil

	first, newer uint64 // of an older file: numbers of its first record and of the first one behind it; 0 where they aren't known
}

// read calls f on the log as it is now, again when the file in use was rotated away meanwhile.
func (l *Log) read(f func(*walk) error) error {
	for {
		l.mu.Lock()
		s, closed := snapshot{file: l.file, size: l.size}, l.closed
		l.mu.Unlock()
		if closed {
			return fmt.Errorf("cannot read the audit log: %v", errClosed)
		}
		w := &walk{path: l.path, known: &l.known, parts: []part{{snapshot: s}}}
		err := f(w)
		w.close()
		switch {
		case errors.Is(err, os.ErrClosed):
			continue
		case err == nil, errors.Is(err, clawrden.ErrNotFound), errors.Is(err, clawrden.ErrAmbiguous), errors.Is(err, clawrden.ErrIndexing):
			return err
		}
		return fmt.Errorf("cannot read the audit log: %v", err)
	}
}

// page reads from the newest file towards the oldest.
func (w *walk) page(before uint64, limit int) (entries []clawrden.Entry, more bool, err error) {
	entries = []clawrden.Entry{}
	var oldest place
	for i := 0; ; i++ {
		s, err := w.part(i)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, false, err
		}
		end := s.size
		if before > 0 {
			if end, err = s.offset(before); err != nil {
				return nil, false, err
			}
		}
		more, err = s.page(end, func(e clawrden.Entry, offset int64) {
			entries, oldest = append(entries, e), place{i, offset}
		}, func() bool { return len(entries) < limit })
		if err != nil {
			return nil, false, err
		}
		if more {
			break
		}
	}
	return entries, more, w.finish(entries, oldest)
}

// page gives the "decided" records below end, newest first, while there is room; more tells that there was one too many.
func (s snapshot) page(end int64, take func(clawrden.Entry, int64), room func() bool) (more bool, err error) {
	for lines := newBackward(s.file, end); ; {
		line, offset, err := lines.next()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if h, err := readHead(line); err != nil || h.event != clawrden.EventDecided {
			continue // a line that can't be read is Verify's to name
		}
		if !room() {
			return true, nil
		}
		if e, err := decodeEntry(line); err == nil {
			take(e, offset)
		}
	}
}

// find reads the whole log when id is only the beginning of one: there might be another.
func (w *walk) find(id string, kept func(decided []byte, end *clawrden.Record)) (clawrden.Entry, error) {
	f := finding{id: id}
	for i := 0; !f.exact; i++ {
		s, err := w.part(i)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = f.look(s, i)
		}
		if err != nil {
			return clawrden.Entry{}, err
		}
	}
	if err := f.fault(); err != nil {
		return clawrden.Entry{}, err
	}
	if kept == nil {
		err := w.finish(f.found, f.at)
		return f.found[0], err
	}
	end, err := w.records(f.found[0].ID, f.at, kept)
	if end != nil {
		ended(&f.found[0], end)
	}
	return f.found[0], err
}

// records hands over the line at a place, and the record of the command's end, which comes later.
func (w *walk) records(id string, at place, kept func(decided []byte, end *clawrden.Record)) (end *clawrden.Record, err error) {
	line, err := lineAt(w.parts[at.part].snapshot, at.offset)
	if err != nil {
		return nil, err
	}
	for i, from := at.part, at.offset; i >= 0 && end == nil; i, from = i-1, 0 {
		if end, err = w.parts[i].endOf(id, from); err != nil {
			return nil, err
		}
	}
	kept(line, end)
	return end, nil
}

// find is lookup by the index, where there is one. kept, if any, hears of the line and of the end's record of what is found.
func (l *Log) find(w *walk, id string, kept func(decided []byte, end *clawrden.Record)) (clawrden.Entry, error) {
	if l.o.Index == "" {
		return w.find(id, kept)
	}
	f := finding{id: id}
	g := searching{log: l, q: &question{id: id}, take: func(e *clawrden.Entry, decided []byte, end *clawrden.Record) bool {
		taken, _ := f.take(e.ID, func() (clawrden.Entry, error) { return *e, nil })
		if taken && kept != nil {
			kept(decided, end)
		}
		return !f.exact
	}}
	switch err := g.run(w, func() { f = finding{id: id} }); {
	case errors.Is(err, clawrden.ErrIndexing):
		return clawrden.Entry{}, err
	case err != nil:
		return w.find(id, kept)
	}
	if err := f.fault(); err != nil {
		return clawrden.Entry{}, err
	}
	return f.found[0], nil
}

// finding is a search for one id.
type finding struct {
	id     string
	found  []clawrden.Entry // at most one
	at     place
	exact  bool
	others bool
}

func (f *finding) look(s snapshot, part int) error {
	for lines := newBackward(s.file, s.size); ; {
		line, offset, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		h, err := readHead(line)
		if err != nil || h.event != clawrden.EventDecided {
			continue
		}
		taken, err := f.take(h.id, func() (clawrden.Entry, error) { return decodeEntry(line) })
		if err != nil {
			return fmt.Errorf("record %d: %v", h.seq, err)
		}
		if taken {
			f.at = place{part, offset}
		}
		if f.exact {
			return nil
		}
	}
}

// take takes an entry whose id is or begins with what is looked for. Ids come newest first.
func (f *finding) take(id string, decode func() (clawrden.Entry, error)) (taken bool, err error) {
	switch {
	case !strings.HasPrefix(id, f.id):
		return false, nil
	case len(f.found) > 0 && id != f.id:
		f.others = true
		return false, nil
	}
	e, err := decode()
	if err != nil {
		return false, err
	}
	f.found = []clawrden.Entry{e}
	if id == f.id {
		f.exact, f.others = true, false
	}
	return true, nil
}

// fault tells why there isn't the one entry.
func (f *finding) fault() error {
	if len(f.found) == 0 {
		return fmt.Errorf("%w: %s", clawrden.ErrNotFound, clawrden.Text(f.id))
	}
	if f.others {
		return fmt.Errorf("%w: more than one begins with %s", clawrden.ErrAmbiguous, clawrden.Text(f.id))
	}
	return nil
}
