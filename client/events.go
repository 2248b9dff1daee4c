package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/clawrden/clawrden"
)

const (
	silence    = 45 * time.Second // three heartbeats: after that the connection is taken for dead
	maxEvent   = 32 << 20         // bytes of one event: the longest command that Linux runs, escaped and in base64
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// Stream is one connection to the daemon's events.
type Stream struct {
	body  io.Closer
	lines *bufio.Reader
	quiet *time.Timer // ends the connection when nothing came for too long
	end   context.CancelFunc
}

// Events connects to the live stream. With since > 0 it begins with the events after that sequence number, as far as the
// daemon keeps them. The stream has to be closed.
func (c *Client) Events(ctx context.Context, since uint64) (*Stream, error) {
	header := http.Header{"Accept": {"text/event-stream"}}
	if since > 0 {
		header.Set("Last-Event-Id", strconv.FormatUint(since, 10))
	}
	ctx, end := context.WithCancel(ctx)
	resp, err := c.send(ctx, http.MethodGet, "/api/events", nil, nil, header) //nolint:bodyclose // Stream.Close does
	if err != nil {
		end()
		return nil, err
	}
	return &Stream{
		body:  resp.Body,
		lines: bufio.NewReader(resp.Body),
		quiet: time.AfterFunc(silence, end),
		end:   end,
	}, nil
}

// Close ends the stream; Next then fails.
func (s *Stream) Close() {
	s.quiet.Stop()
	s.end()
	_ = s.body.Close()
}

// Next waits for the next event. io.EOF says that the daemon ended the stream: connect again.
func (s *Stream) Next() (clawrden.Event, error) {
	var data []byte
	for {
		line, err := s.line(maxEvent - len(data))
		if err != nil {
			return clawrden.Event{}, err
		}
		if len(line) > 0 {
			if value, ok := bytes.CutPrefix(line, []byte("data:")); ok {
				data = append(data, bytes.TrimPrefix(value, []byte(" "))...)
			}
			continue // the data holds the id and the type too; comments only keep the connection up
		}
		if data == nil {
			continue
		}
		var e clawrden.Event
		if err := json.Unmarshal(data, &e); err != nil {
			return clawrden.Event{}, fmt.Errorf("cannot read an event: %v", err)
		}
		return e, nil
	}
}

// line reads one line without its end.
func (s *Stream) line(limit int) ([]byte, error) {
	var line []byte
	for {
		part, err := s.lines.ReadSlice('\n')
		if err == nil || errors.Is(err, bufio.ErrBufferFull) {
			s.quiet.Reset(silence)
		}
		if line = append(line, part...); len(line) > limit {
			return nil, fmt.Errorf("cannot read an event: it has more than %d MiB", maxEvent>>20)
		}
		switch {
		case err == nil:
			return bytes.TrimRight(line, "\r\n"), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

// Follower is what Follow calls. A function that returns an error ends it with that error, unchanged.
type Follower struct {
	// Connected is called at each connection, before its events are handed on: what was missed beyond what the daemon
	// keeps, or across its restart, can be read there. An error that is ErrUnreachable means a lost connection.
	Connected func(context.Context) error
	Event     func(clawrden.Event) error
	Lost      func(why error) // called when a connection is lost, and each time that a new one fails; may be nil
}

// Follow hands on events until ctx ends, a function returns an error, or the daemon refuses. When the connection is lost
// it connects again and resumes. If the very first connection fails, that error is returned at once.
func (c *Client) Follow(ctx context.Context, since uint64, f Follower) error {
	wait, first := firstRetry, true
	for {
		stream, err := c.Events(ctx, since)
		if err == nil {
			first = false
			var last uint64
			if last, err = stream.follow(ctx, since, f); last != since {
				since, wait = last, firstRetry // not before something came: a stream that ends at once is no progress
			}
		}
		var refused *Error
		var stop *stopError
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &stop):
			return stop.err
		case first, errors.As(err, &refused) && refused.Status != http.StatusServiceUnavailable:
			return err
		}
		if f.Lost != nil {
			f.Lost(err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		wait = min(2*wait, lastRetry)
	}
}

// stopError is an error of the caller's own function: it ends Follow.
type stopError struct{ err error }

func (e *stopError) Error() string { return e.err.Error() }

// follow hands on one connection's events and gives the last sequence number seen.
func (s *Stream) follow(ctx context.Context, since uint64, f Follower) (uint64, error) {
	defer s.Close()
	if err := f.Connected(ctx); err != nil {
		if errors.Is(err, ErrUnreachable) {
			return since, err // it went away in between: connect again
		}
		return since, &stopError{err}
	}
	for {
		e, err := s.Next()
		if err != nil {
			return since, err
		}
		since = e.Seq
		if err := f.Event(e); err != nil {
			return since, &stopError{err}
		}
	}
}
