package audit

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// segment is a file of a log that any place can be read of, compressed or not.
type segment struct {
	io.ReaderAt
	file  *os.File
	size  int64 // of what is in it
	files []io.Closer
}

func openSegment(path string) (*segment, error) {
	f, size, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	s := &segment{f, f, size, []io.Closer{f}}
	if !isPacked(f) {
		return s, nil
	}
	b, err := openBlocks(f, size)
	if err == nil {
		s.ReaderAt, s.size = b, b.plain
		return s, nil
	}
	plain, err := unpack(f, size)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("cannot decompress %s: %w", path, err)
	}
	s.files = append(s.files, plain)
	info, err := plain.Stat()
	if err != nil {
		s.Close()
		return nil, err
	}
	s.ReaderAt, s.size = plain, info.Size()
	return s, nil
}

// Close closes the file.
func (s *segment) Close() error {
	var err error
	for _, f := range s.files {
		err = errors.Join(err, f.Close())
	}
	return err
}
