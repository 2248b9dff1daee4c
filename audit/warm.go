package audit

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"
)

// withIndex calls f with the index of a file of the log, brought up to date by at most so many bytes; whole tells that it is
// complete, and without that f isn't called. A damaged index is emptied. indexMu must be held.
func (l *Log) withIndex(s snapshot, most int64, f func(*index) error) (whole bool, err error) {
	x, err := openIndex(l.o.Index, s)
	if err != nil {
		return false, err
	}
	defer x.file.Close()
	name := filepath.Base(x.file.Name())
	if l.indexed == name {
		x.open = l.open
	}
	whole, err = x.extend(s, most)
	if x.open != nil { // of the file that was brought up to date last: the one in use, mostly
		l.indexed, l.open = name, x.open
	}
	if whole && err == nil && f != nil {
		err = f(x)
	}
	if err != nil {
		l.indexed, l.open = "", nil
	}
	if errors.Is(err, errIndex) {
		err = errors.Join(err, x.reset())
	}
	return whole, err
}

// The index is brought up to date in the background, at the start and then now and again, so that nobody who asks waits for
// that. It lets go between the pieces, and waits as long as the last one took: a question comes before the next one, and
// commands have the processor.
const (
	warmPiece = 2 << 20 // bytes of the log: some 25 ms
	warmEvery = 15 * time.Second
)

func (l *Log) warmBehind() {
	tick := time.NewTicker(warmEvery)
	defer tick.Stop()
	told := ""
	for {
		switch err := l.warm(); {
		case err == nil:
			told = ""
		case err.Error() != told && !l.stopping():
			told = err.Error()
			l.complain(fmt.Errorf("the history is read without its index: %w", err))
		}
		select {
		case <-l.quit:
			return
		case <-tick.C:
		}
	}
}

// warm takes in what the index doesn't have yet, of the newest file first.
func (l *Log) warm() error {
	return l.read(func(w *walk) error {
		for i := 0; !l.stopping(); i++ {
			s, err := w.part(i)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err == nil {
				err = l.warmFile(s)
			}
			if err != nil {
				return err
			}
			if c := w.parts[i].closer; c != nil { // a log has many files, and the daemon needs its descriptors
				c.Close()
			}
		}
		return nil
	})
}

func (l *Log) warmFile(s snapshot) error {
	emptied := false
	for whole := s.size == 0; !whole && !l.stopping(); {
		var err error
		begun := time.Now()
		l.indexMu.Lock()
		whole, err = l.withIndex(s, warmPiece, nil)
		l.indexMu.Unlock()
		if errors.Is(err, errIndex) && !emptied {
			emptied = true
			continue
		}
		if err != nil {
			return err
		}
		if !whole {
			l.rest(time.Since(begun))
		}
	}
	return nil
}

// rest waits, or ends with the log.
func (l *Log) rest(d time.Duration) {
	select {
	case <-l.quit:
	case <-time.After(d):
	}
}
