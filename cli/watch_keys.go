package cli

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
)

// A key is what was pressed: the character itself, or one of the names below.
type key string

const (
	keyUp        key = "up"
	keyDown      key = "down"
	keyEnter     key = "enter"
	keyEscape    key = "escape"
	keyBackspace key = "backspace"
	keyInterrupt key = "interrupt" // Ctrl-C and Ctrl-D
	keyRedraw    key = "redraw"    // Ctrl-L
)

// readKeys gives each key to press until the input ends or press says to stop. Pasted text is thrown away: it may hold
// letters that decide.
func readKeys(in io.Reader, press func(key) (more bool)) {
	r := bufio.NewReader(in)
	for {
		k, err := readKey(r)
		if err != nil || k != "" && !press(k) {
			return
		}
	}
}

// readKey reads one key; "" is one that has no meaning here.
func readKey(r *bufio.Reader) (key, error) {
	c, _, err := r.ReadRune()
	if err != nil {
		return "", err
	}
	switch c {
	case 0x03, 0x04:
		return keyInterrupt, nil
	case 0x0c:
		return keyRedraw, nil
	case '\r', '\n':
		return keyEnter, nil
	case 0x7f, '\b':
		return keyBackspace, nil
	case 0x1b:
		return readEscape(r)
	}
	if c < ' ' || c == utf8.RuneError {
		return "", nil
	}
	return key(c), nil
}

// readEscape reads what follows ESC. The key itself sends nothing more; terminals send a sequence in one write.
func readEscape(r *bufio.Reader) (key, error) {
	if r.Buffered() == 0 {
		return keyEscape, nil
	}
	c, err := r.ReadByte()
	if err != nil {
		return "", err
	}
	if c != '[' && c != 'O' {
		return "", nil // Alt and a key
	}
	const longest = 32 // bytes of a sequence; what is longer is none
	var params strings.Builder
	for range longest {
		if c, err = r.ReadByte(); err != nil {
			return "", err
		}
		if c >= 0x40 && c <= 0x7e {
			return sequence(r, params.String(), c)
		}
		params.WriteByte(c)
	}
	return "", nil
}

func sequence(r *bufio.Reader, params string, final byte) (key, error) {
	switch {
	case final == 'A' && params == "":
		return keyUp, nil
	case final == 'B' && params == "":
		return keyDown, nil
	case final == '~' && params == "200":
		return "", skipPaste(r)
	}
	return "", nil
}

func skipPaste(r *bufio.Reader) error {
	end := []byte("\x1b[201~")
	var last []byte
	for {
		c, err := r.ReadByte()
		if err != nil {
			return err
		}
		if last = append(last, c); len(last) > len(end) {
			last = last[1:]
		}
		if bytes.Equal(last, end) {
			return nil
		}
	}
}
