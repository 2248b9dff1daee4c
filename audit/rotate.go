package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// rotateAgain is how long a rotation that failed isn't tried anew: the file in use takes records meanwhile.
const rotateAgain = time.Minute

// due tells whether the next record belongs into a new file.
func (l *Log) due(length int, now time.Time) bool {
	if l.size == 0 || l.seq == 0 || now.Before(l.notBefore) {
		return false
	}
	if l.o.RotateSize > 0 && l.size+int64(length) > l.o.RotateSize {
		return true
	}
	return l.o.RotateAge > 0 && now.Sub(l.began) > l.o.RotateAge
}

// rotate moves the file away and begins another. One that can't be moved is written on: that loses nothing.
func (l *Log) rotate(now time.Time) error {
	if l.sync != SyncNone {
		if err := l.fdatasync(l.file); err != nil {
			l.failed = fmt.Errorf("cannot sync the log before it is rotated: %v", err)
			return l.failed
		}
	}
	aside := fmt.Sprintf("%s.%s-%d", l.path, now.UTC().Format("20060102T150405Z"), l.seq)
	if _, err := os.Lstat(aside); !errors.Is(err, fs.ErrNotExist) {
		return l.cannotRotate(now, fmt.Errorf("%s is there already", aside))
	}
	if err := os.Rename(l.path, aside); err != nil {
		return l.cannotRotate(now, err)
	}
	f, err := openFile(l.path)
	if err != nil {
		return l.cannotRotate(now, errors.Join(err, os.Rename(aside, l.path)))
	}
	l.file.Close()
	l.file, l.size, l.undo, l.began = f, 0, false, now
	l.emptied = "was rotated"
	l.ended()
	return nil
}

func (l *Log) cannotRotate(now time.Time, err error) error {
	l.notBefore = now.Add(rotateAgain)                                // with the monotonic clock: one set back doesn't matter
	go l.complain(fmt.Errorf("cannot rotate the audit log: %v", err)) // not under the lock
	return nil
}

// ended notes that the file so far is complete.
func (l *Log) ended() {
	if l.keys != nil && len(l.ends) < maxEnds {
		l.ends = append(l.ends, point{l.seq, l.head})
		l.wantSeal()
	}
	select {
	case l.tidyNow <- struct{}{}:
	default:
	}
}

// maxEnds bounds the rotations that wait for their checkpoint: the next one seals them all the same.
const maxEnds = 1000
