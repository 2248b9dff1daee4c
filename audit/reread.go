package audit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Lines reads again, oldest first, the records of a log that VerifyLog has looked through: of one without damage exactly those
// that were verified, and nothing that came later. Not for concurrent use; it must be closed.
type Lines struct {
	report *Report
	files  []string // yet to be read
	file   *stream
	lines  *forward
	last   link // of a log without damage
	done   bool
}

// errOther is what is read a second time and isn't what was verified.
var errOther = errors.New("the log isn't what it was when it was verified, a moment ago")

// Lines begins at the first record. Of a damaged log all whole lines are read as they stand.
func (r *Report) Lines() *Lines {
	return &Lines{report: r, files: r.Files, last: link{seq: r.First - 1, hash: digestOf(r.Prev)}, done: r.OK() && r.First == 0}
}

// Next gives the next line without its newline, good until the next call; io.EOF behind the last.
func (l *Lines) Next() ([]byte, error) {
	for !l.done {
		if l.lines == nil {
			if err := l.open(); err != nil {
				return nil, err
			}
			continue
		}
		line, _, whole, err := l.lines.next()
		switch {
		case errors.Is(err, io.EOF) || err == nil && !whole:
			l.Close()
			continue
		case err != nil:
			return nil, err
		case !l.report.OK():
			return line, nil
		}
		mine, err := l.follow(line)
		if err != nil || mine {
			return line, err
		}
	}
	return nil, io.EOF
}

// follow compares a line with the chain. It reports false for one before the first that was verified.
func (l *Lines) follow(line []byte) (bool, error) {
	h, ok := fastHead(line)
	if !ok {
		slow, err := readHead(line)
		if err != nil && l.report.From > 0 && l.last.seq+1 == l.report.First {
			return false, nil // nobody has looked at what is before the checkpoint
		}
		if err != nil {
			return false, errOther
		}
		h = rawHead{seq: slow.seq, prev: []byte(slow.prev)}
	}
	if h.seq < l.report.First {
		return false, nil
	}
	if h.seq != l.last.seq+1 || string(h.prev) != l.last.hash.String() {
		return false, errOther
	}
	l.last = link{seq: h.seq, hash: hashDigest(line)}
	if l.done = h.seq == l.report.Last; l.done && l.last.hash.String() != l.report.Head {
		return false, errOther
	}
	return true, nil
}

// open opens the next file, under the name that it has now: the daemon may have rotated or compressed it.
func (l *Lines) open() (err error) {
	if len(l.files) == 0 {
		if l.report.OK() {
			return errOther // it ended too early
		}
		l.done = true
		return nil
	}
	path := l.files[0]
	l.file, err = openStream(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && l.replaced(path) {
		if path, err = l.find(); err == nil {
			l.file, err = openStream(path)
		}
	}
	if err != nil {
		return fmt.Errorf("cannot read the audit log: %w", err)
	}
	l.files = l.files[1:]
	l.lines = newLines(l.file, 0)
	return nil
}

// replaced reports whether another file has the name of one that was verified.
func (l *Lines) replaced(path string) bool {
	if !l.report.OK() {
		return false
	}
	first, err := firstNumber(path)
	if err == nil && first > l.last.seq+1 {
		l.file.Close()
		return true
	}
	return false
}

// find looks for the file that goes on where the last one ended.
func (l *Lines) find() (string, error) {
	files, err := Files(l.report.Path)
	if err != nil {
		return "", err
	}
	for _, path := range files {
		if first, err := firstNumber(path); err == nil && first == l.last.seq+1 {
			return path, nil
		}
	}
	return "", errOther
}

// Close closes the file that is being read.
func (l *Lines) Close() {
	if l.lines != nil {
		l.file.Close()
		l.file, l.lines = nil, nil
	}
}
