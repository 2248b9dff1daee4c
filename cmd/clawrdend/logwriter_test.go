package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// slow is a reader of stderr that reads only once it is let.
type slow struct {
	open chan struct{}
	mu   sync.Mutex
	got  bytes.Buffer
}

func (s *slow) Write(b []byte) (int, error) {
	<-s.open
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got.Write(b)
}

// Whoever logs never waits, and what was left out is said.
func TestLogWriterNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &slow{open: make(chan struct{})}
		w := newLogWriter(to)
		log := slog.New(slog.NewTextHandler(w, nil))
		const many = 3 * logLines
		for range many {
			log.Info("a line")
		}
		synctest.Wait()
		close(to.open)
		synctest.Wait()
		log.Info("the last")
		w.close()
		_, _ = w.Write([]byte("too late\n"))
		said := to.got.String()
		left := many - strings.Count(said, "a line")
		if left < logLines || !strings.Contains(said, fmt.Sprintf("%d lines were left out", left)) {
			t.Errorf("%d lines were left out, and the log ends with %q", left, said[max(0, len(said)-200):])
		}
		if !strings.Contains(said, "the last") || strings.Contains(said, "too late") {
			t.Errorf("the log ends with %q", said[max(0, len(said)-200):])
		}
	})
}

// A reader that never reads doesn't keep the daemon from ending.
func TestLogWriterGivesUp(t *testing.T) {
	synctest.Test(t, func(*testing.T) {
		to := &slow{open: make(chan struct{})}
		w := newLogWriter(to)
		_, _ = w.Write([]byte("a line\n"))
		w.close()
		close(to.open)
	})
}
