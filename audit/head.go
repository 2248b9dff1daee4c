package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/clawrden/clawrden"
)

// The fixed text between the first fields of a line, in their order.
const (
	headSchema = `{"schema":"` + clawrden.Schema + `","seq":`
	headPrev   = `,"prev":"`
	headEvent  = `","event":"`
	headTime   = `","timestamp":`
	headID     = `,"id":"`
)

// head is what the chain and the history need of a line before they decode it.
type head struct {
	seq   uint64
	prev  string
	event string
	id    string
}

// rawHead is a head whose words are parts of the line.
type rawHead struct {
	seq             uint64
	prev, event, id []byte
}

// readHead reads the first fields of a whole line without decoding the rest: a history of a million lines is read in
// about a second, where JSON would take ten. Only what Clawrden wrote itself has exactly this form; all else goes through
// JSON.
func readHead(line []byte) (head, error) {
	if h, ok := fastHead(line); ok {
		return head{h.seq, string(h.prev), string(h.event), string(h.id)}, nil
	}
	var r struct {
		Schema string  `json:"schema"`
		Seq    *uint64 `json:"seq"`
		Prev   string  `json:"prev"`
		Event  string  `json:"event"`
		ID     string  `json:"id"`
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return head{}, fmt.Errorf("not a JSON object: %v", err)
	}
	if r.Schema != clawrden.Schema {
		return head{}, fmt.Errorf("schema is %q, not %q", r.Schema, clawrden.Schema)
	}
	if r.Seq == nil || *r.Seq == 0 {
		return head{}, errors.New("no sequence number")
	}
	return head{*r.Seq, r.Prev, r.Event, r.ID}, nil
}

// fastHead reads the form that encodeLine writes. Names and values before the id hold no quotation mark; an id is taken
// only from the place right behind the timestamp.
func fastHead(line []byte) (h rawHead, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte(headSchema))
	if !ok {
		return h, false
	}
	number, rest, ok := bytes.Cut(rest, []byte(headPrev))
	if !ok || len(number) > 20 {
		return h, false
	}
	seq, err := strconv.ParseUint(string(number), 10, 64) // at most 20 bytes: no allocation
	if err != nil || seq == 0 || len(rest) < len(noPrev) {
		return h, false
	}
	prev, rest := rest[:len(noPrev)], rest[len(noPrev):]
	if rest, ok = bytes.CutPrefix(rest, []byte(headEvent)); !ok {
		return h, false
	}
	end := bytes.IndexByte(rest, '"')
	if end < 0 || bytes.IndexByte(rest[:end], '\\') >= 0 {
		return h, false
	}
	event, rest := rest[:end], rest[end:]
	if rest, ok = bytes.CutPrefix(rest, []byte(headTime+`"`)); !ok {
		return h, false
	}
	if end = bytes.IndexByte(rest, '"'); end < 0 {
		return h, false
	}
	h = rawHead{seq, prev, event, nil}
	if id, ok := bytes.CutPrefix(rest[end+1:], []byte(headID)); ok {
		if end = bytes.IndexByte(id, '"'); end < 0 || bytes.IndexByte(id[:end], '\\') >= 0 {
			return h, false
		}
		h.id = id[:end]
	}
	return h, true
}
