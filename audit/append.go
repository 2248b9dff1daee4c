package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// Append writes one record and sets its Schema, Seq, Prev and Timestamp; its words are masked. On an error nothing was
// written; the next call tries again, except after the disk has failed a sync.
func (l *Log) Append(r *clawrden.Record) error {
	seq, err := l.append(r)
	if err != nil {
		return fmt.Errorf("cannot write the audit log: %w", err)
	}
	switch l.sync {
	case SyncAlways:
		return l.force(seq)
	case SyncBatch:
		select {
		case l.dirty <- struct{}{}:
		default:
		}
	case SyncNone:
	}
	return nil
}

// AppendSync is Append, and the record is on the disk when it returns, whatever the log's way to sync. Where the sync
// fails the record may be in the file all the same.
func (l *Log) AppendSync(r *clawrden.Record) error {
	seq, err := l.append(r)
	if err != nil {
		return fmt.Errorf("cannot write the audit log: %w", err)
	}
	return l.force(seq)
}

func (l *Log) append(r *clawrden.Record) (seq uint64, err error) {
	l.o.Mask.apply(r)
	body, err := encodeBody(r)
	if err != nil {
		return 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ready(len(body)); err != nil {
		return 0, err
	}
	if err := l.write(r, body); err != nil {
		return 0, err
	}
	if l.keys != nil && l.seq-l.sealed.Load() >= l.o.CheckpointRecords {
		l.wantSeal()
	}
	return r.Seq, nil
}

// write puts the line together and hands it to the kernel in one piece. A write that stops short (a full disk, a limit)
// is undone.
func (l *Log) write(r *clawrden.Record, body []byte) error {
	now := clawrden.Timestamp{Time: time.Now().UTC().Truncate(time.Microsecond)}
	line := encodeLine(l.seq+1, l.head, r.Event, now, body)
	if len(line) > MaxLine {
		return fmt.Errorf("the record has %d bytes; the limit is %d", len(line), MaxLine)
	}
	n, err := writeOnce(l.file, line)
	if err == nil && n < len(line) {
		err = fmt.Errorf("only %d of %d bytes were written: %w", n, len(line), unix.ENOSPC)
	}
	if err != nil {
		if n > 0 {
			l.undo = true
			err = errors.Join(err, l.cut())
		}
		return err
	}
	if l.size == 0 {
		l.began = now.Time
	}
	l.size += int64(len(line))
	if l.o.Wrote != nil {
		l.o.Wrote(len(line))
	}
	l.seq++
	r.Schema, r.Seq, r.Prev, r.Timestamp = clawrden.Schema, l.seq, l.head, now
	l.head = hashLine(line[:len(line)-1])
	if r.ID != "" {
		l.ids.add(r.ID)
	}
	return nil
}

// cut takes off what a failed write has left. Until that works nothing is written.
func (l *Log) cut() error {
	if err := l.file.Truncate(l.size); err != nil {
		return fmt.Errorf("cannot undo a write that failed: %v", err)
	}
	l.undo = false
	return nil
}

// The fields that depend on a record's place in the chain come first in its line, so that all that follows is encoded
// before the lock is taken.
const (
	bareHead = `{"schema":"","seq":0,"prev":"","event":`
	bareTime = `,"timestamp":"0001-01-01T00:00:00.000000Z"`
)

// encodeBody encodes what follows the timestamp, from its comma to the closing brace.
func encodeBody(r *clawrden.Record) ([]byte, error) {
	bare := *r
	bare.Schema, bare.Seq, bare.Prev, bare.Timestamp = "", 0, "", clawrden.Timestamp{}
	all, err := encode(bare)
	if err != nil {
		return nil, fmt.Errorf("the record can't be encoded: %v", err)
	}
	event, err := encode(r.Event)
	if err != nil {
		return nil, fmt.Errorf("the record can't be encoded: %v", err)
	}
	before := bareHead + string(event) + bareTime
	body, ok := bytes.CutPrefix(all, []byte(before))
	if !ok {
		return nil, errors.New("the record's first fields are not schema, seq, prev, event and timestamp")
	}
	return body, nil
}

// encodeLine puts a line together, newline included.
func encodeLine(seq uint64, prev, event string, at clawrden.Timestamp, body []byte) []byte {
	ev, _ := encode(event)    // a string always encodes
	ts, _ := at.MarshalJSON() // likewise
	line := make([]byte, 0, 256+len(body))
	line = append(line, headSchema...)
	line = strconv.AppendUint(line, seq, 10)
	line = append(line, headPrev...)
	line = append(line, prev...)
	line = append(line, headEvent[:len(headEvent)-1]...)
	line = append(line, ev...)
	line = append(line, headTime[1:]...)
	line = append(line, ts...)
	line = append(line, body...)
	return append(line, '\n')
}

// encode is JSON without the escapes that only HTML needs.
func encode(v any) ([]byte, error) {
	e := encoders.Get().(*encoder)
	defer encoders.Put(e)
	e.b.Reset()
	err := e.json.Encode(v)
	return bytes.Clone(bytes.TrimSuffix(e.b.Bytes(), []byte("\n"))), err
}

type encoder struct {
	b    bytes.Buffer
	json *json.Encoder
}

// encoders are used again, since each has to grow to the length of a record.
var encoders = sync.Pool{New: func() any {
	e := &encoder{}
	e.json = json.NewEncoder(&e.b)
	e.json.SetEscapeHTML(false)
	return e
}}
