package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/clawrden/clawrden"
)

var errClosed = errors.New("it is closed")

// ready makes sure that the next line will land behind our last one, in the file that has the log's name. Another program
// may have rotated the log; two stats an append tell. The rule:
//
//   - The name is gone or names another file: that one is opened. It must be empty (the log was moved away), or end with
//     the very record that was written last (an editor or a backup put a copy in its place).
//   - The file was emptied (copied and cut): it is used further.
//   - The file has any other length than we gave it: someone else writes it. Nothing more is written until a restart.
//
// An empty file begins with a record "continued", which carries on seq and prev. length is that of the record to come:
// where the file has no room for it by the settings, another is begun.
func (l *Log) ready(length int) error {
	if l.closed {
		return errClosed
	}
	if l.failed != nil {
		return l.failed
	}
	ours, err := l.file.Stat()
	if err != nil {
		return err
	}
	named, err := os.Lstat(l.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(ours, named) {
		err = l.reopen()
	} else if err == nil {
		err = l.measure(ours.Size())
	}
	if now := time.Now(); err == nil && l.due(length, now) {
		err = l.rotate(now)
	}
	if err == nil && l.size == 0 {
		err = l.carryOn()
	}
	return err
}

// measure compares the file's length with what was written.
func (l *Log) measure(size int64) error {
	switch {
	case size == l.size:
		return nil
	case size == 0:
		l.size, l.undo, l.emptied = 0, false, "was emptied"
		l.ended()
		return nil
	case l.undo && size > l.size:
		return l.cut()
	}
	return fmt.Errorf("%s has %d bytes where this process has written %d: someone else writes it", l.path, size, l.size)
}

// reopen takes the file that has the log's name now.
func (l *Log) reopen() error {
	if l.sync != SyncNone {
		if err := l.fdatasync(l.file); err != nil {
			l.failed = fmt.Errorf("cannot sync the log that was moved away: %v", err)
			return l.failed
		}
	}
	f, err := openFile(l.path)
	if err != nil {
		return err
	}
	var e end
	info, err := f.Stat()
	if err == nil {
		e, err = readEnd(l.path, f, info.Size())
	}
	if err == nil && (e.torn > 0 || e.size > 0 && (e.seq != l.seq || e.head != l.head)) {
		err = fmt.Errorf("%s was replaced by a file that doesn't end with record %d, the last one written", l.path, l.seq)
	}
	if err != nil {
		f.Close()
		return err
	}
	l.file.Close() // synced above; what is still syncing it holds it open
	l.file, l.size, l.undo = f, e.size, false
	if e.size == 0 {
		l.emptied = "was moved away"
		l.ended()
	}
	return nil
}

// carryOn writes the first record of an empty file. The very first record of a chain needs none.
func (l *Log) carryOn() error {
	if l.seq == 0 {
		return nil
	}
	r := &clawrden.Record{
		Event:  clawrden.EventContinued,
		Reason: fmt.Sprintf("the log %s; its last record was %d", l.emptied, l.seq),
	}
	body, err := encodeBody(r)
	if err != nil {
		return err
	}
	return l.write(r, body)
}
