package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	logLines = 1024        // lines that may wait for a slow reader of stderr
	logTime  = time.Second // to write the last ones at the end
)

// logWriter writes lines without ever waiting for whoever reads them: a journal that stopped reading must not stop the
// judging of commands. Lines that find no room are counted, and the count is written when there is room again.
type logWriter struct {
	lines chan []byte
	done  chan struct{}

	mu     sync.Mutex
	closed bool
	left   int // lines left out since the last that was queued
}

func newLogWriter(to io.Writer) *logWriter {
	w := &logWriter{lines: make(chan []byte, logLines), done: make(chan struct{})}
	go func() {
		defer close(w.done)
		for line := range w.lines {
			_, _ = to.Write(line) // there is nowhere else to complain
		}
	}()
	return w
}

// Write queues one line. It never fails.
func (w *logWriter) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return len(line), nil
	}
	if room := cap(w.lines) - len(w.lines); w.left > 0 && room > 1 && w.offer(fmt.Appendf(nil, "%d lines were left out here: nobody read them fast enough\n", w.left)) {
		w.left = 0
	}
	if !w.offer(append([]byte(nil), line...)) {
		w.left++
	}
	return len(line), nil
}

func (w *logWriter) offer(line []byte) bool {
	select {
	case w.lines <- line:
		return true
	default:
		return false
	}
}

// close writes what waits, for at most logTime.
func (w *logWriter) close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.lines)
	}
	w.mu.Unlock()
	select {
	case <-w.done:
	case <-time.After(logTime):
	}
}
