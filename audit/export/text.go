package export

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// visible writes the characters of a JSON text that can't be seen as escapes: the text stays the same, and a terminal that it is
// shown on does nothing.
func visible(b []byte) []byte {
	if bytes.IndexFunc(b, display.Hidden) < 0 {
		return b
	}
	out := make([]byte, 0, len(b)+64)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case !display.Hidden(r):
			out = append(out, b[:n]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		b = b[n:]
	}
	return out
}

// argv gives a record's words: those that aren't UTF-8 escaped, as the record has them.
func argv(r *clawrden.Record) []string {
	if r.Command == "" {
		return nil
	}
	first := r.Command
	if r.Argv0 != "" {
		first = r.Argv0
	}
	return append([]string{first}, r.Args...)
}

// line is the command as a person reads it.
func line(r *clawrden.Record) string {
	raw := clawrden.RawWords(r.Args, r.ArgsB64)
	if r.Command == "" {
		return ""
	}
	return display.Command(append([]string{r.Command}, raw...))
}

// message says what a record is of in one line.
func message(r *clawrden.Record) string {
	words := []string{strings.ReplaceAll(r.Event, "_", " ")}
	if r.Event == clawrden.EventDecided {
		words = []string{string(r.Decision)}
	}
	if l := line(r); l != "" {
		words = append(words, l)
	}
	if r.Reason != "" {
		words = append(words, "("+display.Line(r.Reason)+")")
	}
	shown, _ := display.Text(strings.Join(words, " "), 400)
	return shown
}
