package dbusapi

import (
	"encoding/binary"
	"strings"
)

// senderIn finds the sender among a message's header fields, where the rest of the message is too long or too strange to
// decode: an array of structs, each on 8 bytes, of a code and a variant of one of four types. It gives "" where it
// finds none, or anything else than the unique name that a bus writes there.
func senderIn(fields []byte, order binary.ByteOrder) string {
	const codeSender = 7
	for at := 0; ; {
		at = (at + 7) &^ 7
		if at+4 > len(fields) || fields[at+1] != 1 || fields[at+3] != 0 {
			return ""
		}
		code, kind := fields[at], fields[at+2]
		at += 4
		var length, end int
		switch kind {
		case 's', 'o', 'u':
			if at+4 > len(fields) {
				return ""
			}
			n := order.Uint32(fields[at:])
			at += 4
			if kind == 'u' {
				continue
			}
			if n >= uint32(len(fields)) {
				return ""
			}
			length = int(n)
		case 'g':
			if at+1 > len(fields) {
				return ""
			}
			length = int(fields[at])
			at++
		default:
			return ""
		}
		if end = at + length + 1; end > len(fields) {
			return ""
		}
		if code == codeSender {
			return uniqueName(string(fields[at : end-1]))
		}
		at = end
	}
}

// uniqueName is the name, if it is one that a bus gives: ":1.42".
func uniqueName(name string) string {
	rest, ok := strings.CutPrefix(name, ":")
	if !ok || rest == "" || len(name) > 255 || strings.Trim(rest, "0123456789.") != "" {
		return ""
	}
	return name
}
