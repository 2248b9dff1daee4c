package audit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// tidyBehind compresses what was rotated away and removes what is past its retention: at start, after each rotation, and
// every hour.
func (l *Log) tidyBehind() {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if err := l.tidy(); err != nil {
			l.complain(err)
		}
		select {
		case <-l.quit:
			return
		case <-l.tidyNow:
		case <-tick.C:
		}
	}
}

func (l *Log) tidy() error {
	parts, err := filepath.Glob(quoteGlob(l.path) + ".*" + partSuffix)
	if err != nil {
		return err
	}
	for _, part := range parts { // of an earlier life: nobody else makes them
		if rotatedName.MatchString(strings.TrimSuffix(part, packedSuffix+partSuffix)) {
			_ = os.Remove(part)
		}
	}
	files, err := Files(l.path)
	if err != nil {
		return fmt.Errorf("cannot tidy up the audit log's directory: %v", err)
	}
	for _, path := range files {
		if !rotatedName.MatchString(path) {
			continue
		}
		if err := l.pack(path); err != nil {
			return fmt.Errorf("cannot compress %s: %w", path, err)
		}
	}
	return l.prune()
}

// pack puts a compressed file in a rotated one's place: whole and on the disk before the other goes.
func (l *Log) pack(path string) (err error) {
	from, _, err := openRegular(path)
	if err != nil {
		return err
	}
	defer from.Close()
	part := path + packedSuffix + partSuffix
	to, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o640) //nolint:gosec // G302: as the log itself
	if err != nil {
		return err
	}
	err = compress(to, from, l.stopping)
	if err == nil {
		err = to.Sync()
	}
	if cerr := to.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = keepTimes(from, part)
	}
	if err == nil {
		err = os.Rename(part, path+packedSuffix)
	}
	if err == nil {
		err = syncDir(path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Remove(path)
}

func (l *Log) stopping() bool {
	select {
	case <-l.quit:
		return true
	default:
		return false
	}
}

func keepTimes(from *os.File, to string) error {
	info, err := from.Stat()
	if err != nil {
		return err
	}
	return os.Chtimes(to, time.Time{}, info.ModTime())
}

// prune removes the oldest of our rotated files while they are too many bytes, and those that are too old. That each goes
// is on record before it does.
func (l *Log) prune() error {
	if l.o.RetainSize <= 0 && l.o.RetainAge <= 0 {
		return nil
	}
	files, err := Files(l.path)
	if err != nil {
		return err
	}
	var total int64
	var old []os.FileInfo
	var paths []string
	for _, path := range files {
		if info, err := os.Lstat(path); err == nil && rotatedName.MatchString(strings.TrimSuffix(path, packedSuffix)) {
			old, paths, total = append(old, info), append(paths, path), total+info.Size()
		}
	}
	for i, info := range old {
		late := l.o.RetainAge > 0 && time.Since(info.ModTime()) > l.o.RetainAge
		if !late && (l.o.RetainSize <= 0 || total <= l.o.RetainSize) {
			return nil
		}
		if err := l.remove(paths[i]); err != nil {
			return fmt.Errorf("cannot remove %s, which is past its retention: %w", paths[i], err)
		}
		total -= info.Size()
	}
	return nil
}

func (l *Log) remove(path string) error {
	first, err := firstNumber(path)
	if err != nil {
		return err
	}
	last, err := lastPoint(path)
	if err != nil {
		return err
	}
	err = l.AppendSync(&clawrden.Record{
		Event: clawrden.EventPruned, FirstSeq: first, LastSeq: last.seq,
		Reason: fmt.Sprintf("%s with the records %d to %d was removed: it is past the retention of the settings", filepath.Base(path), first, last.seq),
	})
	if err != nil {
		return err
	}
	return os.Remove(path)
}

// lastPoint finds the last record of a file.
func lastPoint(path string) (p point, err error) {
	s, err := openSegment(path)
	if err != nil {
		return p, err
	}
	defer s.Close()
	e, err := readEnd(path, s, s.size)
	return point{e.seq, e.head}, err
}

// quoteGlob makes a path a pattern that fits it alone.
func quoteGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
