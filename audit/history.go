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
// reads the current file only, holds one page in memory, and doesn't hold up those who append.
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
	err = l.read(func(s snapshot) error {
		entries, more, err = s.page(f.Before, limit)
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
	err = l.read(func(s snapshot) error {
		entry, err = s.lookup(id)
		return err
	})
	return entry, err
}

// snapshot is the file with the length that it had: all whole lines, none of them half written.
type snapshot struct {
	file *os.File
	size int64
}

// read calls f on the file as it is now, again when the file was rotated away meanwhile.
func (l *Log) read(f func(snapshot) error) error {
	for {
		l.mu.Lock()
		s, closed := snapshot{l.file, l.size}, l.closed
		l.mu.Unlock()
		if closed {
			return fmt.Errorf("cannot read the audit log: %v", errClosed)
		}
		err := f(s)
		switch {
		case errors.Is(err, os.ErrClosed):
			continue
		case err == nil, errors.Is(err, clawrden.ErrNotFound), errors.Is(err, clawrden.ErrAmbiguous):
			return err
		}
		return fmt.Errorf("cannot read the audit log: %v", err)
	}
}

func (s snapshot) page(before uint64, limit int) (entries []clawrden.Entry, more bool, err error) {
	end := s.size
	if before > 0 {
		if end, err = s.offset(before); err != nil {
			return nil, false, err
		}
	}
	var oldest int64
	entries = []clawrden.Entry{}
	for lines := newBackward(s.file, end); ; {
		line, offset, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, false, err
		}
		if h, err := readHead(line); err != nil || h.event != clawrden.EventDecided {
			continue // a line that can't be read is Verify's to name
		}
		if len(entries) == limit {
			more = true
			break
		}
		if e, err := decodeEntry(line); err == nil {
			entries, oldest = append(entries, e), offset
		}
	}
	return entries, more, s.finish(entries, oldest)
}

// lookup reads the whole file when id is only the beginning of one: there might be another.
func (s snapshot) lookup(id string) (clawrden.Entry, error) {
	var (
		found  []clawrden.Entry // at most one
		at     int64
		others bool
	)
	for lines := newBackward(s.file, s.size); ; {
		line, offset, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return clawrden.Entry{}, err
		}
		h, err := readHead(line)
		if err != nil || h.event != clawrden.EventDecided || !strings.HasPrefix(h.id, id) {
			continue
		}
		if len(found) > 0 && h.id != id {
			others = true
			continue
		}
		e, err := decodeEntry(line)
		if err != nil {
			return clawrden.Entry{}, fmt.Errorf("record %d: %v", h.seq, err)
		}
		found, at = []clawrden.Entry{e}, offset
		if h.id == id {
			others = false
			break
		}
	}
	if len(found) == 0 {
		return clawrden.Entry{}, fmt.Errorf("%w: %s", clawrden.ErrNotFound, clawrden.Text(id))
	}
	if others {
		return clawrden.Entry{}, fmt.Errorf("%w: more than one begins with %s", clawrden.ErrAmbiguous, clawrden.Text(id))
	}
	err := s.finish(found, at)
	return found[0], err
}
