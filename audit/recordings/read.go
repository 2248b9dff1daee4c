package recordings

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// What an event is; see executor/relay.
const (
	Output = "o"
	Error  = "e"
	Input  = "i"
	Size   = "r" // Data is "80x24": columns and rows
	Cut    = "x" // what follows wasn't recorded
)

// Event is a piece of what passed.
type Event struct {
	At   time.Duration // since the start
	Kind string
	Data []byte
}

// maxLine is the longest line: the helper passes on 64 KiB at a time, in base64; and a command has at most 2 MiB of words, escaped.
const maxLine = 16 << 20

// Reader reads a recording.
type Reader struct {
	Header Header
	lines  *bufio.Scanner
}

// NewReader reads the first line. What the file holds is believed as little as what the command put out.
func NewReader(r io.Reader) (*Reader, error) {
	out := &Reader{lines: bufio.NewScanner(r)}
	out.lines.Buffer(nil, maxLine)
	if !out.lines.Scan() {
		return nil, fmt.Errorf("cannot read the recording: %w", errors.Join(out.lines.Err(), io.ErrUnexpectedEOF))
	}
	if err := json.Unmarshal(out.lines.Bytes(), &out.Header); err != nil {
		return nil, fmt.Errorf("cannot read the recording: %v", err)
	}
	if out.Header.Schema != Schema {
		return nil, fmt.Errorf("cannot read the recording: its form is %q, not %q", out.Header.Schema, Schema)
	}
	return out, nil
}

// Next gives the next event, and io.EOF after the last. A torn last line, as a crash leaves it, is the end too.
func (r *Reader) Next() (e Event, err error) {
	if !r.lines.Scan() {
		if err := r.lines.Err(); err != nil {
			return e, fmt.Errorf("cannot read the recording: %v", err)
		}
		return e, io.EOF
	}
	var at int64
	var fields []json.RawMessage
	if err := json.Unmarshal(r.lines.Bytes(), &fields); err != nil || len(fields) != 3 {
		if !r.lines.Scan() {
			return e, io.EOF
		}
		return e, errors.New("cannot read the recording: a line is damaged")
	}
	for i, into := range []any{&at, &e.Kind, &e.Data} {
		if err := json.Unmarshal(fields[i], into); err != nil {
			return e, fmt.Errorf("cannot read the recording: %v", err)
		}
	}
	const day = 24 * time.Hour
	if at < 0 || at > int64(10000*day/time.Microsecond) {
		return e, errors.New("cannot read the recording: a time can't be")
	}
	e.At = time.Duration(at) * time.Microsecond
	return e, nil
}
