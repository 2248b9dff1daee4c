package audit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// readBlock is how much is read at once. The newest page of the history is one or two blocks.
const readBlock = 128 << 10

// backward reads whole lines from the end of a file towards its beginning, with one line and one block in memory.
type backward struct {
	r    io.ReaderAt
	pos  int64  // offset of rest
	rest []byte // not returned yet; ends with a newline, or is empty
}

// newBackward reads the lines below end, which is the offset behind a newline.
func newBackward(r io.ReaderAt, end int64) *backward { return &backward{r: r, pos: end} }

// next returns the line before, without its newline, and its offset; io.EOF at the beginning of the file. The line is
// good until the next call.
func (b *backward) next() (line []byte, offset int64, err error) {
	searched := 0 // bytes at the end of rest without a newline, but for the last one
	for {
		if n := len(b.rest); n > 0 {
			i := bytes.LastIndexByte(b.rest[:n-max(searched, 1)], '\n')
			if i >= 0 || b.pos == 0 {
				line = b.rest[i+1 : n-1]
				b.rest = b.rest[:i+1]
				return line, b.pos + int64(i) + 1, nil
			}
			if n > MaxLine {
				return nil, 0, fmt.Errorf("a line that ends at byte %d is longer than %d bytes", b.pos+int64(n), MaxLine)
			}
			searched = n
		}
		if b.pos == 0 {
			return nil, 0, io.EOF
		}
		if err := b.fill(); err != nil {
			return nil, 0, err
		}
	}
}

// fill puts the block before in front of rest; the longer the line, the larger the block.
func (b *backward) fill() error {
	n := min(b.pos, int64(max(readBlock, len(b.rest))))
	buf := make([]byte, n, n+int64(len(b.rest)))
	if _, err := b.r.ReadAt(buf, b.pos-n); err != nil {
		return err
	}
	b.rest = append(buf, b.rest...)
	b.pos -= n
	return nil
}

// forward reads lines from an offset towards the end.
type forward struct {
	r    *bufio.Reader
	pos  int64 // offset of the next line
	long []byte
}

func newForward(r io.ReaderAt, from, end int64) *forward {
	return newLines(io.NewSectionReader(r, from, end-from), from)
}

// newLines reads the lines of a stream whose first byte is that at the offset from.
func newLines(r io.Reader, from int64) *forward {
	return &forward{r: bufio.NewReaderSize(r, readBlock), pos: from}
}

// next returns the next line without its newline, and its offset; io.EOF at the end. whole is false for a last line
// without a newline. The line is good until the next call.
func (f *forward) next() (line []byte, offset int64, whole bool, err error) {
	f.long = f.long[:0]
	for {
		part, err := f.r.ReadSlice('\n')
		if err == nil && len(f.long) == 0 {
			line = part
		} else {
			f.long = append(f.long, part...)
			line = f.long
		}
		if errors.Is(err, bufio.ErrBufferFull) && len(line) <= MaxLine {
			continue
		}
		if len(line) > MaxLine {
			return nil, 0, false, fmt.Errorf("the line at byte %d is longer than %d bytes", f.pos, MaxLine)
		}
		if err != nil && (err != io.EOF || len(line) == 0) {
			return nil, 0, false, err
		}
		offset = f.pos
		f.pos += int64(len(line))
		if err == io.EOF {
			return line, offset, false, nil
		}
		return line[:len(line)-1], offset, true, nil
	}
}
