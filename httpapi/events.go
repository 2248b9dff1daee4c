package httpapi

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
)

const (
	heartbeat        = 15 * time.Second // proxies and clients take longer silence for a dead connection
	eventWriteLimit  = 10 * time.Second // for one event; a reader that is slower is dropped and resumes
	maxStreams       = 256              // open at once, where the options don't say
	maxStreamsOfUser = 32               // of them by one uid, so that one person's forgotten scripts lock out nobody else
)

// events: GET /api/events → text/event-stream. Each event has `id:` clawrden.Event.Seq, `event:` its Type and `data:` the whole
// as JSON. With Last-Event-ID the stream goes on after that event, as far as events are kept.
func (s *Server) events(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	since, err := lastEventID(r)
	if err != nil {
		return err
	}
	if !s.streams.enter(by.Identity.UID, s.maxStreams, s.maxUserStreams) {
		return errBusy
	}
	defer s.streams.leave(by.Identity.UID)
	w.Header().Set("Content-Type", "text/event-stream")
	if r.Method == http.MethodHead {
		return nil
	}
	stream := stream{w: w, control: http.NewResponseController(w)}
	// The server's read limit counts from the request's start and would end the stream. Writers that have no limits (tests)
	// say that they don't support them.
	_ = stream.control.SetReadDeadline(time.Time{})
	events, cancel := s.control.Subscribe(since)
	defer cancel()
	if stream.send("retry: 1000\n\n") != nil {
		return nil
	}
	s.pump(r, by, &stream, events)
	return nil // the answer has begun: no error can be told any more
}

// pump sends until the reader, the daemon or the right is gone.
func (s *Server) pump(r *http.Request, by clawrden.Caller, stream *stream, events <-chan clawrden.Event) {
	sees := s.control.Sees(by)
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-r.Context().Done():
			return
		case <-s.closing:
			return
		case <-tick.C:
			if s.mayStill(r, clawrden.RightRead) != nil {
				return
			}
			sees = s.control.Sees(by)
			err = stream.send(": heartbeat\n\n")
		case e, ok := <-events:
			if !ok {
				return
			}
			if s.tcp != nil { // a login may have ended, or a token may have been revoked, by this very event's time
				if s.mayStill(r, clawrden.RightRead) != nil {
					return
				}
			}
			if shown(e, sees) {
				err = stream.send(s.frames.of(e))
			}
		}
		if err != nil {
			return
		}
	}
}

// mayStill looks again whether who asked has a right: meanwhile a login may have ended, or a token may have been revoked.
func (s *Server) mayStill(r *http.Request, right clawrden.Right) error {
	by, err := s.caller(r)
	if err != nil {
		return err
	}
	return s.authorizer.Authorize(r.Context(), by, right)
}

// shown reports whether a reader is told of an event. Where not all is for it, of what isn't about a request only the kill
// switch is told, and that a bridge is to be tested.
func shown(e clawrden.Event, sees func(*clawrden.Identity, []clawrden.RuleRef) bool) bool {
	switch {
	case sees == nil:
		return true
	case e.Pending != nil:
		return sees(&e.Pending.Identity, e.Pending.Rules)
	case e.Entry != nil:
		return sees(&e.Entry.Identity, e.Entry.Rules)
	}
	return e.Type == clawrden.LiveKilled || e.Type == clawrden.LiveUnlocked || e.Type == clawrden.LiveBridgeTest
}

func lastEventID(r *http.Request) (uint64, error) {
	v := r.Header.Get("Last-Event-ID")
	if v == "" {
		return 0, nil
	}
	since, err := strconv.ParseUint(v, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: Last-Event-ID is the id of an event", clawrden.ErrBadRequest)
	}
	return since, nil
}

// frames are the last events as they are sent, so that a thousand readers don't cost a thousand times the JSON.
type frames struct {
	mu   sync.Mutex
	last [64]struct {
		seq  uint64
		text string
	}
}

// of gives an event as it is sent.
func (f *frames) of(e clawrden.Event) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	kept := &f.last[e.Seq%uint64(len(f.last))]
	if kept.seq != e.Seq {
		kept.seq, kept.text = e.Seq, frame(e)
	}
	return kept.text
}

func frame(e clawrden.Event) string {
	if e.Pending != nil {
		p := wholePending(*e.Pending)
		e.Pending = &p
	}
	if e.Entry != nil {
		entry := wholeEntry(*e.Entry)
		e.Entry = &entry
	}
	data, err := json.Marshal(e) // one line: JSON escapes line ends
	if err != nil {
		return fmt.Sprintf("id: %d\n\n", e.Seq) // a type of ours that can't be written: no event, but the place is kept
	}
	return fmt.Sprintf("id: %d\nevent: %s\ndata: %s\n\n", e.Seq, e.Type, data)
}

// stream writes events, each within the write limit and at once.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (s *stream) send(text string) error {
	_ = s.control.SetWriteDeadline(time.Now().Add(eventWriteLimit))
	if _, err := io.WriteString(s.w, text); err != nil {
		return err
	}
	return s.control.Flush()
}

// streams counts the open event streams.
type streams struct {
	mu    sync.Mutex
	all   int
	users map[uint32]int
}

func (s *streams) enter(uid uint32, most, mostOfUser int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= most || s.users[uid] >= mostOfUser {
		return false
	}
	if s.users == nil {
		s.users = make(map[uint32]int)
	}
	s.all++
	s.users[uid]++
	return true
}

func (s *streams) leave(uid uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.users[uid]--; s.users[uid] == 0 {
		delete(s.users, uid)
	}
}
