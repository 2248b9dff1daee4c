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
//	head    "CWindex2" | rows | bytes of the log that are covered | hash of the last line there | CRC-32C of these   32+4 bytes of the first unit
//	block   units of blockRows rows: a column for each thing that can be asked for, and the letters of texts; see indexunit.go
type index struct {
	file    *os.File
	rows    uint64
	covered int64
	last    uint64
	dirty   map[uint64]*block  // that wait to be written
	open    map[[8]byte]uint64 // rows of commands that have not ended; nil where it isn't known
}

const (
	indexMagic = "CWindex2"
	maxDirty   = 512     // units that wait to be written: 4 MiB
	maxOpen    = 1 << 16 // commands that run at once; the ends of more are rows of their own
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	errIndex   = errors.New("the index is damaged")
)

// openIndex opens the index of a file of the log, or begins it. A damaged one is begun anew.
func openIndex(dir string, s snapshot) (*index, error) {
	name, err := s.indexName()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, err
	}
	x := &index{file: f, dirty: map[uint64]*block{}}
	if x.readHead() != nil || !x.fits(s) {
		if err := x.reset(); err != nil {
			f.Close()
			return nil, err
		}
	}
	return x, nil
}

// indexName is the hash of the first line.
func (s snapshot) indexName() (string, error) {
	if s.known != nil && s.known.index != "" {
		return s.known.index, nil
	}
	line, _, whole, err := newForward(s.file, 0, s.size).next()
	if err != nil {
		return "", err
	}
	if !whole {
		return "", io.EOF
	}
	sum := sha256.Sum256(line)
	name := hex.EncodeToString(sum[:16])
	if s.known != nil {
		s.known.index = name
	}
	return name, nil
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
	if s.known != nil && s.known.covered == x.covered && s.known.last == x.last {
		return true
	}
	line, _, err := newBackward(s.file, x.covered).next()
	if err != nil || fingerprint(line) != x.last {
		return false
	}
	if s.known != nil {
		s.known.covered, s.known.last = x.covered, x.last
	}
	return true
}

// extend takes in what the log has more than when it was last looked at, most bytes of it at a time; whole tells that no
// more is left.
func (x *index) extend(s snapshot, most int64) (whole bool, err error) {
	if x.covered >= s.size {
		return true, nil
	}
	if err := x.findOpen(); err != nil {
		return false, err
	}
	from, last := x.covered, uint64(0)
	for lines := newForward(s.file, x.covered, s.size); x.covered-from < most; {
		line, offset, ended, err := lines.next()
		if whole = errors.Is(err, io.EOF) || err == nil && !ended; whole {
			break
		}
		if err == nil {
			err = x.take(line, offset)
		}
		if err != nil {
			return false, err
		}
		x.covered, last = offset+int64(len(line))+1, fingerprint(line)
		if x.waiting() > maxDirty {
			if err := x.flush(last); err != nil {
				return false, err
			}
		}
	}
	if x.covered == from {
		return whole, nil
	}
	return whole, x.flush(last)
}

// take makes a row of a line, or puts the end that it tells of into the row of its beginning.
func (x *index) take(line []byte, offset int64) error {
	switch h, _ := readHead(line); h.event { // there is none of a line that can't be read
	case clawrden.EventDecided:
		if e, readable := entryOf(line); readable {
			return x.takeBeginning(&e, offset)
		}
	case clawrden.EventFinished:
		if end, readable := recordOf(line); readable {
			return x.takeEnd(&end, offset)
		}
	}
	return nil
}

func entryOf(line []byte) (e clawrden.Entry, readable bool) {
	e, err := decodeEntry(line)
	return e, err == nil
}

func recordOf(line []byte) (r clawrden.Record, readable bool) {
	return r, json.Unmarshal(line, &r) == nil
}

func (x *index) takeBeginning(e *clawrden.Entry, offset int64) error {
	r := rowOf(e, offset)
	if e.Decision.Runs() {
		if len(x.open) >= maxOpen {
			clear(x.open)
		}
		x.open[r.id] = x.rows
	}
	return x.add(&r, words(e))
}

func (x *index) takeEnd(end *clawrden.Record, offset int64) error {
	n, ok := x.open[packID(end.ID)]
	if !ok {
		r := row{offset: offset, end: offset, id: packID(end.ID), exit: exitOf(end), outcome: rowEnd}
		return x.add(&r, nil)
	}
	delete(x.open, packID(end.ID))
	b := x.block(n / blockRows)
	return errors.Join(b.setWide(colEnd, int(n%blockRows), uint64(offset)), b.setMark(colExit, int(n%blockRows), exitOf(end))) //nolint:gosec // G115: bits, below a block's rows
}

// add writes a row behind the others.
func (x *index) add(r *row, words func(func(int))) (err error) {
	b, i := x.block(x.rows/blockRows), int(x.rows%blockRows)
	if i == 0 {
		if err := b.begin(); err != nil {
			return err
		}
	}
	for n, bits := range []uint64{uint64(r.offset), uint64(r.end), binary.LittleEndian.Uint64(r.id[:]), uint64(r.time)} { //nolint:gosec // G115: bits
		err = errors.Join(err, b.setWide(colOffset+n*wideUnits, i, bits))
	}
	for n, m := range r.marks() {
		err = errors.Join(err, b.setMark(n, i, *m))
	}
	if words != nil {
		words(func(w int) { err = errors.Join(err, b.setWord(w, i)) })
	}
	x.rows++
	return err
}

// block gives a block that will be written.
func (x *index) block(n uint64) *block {
	b := x.dirty[n]
	if b == nil {
		b = &block{x: x, n: n}
		x.dirty[n] = b
	}
	return b
}

// waiting is how many units wait to be written.
func (x *index) waiting() (n int) {
	for _, b := range x.dirty {
		n += len(b.loaded)
	}
	return n
}

// flush writes the blocks, and then the head: a crash or power cut between the two costs the work, not the truth.
func (x *index) flush(last uint64) error {
	for _, b := range x.dirty {
		if err := b.write(); err != nil {
			return fmt.Errorf("cannot write the index of the audit log: %w", err)
		}
	}
	clear(x.dirty)
	if err := fdatasync(x.file); err != nil {
		return fmt.Errorf("cannot write the index of the audit log: %w", err)
	}
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
	return x.backward(func(b *block, rows int) error {
		runs := question{all: []condition{{{column: colOutcome, want: markAllow}, {column: colOutcome, want: markApproved}}}}
		return runs.candidates(b, rows, func(r *row, i int) bool {
			if r.end == 0 && len(x.open) < maxOpen {
				x.open[r.id] = b.n*blockRows + uint64(i) //nolint:gosec // G115: not negative
			}
			return true
		})
	})
}

var errEnough = errors.New("enough")

// backward gives the blocks, the newest first, until f returns an error; errEnough is none.
func (x *index) backward(f func(b *block, rows int) error) error {
	b := block{x: x}
	for n := (x.rows + blockRows - 1) / blockRows; n > 0; n-- {
		b.become(n - 1)
		err := f(&b, int(min(x.rows-(n-1)*blockRows, blockRows)))
		if errors.Is(err, errEnough) {
			return nil
		}
		if err != nil {
			return err
		}
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
