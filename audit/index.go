package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// The index of a log's file is a file of blocks in Options.Index, named after the hash of the log's first line, so that it stays
// with what was renamed or compressed. It says where records are worth a look, and is never believed: what it leads to is read
// in the log. One that is damaged, or of another log, is made anew.
//
//	head    "CWindex1" | rows | bytes of the log that are covered | hash of the last line there | CRC-32C of these   32+4 bytes of the first block
//	block   CRC-32C of what follows | 1 if it has ends without a beginning | 2544 bytes of words | 104 rows
type index struct {
	file    *os.File
	rows    uint64
	covered int64
	last    uint64
	dirty   map[uint64]*[indexBlock]byte
	open    map[[8]byte]uint64 // rows of commands that have not ended; nil where it isn't known
}

const (
	indexMagic = "CWindex1"
	indexBlock = 8192
	wordBytes  = 2360
	rowsAt     = 8 + wordBytes
	blockRows  = (indexBlock - rowsAt) / rowSize
	maxDirty   = 256     // blocks that wait to be written
	maxOpen    = 1 << 16 // commands that run at once; the ends of more are rows of their own
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	errIndex   = errors.New("the index is damaged")
)

// openIndex opens the index of a file of the log, or begins it. A damaged one is begun anew.
func openIndex(dir string, s snapshot) (*index, error) {
	line, _, whole, err := newForward(s.file, 0, s.size).next()
	if err != nil {
		return nil, err
	}
	if !whole {
		return nil, io.EOF
	}
	sum := sha256.Sum256(line)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, hex.EncodeToString(sum[:16])), os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, err
	}
	x := &index{file: f, dirty: map[uint64]*[indexBlock]byte{}}
	if x.readHead() != nil || !x.fits(s) {
		if err := x.reset(); err != nil {
			f.Close()
			return nil, err
		}
	}
	return x, nil
}

// reset empties the index.
func (x *index) reset() error {
	x.rows, x.covered, x.last, x.open = 0, 0, 0, map[[8]byte]uint64{}
	clear(x.dirty)
	return x.file.Truncate(0)
}

func (x *index) readHead() error {
	var b [36]byte
	if _, err := x.file.ReadAt(b[:], 0); err != nil {
		return err
	}
	if string(b[:8]) != indexMagic || binary.LittleEndian.Uint32(b[32:]) != crc32.Checksum(b[:32], castagnoli) {
		return errIndex
	}
	x.rows, x.covered, x.last = binary.LittleEndian.Uint64(b[8:]), int64(binary.LittleEndian.Uint64(b[16:])), binary.LittleEndian.Uint64(b[24:]) //nolint:gosec // G115: checked by fits
	return nil
}

// fits reports whether the log still has the line up to which it is covered. A log that was longer a moment ago is not
// looked at: the file in use grows while others search.
func (x *index) fits(s snapshot) bool {
	if x.covered < 0 {
		return false
	}
	if x.covered == 0 || x.covered > s.size {
		return true
	}
	line, _, err := newBackward(s.file, x.covered).next()
	return err == nil && fingerprint(line) == x.last
}

// extend takes in what the log has more than when it was last looked at.
func (x *index) extend(s snapshot) error {
	if x.covered >= s.size {
		return nil
	}
	if err := x.findOpen(); err != nil {
		return err
	}
	var last []byte
	lines := newForward(s.file, x.covered, s.size)
	for {
		line, offset, whole, err := lines.next()
		if errors.Is(err, io.EOF) || err == nil && !whole {
			break
		}
		if err == nil {
			err = x.take(line, offset)
		}
		if err != nil {
			return err
		}
		x.covered, last = offset+int64(len(line))+1, line
		x.last = 0
		if len(x.dirty) > maxDirty {
			if err := x.flush(fingerprint(last)); err != nil {
				return err
			}
		}
	}
	if last == nil {
		return nil
	}
	line, _, err := newBackward(s.file, x.covered).next()
	if err != nil {
		return err
	}
	return x.flush(fingerprint(line))
}

// take makes a row of a line, or puts the end that it tells of into the row of its beginning.
func (x *index) take(line []byte, offset int64) error {
	h, err := readHead(line)
	if err != nil || h.event != clawrden.EventDecided && h.event != clawrden.EventFinished {
		return nil
	}
	if h.event == clawrden.EventDecided {
		e, err := decodeEntry(line)
		if err != nil {
			return nil
		}
		r := rowOf(&e, offset)
		if e.Decision.Runs() {
			if len(x.open) >= maxOpen {
				clear(x.open)
			}
			x.open[r.id] = x.rows
		}
		return x.add(&r, words(&e), false)
	}
	var end clawrden.Record
	if json.Unmarshal(line, &end) != nil {
		return nil
	}
	n, ok := x.open[packID(end.ID)]
	if !ok {
		r := row{offset: offset, end: offset, id: packID(end.ID), exit: exitOf(&end), outcome: rowEnd}
		return x.add(&r, nil, true)
	}
	delete(x.open, packID(end.ID))
	b, err := x.block(n / blockRows)
	if err != nil {
		return err
	}
	at := b[rowsAt+n%blockRows*rowSize:]
	r := readRow(at)
	r.end, r.exit = offset, exitOf(&end)
	r.write(at)
	return nil
}

func (x *index) add(r *row, words func(func(uint64)), end bool) error {
	b, err := x.block(x.rows / blockRows)
	if err != nil {
		return err
	}
	if x.rows%blockRows == 0 {
		clear(b[:])
	}
	r.write(b[rowsAt+x.rows%blockRows*rowSize:])
	if end {
		b[4] = 1
	}
	if words != nil {
		words(func(w uint64) { setBit(b[8:rowsAt], w) })
	}
	x.rows++
	return nil
}

// block gives a block that will be written.
func (x *index) block(n uint64) (*[indexBlock]byte, error) {
	if b := x.dirty[n]; b != nil {
		return b, nil
	}
	b := new([indexBlock]byte)
	if n < (x.rows+blockRows-1)/blockRows {
		if _, err := x.file.ReadAt(b[:], int64(n+1)*indexBlock); err != nil { //nolint:gosec // G115: below the file's size
			return nil, errIndex
		}
		if !soundBlock(b[:]) {
			return nil, errIndex
		}
	}
	x.dirty[n] = b
	return b, nil
}

func soundBlock(b []byte) bool {
	return binary.LittleEndian.Uint32(b) == crc32.Checksum(b[4:], castagnoli)
}

// flush writes the blocks, and then the head: a crash between the two costs the work, not the truth.
func (x *index) flush(last uint64) error {
	for n, b := range x.dirty {
		binary.LittleEndian.PutUint32(b[:], crc32.Checksum(b[4:], castagnoli))
		if _, err := x.file.WriteAt(b[:], int64(n+1)*indexBlock); err != nil { //nolint:gosec // G115: rows of one file
			return fmt.Errorf("cannot write the index of the audit log: %w", err)
		}
	}
	clear(x.dirty)
	x.last = last
	var b [36]byte
	copy(b[:], indexMagic)
	binary.LittleEndian.PutUint64(b[8:], x.rows)
	binary.LittleEndian.PutUint64(b[16:], uint64(x.covered)) //nolint:gosec // G115: not negative
	binary.LittleEndian.PutUint64(b[24:], x.last)
	binary.LittleEndian.PutUint32(b[32:], crc32.Checksum(b[:32], castagnoli))
	if _, err := x.file.WriteAt(b[:], 0); err != nil {
		return fmt.Errorf("cannot write the index of the audit log: %w", err)
	}
	return nil
}

// findOpen looks for the commands that have not ended, once.
func (x *index) findOpen() error {
	if x.open != nil {
		return nil
	}
	x.open = map[[8]byte]uint64{}
	return x.backward(func(b []byte, first, n uint64) bool {
		for i := range n {
			if r := readRow(b[rowsAt+i*rowSize:]); r.outcome != rowEnd && r.runs() && r.end == 0 && len(x.open) < maxOpen {
				x.open[r.id] = first + i
			}
		}
		return true
	})
}

// backward gives the blocks, the newest first, until f has enough.
func (x *index) backward(f func(b []byte, first, rows uint64) bool) error {
	const atOnce = 64
	buf := make([]byte, atOnce*indexBlock)
	for to := (x.rows + blockRows - 1) / blockRows; to > 0; {
		from := to - min(to, atOnce)
		part := buf[:(to-from)*indexBlock]
		if _, err := x.file.ReadAt(part, int64(from+1)*indexBlock); err != nil { //nolint:gosec // G115: bounded by the file
			return errIndex
		}
		for n := to; n > from; n-- {
			b := part[(n-1-from)*indexBlock:][:indexBlock]
			if !soundBlock(b) {
				return errIndex
			}
			if first := (n - 1) * blockRows; !f(b, first, min(x.rows-first, blockRows)) {
				return nil
			}
		}
		to = from
	}
	return nil
}

// tidyIndex removes the indexes of files that are no longer there: all that no search has used.
func tidyIndex(dir string, used []string) {
	names, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range names {
		if len(e.Name()) == 32 && !slices.Contains(used, e.Name()) {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
