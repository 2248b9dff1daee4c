package recordings

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The terminal that a recording without one is shown in.
const defaultColumns, defaultRows = 80, 24

// Asciicast writes a recording in the form of asciinema: version 2 (docs.asciinema.org/manual/asciicast/v2) with the times since
// the start, or 3 with those since the event before. Output and errors are both output there, as a terminal shows them; what isn't
// UTF-8 is replaced. Line feeds get the carriage return that a terminal would have had.
func Asciicast(w io.Writer, r *Reader, version int) error {
	h := &r.Header
	columns, rows := uint16(defaultColumns), uint16(defaultRows)
	first, err := r.Next()
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	tty := err == nil && first.Kind == Size // a terminal's is the first event
	if tty {
		if _, err := fmt.Sscanf(string(first.Data), "%dx%d", &columns, &rows); err != nil || columns == 0 || rows == 0 {
			columns, rows = defaultColumns, defaultRows
		}
	}
	title := strings.Join(append([]string{h.Command}, h.Args...), " ")
	head := map[string]any{"version": version, "timestamp": h.Started.Unix(), "title": title}
	switch version {
	case 2:
		head["width"], head["height"] = columns, rows
	case 3:
		head["term"] = map[string]any{"cols": columns, "rows": rows}
	default:
		return fmt.Errorf("there is no asciicast version %d here: 2 or 3", version)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(head); err != nil {
		return err
	}
	c := caster{enc: enc, relative: version == 3, tty: tty}
	for e := first; err == nil; e, err = r.Next() {
		if err := c.event(e); err != nil {
			return err
		}
	}
	if !errors.Is(err, io.EOF) {
		return err
	}
	return c.flush()
}

// caster writes events.
type caster struct {
	enc      *json.Encoder
	relative bool
	tty      bool
	last     time.Duration
	rest     map[string][]byte // by kind: the beginning of a character whose end is in the next event
}

func (c *caster) event(e Event) error {
	kind := e.Kind
	switch kind {
	case Output, Error, Input:
	case Size:
		return c.write(e.At, Size, string(e.Data))
	case Cut:
		return c.write(e.At, "m", "what follows was not recorded")
	default:
		return nil // of a later version
	}
	if c.rest == nil {
		c.rest = map[string][]byte{}
	}
	b := append(c.rest[kind], e.Data...)
	n := len(b) - partial(b)
	c.rest[kind] = append([]byte(nil), b[n:]...)
	if kind == Error {
		kind = Output
	}
	return c.write(e.At, kind, c.text(b[:n]))
}

// flush writes what never became a whole character.
func (c *caster) flush() error {
	for kind, b := range c.rest {
		if len(b) == 0 {
			continue
		}
		if kind == Error {
			kind = Output
		}
		if err := c.write(c.last, kind, c.text(b)); err != nil {
			return err
		}
	}
	return nil
}

func (c *caster) text(b []byte) string {
	s := strings.ToValidUTF8(string(b), "\ufffd")
	if !c.tty {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
	}
	return s
}

func (c *caster) write(at time.Duration, kind, data string) error {
	if data == "" {
		return nil
	}
	shown := at
	if c.relative {
		shown = max(0, at-c.last)
	}
	c.last = max(c.last, at)
	return c.enc.Encode([]any{json.Number(strconv.FormatFloat(shown.Seconds(), 'f', 6, 64)), kind, data})
}

// partial is how many bytes at the end begin a character that isn't whole.
func partial(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}
