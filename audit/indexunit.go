package audit

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// A block is blockUnits units of unitSize bytes, each its own checksum and then one thing of all rows, so that a question
// reads of a block only the columns that it asks about:
//
//	unit     CRC-32C of what follows | values or slices
//	marks    a unit a column: blockRows fingerprints of two bytes
//	wide     four units a column: blockRows numbers of eight bytes, wideRows in each
//	letters  textUnits units: textBits slices of sliceBytes. Bit g of slice n is set where the texts of the rows of group g
//	         hold three letters whose hash is n.
//
// All units of a block are written when it begins: a hole in the file is damage.
const (
	unitSize   = 8192
	unitSum    = 4
	wideRows   = (unitSize - unitSum) / 8
	wideUnits  = 4
	blockRows  = wideUnits * wideRows
	groupRows  = 16
	groups     = (blockRows + groupRows - 1) / groupRows
	sliceBytes = groups / 8
	unitSlices = (unitSize - unitSum) / sliceBytes
	textUnits  = 16
	textBits   = textUnits * unitSlices
)

// The units of a block: the columns of marks, in the order of row.marks, the wide ones, and the letters.
const (
	colOutcome = iota
	colTool
	colAgent
	colUser
	colUID
	colPlace
	colSession
	colRule
	colOther
	colApprover
	colExit
	colOffset
	colEnd     = colOffset + wideUnits
	colID      = colEnd + wideUnits
	colTime    = colID + wideUnits
	colText    = colTime + wideUnits
	blockUnits = colText + textUnits
)

// block holds the units of a block that were asked for.
type block struct {
	x      *index
	n      uint64
	loaded []int
	units  [blockUnits]*[unitSize]byte
	spare  []*[unitSize]byte
}

// become forgets what was read, for another block.
func (b *block) become(n uint64) {
	for _, i := range b.loaded {
		b.spare = append(b.spare, b.units[i])
		b.units[i] = nil
	}
	b.n, b.loaded = n, b.loaded[:0]
}

// begin makes all units of a block that has no row yet.
func (b *block) begin() error {
	for i := range blockUnits {
		if _, err := b.unit(i); err != nil {
			return err
		}
	}
	return nil
}

// unit gives what is in a unit, behind its checksum.
func (b *block) unit(i int) ([]byte, error) {
	if u := b.units[i]; u != nil {
		return u[unitSum:], nil
	}
	var u *[unitSize]byte
	if n := len(b.spare); n > 0 {
		u, b.spare = b.spare[n-1], b.spare[:n-1]
	} else {
		u = new([unitSize]byte)
	}
	if b.n*blockRows >= b.x.rows { // whatever is behind the last row isn't there
		clear(u[:])
	} else if _, err := b.x.file.ReadAt(u[:], b.at(i)); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	} else if err != nil || binary.LittleEndian.Uint32(u[:]) != crc32.Checksum(u[unitSum:], castagnoli) {
		return nil, errIndex
	}
	b.units[i], b.loaded = u, append(b.loaded, i)
	return u[unitSum:], nil
}

func (b *block) at(unit int) int64 {
	return unitSize * (1 + int64(b.n)*blockUnits + int64(unit)) //nolint:gosec // G115: rows of one file
}

// write writes the units that are in memory.
func (b *block) write() error {
	for _, i := range b.loaded {
		u := b.units[i]
		binary.LittleEndian.PutUint32(u[:], crc32.Checksum(u[unitSum:], castagnoli))
		if _, err := b.x.file.WriteAt(u[:], b.at(i)); err != nil {
			return err
		}
	}
	return nil
}

func (b *block) setMark(column, row int, m uint16) error {
	u, err := b.unit(column)
	if err == nil {
		binary.LittleEndian.PutUint16(u[2*row:], m)
	}
	return err
}

func (b *block) setWide(column, row int, v uint64) error {
	u, err := b.unit(column + row/wideRows)
	if err == nil {
		binary.LittleEndian.PutUint64(u[row%wideRows*8:], v)
	}
	return err
}

func (b *block) wide(column, row int) (uint64, error) {
	u, err := b.unit(column + row/wideRows)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(u[row%wideRows*8:]), nil
}

func (b *block) setWord(n, row int) error {
	slice, err := b.slice(n)
	if err == nil {
		slice[row/groupRows/8] |= 1 << (row / groupRows % 8)
	}
	return err
}

// slice gives the groups that have three letters.
func (b *block) slice(n int) ([]byte, error) {
	u, err := b.unit(colText + n/unitSlices)
	if err != nil {
		return nil, err
	}
	return u[n%unitSlices*sliceBytes:][:sliceBytes], nil
}

// row puts a row together.
func (b *block) row(i int) (r row, err error) {
	var wide [4]uint64
	for n := range wide {
		if wide[n], err = b.wide(colOffset+n*wideUnits, i); err != nil {
			return r, err
		}
	}
	r.offset, r.end, r.time = int64(wide[0]), int64(wide[1]), int64(wide[3]) //nolint:gosec // G115: bits
	binary.LittleEndian.PutUint64(r.id[:], wide[2])
	u, err := b.unit(colOutcome)
	if err != nil {
		return r, err
	}
	r.outcome = binary.LittleEndian.Uint16(u[2*i:])
	return r, nil
}
