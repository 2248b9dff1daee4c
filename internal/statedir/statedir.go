// Package statedir keeps small pieces of state as files of one directory: each file whole, each named after an id.
//
// What it reads back is checked first: a file of another owner, one that others may write, a link, or one that is too large is
// an error of that file alone, and never content. It holds no state besides. The daemon calls it.
package statedir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/wholefile"
)

// Dir is such a directory. Its files may be written by several goroutines, each file by one at a time.
type Dir struct {
	path    string
	largest int // bytes of a file
}

const suffix = ".json"

// Open makes the directory, for its owner alone, or makes sure that it isn't anybody else's. The Dir can be used with an
// error too: then each write has one, until somebody has mended what is wrong.
func Open(path string, largest int) (Dir, error) {
	d := Dir{path, largest}
	return d, d.check()
}

func (d Dir) check() error {
	if err := os.Mkdir(d.path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("cannot make %s: %v", d.path, unwrapped(err))
	}
	var st unix.Stat_t
	if err := unix.Lstat(d.path, &st); err != nil {
		return fmt.Errorf("cannot use %s: %v", d.path, err)
	}
	switch {
	case st.Mode&unix.S_IFMT != unix.S_IFDIR:
		return fmt.Errorf("cannot use %s: it is not a directory", d.path)
	case st.Uid != uint32(os.Geteuid()):
		return fmt.Errorf("cannot use %s: it belongs to uid %d", d.path, st.Uid)
	case st.Mode&0o022 != 0:
		return fmt.Errorf("cannot use %s: others than its owner may write it", d.path)
	}
	return nil
}

// Put replaces a file, on the disk before it returns.
func (d Dir) Put(name string, content []byte) error {
	if err := d.fits(name, content); err != nil {
		return err
	}
	err := wholefile.Write(d.file(name), content)
	if errors.Is(err, fs.ErrNotExist) { // the directory, which was removed or could not be made
		if err := d.check(); err != nil {
			return err
		}
		err = wholefile.Write(d.file(name), content)
	}
	return d.wrap(err)
}

// Note writes a file that isn't there yet, with one write and without forcing it to the disk: for what a process leaves to the
// next, and needs not outlive the machine. What is killed in the middle leaves an empty file, which Load passes over.
func (d Dir) Note(name string, content []byte) error {
	if err := d.fits(name, content); err != nil {
		return err
	}
	const flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC | unix.O_NOFOLLOW
	f, err := os.OpenFile(d.file(name), flags, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		if err := d.check(); err != nil {
			return err
		}
		f, err = os.OpenFile(d.file(name), flags, 0o600)
	}
	if err != nil {
		return d.wrap(err)
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(d.file(name))
	}
	return d.wrap(err)
}

// Get reads one file; fs.ErrNotExist where there is none.
func (d Dir) Get(name string) ([]byte, error) {
	if !valid(name) {
		return nil, fs.ErrNotExist
	}
	return d.read(name)
}

// Remove removes a file, if it is there.
func (d Dir) Remove(name string) error {
	if err := os.Remove(d.file(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return d.wrap(err)
	}
	return nil
}

// Load calls f for each file, at most so many of them, in the order of their names: with its content, or with why that can't be
// used. It removes what a process that was killed has left half written.
func (d Dir) Load(most int, f func(name string, content []byte, err error)) error {
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return d.wrap(err)
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), suffix)
		if strings.HasPrefix(e.Name(), ".new-") {
			_ = os.Remove(filepath.Join(d.path, e.Name()))
			continue
		}
		if !ok || !valid(name) {
			f(e.Name(), nil, errors.New("its name is none that Clawrden gives"))
			continue
		}
		if most--; most < 0 {
			return fmt.Errorf("%s holds too many files; the rest is not read", d.path)
		}
		content, err := d.read(name)
		if err == nil && len(content) == 0 {
			_ = os.Remove(d.file(name))
			continue
		}
		f(name, content, err)
	}
	return nil
}

func (d Dir) read(name string) ([]byte, error) {
	file, err := os.OpenFile(d.file(name), os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fs.ErrNotExist
		}
		return nil, unwrapped(err)
	}
	defer func() { _ = file.Close() }()
	var st unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &st); err != nil {
		return nil, err
	}
	switch {
	case st.Mode&unix.S_IFMT != unix.S_IFREG:
		return nil, errors.New("it is not a regular file")
	case st.Uid != uint32(os.Geteuid()):
		return nil, fmt.Errorf("it belongs to uid %d", st.Uid)
	case st.Mode&0o022 != 0:
		return nil, errors.New("others than its owner may write it")
	case st.Size > int64(d.largest):
		return nil, fmt.Errorf("it has %d bytes; the limit is %d", st.Size, d.largest)
	}
	return io.ReadAll(io.LimitReader(file, int64(d.largest)))
}

func (d Dir) fits(name string, content []byte) error {
	switch {
	case !valid(name):
		return fmt.Errorf("cannot keep %q: it is not an id", name)
	case len(content) > d.largest:
		return fmt.Errorf("cannot keep %s: it has %d bytes; the limit is %d", name, len(content), d.largest)
	}
	return nil
}

func (d Dir) file(name string) string { return filepath.Join(d.path, name+suffix) }

func (d Dir) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("cannot use %s: %w", d.path, unwrapped(err))
}

// unwrapped takes the path off an error that names it elsewhere.
func unwrapped(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// valid reports whether a name is an id: it becomes a file's name.
func valid(name string) bool {
	const longest = 16
	if name == "" || len(name) > longest {
		return false
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
