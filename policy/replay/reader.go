package replay

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/clawrden/clawrden"
)

// maxLine is the longest line that is read, in bytes: the audit log's own limit.
const maxLine = 16 << 20

// Reader reads the decided commands of an audit log.
type Reader struct {
	Since time.Time // earlier ones are skipped
	Old   bool      // earlier ones are given all the same, and marked
	Clock bool      // commands at different times of the week are different

	Bad    int    // lines so far that are no records
	Folded uint64 // execs so far that the log only counts: nothing of them can be judged

	lines Lines
	key   []byte
	old   bool   // the line is earlier than Since
	count []byte // of the line that is looked through

	command, args []byte
}

// Lines gives the lines of a log one by one, each good until the next call; io.EOF behind the last.
type Lines interface{ Next() ([]byte, error) }

// NewReader makes a reader of a log as it stands. It reads it once, from the beginning.
func NewReader(r io.Reader) *Reader { return From(&text{in: bufio.NewReaderSize(r, 1<<20)}) }

// From makes a reader of lines that somebody else has looked into, such as those of a verified log.
func From(lines Lines) *Reader { return &Reader{lines: lines} }

// Past is one decided command. It is good until the next call of Next.
type Past struct {
	Key  []byte // the same for all commands between which no policy can tell
	line []byte

	Old bool // earlier than Since

	command, args []byte // as they stand in the line; args is nil where it has to be decoded
}

// masked tells whether secrets were left out of its words. In a string of the line the quotes would be escaped.
func (p *Past) masked() bool { return bytes.Contains(p.line, []byte(`"masked":[`)) }

// Record decodes it.
func (p *Past) Record() (*clawrden.Record, error) { return decode(p.line) }

// Next gives the next decided command; io.EOF at the end.
func (r *Reader) Next() (Past, error) {
	for {
		line, err := r.lines.Next()
		if err != nil {
			return Past{}, err
		}
		if len(line) == 0 {
			continue
		}
		r.key = r.key[:0]
		switch keep, ok := r.scan(line); {
		case !ok:
			r.Bad++
		case keep:
			return Past{Key: r.key, line: line, Old: r.old, command: r.command, args: r.args}, nil
		}
	}
}

// text gives the lines of a text.
type text struct {
	in   *bufio.Reader
	long []byte
}

func (t *text) Next() ([]byte, error) {
	t.long = t.long[:0]
	for {
		part, err := t.in.ReadSlice('\n')
		if err == nil && len(t.long) == 0 {
			return part[:len(part)-1], nil
		}
		t.long = append(t.long, part...)
		switch {
		case len(t.long) > maxLine:
			return nil, fmt.Errorf("cannot read the audit log: a line is longer than %d bytes", maxLine)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(t.long) > 0:
			return t.long, nil
		case err != nil:
			return nil, err
		}
		return t.long[:len(t.long)-1], nil
	}
}

// received is when the command came in: it is recorded once it is decided.
func received(r *clawrden.Record) time.Time {
	return r.Timestamp.Add(-time.Duration(max(r.WaitedMS, 0)) * time.Millisecond)
}
