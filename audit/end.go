package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// end is where the chain of a file stands.
type end struct {
	size int64  // of all whole lines
	torn int64  // bytes behind them
	seq  uint64 // of the last whole line; 0 if there is none
	head string // its hash
}

// readEnd finds the last whole line. One that isn't a record is an error that names it: the chain is never begun anew
// behind something that nobody understands.
func readEnd(path string, f io.ReaderAt, size int64) (end, error) {
	whole, err := lastNewline(f, size)
	if err != nil {
		return end{}, fmt.Errorf("cannot read %s: %w", path, err)
	}
	e := end{size: whole, torn: size - whole}
	if whole == 0 {
		return e, nil
	}
	line, _, err := newBackward(f, whole).next()
	if err != nil {
		return end{}, fmt.Errorf("cannot read the last line of %s: %w", path, err)
	}
	h, err := readHead(line)
	if err == nil && !json.Valid(line) {
		err = errors.New("not a JSON object")
	}
	if err != nil {
		n, cerr := countLines(f, whole)
		if cerr != nil {
			return end{}, fmt.Errorf("cannot read %s: %w", path, cerr)
		}
		return end{}, fmt.Errorf("%s:%d: the last line is not an audit record (%v): move the file away to begin a new chain, and keep it", path, n, err)
	}
	e.seq, e.head = h.seq, hashLine(line)
	return e, nil
}

// lastNewline returns the length of f up to and with its last newline.
func lastNewline(f io.ReaderAt, size int64) (int64, error) {
	buf := make([]byte, min(size, 64<<10))
	for at := size; at > 0; {
		n := min(at, int64(len(buf)))
		at -= n
		if _, err := f.ReadAt(buf[:n], at); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(buf[:n], '\n'); i >= 0 {
			return at + int64(i) + 1, nil
		}
		if size-at > MaxLine {
			return 0, fmt.Errorf("its last %d bytes hold no end of a line: this is not an audit log", size-at)
		}
	}
	return 0, nil
}

func countLines(f io.ReaderAt, size int64) (n int, err error) {
	buf := make([]byte, 256<<10)
	r := io.NewSectionReader(f, 0, size)
	for {
		got, err := r.Read(buf)
		n += bytes.Count(buf[:got], []byte("\n"))
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return 0, err
		}
	}
}
