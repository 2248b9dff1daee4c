package audit

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"sync"
)

// The ids that are in the log, so that none is given twice. Two Bloom filters of 1 MiB hold a million ids each: new ids go
// to the younger, and when it is full the older is forgotten. 2 MiB in all, whatever the log's length.
const (
	idBits       = 8 << 20 // of one filter: 1 MiB
	idHashes     = 4
	idGeneration = 1 << 20   // ids in one filter: eight bits each, one mistake in forty
	idWindow     = 256 << 20 // bytes at the end of the log that are read when it is opened: half a second from the page cache
)

type idFilter struct {
	bits [idBits / 64]uint64
	n    int
}

// idSet is safe for many goroutines. The zero value is empty.
type idSet struct {
	mu         sync.Mutex
	seed       maphash.Seed
	young, old *idFilter // guarded by mu
}

func (s *idSet) places(id string) (at [idHashes]uint64) {
	if s.seed == (maphash.Seed{}) {
		s.seed = maphash.MakeSeed()
	}
	h := maphash.String(s.seed, id)
	step := h>>32 | 1
	for i := range at {
		at[i] = (h + uint64(i)*step) % idBits
	}
	return at
}

func (s *idSet) add(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.places(id)
	if s.young.has(at) {
		return
	}
	if s.young == nil || s.young.n == idGeneration {
		s.young, s.old = new(idFilter), s.young
	}
	for _, bit := range at {
		s.young.bits[bit/64] |= 1 << (bit % 64)
	}
	s.young.n++
}

func (s *idSet) has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.places(id)
	return s.young.has(at) || s.old.has(at)
}

func (f *idFilter) has(at [idHashes]uint64) bool {
	if f == nil {
		return false
	}
	for _, bit := range at {
		if f.bits[bit/64]&(1<<(bit%64)) == 0 {
			return false
		}
	}
	return true
}

// loadIDs reads the ids of the newest files.
func (l *Log) loadIDs() error {
	var open []*segment
	defer func() {
		for _, s := range open {
			s.Close()
		}
	}()
	left := idWindow - l.size
	if left > 0 {
		files, err := list(l.path, l.known.firstNumber)
		if err != nil {
			return err
		}
		for _, f := range slices.Backward(files) {
			if f.first == 0 || f.first == noRecord || left <= 0 {
				continue
			}
			s, err := openSegment(f.path)
			if err != nil {
				continue // Verify names it
			}
			open = append(open, s)
			left -= s.size
		}
	}
	for _, s := range slices.Backward(open) {
		if err := l.ids.load(s, s.size); err != nil {
			l.complain(fmt.Errorf("cannot read the ids of an older file: %v", err))
		}
	}
	return l.ids.load(l.file, l.size)
}

// load reads the ids of the last idWindow bytes of a log. Lines that can't be read are left to Verify.
func (s *idSet) load(r io.ReaderAt, size int64) error {
	lines := newForward(r, max(0, size-idWindow), size)
	for first := size > idWindow; ; first = false {
		line, _, _, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if first {
			continue // most likely the rest of a line
		}
		if h, err := readHead(line); err == nil && h.id != "" {
			s.add(h.id)
		}
	}
}
