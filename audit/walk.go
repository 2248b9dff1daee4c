package audit

import (
	"errors"
	"io"
	"io/fs"
)

// walk reads a log from its newest file towards the oldest, opening each only when it comes to it: the newest page of the
// history is mostly in the file in use.
type walk struct {
	path   string
	known  *knownFiles
	parts  []part // newest first
	older  []older
	listed bool
}

// part is one file, as far as it is read: one that begins where it ends may hold the same records under another name.
type part struct {
	snapshot
	closer io.Closer
}

// place is where a line begins.
type place struct {
	part   int
	offset int64
}

// part gives the file at a place in the row; io.EOF behind the oldest.
func (w *walk) part(i int) (snapshot, error) {
	for i >= len(w.parts) {
		if err := w.open(); err != nil {
			return snapshot{}, err
		}
	}
	return w.parts[i].snapshot, nil
}

// open opens the next older file. One that was compressed or removed meanwhile is looked for again.
func (w *walk) open() error {
	first, err := w.parts[len(w.parts)-1].firstNumber()
	if err != nil {
		return err
	}
	for tries := 0; ; tries++ {
		if !w.listed {
			files, err := list(w.path, w.known.firstNumber)
			if err != nil {
				return err
			}
			w.older, w.listed = files, true
		}
		if len(w.older) == 0 {
			return io.EOF
		}
		next := w.older[len(w.older)-1]
		w.older = w.older[:len(w.older)-1]
		if next.first == 0 || next.first == noRecord || first > 0 && next.first >= first {
			continue
		}
		known, whole, key := w.known.get(next.path, first)
		if known != nil {
			if whole > 0 {
				f := &lazyFile{path: next.path, key: key}
				w.parts = append(w.parts, part{snapshot{f, whole, known, next.first, first}, f})
				return nil
			}
			continue
		}
		s, err := openSegment(next.path)
		if errors.Is(err, fs.ErrNotExist) && tries < 100 {
			w.listed = false
			continue
		}
		if err != nil {
			return err
		}
		// Only what is older than all before it: the file in use may have been rotated since it was looked at.
		size := s.size
		whole, err = lastNewline(s, size)
		if err == nil && first > 0 {
			whole, err = snapshot{file: s, size: whole}.before(first)
		}
		if err != nil {
			s.Close()
			return err
		}
		known = w.known.learn(key, first, whole)
		if whole == 0 {
			s.Close()
			continue
		}
		w.parts = append(w.parts, part{snapshot{s, whole, known, next.first, first}, s})
		return nil
	}
}

// firstNumber is the number of the first readable record; 0 if there is none.
func (s snapshot) firstNumber() (uint64, error) {
	if s.first > 0 {
		return s.first, nil
	}
	for lines := newForward(s.file, 0, s.size); ; {
		line, _, _, err := lines.next()
		if errors.Is(err, io.EOF) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		if h, err := readHead(line); err == nil {
			return h.seq, nil
		}
	}
}

func (w *walk) close() {
	for _, p := range w.parts {
		if p.closer != nil {
			p.closer.Close()
		}
	}
}
