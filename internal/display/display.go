// Package display makes text that an agent chose safe to show to a person: on a terminal, in a web page, in a chat message
// or in a notification. What can't be seen, or changes how the rest is seen, is written as an escape: control, format
// and bidirectional characters, zero-width and unassigned ones, separators, private use, and bytes that aren't UTF-8.
//
// What it returns is always one line of printable UTF-8. It never drops anything without saying how much, and it doesn't
// escape for HTML or a chat's markup: that is for the door that speaks it, after this.
//
// Every door for people and every log line that names a command goes through it. It does no I/O.
package display

import (
	"unicode"
	"unicode/utf8"
)

// MaxMarks is how many combining marks in a row are shown as they are; a pile of them would cover the lines above.
const MaxMarks = 4

const lowerHex = "0123456789abcdef"

// Text shows free text (a reason, a path, a name) on one line. Nothing is quoted and a backslash stays as it is. At most max
// characters of s are shown, then how many bytes are missing; max <= 0 shows all. escaped tells that something was there
// that can't be seen.
func Text(s string, max int) (shown string, escaped bool) {
	w := writer{max: max}
	w.add(s, false)
	return w.finish(), w.escaped
}

// Line is Text without a limit, for where nobody asks whether something was escaped.
func Line(s string) string {
	shown, _ := Text(s, 0)
	return shown
}

// writer collects shown text up to a number of characters of the source, and counts the bytes that are left out.
type writer struct {
	out     []byte
	max     int // characters of the source to show; <= 0 for all
	count   int
	missing int // bytes of the source that weren't shown
	marks   int // combining marks in a row
	escaped bool
}

// add shows s; in a $'…' quote the backslash and the single quote are escaped too.
func (w *writer) add(s string, quoted bool) {
	w.marks = MaxMarks // a mark has nothing to stand on at the start
	for i := 0; i < len(s); {
		if w.max > 0 && w.count >= w.max {
			w.missing += len(s) - i
			return
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		w.rune(r, n, s[i], quoted)
		w.count++
		i += n
	}
}

func (w *writer) rune(r rune, n int, b byte, quoted bool) {
	if unicode.Is(unicode.M, r) {
		w.marks++
	} else {
		w.marks = 0
	}
	switch {
	case r == utf8.RuneError && n == 1:
		w.out = append(w.out, '\\', 'x', lowerHex[b>>4], lowerHex[b&15])
		w.escaped = true
	case Hidden(r) || w.marks > MaxMarks:
		w.out = appendEscape(w.out, r)
		w.escaped = true
	case quoted && (r == '\\' || r == '\''):
		w.out = append(w.out, '\\', byte(r))
	default:
		w.out = utf8.AppendRune(w.out, r)
	}
}

// plain adds text of our own that doesn't count.
func (w *writer) plain(s string) { w.out = append(w.out, s...) }

func (w *writer) full() bool { return w.max > 0 && w.count >= w.max }

func (w *writer) finish() string {
	if w.missing > 0 {
		w.out = append(w.out, "… (+"+count(w.missing)+")"...)
	}
	return string(w.out)
}

// Hidden reports whether a character can't be seen as itself: it isn't a letter, mark, number, punctuation, symbol or the plain
// space, or it is one of those letters and marks that show nothing (fillers, joiners, variation selectors, blank braille).
func Hidden(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' || r == 0x7f
	}
	return !unicode.IsPrint(r) || r == '\u2800' ||
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// appendEscape writes a character as bash's $'…' and C read it.
func appendEscape(out []byte, r rune) []byte {
	switch {
	case r == '\n':
		return append(out, `\n`...)
	case r == '\r':
		return append(out, `\r`...)
	case r == '\t':
		return append(out, `\t`...)
	case r < utf8.RuneSelf:
		return appendHex(append(out, `\x`...), r, 2)
	case r <= 0xffff:
		return appendHex(append(out, `\u`...), r, 4)
	}
	return appendHex(append(out, `\U`...), r, 8)
}

func appendHex(out []byte, r rune, digits int) []byte {
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		out = append(out, lowerHex[r>>shift&15])
	}
	return out
}
