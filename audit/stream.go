package audit

import (
	"compress/gzip"
	"io"
	"os"
)

// stream reads a file of a log from its beginning, compressed or not.
type stream struct {
	io.Reader
	file *os.File
}

func openStream(path string) (*stream, error) {
	f, size, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	// Only as long as it is now: a daemon may be writing it.
	s := &stream{io.NewSectionReader(f, 0, size), f}
	if isPacked(f) {
		if s.Reader, err = gzip.NewReader(s.Reader); err != nil {
			f.Close()
			return nil, err
		}
	}
	return s, nil
}

// Close closes the file.
func (s *stream) Close() error { return s.file.Close() }
