// Package journal copies what happens to systemd's journal, by its native protocol: one entry an event, with a MESSAGE_ID and
// fields of its own, so that `journalctl MESSAGE_ID=…` and CLAWRDEN_DECISION=… find it. The catalog that explains the ids is
// systemd/clawrden.catalog.
//
// The journal is a convenience and the audit log the record: nothing here ever waits. Entries pass through a bounded queue at
// a bounded rate, so that an agent can fill neither the journal nor the daemon's memory; what is left out is counted and said.
// Nothing an agent chose is copied without being escaped and cut. The daemon's main is the only caller.
package journal

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	sd "github.com/coreos/go-systemd/v22/journal"

	"github.com/clawrden/clawrden"
)

const (
	queued    = 256  // entries that may wait for a slow journal; each is a few KiB
	perSecond = 100  // entries, over time: what a person might still read
	burst     = 1000 // entries at once: a build's worth of commands
)

// Sender hands entries to the journal. Its methods are safe for concurrent use; a nil Sender leaves everything out.
type Sender struct {
	send    func(entry) error // to the journal; may wait
	entries chan entry
	done    chan struct{}

	mu     sync.Mutex
	closed bool
	tokens float64 // entries that may be sent now
	filled time.Time
	left   int // entries left out since the last one that was sent
}

// entry is what the journal gets.
type entry struct {
	message  string
	priority sd.Priority
	fields   map[string]string
}

// Open gives a sender where the journal is what this process's stderr goes to, else nil: a daemon that was started by hand
// speaks to the terminal alone.
func Open() *Sender {
	if ours, err := sd.StderrIsJournalStream(); err != nil || !ours {
		return nil
	}
	return newSender(func(e entry) error { return sd.Send(e.message, e.priority, e.fields) })
}

func newSender(send func(entry) error) *Sender {
	s := &Sender{send: send, entries: make(chan entry, queued), done: make(chan struct{}), tokens: burst, filled: time.Now()}
	go s.run()
	return s
}

func (s *Sender) run() {
	defer close(s.done)
	for e := range s.entries {
		_ = s.send(e) // there is nobody to tell: the audit log has it
	}
}

// Close ends the sender when all that waits is sent, or the context ends. A journal that doesn't read keeps one goroutine
// until the process ends.
func (s *Sender) Close(ctx context.Context) {
	if s == nil {
		return
	}
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.entries)
	}
	s.mu.Unlock()
	select {
	case <-s.done:
	case <-ctx.Done():
	}
}

// Copy sends what a record says, if it is of a kind that the catalog has. It keeps nothing of the record.
func (s *Sender) Copy(r *clawrden.Record) {
	if s == nil {
		return
	}
	k, ok := kindOf(r)
	if !ok {
		return
	}
	s.mu.Lock()
	ok = s.take()
	s.mu.Unlock()
	if ok { // the entry is made outside the lock, and only where there is room
		e := k.entry(r)
		s.mu.Lock()
		s.put(e)
		s.mu.Unlock()
	}
}

// take reserves a place by the rate. The caller holds the lock.
func (s *Sender) take() bool {
	now := time.Now()
	s.tokens = min(burst, s.tokens+perSecond*now.Sub(s.filled).Seconds())
	s.filled = now
	if s.closed || s.tokens < 1 || len(s.entries) == cap(s.entries) {
		s.left++
		return false
	}
	s.tokens--
	return true
}

// put queues an entry, after a word about those left out before it. The caller holds the lock.
func (s *Sender) put(e entry) {
	if s.closed {
		return
	}
	if room := cap(s.entries) - len(s.entries); s.left > 0 && room > 1 && s.offer(leftOut(s.left)) {
		s.left = 0
	}
	if !s.offer(e) {
		s.left++
	}
}

func (s *Sender) offer(e entry) bool {
	select {
	case s.entries <- e:
		return true
	default:
		return false
	}
}

func leftOut(n int) entry {
	return entry{
		message:  fmt.Sprintf("%d entries were left out of the journal; the audit log has them", n),
		priority: sd.PriWarning,
		fields:   map[string]string{"MESSAGE_ID": idLeftOut, "CLAWRDEN_LEFT_OUT": strconv.Itoa(n)},
	}
}
