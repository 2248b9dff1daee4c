package audit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// knownFiles remembers of the older files of a log, which nobody changes any more, what it takes some time to find out. What
// is read is always read in the files. The zero value knows nothing; it is safe for many goroutines.
type knownFiles struct {
	mu    sync.Mutex
	files map[fileKey]*knownFile // guarded by mu
}

// fileKey is a file as it was when it was looked at.
type fileKey struct {
	dev, ino    uint64
	size, mtime int64
}

// knownFile is what is remembered of a file.
type knownFile struct {
	first uint64 // guarded by knownFiles.mu, as are the next two
	newer uint64 // number of the first record of the file that follows
	whole int64  // bytes up to there

	index   string // name of its index; guarded by Log.indexMu, as are the next two
	covered int64  // the index was seen to fit the log
	last    uint64
}

// keyOf looks at a file.
func keyOf(path string) (fileKey, error) {
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		return fileKey{}, err
	}
	return keyFrom(&st), nil
}

func keyFrom(st *unix.Stat_t) fileKey {
	return fileKey{st.Dev, st.Ino, st.Size, st.Mtim.Nano()}
}

// firstNumber is firstNumber, remembered.
func (k *knownFiles) firstNumber(path string) (uint64, error) {
	key, err := keyOf(path)
	if err != nil {
		return 0, err
	}
	k.mu.Lock()
	f := k.files[key]
	k.mu.Unlock()
	if f != nil {
		return f.first, nil
	}
	first, err := firstNumber(path)
	if again, kerr := keyOf(path); err != nil || kerr != nil || again != key {
		return first, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.files) >= maxKnown {
		clear(k.files)
	}
	if k.files == nil {
		k.files = map[fileKey]*knownFile{}
	}
	k.files[key] = &knownFile{first: first}
	return first, nil
}

const maxKnown = 4096 // files

// get gives what is known of a file that is followed by the record newer; nil for nothing.
func (k *knownFiles) get(path string, newer uint64) (f *knownFile, whole int64, key fileKey) {
	key, err := keyOf(path)
	if err != nil {
		return nil, 0, key
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if f = k.files[key]; f != nil && f.newer == newer && newer > 0 {
		return f, f.whole, key
	}
	return nil, 0, key
}

// learn remembers how far a file is read before the record newer.
func (k *knownFiles) learn(key fileKey, newer uint64, whole int64) *knownFile {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.files[key]
	if f != nil && newer > 0 {
		f.newer, f.whole = newer, whole
	}
	return f
}

// errMoved is a file that isn't the one any more that was known: the log has to be looked at again.
var errMoved = fmt.Errorf("a file of the log was moved: %w", os.ErrClosed)

// lazyFile is a known file, opened when it is first read. It is for one goroutine.
type lazyFile struct {
	path    string
	key     fileKey
	segment *segment
}

// ReadAt is [io.ReaderAt].
func (f *lazyFile) ReadAt(p []byte, off int64) (int, error) {
	if f.segment == nil {
		s, err := openSegment(f.path)
		if errors.Is(err, os.ErrNotExist) {
			return 0, errMoved
		}
		if err != nil {
			return 0, err
		}
		var st unix.Stat_t
		if err := control(s.file, func(fd int) error { return unix.Fstat(fd, &st) }); err != nil || keyFrom(&st) != f.key {
			s.Close()
			return 0, errMoved
		}
		f.segment = s
	}
	return f.segment.ReadAt(p, off)
}

// Close closes it, where it was read. It may be read again.
func (f *lazyFile) Close() error {
	if f.segment == nil {
		return nil
	}
	err := f.segment.Close()
	f.segment = nil
	return err
}

var _ io.ReaderAt = (*lazyFile)(nil)
