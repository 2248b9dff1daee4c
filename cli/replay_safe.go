package cli

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clawrden/clawrden/internal/display"
)

// maxSequence is the longest control sequence that is looked at as one: colours are shorter.
const maxSequence = 64

// safeText makes of a command's output what a terminal can be shown: text, ends of lines, tabs, the bell, colours, and erasing to the
// end of the line stay as they are. All else is escaped, so that nothing that an agent had a command print can move about the
// screen, change the title, answer for the person, or write to the clipboard.
type safeText struct {
	rest []byte // a character or sequence whose end hasn't come yet
}

func (s *safeText) add(b []byte) string {
	s.rest = append(s.rest, b...)
	var out strings.Builder
	for len(s.rest) > 0 {
		shown, n := safePiece(s.rest)
		if n == 0 {
			break
		}
		out.WriteString(shown)
		s.rest = s.rest[n:]
	}
	return out.String()
}

// end shows what never became whole.
func (s *safeText) end() string {
	shown, _ := display.Text(string(s.rest), 0)
	s.rest = nil
	return shown
}

// safePiece gives the first piece as it may be shown, and how many bytes it has; 0 where more must come first.
func safePiece(b []byte) (shown string, n int) {
	const escape = 0x1b
	switch c := b[0]; {
	case c == '\n' || c == '\r' || c == '\t' || c == '\a' || c == '\b':
		return string(c), 1
	case c == escape:
		return safeSequence(b)
	case c < utf8.RuneSelf:
		return escaped(b[:1]), 1
	case !utf8.FullRune(b):
		return "", 0
	}
	r, n := utf8.DecodeRune(b)
	if r == utf8.RuneError && n == 1 || !unicode.IsPrint(r) || display.Hidden(r) {
		return escaped(b[:n]), n
	}
	return string(b[:n]), n
}

// safeSequence lets colours (CSI … m) and erasing (CSI K) pass.
func safeSequence(b []byte) (shown string, n int) {
	if len(b) == 1 {
		return "", 0
	}
	if b[1] != '[' {
		return escaped(b[:1]), 1
	}
	for n := 2; n < len(b) && n < maxSequence; n++ {
		switch c := b[n]; {
		case c >= '0' && c <= '9' || c == ';' || c == ':':
		case c == 'm' || c == 'K':
			return string(b[:n+1]), n + 1
		default:
			return escaped(b[:1]), 1
		}
	}
	if len(b) < maxSequence {
		return "", 0
	}
	return escaped(b[:1]), 1
}

func escaped(b []byte) string {
	shown, _ := display.Text(string(b), 0)
	return shown
}
