package daemon

import (
	"strings"
	"sync"

	"github.com/clawrden/clawrden"
)

const (
	keptEvents = 1024 // for readers that come back
	readerLag  = 256  // events a reader may be behind before it is dropped
)

// stream hands events to those who watch. A slow reader is dropped, never waited for.
type stream struct {
	mu      sync.Mutex
	seq     uint64
	kept    []clawrden.Event
	readers map[chan clawrden.Event]struct{}
	closed  bool
}

func (s *stream) publish(e clawrden.Event) {
	shorten(&e)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seq++
	e.Seq = s.seq
	if len(s.kept) == 2*keptEvents {
		copy(s.kept, s.kept[keptEvents:])
		clear(s.kept[keptEvents:])
		s.kept = s.kept[:keptEvents]
	}
	s.kept = append(s.kept, e)
	for r := range s.readers {
		select {
		case r <- e:
		default:
			delete(s.readers, r)
			close(r)
		}
	}
}

// subscribe gives the kept events after since, then those that come. With since 0, or one of an earlier life, only the
// latter.
func (s *stream) subscribe(since uint64) (<-chan clawrden.Event, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var missed []clawrden.Event
	if since > 0 && since <= s.seq {
		missed = s.kept[max(0, len(s.kept)-keptEvents):]
		missed = missed[max(0, len(missed)-int(min(s.seq-since, keptEvents))):]
	}
	r := make(chan clawrden.Event, len(missed)+readerLag) // a thousand may read
	if s.closed {
		close(r)
		return r, func() {}
	}
	for _, e := range missed {
		r <- e
	}
	if s.readers == nil {
		s.readers = map[chan clawrden.Event]struct{}{}
	}
	s.readers[r] = struct{}{}
	return r, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, ok := s.readers[r]; ok {
			delete(s.readers, r)
			close(r)
		}
	}
}

func (s *stream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for r := range s.readers {
		delete(s.readers, r)
		close(r)
	}
}

// shownBytes bounds the words of an event: it is kept, and sent to every reader. The whole is had by the request's id.
const (
	shownBytes = 4096
	shownWords = 256
)

func shorten(e *clawrden.Event) {
	if e.Pending != nil {
		p := *e.Pending
		p.Args, p.ArgsB64 = shortWords(p.Args, p.ArgsB64)
		e.Pending = &p
	}
	if e.Entry != nil {
		n := *e.Entry
		n.Args, n.ArgsB64 = shortWords(n.Args, n.ArgsB64)
		e.Entry = &n
	}
}

// shortWords copies the words, because each of a request's own keeps the whole request in memory.
func shortWords(words, b64 []string) (short, shortB64 []string) {
	total := 0
	short = make([]string, 0, min(len(words), shownWords))
	for i, w := range words {
		if total += len(w); total > shownBytes || i == shownWords {
			return append(short, "…"), nil
		}
		short = append(short, strings.Clone(w))
	}
	return short, b64
}
