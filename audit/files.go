package audit

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// A log is a row of files in one directory: PATH, which is written, and those that were rotated away, by Clawrden as
// PATH.TIME-LASTNUMBER and then .gz, or by others as PATH.anything.

const (
	packedSuffix = ".gz"
	partSuffix   = ".new" // a compressed file that isn't whole yet
	noteSuffix   = ".checkpoints"
)

// CheckpointFile is where the checkpoints of a log are.
func CheckpointFile(path string) string { return path + noteSuffix }

var rotatedName = regexp.MustCompile(`\.[0-9]{8}T[0-9]{6}Z-[0-9]{1,20}$`)

// Files returns the files of a log, oldest first, by the numbers of their records; path itself, where it is there, is the
// last one. A file in which no record can be read stands before path.
func Files(path string) ([]string, error) {
	files, err := list(path, firstNumber)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, f := range files {
		paths = append(paths, f.path)
	}
	if _, err := os.Lstat(path); err == nil {
		paths = append(paths, path)
	}
	return paths, nil
}

// older is a file of a log beside the one in use.
type older struct {
	path  string
	first uint64 // number of its first readable record; noRecord if there is none
}

const noRecord = 1<<64 - 1

// list gives the older files, oldest first. firstNumber finds the number of a file's first record.
func list(path string, firstNumber func(path string) (uint64, error)) (files []older, err error) {
	names, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	for _, e := range names {
		rest, ok := strings.CutPrefix(e.Name(), filepath.Base(path)+".")
		if !ok || !e.Type().IsRegular() || e.Name() == filepath.Base(CheckpointFile(path)) || strings.HasPrefix(rest, "torn-") || strings.HasSuffix(rest, partSuffix) {
			continue
		}
		f := older{path: filepath.Join(filepath.Dir(path), e.Name())}
		if plain, ok := strings.CutSuffix(f.path, packedSuffix); ok && plain != path {
			if _, err := os.Lstat(plain); err == nil {
				continue // it is being compressed: both have the same
			}
		}
		f.first, err = firstNumber(f.path)
		if errors.Is(err, fs.ErrNotExist) && !strings.HasSuffix(f.path, packedSuffix) { // it has just been compressed
			f.path += packedSuffix
			f.first, err = firstNumber(f.path)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			f.first = noRecord
		}
		files = append(files, f)
	}
	slices.SortStableFunc(files, func(a, b older) int { return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.path, b.path)) })
	return slices.Compact(files), nil
}

// firstLines is how many lines are looked at for a file's first readable record.
const firstLines = 100

// firstNumber reads the number of a file's first readable record; 0 for an empty file.
func firstNumber(path string) (uint64, error) {
	s, err := openStream(path)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	lines := newLines(s, 0)
	for n := range firstLines {
		line, _, _, err := lines.next()
		if errors.Is(err, io.EOF) && n == 0 {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		if h, err := readHead(line); err == nil {
			return h.seq, nil
		}
	}
	return 0, fmt.Errorf("%s is no audit log", path)
}

// openRegular opens a file for reading; a FIFO or a device must not hold us.
func openRegular(path string) (*os.File, int64, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", path)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

func isPacked(f io.ReaderAt) bool {
	magic := make([]byte, 2)
	_, err := f.ReadAt(magic, 0)
	return err == nil && bytes.Equal(magic, []byte{0x1f, 0x8b})
}
