package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// seals are the checkpoints that a log is compared with.
type seals struct {
	points []sealPoint // by size
	next   int         // the first that is not before the record in hand
	count  int
	failed bool // a record that isn't the sealed one was named: those behind it say the same
}

type sealPoint struct {
	size uint64
	head digest
	line int
	time time.Time
}

// maxNotes bounds a file of checkpoints that is read into memory: some forty years of one a minute.
const maxNotes = 8 << 30

// check compares a record with the checkpoint that seals it, if there is one.
func (s *seals) check(c *chain, now *link) {
	if s == nil {
		return
	}
	for s.next < len(s.points) && s.points[s.next].size < now.seq {
		s.next++
	}
	if s.next == len(s.points) || s.points[s.next].size != now.seq {
		return
	}
	if p := s.points[s.next]; p.head != now.hash && !s.failed {
		s.failed = true
		c.problem(Problem{Line: now.line, Seq: now.seq, Kind: Replaced, Detail: fmt.Sprintf("record %d isn't the one that the checkpoint of %s seals: the log up to here was written anew", now.seq, p.time.Format(time.RFC3339))})
	}
}

// read reads a file of checkpoints and names those that nobody may rely on. Behind such a one no other can be checked: it
// was to name the next key.
func (s *seals) read(o VerifyOptions) (problems []Problem, err error) {
	f, size, err := openRegular(o.Checkpoints)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > maxNotes {
		return nil, fmt.Errorf("%s has %d bytes: that is no file of checkpoints", o.Checkpoints, size)
	}
	r := noteReader{s: s, o: o, trusted: verifiers(o.Keys)}
	if o.From != nil {
		from, err := readCheckpoint(o.From)
		if err != nil {
			return nil, err
		}
		r.from = &from
	}
	lines := newLines(io.NewSectionReader(f, 0, size), 0)
	var msg bytes.Buffer
	for n, begin, signed := 1, 1, false; ; n++ {
		line, _, whole, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.Checkpoints, err)
		}
		r.lines = n
		if !whole {
			msg.Write(line[:min(len(line), maxNote)])
			break
		}
		if signed && len(line) == 0 {
			r.add(msg.Bytes(), begin)
			msg.Reset()
			begin, signed = n+1, false
			continue
		}
		if msg.Len() == 0 && len(line) == 0 {
			begin = n + 1
			continue
		}
		if msg.Len() <= maxNote {
			msg.Write(line)
			msg.WriteByte('\n')
		}
		signed = signed || strings.HasPrefix(string(line), "— ")
	}
	// What is left was torn by a crash, unless it doesn't look like one of ours.
	if rest := msg.Bytes(); len(rest) > 0 && !bytes.HasPrefix(rest, []byte(originPrefix)) {
		r.complain(r.lines, Inserted, "what is at the end is no checkpoint")
	}
	r.end()
	return r.problems, nil
}

func verifiers(keys []string) note.Verifiers {
	var list []note.Verifier
	for _, k := range keys {
		if v, err := note.NewVerifier(k); err == nil {
			list = append(list, v)
		}
	}
	return note.VerifierList(list...)
}

// noteReader follows the keys from checkpoint to checkpoint.
type noteReader struct {
	s        *seals
	o        VerifyOptions
	trusted  note.Verifiers
	from     *Checkpoint // what is before isn't looked at; nil once it was seen
	next     string      // the key that the last checkpoint names
	last     Checkpoint
	bad      bool // nothing from here on can be relied on
	newest   bool // the newest one was seen
	lines    int
	problems []Problem
}

func (r *noteReader) add(msg []byte, line int) {
	r.s.count++
	if r.bad {
		return
	}
	c, err := readCheckpoint(msg)
	if r.from != nil {
		if err == nil && c.Size == r.from.Size && bytes.Equal(bytes.TrimSpace(msg), bytes.TrimSpace(r.o.From)) {
			r.next, r.last, r.from = c.Next, c, nil
			r.take(msg, &c, line)
		}
		return
	}
	if err == nil && (len(r.o.Keys) > 0 || r.next != "" && r.o.From != nil) {
		if _, err = note.Open(msg, verifiers([]string{r.next})); err != nil {
			_, err = note.Open(msg, r.trusted) // the first, or the first under a new key of the operator's
		}
	}
	switch {
	case err != nil && r.s.count == 1:
		r.complain(line, Forged, "the first checkpoint isn't signed by any of the keys given: it was changed, or those before it were removed, or the key is of another log")
	case err != nil:
		r.complain(line, Forged, "the checkpoint isn't signed by the key that the one before it has named: it was changed or added, or others were removed before it; it and all behind it say nothing")
	case c.Size < r.last.Size:
		r.complain(line, Reordered, fmt.Sprintf("the checkpoint seals %d records, the one before it %d", c.Size, r.last.Size))
	default:
		r.take(msg, &c, line)
		return
	}
	r.bad = true
}

func (r *noteReader) take(msg []byte, c *Checkpoint, line int) {
	r.next, r.last = c.Next, *c
	r.s.points = append(r.s.points, sealPoint{c.Size, digestOf(c.Head), line, c.Time})
	r.newest = r.newest || bytes.Equal(bytes.TrimSpace(msg), bytes.TrimSpace(r.o.Newest))
}

// end looks at what should have been there.
func (r *noteReader) end() {
	switch {
	case r.from != nil:
		r.complain(0, Removed, "the given checkpoint isn't in the file")
	case r.s.count == 0 && len(r.o.Keys) > 0 && !r.o.Whole: // a host may be too young to have one
		r.complain(0, Removed, "no checkpoint is in the file: nothing of the log is sealed, and the key says nothing about it")
	case r.bad || len(r.o.Newest) == 0 || r.newest:
	default:
		if c, err := readCheckpoint(r.o.Newest); err == nil {
			r.complain(0, Cut, fmt.Sprintf("the last checkpoint that was made, of %s up to record %d, isn't in the file", c.Time.Format(time.RFC3339), c.Size))
			if c.Size >= r.last.Size {
				r.s.points = append(r.s.points, sealPoint{c.Size, digestOf(c.Head), 0, c.Time})
			}
		}
	}
}

func (r *noteReader) complain(line int, kind Kind, detail string) {
	r.problems = append(r.problems, Problem{File: r.o.Checkpoints, Line: line, Kind: kind, Detail: detail})
}
