package audit

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
)

// A rotated file is compressed as a row of gzip members, each of blockSize bytes of the log, so that gunzip and zcat read it
// as ever and the history reads any place of it. The header of each member has, in its extra field, how long it is:
//
//	"CW" 8 | length of the member, of what is in it: two little-endian uint32
const (
	blockSize  = 64 << 10       // to find one record it is unpacked whole
	maxBlock   = 256 << 10      // of files that earlier releases have compressed
	blockHead  = 10 + 2 + 4 + 8 // gzip's fixed header, the extra field's length, the subfield's header and content
	blockExtra = 10 + 2 + 4     // where the subfield's content begins
	maxForeign = 16 << 30       // bytes that a file that others compressed may hold
)

// compress writes blocks. stop is asked before each.
func compress(w io.Writer, r io.Reader, stop func() bool) error {
	plain := make([]byte, blockSize)
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		return err
	}
	for {
		n, err := io.ReadFull(r, plain)
		if err == io.EOF {
			return nil
		}
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		if stop() {
			return errClosed
		}
		packed.Reset()
		z.Reset(&packed)
		z.Extra = append([]byte{'C', 'W', 8, 0}, make([]byte, 8)...)
		if _, err := z.Write(plain[:n]); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		b := packed.Bytes()
		binary.LittleEndian.PutUint32(b[blockExtra:], uint32(len(b)))
		binary.LittleEndian.PutUint32(b[blockExtra+4:], uint32(n))
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
}

// blocks reads any place of a compressed file. It is for one goroutine.
type blocks struct {
	file  io.ReaderAt
	at    []blockAt
	plain int64  // bytes in all
	have  int    // which block is in buf; -1 for none
	buf   []byte // content of the block read last
}

// blockAt is where a block begins, in the file and in what is in it.
type blockAt struct {
	packed, plain int64
	length, holds uint32
}

var errForeign = errors.New("not compressed by Clawrden")

// openBlocks reads where the blocks are. The file is nobody's word: each length is checked.
func openBlocks(f io.ReaderAt, size int64) (*blocks, error) {
	b := &blocks{file: f, have: -1}
	head := make([]byte, blockHead)
	for at := int64(0); at < size; {
		if _, err := f.ReadAt(head, at); err != nil {
			return nil, errForeign
		}
		length, holds := binary.LittleEndian.Uint32(head[blockExtra:]), binary.LittleEndian.Uint32(head[blockExtra+4:])
		ours := bytes.HasPrefix(head, []byte{0x1f, 0x8b, 8, 4}) && bytes.Equal(head[10:blockExtra], []byte{12, 0, 'C', 'W', 8, 0})
		if !ours || length <= blockHead || int64(length) > size-at || holds > maxBlock {
			return nil, errForeign
		}
		b.at = append(b.at, blockAt{at, b.plain, length, holds})
		at += int64(length)
		b.plain += int64(holds)
	}
	return b, nil
}

// ReadAt is [io.ReaderAt].
func (b *blocks) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		i := sort.Search(len(b.at), func(i int) bool { return b.at[i].plain > off }) - 1
		if off >= b.plain || i < 0 {
			return n, io.EOF
		}
		if err := b.load(i); err != nil {
			return n, err
		}
		got := copy(p[n:], b.buf[off-b.at[i].plain:])
		n += got
		off += int64(got)
	}
	return n, nil
}

func (b *blocks) load(i int) error {
	if b.have == i {
		return nil
	}
	at := b.at[i]
	z, err := gzip.NewReader(io.NewSectionReader(b.file, at.packed, int64(at.length)))
	if err != nil {
		return err
	}
	z.Multistream(false)
	b.have, b.buf = -1, append(b.buf[:0], make([]byte, at.holds)...)
	if _, err := io.ReadFull(z, b.buf); err != nil {
		return fmt.Errorf("a compressed block at byte %d: %w", at.packed, noEOF(err))
	}
	if n, err := z.Read(make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) { // its checksum
		return fmt.Errorf("a compressed block at byte %d is damaged", at.packed)
	}
	b.have = i
	return nil
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// unpack gives what is in a file that others compressed as one that any place can be read of: a temporary one, without a
// name.
func unpack(f io.ReaderAt, size int64) (_ *os.File, err error) {
	z, err := gzip.NewReader(io.NewSectionReader(f, 0, size))
	if err != nil {
		return nil, err
	}
	to, err := os.CreateTemp("", "clawrden-audit-")
	if err != nil {
		return nil, err
	}
	if err = os.Remove(to.Name()); err == nil {
		var n int64
		if n, err = io.Copy(to, io.LimitReader(z, maxForeign)); err == nil && n == maxForeign {
			err = errors.New("it holds too much")
		}
	}
	if err != nil {
		to.Close()
		return nil, err
	}
	return to, nil
}
