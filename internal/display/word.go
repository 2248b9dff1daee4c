package display

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Word shows one word of a command so that a shell would read it as the same single word: bare where it is harmless,
// in single quotes where it holds a space or a character that a shell takes for itself, and in $'…' where something in it had to
// be escaped.
func Word(s string) string {
	w := writer{}
	w.word(s)
	return w.finish()
}

// Command shows a whole command line, each word by Word, with one space between.
func Command(argv []string) string {
	shown, _ := Brief(argv, 0)
	return shown
}

// Brief is Command cut after max characters of the words, with the number of bytes that are missing; max <= 0 shows all.
// escaped tells that something was there that can't be seen.
func Brief(argv []string, max int) (shown string, escaped bool) {
	w := writer{max: max}
	for i, arg := range argv {
		if w.full() {
			w.missing += len(arg) + 1
			continue
		}
		if i > 0 {
			w.plain(" ")
			w.count++
		}
		w.word(arg)
	}
	return w.finish(), w.escaped
}

func (w *writer) word(s string) {
	switch {
	case needsEscape(s):
		w.plain("$'")
		w.add(s, true)
		w.plain("'")
	case needsQuote(s):
		w.plain("'")
		w.add(s, false)
		w.plain("'")
	default:
		w.add(s, false)
	}
}

// needsEscape reports whether single quotes aren't enough: something can't be seen, or the word holds a single quote.
func needsEscape(s string) bool {
	marks := MaxMarks
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if unicode.Is(unicode.M, r) {
			marks++
		} else {
			marks = 0
		}
		if r == utf8.RuneError && n == 1 || Hidden(r) || marks > MaxMarks || r == '\'' {
			return true
		}
		i += n
	}
	return false
}

// needsQuote reports whether a shell would see more than one plain word, or none. Letters outside ASCII are as harmless
// as those inside; punctuation and symbols outside it may look like what a shell takes for itself.
func needsQuote(s string) bool {
	if s == "" || s[0] == '~' {
		return true
	}
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
			letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
			if !letter && !strings.ContainsRune("_@%+=:,./-~^", r) {
				return true
			}
		case !unicode.In(r, unicode.L, unicode.M, unicode.N):
			return true
		}
	}
	return false
}

// count writes a number of bytes for a person.
func count(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return strconv.Itoa(n) + " bytes"
}
