package audit

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// force returns when the record seq is on the disk; 0 stands for the last one. Many callers share one sync: those who wait
// for syncMu find their record done. After a failed sync the kernel may have thrown the pages away and the next sync may
// lie, so that the log stays failed until a restart reads what is there.
func (l *Log) force(seq uint64) error {
	l.syncMu.Lock()
	defer l.syncMu.Unlock()
	if l.syncErr != nil {
		return l.syncErr
	}
	l.mu.Lock()
	file, last := l.file, l.seq
	l.mu.Unlock()
	if seq == 0 {
		seq = last
	}
	if l.onDisk >= seq {
		return nil
	}
	// A file that was closed meanwhile was rotated away, and synced before that.
	begun := time.Now()
	err := l.fdatasync(file)
	if errors.Is(err, os.ErrClosed) {
		err = nil
	}
	if l.o.Synced != nil {
		l.o.Synced(time.Since(begun), err)
	}
	if err != nil {
		l.syncErr = fmt.Errorf("cannot sync the audit log: %v", err)
		l.mu.Lock()
		l.failed = l.syncErr
		l.mu.Unlock()
		return l.syncErr
	}
	l.onDisk = last
	return nil
}

// syncBehind syncs at most batchDelay after the first record that isn't on the disk. An error is kept by force, and the
// next Append returns it.
func (l *Log) syncBehind() {
	for {
		select {
		case <-l.quit:
			return
		case <-l.dirty:
		}
		select {
		case <-l.quit:
			return // Close syncs
		case <-time.After(batchDelay):
		}
		_ = l.force(0)
	}
}
